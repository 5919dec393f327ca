"""Whose goods the province's shops sell is written down by a person, and can be taken back."""

from __future__ import annotations

from models import owners
from tests.worker.conftest import World
from tests.worker.fakes import source_product
from worker import undo
from worker.agreeing import agree


def _asked(world: World) -> int:
    """A product whose producer has said nothing yet, and the shop of the province; its id."""
    world.book.products = [source_product()]
    world.pull()
    world.sql("UPDATE producer SET agreed = false RETURNING 1")
    world.connect()
    world.sync()
    with world.env.db.transaction() as session:
        return owners.listed(session)[0].id


def test_goods_are_sold_from_when_their_producer_agrees_until_that_is_taken_back(
    world: World,
) -> None:
    producer = _asked(world)
    assert world.market.on_sale("shop-mot") == {}
    assert agree(world.env, [producer], "chi.lan", agreed=True) == [producer]
    world.sync()
    assert world.market.on_sale("shop-mot") == {"OCOP-1-100G": (20_000, 100)}
    assert agree(world.env, [producer], "chi.lan", agreed=True) == [], "it was so already"
    agree(world.env, [producer], "chi.lan", agreed=False)
    world.sync()
    assert world.market.on_sale("shop-mot") == {}


def test_it_is_a_run_that_names_who_decided_and_can_be_undone(world: World) -> None:
    producer = _asked(world)
    agree(world.env, [producer], "chi.lan", agreed=True)
    world.sync()
    ((run, who),) = world.sql("""SELECT e.run_id, r.who FROM event e JOIN run r ON r.id = e.run_id
        WHERE e.kind = 'agreed'""")
    assert who == "chi.lan"
    done = undo.undo(world.env, run, "anh.ba")
    assert [(back.kind, back.key, back.now, back.back) for back in done.back] == [
        ("agreement", world.sql("SELECT name FROM producer")[0][0], True, False)
    ]
    world.sync()
    assert world.market.on_sale("shop-mot") == {}
    again = undo.undo(world.env, run, "anh.ba").kept
    (kept,) = [one for one in again if one.kind == "agreement"]
    assert "đã được quyết lại" in str(kept.why)
