"""Reading products back, and which changed (docs: "Reading")."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from connectors.contract import Changes, Done, Failed, Outcome, RemoteState, RemoteStatus
from connectors.errors import ChannelError, NotFound, ProtocolError
from connectors.woocommerce.answers import (
    PRODUCT_FIELDS,
    TRASH,
    VARIATION_FIELDS,
    Row,
    Variation,
    int_of,
    is_variable,
    state_of,
    status_of,
    variation_of,
)
from connectors.woocommerce.capabilities import ROWS_MAX
from connectors.woocommerce.client import Client, Page

OVERLAP_S = 60
"""Seconds by which a reading of the change list reaches back into the one before it: a change
may become visible a little after the moment that it bears."""


class Reader:
    """Reads of one shop."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def read(self, remote_ids: Sequence[str], *, full: bool) -> list[Outcome[RemoteState]]:
        """One outcome an id; price and stock of each pack only when ``full``."""
        try:
            rows = self.products(remote_ids)
        except ChannelError as error:
            return [Failed(error) for _ in remote_ids]
        return [self._state(i, rows.get(i), full=full) for i in remote_ids]

    def _state(self, remote_id: str, row: Row | None, *, full: bool) -> Outcome[RemoteState]:
        if row is None:
            return Failed(unknown(remote_id))
        try:
            if not full or status_of(row) is RemoteStatus.MISSING:
                return Done(state_of(row))
            return Done(state_of(row, self.variations(row)))
        except ChannelError as error:
            return Failed(error)

    def products(self, remote_ids: Iterable[str]) -> dict[str, Row]:
        """Products by id, those in the trash too (a listing of ids leaves both unknown ones and
        trashed ones out)."""
        return self._by_id(remote_ids, "any", TRASH)

    def living(self, remote_ids: Iterable[str]) -> dict[str, Row]:
        """Products by id that may be written to. What lies in the trash is gone to people, and
        a write with a status would bring it back without its packs."""
        return self._by_id(remote_ids, "any")

    def _by_id(self, remote_ids: Iterable[str], *statuses: str) -> dict[str, Row]:
        """Looked for in each status what was in none before it."""
        wanted = sorted({i for i in remote_ids if i.isdigit()}, key=int)
        found: dict[str, Row] = {}
        for status in statuses:
            missed = [i for i in wanted if i not in found]
            for start in range(0, len(missed), ROWS_MAX):
                found |= self._included(missed[start : start + ROWS_MAX], status)
        return found

    def product(self, remote_id: str) -> Row:
        """One that may be written to. Raises NotFound."""
        row = self.living([remote_id]).get(remote_id)
        if row is None:
            raise unknown(remote_id)
        return row

    def _included(self, ids: Sequence[str], status: str) -> dict[str, Row]:
        query = [
            ("include", ",".join(ids)),
            ("status", status),
            ("per_page", str(ROWS_MAX)),
            ("_fields", PRODUCT_FIELDS),
        ]
        rows = {str(int_of(r.get("id"))): r for r in self._client.page("products", query).rows}
        return {i: rows[i] for i in ids if i in rows}

    def variations(self, row: Row) -> list[Variation]:
        """The packs of a product, none of one that has no variations."""
        if not is_variable(row):
            return []
        path = f"products/{int_of(row.get('id'))}/variations"
        rows = self._client.all(path, [("_fields", VARIATION_FIELDS)])
        sku = str(row.get("sku") or "")
        return [variation_of(r, sku) for r in rows if r.get("status") != TRASH]

    def by_sku(self, skus: Sequence[str], status: str) -> list[Row]:
        """Products and variations, mixed, that carry one of these SKUs."""
        query = [
            ("sku", ",".join(skus)),
            ("status", status),
            ("_fields", f"{PRODUCT_FIELDS},parent_id"),
        ]
        return self._client.all("products", query)

    # --- which changed ----------------------------------------------------------------------

    def changed_since(self, cursor: str | None) -> Changes:
        """One page of products in the order of their changes, then those that went into the
        trash. A pack's change moves its parent, so packs need no walk of their own.

        The walk goes on from the last moment seen, not by page numbers: what changes meanwhile
        moves to the end, and would make what follows it skip a page.
        """
        place = _place(cursor)
        page = self._page(place)
        rows = page.rows
        ids = tuple(str(int_of(row.get("id"))) for row in rows)
        seen = [at for row in rows if (at := _moment(row))]
        newest = max([*seen, *([place["newest"]] if place["newest"] else [])], default=None)
        place = {**place, "newest": newest}
        if page.goes_on(place["page"], ROWS_MAX):
            return Changes(ids, _text(_onward(place, seen)), more=True)
        if place["status"] == "any" and place["start"]:
            trash = {**place, "status": TRASH, "since": place["start"], "page": 1}
            return Changes(ids, _text(trash), more=True)
        start = _earlier(newest, OVERLAP_S) if newest else place["start"]
        return Changes(ids, _text(_fresh(start)), more=False)

    def _page(self, place: Mapping[str, Any]) -> Page:
        query = [
            ("orderby", "modified"),
            ("order", "asc"),
            ("status", place["status"]),
            ("per_page", str(ROWS_MAX)),
            ("page", str(place["page"])),
            ("_fields", "id,date_modified_gmt"),
        ]
        if place["since"]:
            query += [("modified_after", place["since"]), ("dates_are_gmt", "true")]
        return self._client.page("products", query)


def unknown(remote_id: str) -> NotFound:
    return NotFound(f"cửa hàng không có sản phẩm {remote_id}")


def _fresh(start: str | None) -> dict[str, Any]:
    """The beginning of a walk over what changed after ``start``; None: over everything, where
    the trash is no news."""
    return {"start": start, "since": start, "page": 1, "status": "any", "newest": None}


def _place(cursor: str | None) -> dict[str, Any]:
    if not cursor:
        return _fresh(None)
    try:
        place = orjson.loads(cursor)
        return {name: place[name] for name in _fresh(None)}
    except (ValueError, KeyError, TypeError):
        raise ProtocolError("con trỏ đọc thay đổi không đúng", code="cursor") from None


def _onward(place: Mapping[str, Any], seen: Sequence[str]) -> dict[str, Any]:
    """After a page that is not the last: from a second before its last moment; by page number only
    while that moment fills whole pages, or nothing of one was shown."""
    since = _earlier(max(seen), 1) if seen else place["since"]
    if since == place["since"] or (place["since"] and since < place["since"]):
        return {**place, "page": place["page"] + 1}
    return {**place, "since": since, "page": 1}


def _moment(row: Row) -> str | None:
    """``date_modified_gmt`` as the shop writes it, without a zone; None when it is not told."""
    text = str(row.get("date_modified_gmt") or "")[:19]
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return None
    return text


def _earlier(moment: str, seconds: int) -> str:
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC) - timedelta(seconds=seconds)
    return at.strftime("%Y-%m-%dT%H:%M:%S")


def _text(place: Mapping[str, Any]) -> str:
    return orjson.dumps(place).decode()
