"""A channel from another package, synced by a worker that has never heard of it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worker.conftest import PICTURE, World, world
from tests.worker.fakes import source_product
from worker import mappings

__all__ = ["world"]

PACKAGE = Path(__file__).parent / "ocop-cho-que"


@pytest.fixture
def cho_que(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The package, importable for one test."""
    monkeypatch.syspath_prepend(str(PACKAGE))
    yield "ocop_cho_que"
    for name in [n for n in sys.modules if n.split(".")[0] == "ocop_cho_que"]:
        del sys.modules[name]


def test_it_lists_reprices_and_takes_down(world: World, cho_que: str) -> None:
    sandbox = importlib.import_module(f"{cho_que}.sandbox")
    connector = importlib.import_module(f"{cho_que}.connector").ChoQueConnector
    floor = sandbox.Floor("k1")
    world.env.connectors = {"cho-que": connector}
    (world.env.images / PICTURE).write_bytes(b"\xff\xd8\xff picture")
    world.book.products = [source_product(), source_product("OCOP-2")]
    world.pull()
    with sandbox.serving(floor) as url:
        shop = world.connect("Quầy quê", channel="cho-que", base_url=url, api_key="k1")
        if not any(row.kind == "dry" for row in world.mapping(shop)):
            mappings.set_one(world.env, shop, "dry", "", "kho", by="t")
        world.sync()
        assert {i.key: (i.price, i.stock) for i in floor.items.values() if i.shown} == {
            "OCOP-1-100G": (20000, 100),
            "OCOP-2-100G": (20000, 100),
        }
        world.book.products = [
            source_product(prices=(22000,)),
            source_product("OCOP-2", flags=("X",)),
        ]
        world.pull()
        world.sync()
        assert {i.key: i.price for i in floor.items.values() if i.shown} == {"OCOP-1-100G": 22000}
        asked = floor.asked
        world.pull()
        world.sync()
        assert floor.asked == asked
