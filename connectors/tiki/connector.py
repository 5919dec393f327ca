"""The Tiki connector: the contract's verbs, each handed to the file that knows how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from connectors.contract import (
    Account,
    Adoption,
    Attribute,
    AvailabilityChange,
    Capabilities,
    Category,
    Changes,
    Clock,
    ContentChange,
    Credentials,
    Failed,
    FoundItem,
    ImageFile,
    NewListing,
    Outcome,
    PriceChange,
    RemoteItem,
    RemoteState,
    ShopFacts,
    StockChange,
    VariantAnswers,
    VariantsChange,
)
from connectors.errors import Rejected
from connectors.http import Http
from connectors.tiki import auth, catalogue, shop
from connectors.tiki.capabilities import CAPABILITIES
from connectors.tiki.client import Client
from connectors.tiki.finding import Finder
from connectors.tiki.handles import is_price
from connectors.tiki.listprice import ListPrices
from connectors.tiki.making import Making
from connectors.tiki.offers import Offers
from connectors.tiki.products import Products
from connectors.tiki.tracks import Tracks


class TikiConnector:
    """One seller. Errors, batches and threads as :mod:`connectors.contract` says."""

    capabilities: ClassVar[Capabilities] = CAPABILITIES

    def __init__(self, account: Account, http: Http, clock: Clock) -> None:
        self._account = account
        self._tokens = auth.Tokens(account, http, clock)
        self._client = Client(account, http, clock)
        self._catalogue = catalogue.Catalogue(self._client)
        self._products = Products(self._client, clock)
        tracks = Tracks(self._client, clock)
        settings = shop.Settings(self._client, account)
        self._making = Making(
            self._client, self._products, tracks, self._catalogue, settings, clock
        )
        self._finder = Finder(self._products, tracks, clock)
        list_prices = ListPrices(self._client, self._products, tracks, clock)
        self._offers = Offers(self._client, self._products, settings, list_prices)

    # --- the shop ---------------------------------------------------------------------------

    def check(self) -> ShopFacts:
        return shop.check(self._client, self._account)

    def refresh(self) -> Credentials:
        return self._tokens.refresh()

    def token_expires_at(self) -> datetime | None:
        return auth.expires_at(self._account.credentials)

    def authorization_url(self, redirect_url: str, state: str) -> str:
        return auth.consent_url(self._account, redirect_url, state)

    def exchange_code(self, answer: Mapping[str, str]) -> Credentials:
        return self._tokens.exchange(answer)

    def categories(self) -> Sequence[Category]:
        return catalogue.categories(self._client)

    def attributes(self, category_ids: Sequence[str]) -> Mapping[str, Sequence[Attribute]]:
        return catalogue.attributes(self._catalogue, category_ids)

    def recommend(self, title: str) -> Sequence[str]:
        return []

    # --- writing ----------------------------------------------------------------------------

    def upload_images(self, images: Sequence[ImageFile]) -> list[Outcome[str]]:
        """Tiki fetches pictures from public addresses."""
        refused = Rejected(
            "Tiki tự tải ảnh từ địa chỉ công khai, không nhận tệp",
            code="fetches",
            field="images",
            hint="Đặt PUBLIC_BASE_URL.",
        )
        return [Failed(refused) for _ in images]

    def create(self, listings: Sequence[NewListing]) -> list[Outcome[RemoteItem]]:
        return [self._making.create(listing) for listing in listings]

    def resume(self, handles: Sequence[Mapping[str, Any]]) -> list[Outcome[RemoteItem]]:
        return [
            self._offers.resume(handle) if is_price(handle) else self._making.resume(handle)
            for handle in handles
        ]

    def cancel(self, handles: Sequence[Mapping[str, Any]]) -> list[Outcome[None]]:
        return [self._making.cancel(handle) for handle in handles]

    def adopt(self, adoptions: Sequence[Adoption]) -> list[Outcome[RemoteItem]]:
        return [self._making.adopt(adoption) for adoption in adoptions]

    def update_variants(self, changes: Sequence[VariantsChange]) -> list[Outcome[RemoteItem]]:
        return [self._making.update_variants(change) for change in changes]

    def update_content(self, changes: Sequence[ContentChange]) -> list[Outcome[None]]:
        return [self._making.update_content(change) for change in changes]

    def set_price(self, changes: Sequence[PriceChange]) -> list[Outcome[VariantAnswers]]:
        return [self._offers.price(change) for change in changes]

    def set_stock(self, changes: Sequence[StockChange]) -> list[Outcome[VariantAnswers]]:
        return [self._offers.stock(change) for change in changes]

    def set_availability(self, changes: Sequence[AvailabilityChange]) -> list[Outcome[None]]:
        return [self._offers.switch(change) for change in changes]

    # --- reading ----------------------------------------------------------------------------

    def find_by_sku(self, skus: Sequence[str]) -> list[Outcome[tuple[FoundItem, ...]]]:
        return self._finder.find(skus)

    def read(self, remote_ids: Sequence[str], *, full: bool) -> list[Outcome[RemoteState]]:
        return self._products.read(remote_ids)

    def changed_since(self, cursor: str | None) -> Changes:
        return self._products.changed_since(cursor)

    def finish(self) -> None:
        return None
