"""The pool rule: what is handed out never sums to more than there is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from worker.pool import Claim, divide

claims = st.lists(
    st.builds(
        Claim,
        listing=st.integers(0, 50),
        share=st.integers(0, 9),
        cap=st.none() | st.integers(0, 400),
        ceiling=st.none() | st.integers(0, 400),
    ),
    max_size=8,
    unique_by=lambda c: c.listing,
)


@given(st.integers(0, 3000), st.integers(0, 50), st.integers(0, 500), claims)
def test_never_more_than_the_pool_and_never_above_a_limit(stock, buffer, sold, wanting):
    given_out = divide(stock, buffer, sold, wanting)
    assert sum(given_out.values()) <= max(0, stock - buffer - sold)
    for claim in wanting:
        units = given_out[claim.listing]
        assert units >= 0
        assert claim.most is None or units <= claim.most


@given(st.integers(0, 3000), claims)
def test_nothing_is_left_while_somebody_could_take_it(stock, wanting):
    given_out = divide(stock, 0, 0, wanting)
    left = stock - sum(given_out.values())
    takers = [
        c for c in wanting if c.share > 0 and (c.most is None or given_out[c.listing] < c.most)
    ]
    assert left == 0 or not takers


def test_shares_are_weights_in_whole_units():
    assert divide(100, 10, 0, [Claim(1, share=2), Claim(2, share=1)]) == {1: 60, 2: 30}
    assert divide(7, 0, 0, [Claim(1), Claim(2)]) == {1: 4, 2: 3}


def test_what_a_capped_shop_cannot_take_goes_to_the_others():
    assert divide(100, 0, 0, [Claim(1, cap=10), Claim(2)]) == {1: 10, 2: 90}


def test_a_shop_that_sold_is_not_raised():
    """60 + 40 were shown, the first sold 10: it keeps 50, the second its part of the rest."""
    again = divide(100, 0, 10, [Claim(1, ceiling=50, sold=10), Claim(2)])
    assert again[1] <= 50
    assert sum(again.values()) <= 90
