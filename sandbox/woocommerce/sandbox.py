"""The sandbox as tests and the demo use it: sites, their app, and direct looks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sandbox.faults import Faults
from sandbox.woocommerce import terms
from sandbox.woocommerce.app import App
from sandbox.woocommerce.channel import Channel
from sandbox.woocommerce.desk import Deed
from sandbox.woocommerce.faults import Fault
from sandbox.woocommerce.store import Store
from sandbox.woocommerce.switches import Switches
from sandbox.woocommerce.world import Product, Site

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


class WooCommerceSandbox:
    """``state_path`` None: nothing outlives the object. Safe to use from several threads. Each
    site is a folder of the server, "" its root."""

    def __init__(
        self,
        state_path: Path | None = None,
        switches: Switches | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self._lock = threading.RLock()
        self._channel = Channel(
            Store(state_path), switches or Switches(), lambda: clock().timestamp()
        )
        self._faults = Faults()
        self.app = App(self._channel, self._faults, self._lock)

    def add_site(self, key: str, secret: str, *, folder: str = "", name: str = "Cửa hàng") -> None:
        """A fresh shop with a key for its owner; one that stands is left as it is."""
        with self._lock:
            world = self._channel.world
            if folder in world.sites:
                return
            world.sites[folder] = Site(folder, name, key, secret)
            world.categories[folder] = terms.first()
            world.touched |= {("site", folder), ("categories", folder)}
            self._channel.store.write(world)

    def do(self, deed: str, **more: Any) -> None:
        """A deed by hand; see :mod:`sandbox.woocommerce.desk`."""
        with self._lock:
            self._channel.do(Deed(deed=deed, **more))

    def spoil(self, fault: Fault) -> None:
        with self._lock:
            self._faults.add(fault)

    def heal(self) -> None:
        with self._lock:
            self._faults.heal()

    def products(self, folder: str = "") -> list[Product]:
        """Everything that stands, packs and the trash too."""
        with self._lock:
            return self._channel.world.of_site(folder)

    def shown(self, folder: str = "") -> list[dict[str, Any]]:
        """Products as buyers meet them, with their packs; the trash too."""
        with self._lock:
            return self.app.control.items(folder)

    def categories(self, folder: str = "") -> list[dict[str, Any]]:
        with self._lock:
            return list(self._channel.world.categories[folder])

    def pictures(self) -> list[dict[str, Any]]:
        """The media library."""
        with self._lock:
            return list(self._channel.world.images.values())

    def journal(self, after: int = 0, shop_id: str | None = None) -> list[dict[str, Any]]:
        with self._lock:
            return self._channel.store.journal(after, shop_id)

    def close(self) -> None:
        with self._lock:
            self._channel.store.close()
