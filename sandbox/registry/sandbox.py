"""The registry sandbox as one object: an app to serve, and the switches to play with it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from starlette.applications import Starlette

from sandbox.registry import view
from sandbox.registry.app import make_app
from sandbox.registry.dates import utc_now
from sandbox.registry.edits import Edit
from sandbox.registry.faults import Fault, Faults
from sandbox.registry.office import Clock, Office


class RegistrySandbox:
    """The province's registry, played locally from the clean book.

    ``home`` is the folder that keeps state and anchor (None: in memory, gone with the object).
    ``today`` is the day that the book's day, 30/06/2025, is moved to; a home that was started
    before keeps its own. ``clock`` (aware UTC) decides what has expired and stamps edits.
    """

    def __init__(self, home: Path | None, today: date, clock: Clock = utc_now) -> None:
        self._office = Office(home, today, clock)
        self._faults = Faults()
        self.app: Starlette = make_app(self._office, self._faults)

    @property
    def anchor(self) -> date:
        """The day that the book's day was moved to, at the first start."""
        return self._office.anchor

    @property
    def shift_days(self) -> int:
        """By how many days all dates were moved."""
        return self._office.shift_days

    def edit(self, code: str, edit: Edit) -> int:
        """Change a product (see edits.py); returns its new version number. Raises Refused."""
        return self._office.edit(code, edit).number

    def fault(self, fault: Fault) -> None:
        """Let coming answers be spoilt (see faults.py)."""
        self._faults.add(fault)

    def heal(self) -> None:
        """Forget all faults."""
        self._faults.heal()

    def journal(self, since: int = 0) -> list[dict[str, Any]]:
        """The calls after number ``since``: id, at, method, path, query, status, bytes, fault."""
        return self._office.store.calls(since)

    def products(self, base_url: str = "http://registry") -> list[dict[str, Any]]:
        """Every product and tombstone as the API gives it now, in the order of a walk."""
        store = self._office.store
        versions = store.view(store.newest_seq())
        return [view.item(version, base_url, self._office.today) for version in versions]

    def close(self) -> None:
        """Release the state's file."""
        self._office.store.close()
