"""An item that vanished from its shop while something was to be written to it is made again."""

from __future__ import annotations

from datetime import timedelta

from tests.worker.conftest import World
from tests.worker.fakes import source_product

SKU = "OCOP-1-100G"


def test_a_write_to_what_vanished_does_not_put_off_finding_out(world: World) -> None:
    """Each try to write was taken for a write, and what was just written may not be visible yet:
    so it was neither found nor missed, for as long as it was tried."""
    world.book.products = [source_product(stock=100)]
    world.pull()
    world.connect()
    world.sync()
    first = world.listing(SKU).remote_id
    world.time.forward(hours=1)
    world.market.items.clear()
    world.book.products = [source_product(stock=60)]
    world.pull()
    began = world.time.at
    world.sync()
    assert world.listing(SKU).remote_id not in (None, first)
    assert world.market.on_sale("shop-mot") == {SKU: (20_000, 60)}
    assert world.time.at - began < timedelta(minutes=5)
