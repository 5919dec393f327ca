"""Packs added, renamed, reordered, removed; the others keep their model ids (trap 11)."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.contract import PricedVariant, RemoteItem, VariantsChange
from tests.connectors.shopee.conftest import Opener, Rig, done, pack

A, B, C = pack("A", 40_000), pack("B", 50_000), pack("C", 60_000)


def change(rig: Rig, item: RemoteItem, *packs: PricedVariant) -> RemoteItem:
    result: RemoteItem = done(rig.shop.update_variants([VariantsChange(item, "OCOP-1", packs)])[0])
    return result


def shown(rig: Rig, item: RemoteItem) -> list[tuple[str, str]]:
    """(SKU, option) in the order of the options."""
    held = rig.stored(item)
    models = sorted(held.models, key=lambda m: m.tier_index)
    return [(m.sku, held.tiers[0]["options"][m.tier_index[0]]) for m in models]


def ids(item: RemoteItem) -> dict[str, str]:
    return {v.sku: v.remote_id for v in item.variants}


def writes(rig: Rig) -> int:
    return sum(1 for e in rig.market.journal() if e["asks_change"])


def labels(*packs: PricedVariant) -> list[tuple[str, str]]:
    return [(p.variant.sku, p.variant.label) for p in packs]


def test_a_second_pack_turns_an_item_into_one_with_variations(rig: Rig) -> None:
    item = rig.listed(A)
    rig.clock.turn(10)
    after = change(rig, item, A, B)
    assert shown(rig, item) == labels(A, B)
    assert all(ids(after).values())


def test_one_pack_stays_an_item_without_variations(rig: Rig) -> None:
    item = rig.listed(A)
    before = writes(rig)
    assert ids(change(rig, item, A)) == {"A": ""}
    assert writes(rig) == before


def test_a_new_pack_in_the_middle_keeps_the_others(rig: Rig) -> None:
    item = rig.listed(A, C)
    after = change(rig, item, A, B, C)
    assert shown(rig, item) == labels(A, B, C)
    assert {k: v for k, v in ids(after).items() if k != "B"} == ids(item)


def test_a_pack_removed_and_one_renamed(rig: Rig) -> None:
    item = rig.listed(A, B, C)
    renamed = pack("C", 60_000, label="Thùng quà")
    after = change(rig, item, A, renamed)
    assert shown(rig, item) == labels(A, renamed)
    assert ids(after) == {k: v for k, v in ids(item).items() if k != "B"}


def test_down_to_one_pack_keeps_its_id(rig: Rig) -> None:
    item = rig.listed(A, B)
    assert ids(change(rig, item, B)) == {"B": ids(item)["B"]}


def test_the_same_again_writes_nothing(rig: Rig) -> None:
    item = rig.listed(A, B)
    change(rig, item, A, B, C)
    before = writes(rig)
    change(rig, item, A, B, C)
    assert writes(rig) == before


def test_a_weight_alone(rig: Rig) -> None:
    item = rig.listed(A, B)
    after = change(rig, item, A, pack("B", 50_000, grams=900))
    assert ids(after) == ids(item)
    assert [m.weight for m in rig.stored(item).models] == [0.55, 0.9]


def test_prices_and_stocks_of_packs_that_stay_are_theirs(rig: Rig) -> None:
    """They travel by their own calls; a change of packs never resets a sale."""
    item = rig.listed(A, B)
    change(rig, item, pack("A", 45_000, stock=99), B, C)
    held = {m.sku: (m.price, m.stock) for m in rig.stored(item).models}
    assert held == {"A": (40_000, 20), "B": (50_000, 20), "C": (60_000, 20)}


PACKS = st.lists(st.sampled_from("ABCDEF"), min_size=1, max_size=6, unique=True)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(before=PACKS, after=PACKS, names=st.lists(st.integers(1, 9), min_size=6, max_size=6))
def test_whatever_the_packs_were(
    open_rig: Opener, shared: dict[str, Rig], before: list[str], after: list[str], names: list[int]
) -> None:
    """From any packs to any others: exactly those are shown, and ids in common live on."""
    rig = shared.get("rig") or shared.setdefault("rig", open_rig())
    item = rig.listed(*(pack(sku) for sku in before))
    rig.clock.turn(10)
    wanted = [pack(s, label=f"{s} {n}") for s, n in zip(after, names, strict=False)]
    result = change(rig, item, *wanted)
    if len(before) == 1 and len(after) == 1:
        return
    assert shown(rig, item) == labels(*wanted)
    if len(before) > 1:
        kept = ids(item).keys() & ids(result).keys()
        assert {k: ids(result)[k] for k in kept} == {k: ids(item)[k] for k in kept}
