"""The Shopee connector: the contract's verbs, each handed to the file that knows how."""

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
from connectors.shopee import amounts, auth, catalogue, shop
from connectors.shopee.capabilities import CAPABILITIES
from connectors.shopee.client import Client
from connectors.shopee.finding import Finder
from connectors.shopee.images import Uploader
from connectors.shopee.items import Items
from connectors.shopee.limits import Limits
from connectors.shopee.reading import Reader
from connectors.shopee.shelf import Shelf


class ShopeeConnector:
    """One shop. Errors, batches and threads as :mod:`connectors.contract` says."""

    capabilities: ClassVar[Capabilities] = CAPABILITIES

    def __init__(self, account: Account, http: Http, clock: Clock) -> None:
        self._account = account
        self._clock = clock
        self._client = Client(account, http, clock)
        self._limits = Limits(account.settings)
        self._reader = Reader(self._client, account, clock)
        self._items = Items(self._client, self._reader, account, clock)
        self._finder = Finder(self._client, self._reader, clock)
        self._uploader = Uploader(self._client)
        self._shelf = Shelf(self._client, self._reader)
        self._prices = amounts.prices(self._client, self._reader)
        self._stocks = amounts.stocks(self._client, self._reader, account.settings)

    # --- the shop ---------------------------------------------------------------------------

    def check(self) -> ShopFacts:
        return shop.check(self._client)

    def refresh(self) -> Credentials:
        return auth.refresh(self._client, self._account, self._clock)

    def token_expires_at(self) -> datetime | None:
        return auth.expires_at(self._account.credentials)

    def authorization_url(self, redirect_url: str, state: str) -> str:
        return auth.consent_url(self._account, self._clock, redirect_url, state)

    def exchange_code(self, answer: Mapping[str, str]) -> Credentials:
        return auth.exchange(self._client, self._account, self._clock, answer)

    def categories(self) -> Sequence[Category]:
        return catalogue.categories(self._client)

    def attributes(self, category_ids: Sequence[str]) -> Mapping[str, Sequence[Attribute]]:
        return catalogue.attributes(self._client, category_ids)

    def recommend(self, title: str) -> Sequence[str]:
        return catalogue.recommend(self._client, title)

    # --- writing ----------------------------------------------------------------------------

    def upload_images(self, images: Sequence[ImageFile]) -> list[Outcome[str]]:
        return [self._uploader.upload(image) for image in images]

    def create(self, listings: Sequence[NewListing]) -> list[Outcome[RemoteItem]]:
        return [self._items.create(listing) for listing in listings]

    def resume(self, handles: Sequence[Mapping[str, Any]]) -> list[Outcome[RemoteItem]]:
        return [self._items.resume(handle) for handle in handles]

    def cancel(self, handles: Sequence[Mapping[str, Any]]) -> list[Outcome[None]]:
        """An item that is begun is unlisted already: there is nothing to take back."""
        hint = "Chờ hệ thống đăng xong, rồi gỡ sản phẩm khỏi gian hàng."
        late = Rejected("Shopee không hủy được việc đăng dở", code="late", hint=hint)
        return [Failed(late) for _ in handles]

    def adopt(self, adoptions: Sequence[Adoption]) -> list[Outcome[RemoteItem]]:
        return [self._items.adopt(adoption) for adoption in adoptions]

    def update_variants(self, changes: Sequence[VariantsChange]) -> list[Outcome[RemoteItem]]:
        return [self._items.update_variants(change) for change in changes]

    def update_content(self, changes: Sequence[ContentChange]) -> list[Outcome[None]]:
        return [self._items.update_content(change) for change in changes]

    def set_price(self, changes: Sequence[PriceChange]) -> list[Outcome[VariantAnswers]]:
        return [self._set_price(change) for change in changes]

    def _set_price(self, change: PriceChange) -> Outcome[VariantAnswers]:
        problem = self._limits.prices(change.prices)
        return Failed(problem) if problem else self._prices.write(change.item, change.prices)

    def set_stock(self, changes: Sequence[StockChange]) -> list[Outcome[VariantAnswers]]:
        return [self._set_stock(change) for change in changes]

    def _set_stock(self, change: StockChange) -> Outcome[VariantAnswers]:
        problem = self._limits.stocks(change.stock)
        return Failed(problem) if problem else self._stocks.write(change.item, change.stock)

    def set_availability(self, changes: Sequence[AvailabilityChange]) -> list[Outcome[None]]:
        most = CAPABILITIES.batch["set_availability"]
        parts = [changes[i : i + most] for i in range(0, len(changes), most)]
        return [outcome for part in parts for outcome in self._shelf.switch(part)]

    # --- reading ----------------------------------------------------------------------------

    def find_by_sku(self, skus: Sequence[str]) -> list[Outcome[tuple[FoundItem, ...]]]:
        return self._finder.find(skus)

    def read(self, remote_ids: Sequence[str], *, full: bool) -> list[Outcome[RemoteState]]:
        return self._reader.read(remote_ids, full=full)

    def changed_since(self, cursor: str | None) -> Changes:
        return self._reader.changed_since(cursor)

    def finish(self) -> None:
        return None
