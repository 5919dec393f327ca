"""Accepted is not live; a stock below ours is a sale; the rest that differs is drift."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contract import RemoteState, RemoteStatus, RemoteVariantState
from models.listings import FacetState, ListingState, VariantState
from tests.worker.facts import NOW
from worker.observe import not_found, observe


def facet(wanted, *, settled=True, known=True):
    return FacetState(wanted, "d", wanted, "d" if known else None, settled, False, None)


def listing(*, on=True, stock=50, sold=0, settled=True, **changes):
    base = ListingState(
        id=1, shop_id=1, product_id=1, part=0, item_sku="S", remote_id="9", state="in_review",
        state_since=NOW, reason=None, alarm=None, handle=None, attempt_at=None,
        attempt_deadline=None, lookups=0, last_write_at=NOW, observed_at=None, reads=0,
        read_full=True,
        facets={
            "availability": facet({"on": on}, settled=settled),
            "price": facet({"S": 100}, settled=settled),
            "stock": facet({"S": stock}, settled=settled),
        },
        variants=(VariantState(1, "S", "m", 100, stock, None, 1, 1, sold, False),),
    )  # fmt: skip
    return replace(base, **changes)


def seen(status=RemoteStatus.LIVE, price=100, stock=50, reason=""):
    pack = RemoteVariantState("S", "m", price, stock)
    return RemoteState("9", status, reason=reason, variants=(pack,))


def test_seen_live_is_live():
    found = observe(listing(), seen())
    assert (found.state, found.drift, found.sale) == ("live", (), {})


@given(st.integers(0, 100), st.integers(0, 100), st.integers(0, 100))
def test_stock_below_ours_is_a_sale_and_above_is_a_return_or_drift(acked, remote, sold):
    found = observe(listing(stock=acked, sold=sold), seen(stock=remote))
    pack = found.variants[0]
    if remote < acked:
        assert found.sale == {"S": remote}
        assert (pack.stock_acked, pack.sold) == (remote, sold + acked - remote)
    elif remote > acked + sold:
        assert found.drift == ("stock",)
        assert pack.stock_acked == acked
    else:
        assert pack.stock_acked == remote
        assert pack.stock_acked + pack.sold == acked + sold
    assert ("stock" in found.drift) != bool(found.sale) or remote == acked


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 40))
def test_where_an_answer_was_lost_any_stock_that_may_stand_is_believed(acked, sent, remote):
    """Nothing below is raised, nothing above is believed, and the pool never gets back what may
    have been sold."""
    item = listing(stock=sent, settled=False)
    unclear = replace(
        item.variants[0], stock_acked=acked, sent_least=sent, sent_most=sent, sent_rev=1
    )
    facets = {**item.facets, "stock": facet({"S": sent}, settled=False, known=False)}
    found = observe(replace(item, facets=facets, variants=(unclear,)), seen(stock=remote))
    pack = found.variants[0]
    if remote in (acked, sent):
        assert (pack.stock_acked, pack.sold, pack.cleared) == (remote, 0, True)
        assert (found.stock, found.sale) == ({"S": remote}, {})
    elif remote > max(acked, sent):
        assert (pack.stock_acked, pack.sold, pack.cleared) == (acked, 0, False)
        assert found.stock is None
    else:
        assert (pack.stock_acked, pack.sold) == (remote, max(acked, sent) - remote)
        assert found.stock == found.sale == {"S": remote}
    assert found.drift == ()


def test_a_pack_that_the_channel_took_is_known_although_another_was_not_made_yet():
    """The stock as a whole is unknown; of this pack 50 was acknowledged, and 5 of it were sold."""
    facets = {"stock": facet({"S": 50, "T": 9}, settled=False, known=False)}
    found = observe(replace(listing(), facets=facets), seen(stock=45))
    assert (found.sale, found.variants[0].sold, found.stock) == ({"S": 45}, 5, None)


def test_what_was_sold_before_a_newer_statement_is_in_it():
    """40 was sent of an older statement, the answer was lost, and the registry counted anew."""
    unclear = replace(listing().variants[0], stock_rev=2, sent_least=40, sent_most=40, sent_rev=1)
    facets = {"stock": facet({"S": 60}, settled=False, known=False)}
    found = observe(replace(listing(), facets=facets, variants=(unclear,)), seen(stock=33))
    assert (found.sale, found.stock, found.variants[0].sold) == ({}, None, 0)


def test_a_price_changed_by_hand_is_drift_only_when_ours_was_acknowledged():
    assert observe(listing(), seen(price=90)).drift == ("price",)
    assert observe(listing(settled=False), seen(price=90)).drift == ()


@pytest.mark.parametrize(
    ("on", "status", "drift"),
    [
        (True, RemoteStatus.UNLISTED, ("availability",)),
        (False, RemoteStatus.LIVE, ("availability",)),
        (True, RemoteStatus.IN_REVIEW, ()),
        (False, RemoteStatus.UNLISTED, ()),
    ],
)
def test_switched_by_somebody_else_is_drift(on, status, drift):
    assert observe(listing(on=on), seen(status)).drift == drift


def test_a_ban_carries_the_channel_s_words():
    found = observe(listing(), seen(RemoteStatus.BANNED, reason="License Reason"))
    assert found.state == "banned"
    assert "License Reason" in found.reason.text


def test_a_review_is_looked_at_again_ever_more_rarely():
    waits = [
        observe(listing(reads=n), seen(RemoteStatus.IN_REVIEW)).read_again_s for n in (0, 3, 20)
    ]
    assert waits[0] < waits[1] < waits[2] <= 600


def test_not_found_is_lost_only_after_the_settle_time():
    fresh = not_found(listing(), NOW + timedelta(seconds=10), 60)
    assert fresh.state is None
    assert fresh.read_again_s > 0
    assert not_found(listing(), NOW + timedelta(seconds=61), 60).state == "missing"


def test_a_stock_that_the_registry_does_not_state_is_whatever_is_seen():
    """Nobody but the shop says how much there is: no sale, no drift, nothing to put back."""
    item = listing(stock=25)
    item = replace(item, facets={**item.facets, "stock": facet({})})
    for there in (0, 24, 26):
        found = observe(item, seen(stock=there))
        assert (found.sale, found.drift) == ({}, ())
        assert (found.variants[0].stock_acked, found.variants[0].sold) == (there, 0)
