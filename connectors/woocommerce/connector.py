"""The WooCommerce connector: the contract's verbs, each handed to the file that knows how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

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
from connectors.errors import ChannelError, Rejected
from connectors.http import Http
from connectors.woocommerce import amounts, auth, catalogue, limits, shop
from connectors.woocommerce.capabilities import CAPABILITIES
from connectors.woocommerce.client import Client
from connectors.woocommerce.finding import Finder
from connectors.woocommerce.items import Items
from connectors.woocommerce.reading import Reader
from connectors.woocommerce.shelf import Shelf


class WooCommerceConnector:
    """One shop. Errors, batches and threads as :mod:`connectors.contract` says."""

    capabilities: ClassVar[Capabilities] = CAPABILITIES

    def __init__(self, account: Account, http: Http, clock: Clock) -> None:
        self._account = account
        self._client = Client(account, http, clock)
        self._reader = Reader(self._client)
        shelves = catalogue.Shelves(self._client)
        self._items = Items(self._client, self._reader, shelves, account.settings)
        self._finder = Finder(self._reader)
        self._shelf = Shelf(self._client, self._reader)
        self._prices = amounts.prices(self._client, self._reader)
        self._stocks = amounts.stocks(self._client, self._reader)

    # --- the shop ---------------------------------------------------------------------------

    def check(self) -> ShopFacts:
        return shop.check(self._client, self._account.public_url)

    def refresh(self) -> Credentials:
        return auth.refresh(self._client, self._account)

    def token_expires_at(self) -> datetime | None:
        """Keys hold until somebody deletes them."""
        return None

    def authorization_url(self, redirect_url: str, state: str) -> str:
        return auth.consent_url(self._client, redirect_url, state)

    def exchange_code(self, answer: Mapping[str, str]) -> Credentials:
        return auth.exchange(answer)

    def categories(self) -> Sequence[Category]:
        return catalogue.categories(self._client)

    def attributes(self, category_ids: Sequence[str]) -> Mapping[str, Sequence[Attribute]]:
        """A shop asks for none."""
        return {}

    def recommend(self, title: str) -> Sequence[str]:
        return []

    # --- writing ----------------------------------------------------------------------------

    def upload_images(self, images: Sequence[ImageFile]) -> list[Outcome[str]]:
        """The shop fetches pictures from public addresses."""
        words = "cửa hàng tự tải ảnh từ địa chỉ công khai"
        hint = "Đặt PUBLIC_BASE_URL để cửa hàng mở được ảnh."
        return [Failed(Rejected(words, code="fetches", field="images", hint=hint)) for _ in images]

    def create(self, listings: Sequence[NewListing]) -> list[Outcome[RemoteItem]]:
        return self._items.create(listings)

    def resume(self, handles: Sequence[Mapping[str, object]]) -> list[Outcome[RemoteItem]]:
        return [self._items.resume(handle) for handle in handles]

    def cancel(self, handles: Sequence[Mapping[str, object]]) -> list[Outcome[None]]:
        """What is begun is a draft already: there is nothing to take back."""
        words = "WooCommerce không hủy được việc đăng dở"
        hint = "Ngừng bán sản phẩm thay vì hủy: bản nháp chưa ai thấy."
        return [Failed(Rejected(words, code="late", hint=hint)) for _ in handles]

    def adopt(self, adoptions: Sequence[Adoption]) -> list[Outcome[RemoteItem]]:
        return [self._items.adopt(adoption) for adoption in adoptions]

    def update_variants(self, changes: Sequence[VariantsChange]) -> list[Outcome[RemoteItem]]:
        return [self._items.update_variants(change) for change in changes]

    def update_content(self, changes: Sequence[ContentChange]) -> list[Outcome[None]]:
        return self._items.update_content(changes)

    def set_price(self, changes: Sequence[PriceChange]) -> list[Outcome[VariantAnswers]]:
        problems = [limits.prices(change.prices) for change in changes]
        return _amounts(self._prices, [(c.item, c.prices) for c in changes], problems)

    def set_stock(self, changes: Sequence[StockChange]) -> list[Outcome[VariantAnswers]]:
        problems = [limits.stocks(change.stock) for change in changes]
        return _amounts(self._stocks, [(c.item, c.stock) for c in changes], problems)

    def set_availability(self, changes: Sequence[AvailabilityChange]) -> list[Outcome[None]]:
        return self._shelf.switch(changes)

    # --- reading ----------------------------------------------------------------------------

    def find_by_sku(self, skus: Sequence[str]) -> list[Outcome[tuple[FoundItem, ...]]]:
        return self._finder.find(skus)

    def read(self, remote_ids: Sequence[str], *, full: bool) -> list[Outcome[RemoteState]]:
        return self._reader.read(remote_ids, full=full)

    def changed_since(self, cursor: str | None) -> Changes:
        return self._reader.changed_since(cursor)

    def finish(self) -> None:
        return None


def _amounts(
    amounts_: amounts.Amounts,
    wanted: Sequence[tuple[RemoteItem, Mapping[str, int]]],
    problems: Sequence[ChannelError | None],
) -> list[Outcome[VariantAnswers]]:
    """What breaks a limit is answered here, and does not keep the others from going out."""
    sound = [change for change, p in zip(wanted, problems, strict=True) if p is None]
    answers = iter(amounts_.write(sound))
    return [Failed(p) if p is not None else next(answers) for p in problems]
