"""The demo's first day, while the schedule runs already."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, cast

import pytest

from connectors.errors import RateLimited
from sandbox.demo import first_day
from sandbox.demo.place import Place
from tests.worker.conftest import World, world
from tests.worker.fakes import source_product

__all__ = ["world"]


class Market:
    """A marketplace of the demo, by name only."""

    name = "fake"
    channels: ClassVar = ("fake",)

    def path(self, shop: Any) -> str:
        return ""


def test_no_shop_shows_what_the_office_s_rules_keep_back(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A scheduled pull may bring a change, and workers may send, as soon as one shop is there."""
    world.book.products = [source_product(stock=327)]
    monkeypatch.setattr("worker.runtime.open_source", lambda *_args, **_more: world.book)
    monkeypatch.setattr(first_day, "_record_papers", lambda *_args: None)
    shown: list[int] = []

    def connected(env: Any, place: Place, market: Any, shop: Any, credentials: Any) -> None:
        world.connect(shop["name"])
        world.pull()
        world.sync()
        shown.append(
            sum(stock for i in world.market.items.values() for _, stock in i.packs.values())
        )

    monkeypatch.setattr(first_day, "_connect", connected)
    logins: Any = [(Market(), {"name": name}, {}) for name in ("Một", "Hai")]
    first_day.set_up(world.env, Place(tmp_path, {"registry": 1, "fake": 2}), logins)
    assert shown == [325, 325]


def test_a_shop_that_was_half_connected_is_connected_to_its_end(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The marketplace says "too fast" when the login is known to work already."""
    kind = world.env.connectors["fake"]
    good, tired = kind.categories, [RateLimited("quá nhanh")]

    def categories(self: Any) -> Any:
        if tired:
            raise tired.pop()
        return good(self)

    monkeypatch.setattr(kind, "categories", categories)
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda _s: None)
    shop = {"channel": "fake", "name": "Một", "owner": {"kind": "province"}}
    first_day._connect(
        world.env, Place(tmp_path, {"fake": 2}), cast(Any, Market()), shop, {"shop_id": "7"}
    )
    assert world.sql("SELECT key, remote_key, enabled FROM shop") == [("mot", "7", True)]
    assert world.mapping(world.shops()[0])
