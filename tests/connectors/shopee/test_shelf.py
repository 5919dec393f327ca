"""On and off the shelf (reference 3.11, 3.17)."""

from __future__ import annotations

import pytest

from connectors.contract import AvailabilityChange, Done, Failed, Outcome, RemoteItem
from connectors.errors import NotFound, Rejected
from tests.connectors.shopee.conftest import SHOP, Opener, Rig, pack


def switch(rig: Rig, on: bool, *items: RemoteItem) -> list[Outcome[None]]:
    return rig.shop.set_availability([AvailabilityChange(item, on) for item in items])


def status(rig: Rig, item: RemoteItem) -> str:
    return str(rig.stored(item).status)


def code(outcome: Outcome[None]) -> str:
    assert isinstance(outcome, Failed), outcome
    assert isinstance(outcome.error, Rejected), outcome.error
    assert outcome.error.hint
    return outcome.error.code


def test_on_and_off(rig: Rig) -> None:
    item = rig.listed(pack("A"))
    assert isinstance(switch(rig, True, item)[0], Done)
    assert status(rig, item) == "NORMAL"
    assert isinstance(switch(rig, False, item)[0], Done)
    assert status(rig, item) == "UNLIST"


def test_both_directions_and_more_than_fifty(rig: Rig) -> None:
    items = [rig.listed(pack(f"SKU-{n}")) for n in range(53)]
    changes = [AvailabilityChange(item, n % 2 == 0) for n, item in enumerate(items)]
    assert all(isinstance(o, Done) for o in rig.shop.set_availability(changes))
    assert [status(rig, i) for i in items] == [
        "NORMAL" if n % 2 == 0 else "UNLIST" for n in range(53)
    ]
    assert len(rig.calls("unlist_item")) == 2


def test_what_is_so_already_is_done(rig: Rig) -> None:
    item = rig.listed(pack("A"))
    assert isinstance(switch(rig, False, item)[0], Done)


@pytest.mark.parametrize("deed", ["review", "ban"])
def test_an_item_in_review_or_banned_cannot_be_taken_down_yet(open_rig: Opener, deed: str) -> None:
    rig = open_rig(review_s=600)
    item = rig.listed(pack("A"), on=True)
    rig.market.do(SHOP, deed, item_id=int(item.remote_id))
    assert "review" in code(switch(rig, False, item)[0])


def test_a_promotion_refuses_one_and_lets_the_other_go(rig: Rig) -> None:
    held, free = rig.listed(pack("A"), on=True), rig.listed(pack("B"), on=True)
    rig.market.do(SHOP, "promote", item_id=int(held.remote_id))
    first, second = switch(rig, False, held, free)
    assert code(first) == "error_item_in_promotion"
    assert isinstance(second, Done)
    assert (status(rig, held), status(rig, free)) == ("NORMAL", "UNLIST")


def test_an_item_that_is_gone(rig: Rig) -> None:
    item = rig.listed(pack("A"), on=True)
    rig.market.do(SHOP, "delete", item_id=int(item.remote_id))
    for outcome in switch(rig, False, item, RemoteItem("5")):
        assert isinstance(outcome, Failed)
        assert isinstance(outcome.error, NotFound)


def test_a_relist_may_pass_through_review(open_rig: Opener) -> None:
    rig = open_rig(review_s=30)
    item = rig.listed(pack("A"))
    assert isinstance(switch(rig, True, item)[0], Done)
    assert status(rig, item) == "REVIEWING"
    rig.clock.turn(31)
    rig.market.items(SHOP)
    assert status(rig, item) == "NORMAL"


def test_an_item_that_the_channel_hid_says_so(rig: Rig) -> None:
    item = rig.listed(pack("A"))
    rig.stored(item).shopee_unlisted = True
    (outcome,) = switch(rig, True, item)
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, Rejected)
