"""Packs: from any that stand to any that are wanted, with every trap of the measured server."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.contract import Adoption, Failed, RemoteItem, RemoteVariant
from connectors.errors import NotFound, Rejected
from tests.connectors.woocommerce.conftest import (
    Opener,
    Rig,
    bare,
    done,
    ids,
    lone,
    pack,
    refused,
)

A, B, C = pack("A", 40_000), pack("B", 50_000), pack("C", 60_000)


def test_a_second_pack_turns_a_simple_product_into_a_variable_one(rig: Rig) -> None:
    """The pack that stood alone keeps its price and what was left; the product steps aside from
    its SKU, which a pack may not share, and is found by it all the same."""
    item = rig.listed(A, on=True)
    rig.market.do("sell", sku="A", units=3)
    after = done(rig.change(item, replace(A, price_vnd=99_000, stock=99), B, sku="A"))
    assert rig.on_page(after) == ["A", "B"]
    held, packs = rig.stored(after), rig.packs(after)
    assert (held.kind, held.status, held.sku) == ("variable", "publish", "A-NHOM")
    assert not held.manage_stock
    assert (packs["A"].regular_price, packs["A"].stock) == ("40000", 17)
    assert (packs["B"].regular_price, packs["B"].stock) == ("50000", 20)
    (found,) = done(rig.shop.find_by_sku(["A"])[0])
    assert (found.remote_id, found.item_sku) == (item.remote_id, "A")
    assert {v.sku: v.remote_id for v in found.variants} == ids(after)
    state = done(rig.shop.read([item.remote_id], full=True)[0])
    assert (state.item_sku, [v.sku for v in state.variants]) == ("A", ["A", "B"])


@pytest.mark.parametrize(("deed", "kept"), [
    ({"deed": "price", "price": "-5"}, ("41000", 20)),
    ({"deed": "price", "price": "abc"}, ("41000", 20)),
    ({"deed": "sell", "units": 43}, ("40000", 0)),
    ({"deed": "uncounted"}, ("40000", 7)),
])  # fmt: skip
def test_what_a_lone_pack_takes_along_is_something_that_may_be_sent(
    rig: Rig,
    deed: dict,
    kept: tuple[str, int],  # type: ignore[type-arg]
) -> None:
    item = rig.listed(A)
    rig.market.do(sku="A", **deed)
    done(rig.change(item, replace(A, price_vnd=41_000, stock=7), B, sku="A"))
    held = rig.packs(item)["A"]
    assert (held.regular_price, held.stock) == kept


@pytest.mark.parametrize("broken", ["packs", "parent"])
@pytest.mark.parametrize("kind", ["reset_before", "reset_after"])
@pytest.mark.parametrize("after", [0, 1])
def test_killed_at_any_step_of_it_and_done_again(
    rig: Rig, broken: str, kind: str, after: int
) -> None:
    item = rig.listed(A, on=True)
    rig.market.do("sell", sku="A", units=3)
    path = f"/products/{item.remote_id}" + ("/variations" if broken == "packs" else "")
    rig.spoil(kind, path=path, times=9, after=after)
    rig.change(item, A, B, sku="A")
    rig.market.heal()
    again = done(rig.change(item, A, B, sku="A"))
    assert rig.on_page(again) == ["A", "B"]
    held = rig.packs(again)["A"]
    assert (held.regular_price, held.stock) == ("40000", 17)
    assert not rig.stored(again).manage_stock


def test_a_lone_pack_replaced_by_another(rig: Rig) -> None:
    item = rig.listed(A)
    after = done(rig.change(item, B, sku="A"))
    assert rig.on_page(after) == ["B"]
    assert rig.stored(after).sku == "A"


def test_down_to_one_pack_never_makes_it_simple_again(rig: Rig) -> None:
    """The shop would delete the packs for good, and their ids with them."""
    item = rig.listed(A, B)
    after = done(rig.change(item, B))
    assert rig.stored(after).kind == "variable"
    assert ids(after) == {"B": ids(item)["B"]}
    assert rig.on_page(after) == ["B"]


def test_a_pack_that_had_the_listings_key_gives_it_back(rig: Rig) -> None:
    item = rig.listed(A)
    both = done(rig.change(item, A, B, sku="A"))
    after = done(rig.change(both, B, sku="A"))
    assert rig.stored(after).sku == "A"
    (found,) = done(rig.shop.find_by_sku(["A"])[0])
    assert found.remote_id == item.remote_id
    back = done(rig.change(after, B, A, sku="A"))
    assert rig.on_page(back) == ["B", "A"]
    assert rig.stored(back).sku == "A-NHOM"


def test_added_renamed_reordered_removed_keep_ids(rig: Rig) -> None:
    item = rig.listed(A, C, on=True)
    renamed = pack("C", 60_000, label="Thùng quà")
    after = done(rig.change(item, renamed, B))
    assert rig.on_page(after) == ["C", "B"]
    assert ids(after)["C"] == ids(item)["C"]
    assert rig.packs(after, trash=True) == {}, "what is in the trash keeps its SKU taken"
    assert done(rig.change(after, renamed, B, A)), "so the removed SKU can be used again"


def test_a_removed_pack_is_sold_out_before_it_goes(rig: Rig) -> None:
    item = rig.listed(A, B, on=True)
    rig.spoil("reset_before", method="DELETE", times=9)
    assert isinstance(rig.change(item, A), Failed)
    assert rig.packs(item)["B"].stock == 0


@pytest.mark.parametrize("wanted", [(A, pack("B", label="Túi B")), (A,), (A, C)])
def test_stopped_half_way_every_pack_can_still_be_chosen(rig: Rig, wanted: tuple) -> None:  # type: ignore[type-arg]
    item = rig.listed(A, B, on=True)
    for path, method in (("variations/batch", ""), ("/variations/", "DELETE")):
        rig.spoil("reset_before", path=path, method=method, times=99)
    rig.change(item, *wanted)
    rig.market.heal()
    offered = next(a for a in rig.stored(item).fields["attributes"] if a.get("variation"))
    chosen = {p.fields["attributes"][0]["option"] for p in rig.packs(item).values()}
    assert chosen <= set(offered["options"])
    assert rig.on_page(done(rig.change(item, *wanted))) == [p.variant.sku for p in wanted]


def test_the_same_again_writes_nothing(rig: Rig) -> None:
    item = rig.listed(A, B)
    before = rig.writes()
    assert ids(done(rig.change(item, A, B))) == ids(item)
    assert ids(done(rig.change(rig.listed(pack("Z")), pack("Z"), sku="Z"))) == {"Z": ""}
    assert rig.writes() == before + 1


def test_a_weight_alone_and_prices_that_stay(rig: Rig) -> None:
    item = rig.listed(A, B)
    rig.market.do("sell", sku="B", units=5)
    after = done(rig.change(item, pack("A", 1, stock=99), pack("B", 1, stock=99, grams=900)))
    packs = rig.packs(after)
    assert [p.fields["weight"] for p in packs.values()] == ["0.55", "0.9"]
    assert [(p.regular_price, p.stock) for p in packs.values()] == [("40000", 20), ("50000", 15)]


def test_doubles_and_strangers_are_cleared_away(rig: Rig) -> None:
    """Made by hand: a second pack for one option, and one without a SKU, which reads back with
    its parent's."""
    item = rig.listed(A, B)
    parent = rig.stored(item)
    for sku in ("B-2", ""):
        double = replace(rig.packs(item)["B"], sku=sku, product_id=900 + len(sku))
        rig.market._channel.world.add(double)
    assert parent.sku == "OCOP-1"
    after = done(rig.change(item, A, B))
    assert rig.on_page(after) == ["A", "B"]
    assert ids(after) == ids(item)


