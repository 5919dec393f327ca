"""Create happens once: drafts, a SKU is made once, and what the shop keeps is what was meant."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import pytest

from connectors.contract import Done, Failed, Paper, Pending, PricedVariant, RemoteStatus
from connectors.errors import Ambiguous, ChannelError, NotFound, Rejected, Unavailable
from tests.connectors.woocommerce.conftest import (
    PICTURES,
    Opener,
    Rig,
    content,
    done,
    ids,
    listing,
    pack,
    refused,
)

TWO = (pack("OCOP-1-500G", 45_000, 12), pack("OCOP-1-1KG", 85_000, 5, grams=1_100))
BATCH = "/products/batch"


def test_one_pack_is_a_simple_draft(rig: Rig) -> None:
    item = rig.listed(TWO[0])
    assert ids(item) == {"OCOP-1-500G": ""}
    held = rig.stored(item)
    assert (held.kind, held.status, held.sku) == ("simple", "draft", "OCOP-1-500G")
    assert (held.regular_price, held.manage_stock, held.stock) == ("45000", True, 12)


def test_what_the_page_says(rig: Rig) -> None:
    held = rig.stored(rig.made(listing(TWO[0], papers=(Paper("trademark", "4-2019"),)))).fields
    assert held["name"] == "Mỳ gạo Chũ - OCOP 4 sao"
    assert held["description"] == (
        "<p>Mỳ gạo Chũ sợi dai.<br />Hạn sử dụng: 12 tháng</p>\n"
        "<p>Xuất xứ: &lt;Bắc Giang&gt; &amp; Việt Nam</p>"
    )
    assert held["short_description"] == "<p>Mỳ gạo Chũ sợi dai.</p>"
    assert (held["weight"], held["dimensions"]) == (
        "0.55", {"length": "30", "width": "12", "height": "8.5"},
    )  # fmt: skip
    assert [i["from"] for i in held["images"]] == list(PICTURES)
    facts = {a["name"]: a["options"] for a in held["attributes"]}
    assert facts["Hạng OCOP"] == ["4 sao"]
    assert facts["Số quyết định"] == ["148/QĐ-UBND"]
    assert facts["Có giá trị đến"] == ["01/02/2028"]
    assert facts["Nhãn hiệu"] == ["4-2019"]
    assert "Số tự công bố" not in facts
    assert all(a["visible"] and not a["variation"] for a in held["attributes"])
    meta = {m["key"]: m["value"] for m in held["meta_data"]}
    assert meta["ocop_stars"] == "4"
    assert meta["ocop_certificate_expires"] == "2028-02-01"
    assert "ocop_gtin" not in meta


@pytest.mark.parametrize(("settings", "weight", "length"), [
    ({"weight_unit": "g", "dimension_unit": "mm"}, "550", "300"),
    ({"weight_unit": "lbs", "dimension_unit": "in"}, "1.2125", "11.811"),
])  # fmt: skip
def test_weights_and_sizes_are_in_the_shops_units(
    rig: Rig, settings: dict[str, str], weight: str, length: str
) -> None:
    rig.settings = dict(settings)
    held = rig.stored(rig.listed(TWO[0])).fields
    assert (held["weight"], held["dimensions"]["length"]) == (weight, length)


def test_a_title_is_no_html_and_is_composed(rig: Rig) -> None:
    item = rig.made(listing(TWO[0], title="Me\u0323o  <b> & co"))
    assert rig.stored(item).fields["name"] == "M\u1eb9o &lt;b&gt; & co"
    state = done(rig.shop.read([item.remote_id], full=False)[0])
    assert state.title == "M\u1eb9o <b> & co"


def test_several_packs_come_by_resume(rig: Rig) -> None:
    (begun,) = rig.shop.create([listing(*TWO)])
    assert isinstance(begun, Pending)
    item = done(rig.shop.resume([begun.handle])[0])
    held = rig.stored(item)
    assert (held.kind, held.status, held.sku, held.manage_stock) == (
        "variable", "draft", "OCOP-1", False,
    )  # fmt: skip
    made = rig.packs(item)
    assert {s: (p.regular_price, p.stock, p.fields["weight"]) for s, p in made.items()} == {
        "OCOP-1-500G": ("45000", 12, "0.55"),
        "OCOP-1-1KG": ("85000", 5, "1.1"),
    }
    assert all(p.manage_stock for p in made.values())
    assert rig.on_page(item) == ["OCOP-1-500G", "OCOP-1-1KG"]
    assert ids(item) == {s: str(p.product_id) for s, p in made.items()}


def test_resume_again_makes_nothing_twice(rig: Rig) -> None:
    (begun,) = rig.shop.create([listing(*TWO)])
    assert isinstance(begun, Pending)
    rig.spoil("reset_after", path="variations/batch")
    error = rig.shop.resume([begun.handle])[0]
    assert isinstance(error, Failed)
    assert isinstance(error.error, Ambiguous)
    first = done(rig.shop.resume([begun.handle])[0])
    before = rig.writes()
    assert ids(done(rig.shop.resume([begun.handle])[0])) == ids(first)
    assert rig.writes() == before
    assert len(rig.packs(first)) == 2


@pytest.mark.parametrize("wide", [False, True])
def test_fifty_packs(rig: Rig, wide: bool) -> None:
    """A handle that would be too large is not needed: the packs are made at once then."""
    label = "Hộp quà tặng số {:03d}" + (" loại đặc biệt" if wide else "")
    packs = [
        pack(f"OCOP-24-219-0002-{n:03d}G", 45_000 + n, label=label.format(n)) for n in range(50)
    ]
    (begun,) = rig.shop.create([listing(*packs)])
    if isinstance(begun, Pending):
        assert len(orjson.dumps(dict(begun.handle))) <= 4096
        (begun,) = rig.shop.resume([begun.handle])
    assert len(rig.packs(done(begun))) == 50
    assert len(rig.calls("variations/batch")) == 1


def test_packs_that_fail_after_a_large_create_name_the_product(rig: Rig) -> None:
    packs = [pack(f"{'S' * 35}-{n:03d}G", label=f"{'n' * 30}{n:03d}") for n in range(50)]
    rig.spoil("reset_after", path="variations/batch")
    (outcome,) = rig.shop.create([listing(*packs)])
    assert isinstance(outcome, Failed)
    assert outcome.made is not None
    assert len(outcome.made.variants) == 50
    assert ids(done(rig.change(outcome.made, *packs))) == ids(outcome.made)


def test_many_at_once_each_with_its_own_answer(rig: Rig) -> None:
    rig.listed(pack("B"))
    bad = listing(pack("C", price=0))
    outcomes = rig.shop.create([listing(pack("A")), listing(pack("B")), bad, listing(pack("D"))])
    assert isinstance(outcomes[0], Done)
    refused(outcomes[1], Rejected, "sku")
    refused(outcomes[2], Rejected, "price")
    assert isinstance(outcomes[3], Done)
    assert len(rig.calls(BATCH, "POST")) == 2


def test_a_shop_that_takes_few_rows_gets_them_in_halves(open_rig: Opener) -> None:
    rig = open_rig(rows_max=3)
    outcomes = rig.shop.create([listing(pack(f"S{n}")) for n in range(10)])
    assert [ids(done(o)) for o in outcomes] == [{f"S{n}": ""} for n in range(10)]
    assert len(rig.market.products()) == 10


def test_two_rows_of_one_sku_make_one(rig: Rig) -> None:
    first, second = rig.shop.create([listing(pack("A")), listing(pack("A"))])
    assert isinstance(first, Done)
    refused(second, Rejected, "sku")


@pytest.mark.parametrize("kind", [
    "reset_after", "truncated", "outage_after", "malformed", "html", "silent", "array",
])  # fmt: skip
def test_an_unclear_create_is_never_repeated_and_is_found(rig: Rig, kind: str) -> None:
    rig.shop.create([listing(pack("Z"))])  # the category stands
    rig.spoil(kind, path=BATCH, seconds=0.05)
    (outcome,) = rig.shop.create([listing(TWO[0])])
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, ChannelError)
    assert type(outcome.error).__name__ in ("Ambiguous", "ProtocolError")
    assert len(rig.calls(BATCH)) == 2
    (found,) = done(rig.shop.find_by_sku(["OCOP-1-500G"])[0])
    assert (found.item_sku, found.status) == ("OCOP-1-500G", RemoteStatus.UNLISTED)


@pytest.mark.parametrize(("change", "field"), [
    ({"title": " "}, "title"), ({"title": "x" * 201}, "title"),
    ({"description": "x" * 20_001}, "description"),
    ({"image_ids": ("khong-co",)}, "images"), ({"image_ids": PICTURES * 6}, "images"),
    ({"weight_g": 0}, "weight"), ({"category_id": "99999"}, "category"),
    ({"category_id": "ocop:khong-co"}, "category"),
])  # fmt: skip
def test_what_is_known_to_be_wrong_is_not_sent(rig: Rig, change: Any, field: str) -> None:
    new = listing(TWO[0])
    (outcome,) = rig.shop.create([replace(new, content=replace(new.content, **change))])
    refused(outcome, Rejected, field)
    assert rig.calls(BATCH) == []


@pytest.mark.parametrize(("packs", "field"), [
    ((pack("A", 0),), "price"), ((pack("A", -5),), "price"),
    ((pack("A", 45000.5),), "price"), ((pack("A", True),), "price"),  # type: ignore[arg-type]
    ((pack("A", 1_000_000_001),), "price"),
    ((pack("A", 20_000, -1),), "stock"), ((pack("A", 20_000, 1_000_001),), "stock"),
    ((pack("A", label="x" * 41), pack("B")), "variants"),
    ((pack("A", label="Gói"), pack("B", label="gói ")), "variants"),
    ((pack("A"), pack("a", label="khác")), "variants"),
    (tuple(pack(f"S{n}") for n in range(51)), "variants"),
])  # fmt: skip
def test_packs_that_are_not_sent(rig: Rig, packs: Any, field: str) -> None:
    """The shop would take nearly all of these, and sell them so."""
    (outcome,) = rig.shop.create([listing(*packs)])
    refused(outcome, Rejected, field)
    assert rig.calls(BATCH) == []


def _stands_bare(rig: Rig, outcome: Any) -> Any:
    """The item that was made without its pictures, which are owed."""
    error = refused(outcome, Rejected, "images")
    assert "PUBLIC_BASE_URL" in error.hint
    assert error.passing
    assert outcome.made is not None
    assert rig.stored(outcome.made).fields.get("images", []) == []
    return outcome.made


@pytest.mark.parametrize("reach", [{"images": "refuse"}, {}])
def test_pictures_that_the_shop_cannot_fetch_do_not_keep_it_from_selling(
    open_rig: Opener, reach: dict[str, str]
) -> None:
    """Our own web server beside the shop, as it is set up first: port 8000 is not opened."""
    rig = open_rig(**reach)
    ours = PICTURES if reach else ("http://127.0.0.1:8000/media/a.jpg",)
    (outcome,) = rig.shop.create([listing(TWO[0], image_ids=ours)])
    made = _stands_bare(rig, outcome)
    assert ids(made) == {"OCOP-1-500G": ""}
    held = rig.stored(made)
    assert (held.status, held.regular_price, held.stock) == ("draft", "45000", 12)
    assert len(rig.calls(BATCH, "POST")) == 2


def test_packs_of_a_product_without_its_pictures(rig: Rig) -> None:
    """The pictures are still owed when the packs are there."""
    rig.spoil("pictures_down", path=BATCH)
    (begun,) = rig.shop.create([listing(*TWO)])
    assert isinstance(begun, Pending)
    (outcome,) = rig.shop.resume([begun.handle])
    made = _stands_bare(rig, outcome)
    assert rig.on_page(made) == ["OCOP-1-500G", "OCOP-1-1KG"]
    assert ids(made) == {s: str(p.product_id) for s, p in rig.packs(made).items()}


def test_fifty_packs_of_a_product_without_its_pictures(rig: Rig) -> None:
    packs = [pack(f"{'S' * 35}-{n:03d}G", label=f"{'n' * 30}{n:03d}") for n in range(50)]
    rig.spoil("pictures_down", path=BATCH)
    (outcome,) = rig.shop.create([listing(*packs)])
    assert len(_stands_bare(rig, outcome).variants) == 50


def test_one_whose_pictures_cannot_be_fetched_among_others(rig: Rig) -> None:
    local = ("http://127.0.0.1:8000/media/a.jpg",)
    rows = [listing(pack("A")), listing(pack("B"), image_ids=local), listing(pack("C", price=0))]
    good, bare, bad = rig.shop.create(rows)
    assert len(rig.stored(done(good)).fields["images"]) == 2
    _stands_bare(rig, bare)
    refused(bad, Rejected, "price")
    assert sorted(p.sku for p in rig.market.products()) == ["A", "B"]


def test_the_second_try_without_pictures_is_unclear(rig: Rig) -> None:
    """It is found like any other create whose answer was lost."""
    rig.spoil("pictures_down", path=BATCH)
    rig.spoil("reset_after", path=BATCH, times=1)
    (outcome,) = rig.shop.create([listing(TWO[0])])
    refused(outcome, Ambiguous)
    (found,) = done(rig.shop.find_by_sku(["OCOP-1-500G"])[0])
    assert found.status is RemoteStatus.UNLISTED


# --- SKUs that are taken ----------------------------------------------------------------------


def test_a_taken_sku_is_found_and_goes_on(rig: Rig) -> None:
    item = rig.listed(TWO[0])
    (again,) = rig.shop.create([listing(TWO[0])])
    assert item.remote_id in refused(again, Rejected, "sku").message
    (found,) = done(rig.shop.find_by_sku(["OCOP-1-500G"])[0])
    assert found.remote_id == item.remote_id


@pytest.mark.parametrize("by_id", [True, False])
def test_a_sku_in_the_trash_comes_back_as_a_draft(open_rig: Opener, by_id: bool) -> None:
    rig = open_rig(trash_by_id=by_id)
    item = rig.listed(TWO[0], on=True)
    rig.market.do("trash", sku="OCOP-1-500G")
    refused(rig.shop.create([listing(TWO[0])])[0], Rejected, "sku")
    (found,) = done(rig.shop.find_by_sku(["OCOP-1-500G"])[0])
    assert (found.remote_id, found.status) == (item.remote_id, RemoteStatus.UNLISTED)
    assert rig.stored(item).status == "draft"
    assert done(rig.shop.read([item.remote_id], full=True)[0]).status is RemoteStatus.UNLISTED


@pytest.mark.parametrize(("method", "path"), [("GET", "/products"), ("POST", BATCH)])
@pytest.mark.parametrize("packs", [TWO[:1], TWO])
def test_a_sku_that_could_not_be_freed_is_asked_for_again(
    rig: Rig, packs: tuple[PricedVariant, ...], method: str, path: str
) -> None:
    """The search in the trash, or the way out of it, meets an outage."""
    item = rig.listed(*packs, on=True)
    rig.market.do("trash", item_id=int(item.remote_id))
    rig.spoil("outage", method=method, path=path, after=1, times=3)
    (outcome,) = rig.shop.create([listing(*packs)])
    rig.market.heal()
    refused(outcome, Unavailable)
    assert {p.status for p in rig.market.products()} == {"trash"}
    refused(rig.shop.create([listing(*packs)])[0], Rejected, "sku")
    assert rig.stored(item).status == "draft"


def test_a_sku_that_a_pack_in_the_trash_holds_brings_its_product_back(open_rig: Opener) -> None:
    rig = open_rig(trash_by_id=False)
    item = rig.listed(*TWO)
    rig.market.do("trash", item_id=int(item.remote_id))
    refused(rig.shop.create([listing(TWO[0])])[0], Rejected, "sku")
    assert rig.stored(item).status == "draft"
    (found,) = done(rig.shop.find_by_sku(["OCOP-1-500G"])[0])
    assert found.remote_id == item.remote_id


@pytest.mark.parametrize("code", ["product_invalid_sku", "woocommerce_rest_product_not_created"])
def test_a_trashed_product_with_packs_is_made_whole_again(open_rig: Opener, code: str) -> None:
    """Its packs stay in the trash when it comes back, and their SKUs taken."""
    rig = open_rig(trashed_pack_sku=code)
    item = rig.listed(*TWO)
    rig.market.do("trash", item_id=int(item.remote_id))
    assert done(rig.shop.read([item.remote_id], full=True)[0]).status is RemoteStatus.MISSING
    refused(rig.shop.create([listing(*TWO)])[0], Rejected, "sku")
    (found,) = done(rig.shop.find_by_sku(["OCOP-1"])[0])
    assert (found.remote_id, found.variants) == (item.remote_id, ())
    again = done(rig.change(item, *TWO))
    assert rig.on_page(again) == ["OCOP-1-500G", "OCOP-1-1KG"]
    assert rig.packs(again, trash=True) == {}


def test_a_pack_whose_sku_somebody_elses_product_has(rig: Rig) -> None:
    rig.listed(pack("OCOP-1-1KG"))
    (begun,) = rig.shop.create([listing(*TWO)])
    assert isinstance(begun, Pending)
    (outcome,) = rig.shop.resume([begun.handle])
    refused(outcome, Rejected, "variants")
    assert isinstance(outcome, Failed)
    assert outcome.made is not None
    assert set(ids(outcome.made)) == {"OCOP-1-500G"}


def test_a_product_that_vanished_under_way(rig: Rig) -> None:
    (begun,) = rig.shop.create([listing(*TWO)])
    assert isinstance(begun, Pending)
    rig.market.do("delete", item_id=int(begun.handle["id"]))
    refused(rig.shop.resume([begun.handle])[0], NotFound)


def test_a_lone_pack_with_a_key_that_is_not_its_own(rig: Rig) -> None:
    """It keeps both SKUs: the product the listing's, its one pack its own."""
    item = rig.listed(pack("OCOP-1-1KG"), sku="OCOP-1-500G")
    assert rig.stored(item).sku == "OCOP-1-500G"
    assert rig.on_page(item) == ["OCOP-1-1KG"]


