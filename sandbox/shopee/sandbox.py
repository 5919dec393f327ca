"""The sandbox as tests and the demo use it: a world, its app, and direct looks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sandbox.faults import Faults
from sandbox.shopee import consent
from sandbox.shopee.app import App
from sandbox.shopee.channel import Channel
from sandbox.shopee.desk import Deed, Violation
from sandbox.shopee.faults import Fault
from sandbox.shopee.store import Store
from sandbox.shopee.switches import Switches
from sandbox.shopee.world import Item, Shop

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Opened:
    """A shop whose seller has just agreed: its one-time code (10 minutes, 1.4)."""

    shop_id: int
    code: str


class ShopeeSandbox:
    """``state_path`` None: nothing outlives the object. Safe to use from several threads."""

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

    def add_partner(self, partner_id: int, key: str) -> None:
        """Register an app."""
        with self._lock:
            self._channel.world.partners[partner_id] = key
            self._channel.world.touched.add(("partner", str(partner_id)))
            self._channel.store.write(self._channel.world)

    def add_shop(
        self,
        shop_id: int,
        partner_id: int,
        *,
        name: str = "Gian hàng thử",
        region: str = "VN",
        warehouses: tuple[str, ...] = (),
    ) -> Opened:
        """A shop whose seller agrees to the partner's app at once."""
        with self._lock:
            world = self._channel.world
            shop = Shop(shop_id, partner_id, name, region, warehouses=list(warehouses))
            world.shops[shop_id] = shop
            code = consent.give_consent(world, self._channel.switches, shop, self._channel.clock())
            self._channel.store.write(world)
            return Opened(shop_id, code)

    def consent(self, shop_id: int) -> str:
        """The seller agrees (again): a fresh one-time code."""
        with self._lock:
            world = self._channel.world
            code = consent.give_consent(
                world, self._channel.switches, world.shops[shop_id], self._channel.clock()
            )
            self._channel.store.write(world)
            return code

    def do(self, shop_id: int, deed: str, **more: Any) -> None:
        """A deed of the review desk or of a seller by hand; see :mod:`sandbox.shopee.desk`."""
        with self._lock:
            self._channel.do(Deed(shop_id=shop_id, deed=deed, **more))

    def ban_titles(self, words: str, violation: Violation | None = None) -> None:
        """From now on the review desk bans items whose title holds ``words``."""
        with self._lock:
            self._channel.bans[words] = violation or Violation()

    def spoil(self, fault: Fault) -> None:
        with self._lock:
            self._faults.add(fault)

    def heal(self) -> None:
        with self._lock:
            self._faults.heal()

    def items(self, shop_id: int) -> list[Item]:
        """The shop's items as they stand, deleted ones too."""
        with self._lock:
            self._channel.decide()
            return list(self._channel.world.of_shop(shop_id).values())

    def journal(self, after: int = 0, shop_id: int | None = None) -> list[dict[str, Any]]:
        with self._lock:
            self._channel.decide()
            return self._channel.store.journal(after, shop_id)

    def close(self) -> None:
        with self._lock:
            self._channel.store.close()
