"""The connector of every floor that takes files: the contract's verbs over a shop's own rows.

Writes change rows in the shop's folder; ``finish`` publishes them; ``read`` tells what the floor's
export says. Nothing here knows a floor: what differs is the profile (docs/feeds.md).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Any, ClassVar, TypeVar

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
    FileProblem,
    FoundItem,
    ImageFile,
    NewListing,
    Outcome,
    PriceChange,
    PublishedFile,
    RemoteItem,
    RemoteState,
    ShopFacts,
    StockChange,
    VariantAnswers,
    VariantsChange,
)
from connectors.errors import AuthRefused, ChannelError, Rejected, Unavailable
from connectors.feed import folder, shop
from connectors.feed.capabilities import capabilities_of
from connectors.feed.fetching import Exports
from connectors.feed.profile import Profile
from connectors.feed.publishing import Publisher, cannot_write
from connectors.feed.reading import Reader
from connectors.feed.shelf import Shelf
from connectors.feed.store import Store
from connectors.http import Http

T = TypeVar("T")


class FeedConnector:
    """One shop on one floor. Errors, batches and threads as :mod:`connectors.contract` says."""

    capabilities: ClassVar[Capabilities]
    profile: ClassVar[Profile]

    def __init__(self, account: Account, http: Http, clock: Clock) -> None:
        self._account = account
        self._clock = clock
        self._shop = shop.shop_of(self.profile, account)
        self._exports = Exports(self.profile, account, http, clock)
        self._reader = Reader(self.profile, self._exports)
        self._shelf = Shelf(self.profile, self._shop)

    # --- the shop ---------------------------------------------------------------------------

    def check(self) -> ShopFacts:
        return shop.check(self.profile, self._account, self._exports, self._clock)

    def refresh(self) -> Credentials:
        return self._account.credentials

    def token_expires_at(self) -> datetime | None:
        return None

    def authorization_url(self, redirect_url: str, state: str) -> str:
        raise AuthRefused(f"{self.profile.label} không có trang cấp quyền: kênh này gửi file")

    def exchange_code(self, answer: Mapping[str, str]) -> Credentials:
        raise AuthRefused(f"{self.profile.label} không có trang cấp quyền: kênh này gửi file")

    def categories(self) -> Sequence[Category]:
        return shop.categories(self.profile)

    def attributes(self, category_ids: Sequence[str]) -> Mapping[str, Sequence[Attribute]]:
        return {}

    def recommend(self, title: str) -> Sequence[str]:
        return []

    # --- writing ----------------------------------------------------------------------------

    def upload_images(self, images: Sequence[ImageFile]) -> list[Outcome[str]]:
        """The floor fetches pictures from their public addresses."""
        words = f"{self.profile.label} tự tải ảnh từ địa chỉ công khai"
        hint = "Đặt địa chỉ công khai (PUBLIC_BASE_URL) để sàn tải được ảnh."
        no = Rejected(words, code="fetches_images", field="images", hint=hint)
        return [Failed(no)] * len(images)

    def create(self, listings: Sequence[NewListing]) -> list[Outcome[RemoteItem]]:
        return self._write(self._shelf.create, listings)

    def resume(self, handles: Sequence[Mapping[str, Any]]) -> list[Outcome[RemoteItem]]:
        """Nothing is ever left pending."""
        return [Failed(self._nothing_begun())] * len(handles)

    def cancel(self, handles: Sequence[Mapping[str, Any]]) -> list[Outcome[None]]:
        return [Failed(self._nothing_begun())] * len(handles)

    def _nothing_begun(self) -> Rejected:
        return Rejected(
            f"{self.profile.label}: không có việc đăng dở, mỗi dòng ghi xong ngay",
            code="no_handle",
            hint="Muốn rút sản phẩm thì gỡ nó khỏi gian hàng.",
        )

    def adopt(self, adoptions: Sequence[Adoption]) -> list[Outcome[RemoteItem]]:
        return self._write(self._shelf.adopt, adoptions)

    def update_variants(self, changes: Sequence[VariantsChange]) -> list[Outcome[RemoteItem]]:
        return self._write(self._shelf.update_variants, changes)

    def update_content(self, changes: Sequence[ContentChange]) -> list[Outcome[None]]:
        return self._write(self._shelf.update_content, changes)

    def set_price(self, changes: Sequence[PriceChange]) -> list[Outcome[VariantAnswers]]:
        return self._write(self._shelf.set_price, changes)

    def set_stock(self, changes: Sequence[StockChange]) -> list[Outcome[VariantAnswers]]:
        return self._write(self._shelf.set_stock, changes)

    def set_availability(self, changes: Sequence[AvailabilityChange]) -> list[Outcome[None]]:
        return self._write(self._shelf.set_availability, changes)

    def finish(self) -> None:
        """Publish what was written, when anything was."""
        with self._opened() as store:
            place = shop.folder_of(self._account)
            Publisher(self.profile, place, self._shop, self._clock).publish(store)

    # --- reading ----------------------------------------------------------------------------

    def find_by_sku(self, skus: Sequence[str]) -> list[Outcome[tuple[FoundItem, ...]]]:
        return self._all(skus, lambda store: self._reader.find(store, skus))

    def read(self, remote_ids: Sequence[str], *, full: bool) -> list[Outcome[RemoteState]]:
        return self._all(remote_ids, lambda s: self._reader.read(s, remote_ids, full=full))

    def changed_since(self, cursor: str | None) -> Changes:
        with self._opened() as store:
            return self._reader.changed(store, cursor)

    # --- the files --------------------------------------------------------------------------

    def published(self) -> list[PublishedFile]:
        """The files as they are served now."""
        public = self._account.public_url
        return [
            PublishedFile(
                name=file.name,
                url=f"{public}/{file.name}" if public else "",
                rows=file.rows,
                size=file.bytes,
                at=file.changed_at,
            )
            for file in folder.published(shop.folder_of(self._account))
        ]

    def validate(self) -> list[FileProblem]:
        """What in the published files the floor would refuse."""
        place = shop.folder_of(self._account)
        if not folder.published(place):
            return []
        return [
            FileProblem(
                where=f"{name}, dòng {p.row}" + (f" ({p.sku})" if p.sku else ""),
                column=p.column,
                found=p.found,
                expected=p.expected,
                advice=p.hint,
            )
            for name, p in folder.validate_folder(place)
        ]

    # --- the shop's file --------------------------------------------------------------------

    def _write(
        self, verb: Callable[[Store, Sequence[Any], float], list[Outcome[T]]], rows: Sequence[Any]
    ) -> list[Outcome[T]]:
        now = self._clock().timestamp()
        return self._all(rows, lambda store: verb(store, rows, now))

    def _all(
        self, rows: Sequence[Any], work: Callable[[Store], list[Outcome[T]]]
    ) -> list[Outcome[T]]:
        """A file that cannot be opened or written fails every row; nothing of them is stored."""
        if not rows:
            return []
        try:
            with self._opened() as store:
                return work(store)
        except ChannelError as error:
            return [Failed(error) for _ in rows]

    @contextmanager
    def _opened(self) -> Iterator[Store]:
        """Raises Unavailable. A connection a call: verbs come from several threads."""
        place = shop.folder_of(self._account)
        try:
            with closing(Store(place)) as store:
                yield store
        except sqlite3.Error as error:
            words = f"không ghi được dữ liệu của gian hàng ({error}): kiểm tra đĩa và quyền ghi"
            raise Unavailable(words, code="cannot_write") from error
        except OSError as error:
            raise cannot_write(place, error) from error


def floor(profile: Profile, module: str = __name__) -> type[FeedConnector]:
    """The connector of one floor, from its profile. ``module``: where it can be imported by its
    name, and beside which its proof lies."""
    name = "".join(part.capitalize() for part in profile.channel.split("-"))
    made = {
        "profile": profile,
        "capabilities": capabilities_of(profile),
        "__doc__": profile.label,
        "__module__": module,
    }
    return type(name, (FeedConnector,), made)
