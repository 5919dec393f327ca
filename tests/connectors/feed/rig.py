"""What the floors bring to the conformance kit: a floor that fetches, and a web server before
the shop's public files.

A row that was made and never switched on is in no file: it stands in the shop's own folder only,
and the bench tells it from there. ``pass_time`` lets the floor come for the files.
"""

from __future__ import annotations

import atexit
import os
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Literal

from connectors.conformance.rig import Deed, Fault, Refusal, Seen, SeenPack
from connectors.contract import Account, Credentials
from connectors.errors import (
    AuthRefused,
    ChannelError,
    ProtocolError,
    RateLimited,
    Unavailable,
)
from connectors.feed.channels import San24h
from connectors.feed.connector import FeedConnector
from connectors.http import Http
from sandbox.floor import Fault as FloorFault
from sandbox.floor import FloorSandbox, switched
from sandbox.serving import serving
from tests.connectors.feed.static import PREFIX, Static

MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 (a folder in it)
"""Where a file that is written to the disk need not wait for one."""

SHOP, TOKEN = "htx-nam-the", "floor-token-0001"

_KINDS = {
    Fault.RATE_LIMITED: {"kind": "rate"},
    Fault.RATE_LIMITED_UNTIL: {"kind": "rate", "retry_after": 7},
    Fault.UNAVAILABLE: {"kind": "outage"},
    Fault.RESET_BEFORE: {"kind": "reset_before"},
    Fault.REDIRECT: {"kind": "redirect", "location": "http://127.0.0.1:9/"},
    Fault.BAD_GATEWAY: {"kind": "outage_after"},
    Fault.LOST_ANSWER: {"kind": "reset_after"},
    Fault.NEVER: {"kind": "silent", "seconds": 30},
    Fault.SLOW: {"kind": "slow", "seconds": 60},
    Fault.TRUNCATED: {"kind": "truncated"},
    Fault.MALFORMED: {"kind": "malformed"},
    Fault.HTML: {"kind": "html"},
    Fault.ARRAY: {"kind": "array"},
    Fault.UNKNOWN_FIELDS: {"kind": "unknown_fields"},
    Fault.SHORTENED: {"kind": "shortened"},
    Fault.CLIPPED: {"kind": "clipped"},
    Fault.STALE: {"kind": "stale"},
}
_CALLS = ("", "check", "read", "changed_since", "find_by_sku")
"""Verbs that call the floor; the others write to the shop's own folder."""


_STATUSES: tuple[tuple[int, type[ChannelError]], ...] = (
    (401, AuthRefused), (403, AuthRefused), (429, RateLimited), (408, Unavailable),
    (500, Unavailable), (503, Unavailable), (400, ProtocolError), (410, ProtocolError),
)  # fmt: skip
"""What a floor may answer instead of its export. It has no form of its own for that: the status
alone decides (san24h.md)."""


class _Front:
    """One server for all benches of a process: their starts are most of the time of a test."""

    def __init__(self) -> None:
        self._apps: dict[str, Any] = {}
        self._url = ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        _, bench, rest = scope["path"].split("/", 2)
        await self._apps[bench]({**scope, "path": f"/{rest}"}, receive, send)

    @contextmanager
    def served(self, app: Any) -> Iterator[str]:
        """The address under which ``app`` stands alone."""
        if not self._url:
            server = serving(self)
            atexit.register(server.__exit__, None, None, None)
            self._url = server.__enter__()
        name = str(next(_NUMBERS))
        self._apps[name] = app
        try:
            yield f"{self._url}/{name}"
        finally:
            del self._apps[name]


_NUMBERS = count()
_served = _Front().served