def test_a_pack_hidden_by_hand_is_shown_again(rig: Rig) -> None:
    item = rig.listed(A, B)
    rig.market.do("hide", sku="B")
    done(rig.change(item, A, B))
    assert rig.packs(item)["B"].status == "publish"


@pytest.mark.parametrize(("label", "kept"), [
    ("Hộp | 2 & 3", "Hộp / 2 & 3"), ("Gói <500 g>", "Gói ‹500 g›"), ("Bớt 5%ba\\c", "Bớt 5% ba/c"),
    ("Go\u0301i  to", "G\u00f3i to"),
])  # fmt: skip
@pytest.mark.parametrize("entities", [False, True])
def test_labels_that_the_shop_keeps_alike_in_both_places(
    open_rig: Opener, label: str, kept: str, entities: bool
) -> None:
    """A list of options is one text with bars to the shop; some write & as an entity."""
    rig = open_rig(entities=entities)
    item = rig.listed(pack("A", label=label), B)
    before = rig.writes()
    done(rig.change(item, pack("A", label=label), B))
    assert rig.writes() == before
    assert rig.on_page(item) == ["A", "B"]
    state = done(rig.shop.read([item.remote_id], full=True)[0])
    assert [v.label for v in state.variants] == [kept, "Gói B"]


def test_other_attributes_stay(rig: Rig) -> None:
    item = rig.listed(A, B)
    held = rig.stored(item)
    held.fields["attributes"].append({"name": "Màu", "options": ["nâu"], "visible": True})
    done(rig.change(item, A, B, C))
    names = [a["name"] for a in rig.stored(item).fields["attributes"]]
    assert {"Màu", "Hạng OCOP"} <= set(names)


