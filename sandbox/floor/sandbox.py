"""The sandbox as tests and the demo use it: a floor, its app, and direct looks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sandbox.faults import Faults
from sandbox.floor.app import App
from sandbox.floor.faults import Fault
from sandbox.floor.floor import Deed, Floor
from sandbox.floor.store import Store
from sandbox.floor.switches import Switches
from sandbox.floor.world import Item, Shop

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


class FloorSandbox:
    """``state_path`` None: nothing outlives the object. Safe to use from several threads."""

    def __init__(
        self,
        state_path: Path | None = None,
        switches: Switches | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self._lock = threading.RLock()
        self._clock = clock
        self._floor = Floor(Store(state_path), switches or Switches(), lambda: clock().timestamp())
        self._faults = Faults()
        self.app = App(self._floor, self._faults, self._lock)

    def add_shop(self, shop_id: str, url: str, profile: str, *, token: str = "") -> None:
        """A shop whose files lie at ``url``."""
        with self._lock:
            self._floor.add(Shop(shop_id, url, profile, token))

    def fetch(self, shop_id: str = "") -> str:
        """Come for the files of one shop, or of all; the last problem with a whole file."""
        with self._lock:
            if shop_id:
                self._floor.fetch(shop_id)
            else:
                self._floor.fetch_all()
            shops = self._floor.world.shops.values()
            return next((s.problem for s in shops if s.problem and shop_id in ("", s.shop_id)), "")

    def visit_if_due(self) -> None:
        """Fetch what ``fetch_every_s`` says is due."""
        every = self._floor.switches.fetch_every_s
        if every is None:
            return
        with self._lock:
            now = self._clock().timestamp()
            for shop in list(self._floor.world.shops.values()):
                if now - (shop.fetched_at or 0) >= every:
                    self._floor.fetch(shop.shop_id)

    def do(self, shop_id: str, deed: str, sku: str, **more: Any) -> None:
        """A deed of the desk, a buyer or the seller; see :class:`sandbox.floor.floor.Deed`."""
        with self._lock:
            self._floor.do(
                Deed.model_validate({"shop_id": shop_id, "deed": deed, "sku": sku, **more})
            )

    def spoil(self, fault: Fault) -> None:
        with self._lock:
            self._faults.add(fault)

    def heal(self) -> None:
        with self._lock:
            self._faults.heal()

    def items(self, shop_id: str) -> list[Item]:
        """The shop's items as they stand, delisted ones too."""
        with self._lock:
            self._floor.decide()
            return self._floor.world.of_shop(shop_id)

    def journal(self, after: int = 0, shop_id: str | None = None) -> list[dict[str, Any]]:
        with self._lock:
            self._floor.decide()
            return self._floor.store.journal(after, shop_id)

    def close(self) -> None:
        with self._lock:
            self._floor.store.close()