class FeedBench:
    """One open floor with one connected shop."""

    def __init__(
        self,
        kind: type[FeedConnector],
        words: Sequence[str],
        folder: Path,
        stack: ExitStack,
    ) -> None:
        self._kind = kind
        self._moment = datetime.now(UTC).replace(microsecond=0)
        self.folder = folder
        (folder / "public").mkdir(parents=True)
        self._switches = switched(words)
        self.floor = FloorSandbox(None, self._switches, self.now)
        stack.callback(self.floor.close)
        self.static = Static(folder / "public", self.floor.app)
        self._url = stack.enter_context(_served(self.static))
        self._public = f"{self._url}{PREFIX}"
        self.floor.add_shop(SHOP, self._public, kind.profile.channel, token=TOKEN)
        self._settings = dict(self.connector(self._account({})).check().settings)

    def now(self) -> datetime:
        return self._moment

    def pass_time(self, seconds: float) -> None:
        self._moment += timedelta(seconds=seconds)
        self.floor.fetch()

    def connector(self, account: Account | None = None) -> FeedConnector:
        return self._kind(account or self.account(), Http(), self.now)

    def account(self) -> Account:
        return self._account(self._settings)

    def _account(self, settings: Mapping[str, object]) -> Account:
        return Account(
            shop_key=SHOP,
            base_url=f"{self._url}/{SHOP}",
            credentials=Credentials(token=TOKEN, site="ocop.example.vn"),
            settings=settings,
            folder=self.folder,
            public_url=self._public,
        )

    def wrong_account(self) -> Account:
        """The token is for reading the export alone: writing goes to the connection's own
        folder."""
        return replace(
            self.account(),
            credentials=Credentials(token="not-this-one", site="ocop.example.vn"),
            folder=self.folder / "wrong",
        )

    def category(self) -> str:
        paths = list(self._kind.profile.places)
        return "Thực phẩm > Thực phẩm khô" if "Thực phẩm" not in paths else "Thực phẩm"

    def spoil(self, fault: Fault, *, verb: str = "", after: int = 0, times: int = 1) -> bool:
        if fault not in _KINDS or verb not in _CALLS:
            return False
        if fault in self._looks_right():
            return False
        spec = {**_KINDS[fault], "after": after, "times": times}
        self.floor.spoil(FloorFault.model_validate(spec))
        return True

    def refuse(self, refusal: Refusal) -> None:
        self.floor.spoil(
            FloorFault(kind="answer", times=None, status=refusal.status, body=refusal.body)
        )

    def _looks_right(self) -> Iterator[Fault]:
        """What nobody could tell from a good answer in this world."""
        if self._switches.marks in ("etag", "nothing"):
            yield Fault.STALE
        if self._switches.export == "xlsx" or not self._switches.last_newline:
            yield Fault.CLIPPED

    def heal(self) -> None:
        self.floor.heal()

    def asked_changes(self) -> int:
        """Files that the floor was given anew: the only way to ask it for a change."""
        return sum(bool(entry["asks_change"]) for entry in self.floor.journal())

    def stands(self) -> Sequence[Seen]:
        """What the floor holds once it has looked at the files, and rows that are in no file from
        the shop's own folder."""
        self.floor.fetch()
        there = [
            Seen(
                remote_id=item.sku,
                item_sku=item.sku,
                on_sale=item.state == "live",
                title=item.title,
                packs={item.sku: SeenPack(item.price, item.stock)},
            )
            for item in self.floor.items(SHOP)
            if item.state != "deleted"
        ]
        known = {seen.remote_id for seen in there}
        return [*there, *(seen for seen in self._waiting() if seen.remote_id not in known)]

    def _waiting(self) -> Iterator[Seen]:
        with sqlite3.connect(self.folder / "feed.sqlite3") as db:
            rows = db.execute(
                "select sku, item_sku, json_extract(body, '$[0].title'), price, stock from row"
                " where sent_digest is null and not lost"
            )
            for sku, item_sku, title, price, stock in rows:
                yield Seen(sku, item_sku, False, title, {sku: SeenPack(price, stock)})
        db.close()

    def decide(self, sku: str, verdict: Literal["approve", "reject", "ban"], why: str = "") -> bool:
        """False too for a row that is in no file: no desk ever saw it."""
        if sku not in {item.sku for item in self.floor.items(SHOP)}:
            return False
        self.floor.do(SHOP, verdict, sku, why=why)
        return True

    def by_hand(self, sku: str, deed: Deed, value: int = 0) -> bool:
        """False: a floor whose export leaves out what is hidden tells it like a deletion."""
        if deed == "off" and self._switches.hidden == "omitted":
            return False
        self.floor.do(SHOP, deed, sku, value=value)
        return True


class FeedRig:
    """``answers``: every doubtful fact of how a floor reads files and answers (those that do not
    touch one another together), or the named ones.
    A floor keys its rows by SKU."""

    fixed = frozenset({"sku"})
    refusals = tuple(
        Refusal(status, {"error": "Words."}, kind, verb="read") for status, kind in _STATUSES
    )
    every: Mapping[str, Sequence[str]] = {
        "likeliest": (),
        "second file": ("file=1",),
        "review; xlsx export; short heads; etag only": (
            "review_s=60", "export=xlsx", "heads=short", "title_line=true", "marks=etag",
        ),
        "semicolons; english; modified only": (
            "export=semicolon", "heads=english", "words=en", "marks=modified",
        ),
        "more columns; amounts with dots; no validators; delisted shown": (
            "heads=extra", "amounts=dots", "marks=nothing", "gone=shown",
        ),
        "hidden left out; stock kept; no last newline": (
            "hidden=omitted", "restock=on_change", "last_newline=false",
        ),
    }  # fmt: skip

    def __init__(
        self, connector: type[FeedConnector] = San24h, answers: Sequence[str] = ()
    ) -> None:
        self.connector = connector
        self.answers = {name: self.every[name] for name in answers or self.every}

    @contextmanager
    def open(self, words: Sequence[str]) -> Iterator[FeedBench]:
        with ExitStack() as stack:
            place = tempfile.TemporaryDirectory(prefix="ocop-feed-", dir=MEMORY)
            folder = Path(stack.enter_context(place))
            yield FeedBench(self.connector, words, folder, stack)