def test_an_unknown_product(rig: Rig) -> None:
    refused(rig.change(RemoteItem("4711"), A), NotFound)
    refused(rig.change(RemoteItem("x"), A), NotFound)


def test_packs_are_checked_before_the_call(rig: Rig) -> None:
    item = rig.listed(A, B)
    refused(rig.change(item, A, replace(B, price_vnd=0)), Rejected, "price")


PACKS = st.lists(st.sampled_from("ABCDE"), min_size=1, max_size=5, unique=True)


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    before=PACKS, after=PACKS, names=st.lists(st.integers(1, 9), min_size=5, max_size=5),
    key=st.sampled_from(["A", "OCOP-1"]),
)  # fmt: skip
def test_whatever_the_packs_were(
    open_rig: Opener, shared: dict[str, Rig], before: list[str], after: list[str],
    names: list[int], key: str,
) -> None:  # fmt: skip
    """From any packs to any others: exactly those can be chosen, ids in common live on, the
    listing is found by its key, and a second time changes nothing."""
    rig = shared.get("rig") or shared.setdefault("rig", open_rig())
    tag = f"{rig.mark()}-"
    sku = tag + key
    item = rig.listed(*(pack(tag + s) for s in before), sku=sku)
    wanted = [pack(tag + s, label=f"{s} {n}") for s, n in zip(after, names, strict=False)]
    result = done(rig.change(bare(item), *wanted, sku=sku))
    skus = [p.variant.sku for p in wanted]
    assert [v.sku for v in result.variants] == skus
    if rig.stored(item).kind == "variable":
        assert rig.on_page(result) == skus
        kept = {k for k, i in ids(item).items() if i} & ids(result).keys()
        assert {k: ids(result)[k] for k in kept} == {k: ids(item)[k] for k in kept}
    (found,) = done(rig.shop.find_by_sku([sku])[0])
    assert (found.remote_id, found.item_sku) == (item.remote_id, sku)
    mark = rig.mark()
    done(rig.change(result, *wanted, sku=sku))
    assert rig.writes(after=mark) == 0


# --- adoption ---------------------------------------------------------------------------------


def test_adopting_a_simple_product_writes_our_sku_only(rig: Rig) -> None:
    item = rig.listed(pack("CU-1"), on=True)
    before = rig.stored(item)
    (outcome,) = rig.shop.adopt([Adoption(lone(item, "OCOP-1-500G"), "OCOP-1-500G")])
    assert done(outcome).remote_id == item.remote_id
    assert replace(rig.stored(item), modified=0) == replace(before, sku="OCOP-1-500G", modified=0)
    writes = rig.writes()
    done(rig.shop.adopt([Adoption(lone(item, "OCOP-1-500G"), "OCOP-1-500G")])[0])
    assert rig.writes() == writes


@pytest.mark.parametrize("key", ["OCOP-1", "P1"])
def test_adopting_packs(rig: Rig, key: str) -> None:
    item = rig.listed(pack("X1"), pack("X2"), sku="X")
    named = {"P1": ids(item)["X1"], "P2": ids(item)["X2"]}
    ours = RemoteItem(item.remote_id, tuple(RemoteVariant(s, i) for s, i in named.items()))
    done(rig.shop.adopt([Adoption(ours, key)])[0])
    assert {s: str(p.product_id) for s, p in rig.packs(item).items()} == named
    (found,) = done(rig.shop.find_by_sku([key])[0])
    assert (found.remote_id, found.item_sku) == (item.remote_id, key)


def test_adopting_what_is_not_there(rig: Rig) -> None:
    refused(rig.shop.adopt([Adoption(RemoteItem("4711"), "A")])[0], NotFound)
    packs = RemoteItem(rig.listed(B, C).remote_id, (RemoteVariant("B", "4711"),))
    refused(rig.shop.adopt([Adoption(packs, "OCOP-1")])[0], NotFound)


def test_adopting_with_a_sku_that_another_product_has(rig: Rig) -> None:
    rig.listed(pack("A"))
    item = rig.listed(pack("CU-1"))
    refused(rig.shop.adopt([Adoption(lone(item, "A"), "A")])[0], Rejected, "sku")
