"""The sandbox as tests and the demo use it: a world, its app, and direct looks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sandbox.faults import Faults
from sandbox.tiki import oauth
from sandbox.tiki.app import App as HttpApp
from sandbox.tiki.channel import Channel
from sandbox.tiki.desk import Deed
from sandbox.tiki.faults import Fault
from sandbox.tiki.store import Store
from sandbox.tiki.switches import Switches
from sandbox.tiki.world import App, Product, Request, Seller, Warehouse

Clock = Callable[[], datetime]

FIRST_WAREHOUSE = 188954


def utc_now() -> datetime:
    return datetime.now(UTC)


class TikiSandbox:
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
        self.app = HttpApp(self._channel, self._faults, self._lock)

    def add_seller(
        self,
        sid: str,
        *,
        client_id: str = "",
        client_secret: str = "",
        name: str = "Gian hàng thử",
        auth_method: str = oauth.BASIC,
        scopes: Sequence[str] = ("product", "order", "inventory"),
        warehouses: Sequence[int] = (FIRST_WAREHOUSE,),
        operation_models: Sequence[str] = ("dropship",),
        active: bool = True,
    ) -> Seller:
        """A seller and, with a ``client_id``, its own in-house app: client credentials work at
        once. A seller that is there already stays as it is."""
        with self._lock:
            world = self._channel.world
            seller = world.sellers.get(sid) or Seller(
                sid=sid,
                seller_id=world.next_id("seller", 100001),
                name=name,
                active=active,
                operation_models=list(operation_models),
                warehouses=[Warehouse(i, f"Kho {i}") for i in warehouses],
            )
            world.touch(seller)
            if client_id:
                world.touch(App(client_id, client_secret, sid, auth_method, list(scopes)))
            self._channel.store.write(world, [])
            return seller

    def add_warehouse(self, sid: str, number: int, *, status: int = 1, kind: int = 1) -> None:
        with self._lock:
            seller = self._channel.world.sellers[sid]
            seller.warehouses.append(Warehouse(number, f"Kho {number}", status, kind))
            self._channel.world.touch(seller)
            self._channel.store.write(self._channel.world, [])

    def add_app(
        self,
        client_id: str,
        secret: str,
        redirects: Sequence[str] = (),
        *,
        auth_method: str = oauth.BASIC,
        scopes: Sequence[str] = ("product", "order", "inventory", "offline"),
    ) -> None:
        """A public app: sellers agree to it by the consent page, or :meth:`consent`."""
        with self._lock:
            app = App(client_id, secret, "", auth_method, list(scopes), list(redirects))
            self._channel.world.touch(app)
            self._channel.store.write(self._channel.world, [])

    def consent(
        self, sid: str, client_id: str, redirect: str, scope: str = "product inventory offline"
    ) -> str:
        """The seller agrees to a public app: a fresh one-time code."""
        with self._lock:
            world = self._channel.world
            code = oauth.give_code(
                world, self._channel.switches, world.sellers[sid], world.apps[client_id],
                redirect, scope, self._channel.clock(),
            )  # fmt: skip
            self._channel.store.write(world, [])
            return code

    def do(self, sid: str, deed: str, **more: Any) -> None:
        """A deed of the review desk or of a person; see :mod:`sandbox.tiki.desk`."""
        with self._lock:
            self._channel.do(Deed(shop_id=sid, deed=deed, **more))

    def reject_titles(self, words: str, reason: str) -> None:
        """From now on the desk rejects creates whose name holds ``words``."""
        with self._lock:
            self._channel.rejects[words] = reason

    def spoil(self, fault: Fault) -> None:
        with self._lock:
            self._faults.add(fault)

    def heal(self) -> None:
        with self._lock:
            self._faults.heal()

    def products(self, sid: str) -> list[Product]:
        """The seller's products as they stand."""
        with self._lock:
            self._channel.carry_on()
            return self._channel.world.products_of(sid)

    def requests(self, sid: str) -> list[Request]:
        with self._lock:
            self._channel.carry_on()
            return self._channel.world.requests_of(sid)

    def items(self, sid: str) -> list[dict[str, Any]]:
        """What stands, creates under review too, as the journal shows it."""
        with self._lock:
            return self._channel.items(sid)

    def journal(self, after: int = 0, shop_id: str | None = None) -> list[dict[str, Any]]:
        with self._lock:
            self._channel.carry_on()
            return self._channel.store.journal(after, shop_id)

    def close(self) -> None:
        with self._lock:
            self._channel.store.close()
