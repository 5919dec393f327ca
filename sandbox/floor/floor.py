"""The floor itself: it fetches, takes or refuses rows, reviews, sells, and tells its sellers."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from sandbox.floor import export
from sandbox.floor.fetching import BadFile, Fetched, fetch, file_of, rows_of
from sandbox.floor.store import Store
from sandbox.floor.switches import Switches
from sandbox.floor.templates import TEMPLATES
from sandbox.floor.world import Item, Offer, Refusal, Shop, World
from sandbox.wire import Reply

DeedName = Literal["approve", "reject", "ban", "sell", "price", "stock", "on", "off", "delete"]


class Deed(BaseModel):
    """What a person does on the floor: its review desk, a buyer, the seller by hand."""

    model_config = ConfigDict(extra="forbid")

    shop_id: str
    sku: str
    deed: DeedName
    value: int = 1
    why: str = ""


class Unknown(ValueError):
    """No such shop, row or profile."""


class Floor:
    """The world behind the addresses. Callers hold one lock around every method."""

    def __init__(self, store: Store, switches: Switches, clock: Callable[[], float]) -> None:
        self.store = store
        self.world: World = store.load()
        self.switches = switches
        self.clock = clock
        self._given: dict[str, deque[Reply]] = {}
        """The last two different exports that each shop was given."""
        if switches.feed_url and "1" not in self.world.shops:
            self.add(Shop("1", switches.feed_url, switches.profile))

    def add(self, shop: Shop) -> None:
        """A shop tells where its files lie; again: from now on there."""
        if shop.profile not in TEMPLATES:
            raise Unknown(f"no profile '{shop.profile}': one of {', '.join(TEMPLATES)}")
        known = self.world.shops.get(shop.shop_id)
        if known is not None:
            shop.exported_at, shop.fetched_at = known.exported_at, known.fetched_at
        shop.url = shop.url.rstrip("/")
        self.world.keep_shop(shop)
        self.store.write(self.world)

    def shop(self, shop_id: str) -> Shop:
        if shop_id not in self.world.shops:
            raise Unknown(f"no shop '{shop_id}'")
        return self.world.shops[shop_id]

    # --- files ------------------------------------------------------------------------------

    def fetch_all(self) -> None:
        for shop_id in sorted(self.world.shops):
            self.fetch(shop_id)

    def fetch(self, shop_id: str) -> None:
        """Come for the shop's file, and take it in when it changed."""
        self.decide()
        shop = self.shop(shop_id)
        name = file_of(shop, self.switches.file)
        got = fetch(shop, name)
        changed: list[Item] = []
        refused: list[Refusal] = []
        shop.problem = ""
        before = self._body(shop)
        if got.status == 200:
            try:
                rows = rows_of(shop.profile, name, got.data, self.switches.domain)
                changed, refused = self._take(shop, rows)
                shop.etag, shop.modified = got.etag, got.modified
            except BadFile as bad:
                shop.problem = str(bad)
        self._came(shop, got, moved=self._body(shop) != before)
        self._journal(
            shop.shop_id,
            "GET",
            f"{shop.url}/{name}",
            changed,
            status=got.status,
            asks_change=got.status == 200,
            refused=[{"line": r.line, "sku": r.sku, "why": r.why} for r in refused],
            problem=shop.problem,
        )

    def _came(self, shop: Shop, got: Fetched, *, moved: bool) -> None:
        """The export is made anew after a visit that reached the file; whether it is younger
        then, although it says the same, is doubtful."""
        now = self.clock()
        shop.fetched_at = now
        younger = moved or shop.exported_at is None or self.switches.moves == "every_fetch"
        if got.status in (200, 304) and not shop.problem and younger:
            shop.exported_at = now
        self.world.keep_shop(shop)

    def _take(
        self, shop: Shop, rows: Sequence[Offer | Refusal]
    ) -> tuple[list[Item], list[Refusal]]:
        """The file says everything: a row that is not in it is taken off (feeds.md 5)."""
        named = {row.sku for row in rows}
        refused = [row for row in rows if isinstance(row, Refusal)]
        changed = [self._list(shop, row) for row in rows if isinstance(row, Offer)]
        changed += [self._refuse(shop, row) for row in refused if row.sku]
        for item in self.world.of_shop(shop.shop_id):
            if item.sku not in named and item.state != "deleted":
                changed.append(self._keep(replace(item, state="deleted", reason="", by_hand="")))
        return [item for item in changed if item is not None], refused

    def _list(self, shop: Shop, row: Offer) -> Item | None:
        """Take a row over, whatever a person made of it meanwhile: a file says everything
        (feeds.md 5). None when it shows what it showed."""
        known = self.world.items.get((shop.shop_id, row.sku))
        item = known or Item(
            self.world.next_id(), shop.shop_id, row.sku, row.title, row.price, row.stock, row.on,
            "", "", "hidden",
        )  # fmt: skip
        new = row.digest != item.digest or known is None or item.state == "deleted"
        restated = self.switches.restock == "always" or row.stock != item.stock
        fresh = replace(
            item, title=row.title, price=row.price, stock=row.stock, on=row.on,
            link=row.link or f"https://floor.example/{shop.shop_id}/{item.item_id}",
            digest=row.digest, sold=0 if restated else item.sold,
            by_hand="", verdict="" if new else item.verdict,
            review_ends=self._review_ends(item, row, new=new),
        )  # fmt: skip
        fresh = _settled(fresh)
        return None if fresh == known else self._keep(fresh)

    def _review_ends(self, item: Item, row: Offer, *, new: bool) -> float | None:
        """A new or edited row waits for the desk; one that only hides does not."""
        if new and row.on and self.switches.review_s is not None:
            return self.clock() + self.switches.review_s
        return None if new else item.review_ends

    def _refuse(self, shop: Shop, row: Refusal) -> Item | None:
        """A row with a mistake is off sale until the file is mended."""
        known = self.world.items.get((shop.shop_id, row.sku))
        item = known or Item(
            self.world.next_id(), shop.shop_id, row.sku, "", 0, 0, False, "", "", "hidden"
        )
        fresh = replace(item, state="rejected", reason=row.why, digest="", review_ends=None)
        return None if fresh == known else self._keep(fresh)

    def _keep(self, item: Item) -> Item:
        self.world.keep(item)
        return item

    # --- people and time --------------------------------------------------------------------

    def decide(self) -> None:
        """Let the review desk catch up with the clock."""
        now = self.clock()
        due = [
            item
            for item in self.world.items.values()
            if item.review_ends is not None and item.review_ends <= now
        ]
        by_shop: dict[str, list[Item]] = {}
        for item in due:
            fresh = self._keep(_settled(replace(item, review_ends=None)))
            by_shop.setdefault(item.shop_id, []).append(fresh)
        for shop_id, items in by_shop.items():
            self._moved(shop_id)
            self._journal(shop_id, "", "decide", items)

    def do(self, deed: Deed) -> Item:
        """One deed of a person."""
        self.decide()
        item = self.world.items.get((deed.shop_id, deed.sku))
        if item is None:
            raise Unknown(f"no row '{deed.sku}' in shop '{deed.shop_id}'")
        fresh = self._keep(_settled(_DEEDS[deed.deed](item, deed)))
        self._moved(deed.shop_id)
        self._journal(deed.shop_id, "", deed.deed, [fresh])
        return fresh

    def _moved(self, shop_id: str) -> None:
        shop = self.shop(shop_id)
        if shop.exported_at is not None:
            shop.exported_at = self.clock()
            self.world.keep_shop(shop)

    def _journal(
        self, shop_id: str, method: str, path: str, items: Sequence[Item], **more: Any
    ) -> None:
        entry = {
            "seq": self.store.next_seq(),
            "at": datetime.fromtimestamp(self.clock(), UTC).isoformat(),
            "shop_id": shop_id,
            "method": method,
            "path": path,
            "status": 0,
            "asks_change": False,
            "effect": [item.shown() for item in items],
            **more,
        }
        self.store.write(self.world, entry)

    # --- the export -------------------------------------------------------------------------

    def answer(
        self, shop_id: str, method: str, path: str, headers: dict[str, str], fault: str = ""
    ) -> Reply:
        """The export of a shop, or why not; "shortened" or "stale" by a fault."""
        self.decide()
        reply = self._export(self.world.shops.get(shop_id), method, headers, fault)
        known = shop_id if shop_id in self.world.shops else ""
        self._journal(known, method, path, (), status=reply.status)
        return reply

    def _export(self, shop: Shop | None, method: str, headers: dict[str, str], fault: str) -> Reply:
        if shop is None or method != "GET":
            return Reply(404, b'{"error":"not found"}')
        if shop.token and headers.get("authorization") != f"Bearer {shop.token}":
            return Reply(401, b'{"error":"bad token"}')
        if shop.exported_at is None:
            return Reply(404, b'{"error":"no file was read yet"}')
        given = self._given.setdefault(shop.shop_id, deque(maxlen=2))
        if fault == "stale" and given:
            return given[0]
        body, kind = self._body(shop, short=fault == "shortened")
        marks = self._marks(shop, body)
        sent = tuple(marks.items())
        if _is_same(marks, headers):
            return Reply(304, b"", kind, sent)
        reply = Reply(200, body, kind, sent)
        if fault != "shortened" and reply not in given:
            given.append(reply)
        return reply

    def _body(self, shop: Shop, *, short: bool = False) -> tuple[bytes, str]:
        items = self.world.of_shop(shop.shop_id)
        return export.made(items[: len(items) // 3] if short else items, self.switches)

    def _marks(self, shop: Shop, body: bytes) -> dict[str, str]:
        """What names this version of the export."""
        at = datetime.fromtimestamp(int(shop.exported_at or 0), UTC)
        every = {
            "ETag": f'"{hashlib.sha256(body).hexdigest()[:20]}"',
            "Last-Modified": format_datetime(at, usegmt=True),
        }
        wanted = {
            "both": (*every,),
            "etag": ("ETag",),
            "modified": ("Last-Modified",),
            "nothing": (),
        }
        return {name: every[name] for name in wanted[self.switches.marks]}


def _is_same(marks: dict[str, str], headers: dict[str, str]) -> bool:
    """The caller has this version. As RFC 9110 has it, the ETag alone decides when it is asked
    for."""
    if "if-none-match" in headers and "ETag" in marks:
        return headers["if-none-match"] == marks["ETag"]
    if "if-modified-since" in headers and "Last-Modified" in marks:
        asked = parsedate_to_datetime(headers["if-modified-since"])
        return parsedate_to_datetime(marks["Last-Modified"]) <= asked
    return False


def _settled(item: Item) -> Item:
    """The state that follows from what the row, the desk and people said."""
    if item.by_hand:
        return replace(item, state=item.by_hand)
    if item.verdict in ("rejected", "banned"):
        return replace(item, state=item.verdict)
    if not item.on:
        return replace(item, state="hidden", reason="")
    if item.review_ends is not None:
        return replace(item, state="review", reason="")
    return replace(item, state="live", reason="")


_DEEDS: dict[str, Callable[[Item, Deed], Item]] = {
    "approve": lambda item, deed: replace(item, verdict="approved", reason="", review_ends=None),
    "reject": lambda item, deed: replace(
        item, verdict="rejected", reason=deed.why or "Không duyệt", review_ends=None
    ),
    "ban": lambda item, deed: replace(
        item, verdict="banned", reason=deed.why or "Vi phạm quy định", review_ends=None
    ),
    "sell": lambda item, deed: replace(item, sold=item.sold + deed.value),
    "price": lambda item, deed: replace(item, price=deed.value),
    "stock": lambda item, deed: replace(item, stock=deed.value, sold=0),
    "on": lambda item, deed: replace(item, by_hand="live"),
    "off": lambda item, deed: replace(item, by_hand="hidden"),
    "delete": lambda item, deed: replace(item, by_hand="deleted"),
}
