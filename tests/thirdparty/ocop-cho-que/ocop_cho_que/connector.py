"""The verbs. Each row is one call; :func:`_rows` makes an outcome of what that comes to."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from connectors.composed import composed_content, composed_listing
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
    Done,
    Failed,
    FoundItem,
    ImageFile,
    NewListing,
    Outcome,
    PriceChange,
    RemoteItem,
    RemoteState,
    RemoteVariant,
    ShopFacts,
    StockChange,
    VariantAnswers,
    VariantsChange,
)
from connectors.errors import Ambiguous, AuthRefused, ChannelError, Rejected
from connectors.http import Http
from ocop_cho_que import mapping
from ocop_cho_que.client import Client, needed

Row = TypeVar("Row")


def _rows(rows: Sequence[Row], one: Callable[[Row], Any]) -> list[Any]:
    """One outcome a row, in order; an error is the outcome of the row that met it."""
    outcomes: list[Any] = []
    for row in rows:
        try:
            outcomes.append(Done(one(row)))
        except ChannelError as error:
            outcomes.append(Failed(error))
    return outcomes


def _checked(problem: Rejected | None) -> None:
    if problem:
        raise problem


class ChoQueConnector:
    """One shop on Chợ Quê."""

    capabilities: ClassVar[Capabilities] = mapping.CAPABILITIES

    def __init__(self, account: Account, http: Http, clock: Clock) -> None:
        self._client = Client(account, http)

    # --- the shop: an api_key that never lapses ---------------------------------------------

    def check(self) -> ShopFacts:
        me = self._client.read("/v1/me")
        if me.get("market") != "VN":
            raise AuthRefused("gian hàng không thuộc Chợ Quê Việt Nam", code="region")
        return ShopFacts(
            str(me.get("shop")), "VN", "VND", settings={}, account_id=str(me.get("id"))
        )

    def refresh(self) -> Credentials:
        raise AuthRefused("Chợ Quê dùng api_key, không có gì để đổi mới")

    def token_expires_at(self) -> datetime | None:
        return None

    def authorization_url(self, redirect_url: str, state: str) -> str:
        return ""

    def exchange_code(self, answer: Mapping[str, str]) -> Credentials:
        raise AuthRefused("Chợ Quê dùng api_key: chép khóa từ trang người bán")

    def categories(self) -> Sequence[Category]:
        rows = self._client.read("/v1/kinds").get("kinds") or ()
        return [Category(str(r["code"]), None, str(r["name"]), leaf=True) for r in rows]

    def attributes(self, category_ids: Sequence[str]) -> Mapping[str, Sequence[Attribute]]:
        return dict.fromkeys(category_ids, ())

    def recommend(self, title: str) -> Sequence[str]:
        return []

    # --- writing ----------------------------------------------------------------------------

    def upload_images(self, images: Sequence[ImageFile]) -> list[Outcome[str]]:
        return _rows(images, self._upload)

    def _upload(self, image: ImageFile) -> str:
        _checked(mapping.problem_of_picture(image))
        data = base64.b64encode(image.data).decode()
        body = self._client.make("/v1/photos", {"type": image.content_type, "base64": data})
        return str(needed(body, "photo"))

    def create(self, listings: Sequence[NewListing]) -> list[Outcome[RemoteItem]]:
        return _rows([composed_listing(listing) for listing in listings], self._create)

    def _create(self, listing: NewListing) -> RemoteItem:
        _checked(mapping.problem_of_listing(listing))
        body = self._client.make("/v1/items", mapping.new_item(listing))
        if not body.get("id"):
            raise Ambiguous("Chợ Quê nhận mà không trả mã sản phẩm")
        return RemoteItem(str(body["id"]), (RemoteVariant(listing.item_sku, ""),))

    def resume(self, handles: Sequence[Mapping[str, Any]]) -> list[Outcome[RemoteItem]]:
        late = Rejected("không có việc đăng dở", code="no_handle", hint="Đăng lại sản phẩm.")
        return [Failed(late) for _ in handles]

    def cancel(self, handles: Sequence[Mapping[str, Any]]) -> list[Outcome[None]]:
        hint = "Gỡ sản phẩm khỏi gian hàng thay vì hủy."
        return [Failed(Rejected("Chợ Quê đăng ngay, không hủy được", hint=hint)) for _ in handles]

    def adopt(self, adoptions: Sequence[Adoption]) -> list[Outcome[RemoteItem]]:
        return _rows(adoptions, self._adopt)

    def _adopt(self, adoption: Adoption) -> RemoteItem:
        self._change(adoption.item, {"key": adoption.item_sku})
        return RemoteItem(adoption.item.remote_id, (RemoteVariant(adoption.item_sku, ""),))

    def update_variants(self, changes: Sequence[VariantsChange]) -> list[Outcome[RemoteItem]]:
        """A pack is an item: its name is the item's, and the worker splits the others."""
        return [Done(change.item) for change in changes]

    def update_content(self, changes: Sequence[ContentChange]) -> list[Outcome[None]]:
        return _rows(changes, self._update_content)

    def _update_content(self, change: ContentChange) -> None:
        content = composed_content(change.content)
        _checked(mapping.problem_of_content(content))
        self._change(change.item, mapping.content_fields(content))

    def set_price(self, changes: Sequence[PriceChange]) -> list[Outcome[VariantAnswers]]:
        return _rows(changes, lambda change: self._amount(change.item, "price", change.prices))

    def set_stock(self, changes: Sequence[StockChange]) -> list[Outcome[VariantAnswers]]:
        return _rows(changes, lambda change: self._amount(change.item, "stock", change.stock))

    def _amount(self, item: RemoteItem, field: str, wanted: Mapping[str, int]) -> VariantAnswers:
        ((sku, value),) = wanted.items()
        _checked(mapping.problem_of_amount(field, value))
        self._change(item, {field: value})
        return VariantAnswers(frozenset({sku}))

    def set_availability(self, changes: Sequence[AvailabilityChange]) -> list[Outcome[None]]:
        return _rows(changes, lambda change: self._change(change.item, {"shown": change.on}))

    def _change(self, item: RemoteItem, fields: dict[str, Any]) -> None:
        self._client.change(f"/v1/items/{item.remote_id}", fields)

    # --- reading ----------------------------------------------------------------------------

    def find_by_sku(self, skus: Sequence[str]) -> list[Outcome[tuple[FoundItem, ...]]]:
        return _rows(skus, self._find)

    def _find(self, sku: str) -> tuple[FoundItem, ...]:
        rows = self._client.read("/v1/items", [("key", sku)]).get("items") or ()
        return tuple(item for item in map(mapping.found_of, rows) if item.item_sku == sku)

    def read(self, remote_ids: Sequence[str], *, full: bool) -> list[Outcome[RemoteState]]:
        return _rows(remote_ids, lambda i: self._read(i, full=full))

    def _read(self, remote_id: str, *, full: bool) -> RemoteState:
        state = mapping.state_of(self._client.read(f"/v1/items/{remote_id}"))
        return state if full else replace(state, variants=())

    def changed_since(self, cursor: str | None) -> Changes:
        """Their feed numbers every change; a page ends with the number to go on from."""
        after = json.loads(cursor)["after"] if cursor else 0
        page = self._client.read("/v1/changes", [("after", str(after))])
        ids = tuple(str(i) for i in page.get("ids") or ())
        place = json.dumps({"after": int(needed(page, "next"))})
        return Changes(ids, place, more=bool(page.get("more")))

    def finish(self) -> None:
        return None
