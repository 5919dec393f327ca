"""Create happens once: add_item is never repeated, and a lost answer is found again."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest

from connectors.contract import Done, Failed, Pending, RemoteStatus
from connectors.errors import Ambiguous, Rejected
from connectors.shopee.items import PATIENCE_S
from sandbox.shopee import Fault
from tests.connectors.shopee.conftest import SHOP, Opener, Rig, done, pack

ADD, INIT = "product/add_item", "product/init_tier_variation"
TWO = (pack("OCOP-1-500G", 45_000, 12), pack("OCOP-1-1KG", 85_000, 5, grams=1_100))


def test_one_pack_is_an_item_without_variations(rig: Rig) -> None:
    item = rig.listed(pack("OCOP-1-500G", 45_000, 12))
    assert [(v.sku, v.remote_id) for v in item.variants] == [("OCOP-1-500G", "")]
    held = rig.stored(item)
    assert (held.status, held.price, held.stock, held.sku) == ("UNLIST", 45_000, 12, "OCOP-1-500G")


def test_several_packs_come_by_resume_when_the_channel_is_ready(rig: Rig) -> None:
    (begun,) = rig.shop.create([rig.listing(*TWO)])
    assert isinstance(begun, Pending)
    assert len(orjson.dumps(dict(begun.handle))) < 4096
    (early,) = rig.shop.resume([begun.handle])
    assert isinstance(early, Pending), "refused for being early: asked again, nothing lost"
    rig.clock.turn(6)
    item = done(rig.shop.resume([begun.handle])[0])
    held = rig.stored(item)
    assert held.status == "UNLIST"
    assert [(m.sku, m.price, m.stock, m.weight) for m in held.models] == [
        ("OCOP-1-500G", 45_000, 12, 0.55),
        ("OCOP-1-1KG", 85_000, 5, 1.1),
    ]
    assert [v.remote_id for v in item.variants] == [str(m.model_id) for m in held.models]


@pytest.mark.parametrize("code", ["error_item_not_found", "error_system_busy", "error_inner"])
def test_too_early_may_be_said_in_several_ways(open_rig: Opener, code: str) -> None:
    rig = open_rig(init_early_code=code)
    (begun,) = rig.shop.create([rig.listing(*TWO)])
    assert isinstance(begun, Pending)
    (early,) = rig.shop.resume([begun.handle])
    assert isinstance(early, Pending) or isinstance(early.error, Ambiguous)  # type: ignore[union-attr]
    rig.clock.turn(6)
    assert done(rig.shop.resume([begun.handle])[0]).variants


def test_fifty_packs_fit_a_handle(rig: Rig) -> None:
    packs = [pack(f"OCOP-24-219-0002-{n:03d}G", 45_000 + n, label=f"Gói số {n}") for n in range(50)]
    (begun,) = rig.shop.create([rig.listing(*packs)])
    assert isinstance(begun, Pending)
    assert len(orjson.dumps(dict(begun.handle))) <= 4096
    rig.clock.turn(6)
    assert len(done(rig.shop.resume([begun.handle])[0]).variants) == 50


def test_a_resume_whose_answer_was_lost_is_not_done_twice(rig: Rig) -> None:
    (begun,) = rig.shop.create([rig.listing(*TWO)])
    assert isinstance(begun, Pending)
    rig.clock.turn(6)
    rig.market.spoil(Fault(kind="reset_after", path=INIT))
    (lost,) = rig.shop.resume([begun.handle])
    assert isinstance(lost, Failed)
    assert isinstance(lost.error, Ambiguous)
    item = done(rig.shop.resume([begun.handle])[0])
    assert len([e for e in rig.calls(INIT) if e["writes"]]) == 1
    assert {v.remote_id for v in item.variants} == {
        str(m.model_id) for m in rig.stored(item).models
    }


def test_an_item_that_never_appears_is_given_up(rig: Rig) -> None:
    (begun,) = rig.shop.create([rig.listing(*TWO)])
    assert isinstance(begun, Pending)
    gone = {**begun.handle, "item_id": 5}
    assert isinstance(rig.shop.resume([gone])[0], Pending)
    rig.clock.turn(PATIENCE_S)
    assert isinstance(rig.shop.resume([gone])[0], Failed)


@pytest.mark.parametrize("kind", [
    "reset_after", "truncated", "outage_after", "malformed", "html", "silent",
])  # fmt: skip
def test_an_unclear_create_is_never_repeated_and_is_found(rig: Rig, kind: str) -> None:
    listing = rig.listing(TWO[0])
    rig.market.spoil(Fault(kind=kind, path=ADD, seconds=0.05))
    (outcome,) = rig.shop.create([listing])
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, Ambiguous)
    assert len(rig.calls(ADD)) == 1
    (found,) = done(rig.shop.find_by_sku(["OCOP-1-500G"])[0])
    assert (found.item_sku, found.status) == ("OCOP-1-500G", RemoteStatus.UNLISTED)


@pytest.mark.parametrize("kind", ["reset_before", "outage"])
def test_a_create_that_never_happened_is_unclear_too_and_not_found(rig: Rig, kind: str) -> None:
    listing = rig.listing(TWO[0])
    rig.market.spoil(Fault(kind=kind, path=ADD))
    (outcome,) = rig.shop.create([listing])
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, Ambiguous)
    assert done(rig.shop.find_by_sku(["OCOP-1-500G"])[0]) == ()


@pytest.mark.parametrize(("change", "field"), [
    ({"title": "Ngắn"}, "title"), ({"title": "x" * 121}, "title"),
    ({"description": "ngắn"}, "description"), ({"image_ids": ()}, "images"),
    ({"weight_g": 0}, "weight"),
])  # fmt: skip
def test_what_is_known_to_be_refused_is_not_sent(rig: Rig, change: dict, field: str) -> None:  # type: ignore[type-arg]
    from dataclasses import replace

    listing = rig.listing(TWO[0])
    (outcome,) = rig.shop.create([replace(listing, content=replace(listing.content, **change))])
    _refused(outcome, field)
    assert rig.calls(ADD) == []


@pytest.mark.parametrize(("packs", "field"), [
    ((pack("A", 999),), "price"), ((pack("A", 120_000_001),), "price"),
    ((pack("A", 20_000, -1),), "stock"), ((pack("A", 20_000, 1_000_000),), "stock"),
    ((pack("A", 20_000), pack("B", 100_001)), "price"),
    ((pack("A", label="x" * 21), pack("B")), "variants"),
    ((pack("A", label="Gói"), pack("B", label="gói")), "variants"),
])  # fmt: skip
def test_packs_that_are_not_sent(rig: Rig, packs: tuple, field: str) -> None:  # type: ignore[type-arg]
    (outcome,) = rig.shop.create([rig.listing(*packs)])
    _refused(outcome, field)
    assert rig.calls(ADD) == []


def test_a_refusal_names_the_field_and_what_to_do(rig: Rig) -> None:
    from dataclasses import replace

    listing = rig.listing(TWO[0])
    bare = replace(listing, content=replace(listing.content, attributes=()))
    (outcome,) = rig.shop.create([bare])
    _refused(outcome, "attributes")
    unknown = replace(listing, content=replace(listing.content, image_ids=("vn-nowhere",)))
    _refused(rig.shop.create([unknown])[0], "images")
    restricted = replace(listing, content=replace(listing.content, category_id="100803"))
    _refused(rig.shop.create([restricted])[0], "category")


def test_a_shop_on_vacation(rig: Rig) -> None:
    listing = rig.listing(TWO[0])
    rig.market.do(SHOP, "vacation")
    _refused(rig.shop.create([listing])[0], "shop")


def test_a_duplicate_told_by_the_channel_leads_to_adoption(open_rig: Opener) -> None:
    rig = open_rig(duplicate_sku=False)
    rig.listed(TWO[0])
    (outcome,) = rig.shop.create([rig.listing(TWO[0])])
    _refused(outcome, "item_sku")


def test_search_that_lags_does_not_hide_a_new_item(open_rig: Opener) -> None:
    """Both witnesses lag alike here; once the lag is over either is enough."""
    rig = open_rig(search_lag_s=30)
    rig.listed(TWO[0])
    assert done(rig.shop.find_by_sku(["OCOP-1-500G"])[0]) == ()
    rig.clock.turn(31)
    assert len(done(rig.shop.find_by_sku(["OCOP-1-500G"])[0])) == 1


def test_find_compares_for_equality_and_sees_twins_and_every_status(rig: Rig) -> None:
    first = rig.listed(pack("OCOP-1-500G"), on=True)
    rig.listed(pack("OCOP-1-500GX2"))
    twin = rig.listed(pack("OCOP-1-500G"))
    rig.market.do(SHOP, "ban", item_id=int(twin.remote_id))
    found = done(rig.shop.find_by_sku(["OCOP-1-500G"])[0])
    assert {f.remote_id: f.status for f in found} == {
        first.remote_id: RemoteStatus.LIVE,
        twin.remote_id: RemoteStatus.BANNED,
    }


def _refused(outcome: object, field: str) -> None:
    assert isinstance(outcome, Failed), outcome
    assert not isinstance(outcome, Done)
    assert isinstance(outcome.error, Rejected), outcome.error
    assert outcome.error.field == field
    assert outcome.error.hint


def test_only_channels_that_a_parcel_fits_are_named(rig: Rig) -> None:
    """One that does not fit spoils the whole call (trap 30)."""
    light = rig.stored(rig.listed(pack("A")))
    assert [c["logistic_id"] for c in light.fields["logistic_info"]] == [50021]
    listing = rig.listing(pack("B"))
    heavy = replace(listing, content=replace(listing.content, weight_g=60_000))
    item = rig.stored(done(rig.shop.create([heavy])[0]))
    assert [c["logistic_id"] for c in item.fields["logistic_info"]] == [50023]
    before = len(rig.calls(ADD))
    long = replace(listing, content=replace(listing.content, dims_mm=(1_300, 120, 80)))
    (answer,) = rig.shop.create([long])
    assert isinstance(answer, Failed)
    assert isinstance(answer.error, Rejected)
    assert answer.error.field == "logistics"
    assert "130 × 12 × 8 cm" in str(answer.error)
    assert len(rig.calls(ADD)) == before, "not sent"


def test_a_shop_checked_by_an_older_version_names_its_channels(rig: Rig) -> None:
    rig.settings = {**rig.settings, "logistics": [50021]}
    item = rig.stored(rig.listed(pack("A")))
    assert [c["logistic_id"] for c in item.fields["logistic_info"]] == [50021]


def test_where_a_code_is_asked_for_it_is_said_that_there_is_none(open_rig: Opener) -> None:
    rig = open_rig(gtin_rule="Flexible")
    assert rig.stored(rig.listed(pack("A"))).fields["gtin_code"] == "00"
    read = done(rig.shop.read([rig.listed(pack("B")).remote_id], full=True)[0])
    assert read.variants[0].gtin == ""
    rig.listed(*TWO)


def test_packs_are_made_where_an_item_without_any_has_no_list_of_them(rig: Rig) -> None:
    (begun,) = rig.shop.create([rig.listing(*TWO)])
    assert isinstance(begun, Pending)
    rig.clock.turn(6)
    body = {"error": "product.error_param", "message": "item has no model", "request_id": "1"}
    rig.market.spoil(Fault(kind="answer", path="get_model_list", status=200, body=body, times=1))
    done(rig.shop.resume([begun.handle])[0])
    assert len(rig.stored(done(rig.shop.resume([begun.handle])[0])).models) == 2
