"""Reading products: by id, by the seller's SKU, and which changed (3.8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import orjson

from connectors.contract import (
    Changes,
    Clock,
    Done,
    Failed,
    Outcome,
    RemoteState,
    RemoteStatus,
    RemoteVariantState,
)
from connectors.errors import ChannelError, NotFound, ProtocolError
from connectors.tiki.capabilities import PAGE
from connectors.tiki.client import Client
from connectors.tiki.fields import (
    first,
    flag,
    from_stamp,
    inner,
    last_page,
    local,
    rows,
    stamp,
    text_of,
    whole,
    wire_id,
)
from connectors.tiki.words import reason_of

Row = Mapping[str, Any]

OVERLAP = timedelta(minutes=2)
"""Times are whole seconds and local: the next walk looks back so far (4.1)."""

FRESH_S = 60
"""So long a list price that was read is believed: about a drain of the worker."""

_HIDDEN = "Tiki đã ẩn sản phẩm này"


class Products:
    def __init__(self, client: Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._list_prices: dict[str, tuple[int, int]] = {}
        """Product id → when it was read, list price."""

    def list_price(self, product_id: str) -> int:
        """The list price, đồng, of a product that was read just now; 0 when none is known."""
        at, amount = self._list_prices.get(product_id, (0, 0))
        return amount if stamp(self._clock()) - at < FRESH_S else 0

    def read(self, remote_ids: Sequence[str]) -> list[Outcome[RemoteState]]:
        """One call a product: only a single product's answer holds its stock for certain."""
        return [self._read(remote_id) for remote_id in remote_ids]

    def _read(self, remote_id: str) -> Outcome[RemoteState]:
        try:
            return Done(state_of(self.row(remote_id)))
        except ChannelError as error:
            return Failed(error)

    def row(self, product_id: str) -> Row:
        """Raises NotFound for an id that Tiki does not know."""
        if not product_id.isdigit():
            raise NotFound(f"'{product_id}' không phải mã sản phẩm của Tiki")
        row = self._client.one(f"v2.1/products/{product_id}", [("include", "inventory")])
        found = _unwrapped(row)
        if not found:
            raise ProtocolError(f"Tiki: câu trả lời về sản phẩm {product_id} không có mã sản phẩm")
        amount = whole(found[0].get("market_price")) or 0
        self._list_prices[product_id] = (stamp(self._clock()), amount)
        return found[0]

    def by_sku(self, sku: str) -> list[Row]:
        """Products whose ``original_sku`` is just this, whatever their state."""
        for version in ("v2.1", "v2"):
            try:
                body = self._client.get(f"{version}/products/findBy", [("original_sku", sku)])
            except NotFound:
                continue
            found = _unwrapped(body)
            return [row for row in found if str(row.get("original_sku", sku)) == sku]
        return []

    def switch_sku(self, product_id: str, sku: str) -> None:
        """Give a product the seller's code ``sku``; an endpoint of its own (trap 16)."""
        body = {"product_id": wire_id(product_id), "original_sku": sku}
        try:
            self._client.absolute("POST", "v1/products/updateOriginalSku", body)
        except NotFound:
            self._client.absolute("POST", "v2/products/updateOriginalSku", body)

    def changed_since(self, cursor: str | None) -> Changes:
        """One page of products changed since; without a cursor, of all."""
        place = _place(cursor)
        page = place.get("page", 1)
        begun = place.get("begun") or stamp(self._clock())
        query = [("page", str(page)), ("limit", str(PAGE))]
        if place.get("since"):
            query.append(("updated_from_date", local(from_stamp(place["since"]))))
        body = self._client.get("v2.1/products", query)
        found = rows(body)
        ids = tuple(i for row in found if (i := id_of(row)))
        last = last_page(body)
        if page < last if last is not None else len(found) == PAGE:
            return Changes(ids, _text({**place, "begun": begun, "page": page + 1}), more=True)
        since = begun - int(OVERLAP.total_seconds())
        return Changes(ids, _text({"since": since}), more=False)


def _place(cursor: str | None) -> dict[str, Any]:
    try:
        place = orjson.loads(cursor) if cursor else {}
    except ValueError:
        return {}
    return place if isinstance(place, dict) else {}


def _text(place: Mapping[str, Any]) -> str:
    return orjson.dumps(place).decode()


def _unwrapped(body: Any) -> list[Row]:
    """The products of an answer: one object, a list, or either under ``data`` (3.8)."""
    if isinstance(body, dict) and not id_of(body):
        body = body.get("data")
    if isinstance(body, dict):
        return [body] if id_of(body) else []
    return [row for row in inner(body) if id_of(row)]


# --- one product -----------------------------------------------------------------------------


def id_of(row: Row) -> str:
    """``product_id`` in some answers, ``id`` in others (3.8)."""
    value = whole(first(row, "product_id", "id"))
    return "" if value is None else str(value)


def state_of(row: Row) -> RemoteState:
    product_id = id_of(row)
    sku = text_of(row, "original_sku")
    pack = RemoteVariantState(
        sku=sku,
        remote_id=product_id,
        price_vnd=whole(row.get("price")),
        stock=_available(row),
    )
    status = status_of(row)
    return RemoteState(
        remote_id=product_id,
        status=status,
        reason=_reason(row) if status is RemoteStatus.BANNED else "",
        item_sku=sku,
        title=text_of(row, "name"),
        variants=(pack,),
    )


def status_of(row: Row) -> RemoteStatus:
    """What Tiki hid is not ours to switch on; else ``active``, as a number or a text (3.8)."""
    if flag(row.get("is_hidden")) or whole(row.get("status")) == 3:
        return RemoteStatus.BANNED
    on = flag(first(row, "active", "status"))
    return RemoteStatus.LIVE if on else RemoteStatus.UNLISTED


def _reason(row: Row) -> str:
    said = reason_of(first(row, "hidden_reason", "hide_reason", "reason", "reasons"))
    return said or _HIDDEN


def _available(row: Row) -> int | None:
    """``quantity_available``: what was written, goods reserved for orders among it (3.6)."""
    block = row.get("inventory")
    places = [block, row] if isinstance(block, dict) else [*inner(block)[:1], row]
    for name in ("quantity_available", "qty_available", "quantity"):
        for place in places:
            if (units := whole(place.get(name))) is not None:
                return units
    return None
