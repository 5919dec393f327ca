"""A second item with a SKU of ours: asked about, and never touched."""

from __future__ import annotations

import copy

import pytest

from connectors.contract import Failed, RemoteState, RemoteStatus, RemoteVariantState
from connectors.errors import Rejected
from connectors.registry.contract import Tombstone
from models.copies import Claim
from tests.worker.fakes import source_product
from worker import adopting
from worker.copies import doubled
from worker.deciding import decide
from worker.reconcile import reconcile

SKU = "OCOP-1-100G"
LIVE, OFF = RemoteStatus.LIVE, RemoteStatus.UNLISTED


def stand(world, sku=SKU, status=LIVE):
    remote = world.market.make_of(sku)
    world.market.items["shop-mot", remote].status = status
    return remote


@pytest.fixture
def ready(world):
    world.book.products = [source_product()]
    world.pull()
    return world


def look(world, shop):
    reconcile(world.env, shop.id)
    world.sync()


def holds(world):
    return world.sql("SELECT kind, status, message FROM hold ORDER BY id")


def said(world):
    return [status for _kind, status, _message in holds(world)]


def word(world, *, approve):
    ((number,),) = world.sql("SELECT id FROM hold WHERE status = 'open'")
    decide(world.env, number, approve=approve, who="Lan")


def looks(world, remote):
    return copy.deepcopy(world.market.items["shop-mot", remote].__dict__)


def test_two_stood_there_before_us_and_one_is_taken(ready):
    """The other stays as it is, also when ours has to come down, and a person is asked."""
    first, second = stand(ready), stand(ready, " ocop-1-100g ")
    before = looks(ready, second)
    shop = ready.connect()
    ready.sync()
    ((kind, status, message),) = holds(ready)
    assert (kind, status) == ("two_items", "open")
    assert f"{first}, {second}" in message
    ready.book.tombstones = [Tombstone("OCOP-1", None, "bị thu hồi")]
    ready.book.products = []
    ready.pull()
    look(ready, shop)
    assert ready.market.items["shop-mot", first].status is OFF
    assert looks(ready, second) == before
    assert said(ready) == ["open"]


def test_a_copy_made_later_is_noticed_and_is_over_when_it_is_off_sale(ready):
    shop = ready.connect()
    ready.sync()
    remote = stand(ready)
    for _ in range(2):
        look(ready, shop)
    assert said(ready) == ["open"]
    ready.market.items["shop-mot", remote].status = OFF
    look(ready, shop)
    assert said(ready) == ["solved"]
    ready.market.items["shop-mot", remote].status = LIVE
    look(ready, shop)
    assert said(ready) == ["solved", "open"]


@pytest.mark.parametrize("status", [OFF, RemoteStatus.BANNED, RemoteStatus.REJECTED])
def test_a_second_item_off_sale_is_nobodys_concern(ready, status):
    ready.connect()
    ready.sync()
    stand(ready, status=status)
    look(ready, ready.shops()[0])
    assert holds(ready) == []


def test_a_copy_of_a_listing_of_ours_is_not_adopted_when_the_shop_is_read_again(ready):
    shop = ready.connect()
    ready.sync()
    remote = stand(ready)
    before = looks(ready, remote)
    assert adopting.look_through(ready.env, shop) == []
    ready.sync()
    assert looks(ready, remote) == before
    assert ready.market.writes("adopt") == []
    assert said(ready) == ["open"]


def test_looked_for_again_while_there_are_two_it_is_asked_again(ready):
    stand(ready)
    second = stand(ready)
    shop = ready.connect()
    ready.sync()
    word(ready, approve=True)
    look(ready, shop)
    assert said(ready) == ["approved", "open"]
    word(ready, approve=True)
    del ready.market.items["shop-mot", second]
    look(ready, shop)
    assert said(ready) == ["approved", "approved"]


def test_where_the_other_one_was_kept_it_becomes_ours(ready):
    first, second = stand(ready), stand(ready)
    shop = ready.connect()
    ready.sync()
    del ready.market.items["shop-mot", first]
    ready.time.forward(hours=1)
    word(ready, approve=True)
    look(ready, shop)
    look(ready, shop)
    assert ready.market.writes("create") == []
    assert ready.listing(SKU).remote_id == second
    assert said(ready) == ["approved"]


def test_left_alone_they_are_not_asked_about_again_until_there_is_another(ready):
    first, second = stand(ready), stand(ready)
    before = looks(ready, second)
    shop = ready.connect()
    ready.sync()
    word(ready, approve=False)
    look(ready, shop)
    assert said(ready) == ["rejected"]
    assert looks(ready, second) == before
    assert ready.listing(SKU).remote_id == first
    stand(ready)
    look(ready, shop)
    assert said(ready) == ["rejected", "open"]


def test_one_that_cannot_be_read_just_now_ends_nothing(ready):
    stand(ready)
    stand(ready)
    shop = ready.connect()
    word(ready, approve=False)
    ready.sync()
    ready.market.script["read"] = [Failed(Rejected("không xem được"))]
    reconcile(ready.env, shop.id)
    assert ready.market.script["read"] == []
    look(ready, shop)
    assert said(ready) == ["rejected"]


def test_what_a_person_said_is_not_ours_is_not_asked_about(ready):
    remote = stand(ready)
    ready.market.items["shop-mot", remote].packs["KHAC"] = [1000, 1]
    shop = ready.connect()
    adopting.decline(ready.env, [row["id"] for row in adopting.report(ready.env, shop).waiting])
    ready.sync()
    look(ready, shop)
    assert ready.listing(SKU).remote_id != remote
    assert holds(ready) == []


def test_every_listing_gets_the_others_that_carry_its_skus():
    mine = Claim(1, 1, "1", "A", frozenset({"A", "A-1", "A-2"}))
    other = Claim(2, 2, "2", "B", frozenset({"B"}))
    pack = RemoteVariantState("a-2", "m", 1, 1)
    seen = [
        RemoteState("8", LIVE, variants=(pack,)),
        RemoteState("7", RemoteStatus.IN_REVIEW, item_sku="A"),
        RemoteState("9", OFF, item_sku="B"),
        RemoteState("6", LIVE),
    ]
    assert doubled([mine, other], seen) == {mine: ["7", "8"], other: []}
