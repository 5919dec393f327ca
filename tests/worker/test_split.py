"""Which packs share an item: within the ratio, sticky, a new pack joins where it fits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from worker.split import Pack, Room, ratio_broken, split

SHOPEE = Room(max_variants=50, price_ratio=5.0, variants_are_items=False)

packs = st.lists(
    st.builds(Pack, st.integers(1, 99), st.integers(1000, 2_000_000)),
    max_size=12,
    unique_by=lambda p: p.variant_id,
)


@given(packs)
def test_no_part_breaks_the_ratio(some):
    parts = split(some, {}, SHOPEE)
    for part in set(parts.values()):
        prices = [p.price_vnd for p in some if parts[p.variant_id] == part]
        assert not ratio_broken(prices, SHOPEE)


@given(packs, packs)
def test_packs_that_were_placed_stay(first, second):
    placed = split(first, {}, SHOPEE)
    both = {p.variant_id: p for p in (*second, *first)}
    after = split(list(both.values()), placed, SHOPEE)
    assert {v: after[v] for v in placed} == placed


def test_the_my_chu_flagship_needs_two_items():
    prices = [18000, 28000, 65000, 270000]
    parts = split([Pack(i, p) for i, p in enumerate(prices)], {}, SHOPEE)
    assert parts == {0: 0, 1: 0, 2: 0, 3: 1}


def test_every_pack_its_own_item_where_the_channel_wants_that():
    tiki = Room(1, None, variants_are_items=True)
    assert split([Pack(1, 10), Pack(2, 10)], {}, tiki) == {1: 0, 2: 1}


def test_a_later_price_is_no_resplit():
    assert split([Pack(1, 10000), Pack(2, 90000)], {1: 0, 2: 0}, SHOPEE) == {1: 0, 2: 0}
