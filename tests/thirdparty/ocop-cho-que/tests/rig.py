"""The floor as the conformance kit drives it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from ocop_cho_que.connector import ChoQueConnector
from ocop_cho_que.sandbox import Fault as Spoilt
from ocop_cho_que.sandbox import Floor, Item, serving

from connectors.conformance.rig import Bench, Deed, Fault, Refusal, Seen, SeenPack
from connectors.contract import Account, Connector, Credentials
from connectors.errors import AuthRefused, NotFound, Rejected

KEY = "chia-khoa-cua-htx"

CALLS: Mapping[str, tuple[str, ...]] = {
    "": ("",),
    "check": ("GET /v1/me",),
    "categories": ("GET /v1/kinds",),
    "upload_images": ("POST /v1/photos",),
    "create": ("POST /v1/items",),
    "find_by_sku": ("GET /v1/items",),
    "read": ("GET /v1/items/",),
    "changed_since": ("GET /v1/changes",),
    **dict.fromkeys(
        ("adopt", "update_content", "set_price", "set_stock", "set_availability"),
        ("PATCH /v1/items/",),
    ),
}
"""Verb → the beginnings of the calls that it makes."""

KINDS = {
    Fault.RATE_LIMITED: "rate", Fault.RATE_LIMITED_UNTIL: "rate", Fault.UNAVAILABLE: "outage",
    Fault.RESET_BEFORE: "reset_before", Fault.REDIRECT: "redirect", Fault.LOST_ANSWER: "lost",
    Fault.BAD_GATEWAY: "bad_gateway", Fault.NEVER: "never", Fault.SLOW: "slow",
    Fault.TRUNCATED: "truncated", Fault.MALFORMED: "malformed", Fault.HTML: "html",
    Fault.ARRAY: "array", Fault.UNKNOWN_FIELDS: "unknown_fields",
}  # fmt: skip


class ChoQueBench:
    def __init__(self, floor: Floor, url: str) -> None:
        self._floor, self._url = floor, url
        self._moment = datetime.now(UTC)

    def now(self) -> datetime:
        return self._moment

    def pass_time(self, seconds: float) -> None:
        self._moment += timedelta(seconds=seconds)

    def account(self) -> Account:
        return Account("thu", self._url, Credentials(api_key=KEY))

    def wrong_account(self) -> Account:
        return replace(self.account(), credentials=Credentials(api_key="chia-khoa-cu"))

    def category(self) -> str:
        return "kho"

    def spoil(self, fault: Fault, *, verb: str = "", after: int = 0, times: int = 1) -> bool:
        if fault not in KINDS:
            return False
        wait = 7 if fault is Fault.RATE_LIMITED_UNTIL else None
        with self._floor.lock:
            self._floor.faults.append(Spoilt(KINDS[fault], CALLS[verb], after, times, wait))
        return True

    def refuse(self, refusal: Refusal) -> None:
        calls, lasting = CALLS[refusal.verb], 10_000
        with self._floor.lock:
            self._floor.faults.append(
                Spoilt("answer", calls, times=lasting, status=refusal.status, body=refusal.body)
            )

    def heal(self) -> None:
        with self._floor.lock:
            self._floor.faults.clear()

    def asked_changes(self) -> int:
        return self._floor.asked

    def stands(self) -> Sequence[Seen]:
        with self._floor.lock:
            return [
                Seen(str(i.id), i.key, i.shown, i.title, {i.key: SeenPack(i.price, i.stock)})
                for i in self._floor.items.values()
            ]

    def decide(self, sku: str, verdict: Literal["approve", "reject", "ban"], why: str = "") -> bool:
        return False

    def by_hand(self, sku: str, deed: Deed, value: int = 0) -> None:
        with self._floor.lock:
            (item,) = [i for i in self._floor.items.values() if i.key == sku]
            self._do(item, deed, value)
            self._floor.changes.append(item.id)

    def _do(self, item: Item, deed: Deed, value: int) -> None:
        match deed:
            case "price":
                item.price = value
            case "stock":
                item.stock = value
            case "sell":
                item.stock -= value
            case "off":
                item.shown = False
            case "delete":
                del self._floor.items[item.id]


def _refusals() -> Iterator[Refusal]:
    """The floor names the field; it has few codes."""
    fields = {
        "key": "item_sku", "title": "title", "text": "description", "kind": "category",
        "photos": "images", "price": "price", "stock": "stock", "grams": "weight", "": "",
    }  # fmt: skip
    for theirs, ours in fields.items():
        body = {"error": "bad_value", "field": theirs, "message": "too long"}
        yield Refusal(400, body, Rejected, ours)
    for status, kind in ((401, AuthRefused), (403, AuthRefused), (404, NotFound)):
        yield Refusal(status, {"error": "no", "message": "no"}, kind)


class ChoQueRig:
    connector: type[Connector] = ChoQueConnector
    refusals = tuple(_refusals())
    answers: Mapping[str, Sequence[str]] = {
        "one item a key": (),
        "two items a key": ("two",),
    }

    @contextmanager
    def open(self, words: Sequence[str]) -> Iterator[Bench]:
        floor = Floor(KEY, unique_keys="two" not in words)
        with serving(floor) as url:
            yield ChoQueBench(floor, url)