@pytest.mark.parametrize("trashed", [False, True])
def test_a_product_that_stands_as_the_lone_pack_it_was(rig: Rig, trashed: bool) -> None:
    """The listing's key is now a pack's SKU, so its product would be made under another."""
    item = rig.listed(TWO[0])
    if trashed:
        rig.market.do("trash", sku="OCOP-1-500G")
    refused(rig.shop.create([listing(*TWO, sku="OCOP-1-500G")])[0], Rejected, "sku")
    (found,) = done(rig.shop.find_by_sku(["OCOP-1-500G"])[0])
    assert found.remote_id == item.remote_id
    again = done(rig.change(item, *TWO, sku="OCOP-1-500G"))
    assert rig.on_page(again) == ["OCOP-1-500G", "OCOP-1-1KG"]
    assert rig.stored(again).status == "draft"


# --- categories -------------------------------------------------------------------------------


def test_a_category_is_made_once_and_found_again(rig: Rig) -> None:
    first, second = rig.listed(pack("A")), rig.listed(pack("B"))
    (name,) = {c["name"] for i in (first, second) for c in rig.stored(i).fields["categories"]}
    assert name == "Mỳ, bún, miến, bánh đa"
    assert len(rig.market.categories()) == 2
    assert len(rig.calls("products/categories", "POST")) == 1


def test_a_category_by_id_and_content_without_facts(rig: Rig) -> None:
    plain = content(category_id="15", facts=replace(content().facts, stars=None, decision=""))
    item = rig.made(replace(listing(TWO[0]), content=plain))
    held = rig.stored(item).fields
    assert [c["id"] for c in held["categories"]] == [15]
    assert "Hạng OCOP" not in {a["name"] for a in held["attributes"]}
