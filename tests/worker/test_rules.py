"""Rules: prices in whole đồng, the narrowest scope wins, nonsense is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.facts import RuleFacts
from worker.rules import BadRule, PackingRule, PriceRule, active, check_value


@given(st.integers(1000, 10**8), st.integers(0, 100), st.sampled_from([1, 500, 1000]))
def test_a_price_is_a_multiple_and_never_below_the_marked_up_one(base, markup, step):
    price = PriceRule(markup, step).price(base)
    assert price % step == 0
    assert base * (100 + markup) <= price * 100 < base * (100 + markup) + step * 100


def test_rounding_goes_up_to_the_next_five_hundred():
    assert PriceRule(5, 500).price(28000) == 29500
    assert PriceRule(0, 1000, min_vnd=20000).price(15000) == 20000


def test_the_narrowest_rule_wins():
    rules = active(
        [
            RuleFacts("price", "product", "P", "", {"markup_pct": 4}),
            RuleFacts("price", "default", "", "", {"markup_pct": 1}),
            RuleFacts("price", "shop", "s", "", {"markup_pct": 3}),
            RuleFacts("price", "channel", "shopee", "", {"markup_pct": 2}),
            RuleFacts("price", "product", "P", "tiki", {"markup_pct": 5}),
        ]
    )
    assert rules.price("shopee", "s", "P").markup_pct == 4
    assert rules.price("tiki", "s", "P").markup_pct == 5
    assert rules.price("shopee", "s", "Q").markup_pct == 3
    assert rules.price("shopee", "t", "Q").markup_pct == 2
    assert rules.price("tiki", "t", "Q").markup_pct == 1


def test_shipping_weight_is_net_and_packing():
    assert PackingRule(10, 100).weight_g(500) == 650


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("price", {"markup": 5}),
        ("price", {"markup_pct": 5.5}),
        ("price", {"round_to": 0}),
        ("stock", {"buffer": -1}),
        ("stock", {"cap": True}),
        ("packing", {"dims_mm": [1, 2]}),
        ("lapse", {"mode": "hide"}),
        ("permit", {"answer": "maybe"}),
    ],
)
def test_a_value_that_cannot_be_is_refused(kind, value):
    with pytest.raises(BadRule, match=kind):
        check_value(kind, value)
