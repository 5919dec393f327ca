"""The registry office: the book brought to today at the first start, then edits and walks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sandbox.registry import pictures, view
from sandbox.registry.book import read_book
from sandbox.registry.dates import BOOK_DAY, day_of, moved, office_hour, printed
from sandbox.registry.edits import Desk, Edit
from sandbox.registry.errors import Refused
from sandbox.registry.store import Store, Version
from sandbox.registry.walk import CURSOR_LIFE, Place, asked, page_of

Clock = Callable[[], datetime]


class Office:
    """``today`` is the day that the book's day is moved to, at the first start of ``home`` only;
    ``clock`` (aware UTC) says what moment it is."""

    def __init__(self, home: Path | None, today: date, clock: Clock) -> None:
        self.store = Store(home)
        self.clock = clock
        if self.store.newest_seq() == 0:
            self._enter_book(today)
        self.anchor = date.fromisoformat(self._fact("anchor"))
        self._opened = datetime.fromisoformat(self._fact("opened_at"))
        products = [version.product for version in self.store.view(self.store.newest_seq())]
        self._districts = frozenset(p["producer"]["address"]["old_district"] for p in products)

    def _enter_book(self, today: date) -> None:
        """One transaction, so that a kill in the middle leaves an empty registry, not half."""
        days = (today - BOOK_DAY).days
        products = [moved(product, days) for product in read_book()]
        entered = sorted(
            ((self._entry_moment(product), product["code"], product) for product in products),
            key=lambda one: one[:2],
        )
        with self.store.transaction():
            self.store.set_fact("anchor", today.isoformat())
            self.store.set_fact("opened_at", max(self.clock(), entered[-1][0]).isoformat())
            for at, code, product in entered:
                self.store.append(code, 1, at, "entered", product)

    @staticmethod
    def _entry_moment(product: dict[str, Any]) -> datetime:
        return office_hour(date.fromisoformat(product["certificates"][0]["recognised_on"]))

    def _fact(self, name: str) -> str:
        value = self.store.fact(name)
        if value is None:
            raise ValueError(f"the registry's state lacks {name!r}: remove it and start anew")
        return value

    @property
    def today(self) -> date:
        """The day in Vietnam."""
        return day_of(self.clock())

    @property
    def shift_days(self) -> int:
        """By how many days the book's dates were moved."""
        return (self.anchor - BOOK_DAY).days

    def snapshot(self, seq: int) -> datetime:
        """The moment of the view that change ``seq`` left: it has not changed since, so walking
        an unchanged registry again gives the same bytes."""
        return max(self._opened, self.store.at(seq))

    def edit(self, code: str, edit: Edit) -> Version:
        """Carry out an edit; returns the new version. Raises Refused, and then changes nothing."""
        with self.store.transaction():
            desk = Desk(self.today, lambda name: hashlib.sha256(self.picture(name)).hexdigest())
            last = self.current(code)
            product = edit.apply(last.product, desk)
            at = max(self.clock(), self.snapshot(self.store.newest_seq()))
            self.store.append(code, last.number + 1, at, edit.edit, product)
        return self.known(code)

    def current(self, code: str) -> Version:
        """The newest version; Refused (404 never known, 410 withdrawn)."""
        version = self.known(code)
        if version.deleted:
            raise Refused(410, "product_withdrawn", f"{code} was withdrawn")
        return version

    def known(self, code: str) -> Version:
        """The newest version, be it withdrawn; Refused (404) when it was never known."""
        version = self.store.newest(code)
        if version is None:
            raise Refused(404, "product_unknown", f"{code} was never in this registry")
        return version

    def page(
        self, filters: Mapping[str, str], token: str | None, limit: int, base_url: str
    ) -> tuple[dict[str, Any], datetime]:
        """One page of a walk, and the moment of its snapshot. Raises Refused (400, 410)."""
        place = self._begin(filters) if token is None else self._resume(token, filters)
        wanted = asked(place.filters, self._districts)
        matching = [version for version in self.store.view(place.seq) if wanted.admits(version)]
        items, after = page_of(matching, place.after, limit)
        snapshot = self.snapshot(place.seq)
        page = {
            "items": [view.item(version, base_url, self.today) for version in items],
            "next_cursor": None if after is None else self._cursor(place, after),
            "snapshot": printed(snapshot),
            "total": len(matching),
        }
        return page, snapshot

    def _begin(self, filters: Mapping[str, str]) -> Place:
        return Place(self.store.newest_seq(), None, filters)

    def _cursor(self, place: Place, after: tuple[str, str]) -> str:
        following = Place(place.seq, after, place.filters)
        self.store.keep_cursor(following.token(), following.state(), self.clock())
        return following.token()

    def _resume(self, token: str, filters: Mapping[str, str]) -> Place:
        """Filters may be left out with a cursor, but not changed."""
        kept = self.store.cursor(token)
        if kept is None:
            raise Refused(400, "cursor_invalid", "this cursor was never given out by this registry")
        state, issued_at = kept
        if self.clock() - issued_at > CURSOR_LIFE:
            raise Refused(410, "cursor_expired", "the cursor has expired: start the walk again")
        if filters and dict(filters) != state["filters"]:
            raise Refused(400, "cursor_mismatch", "the cursor belongs to other filters")
        return Place(state["seq"], tuple(state["after"]), state["filters"])

    def picture(self, name: str) -> bytes:
        """A picture's bytes, drawn at the first request and then kept."""
        data = self.store.picture(name)
        if data is None:
            data = pictures.draw(name)
            self.store.keep_picture(name, data)
        return data
