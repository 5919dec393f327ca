"""One product's whole life under every answer to every doubtful fact."""

from __future__ import annotations

import pytest

from connectors.contract import (
    Adoption,
    AvailabilityChange,
    ContentChange,
    Failed,
    Pending,
    PriceChange,
    RemoteItem,
    RemoteStatus,
    RemoteVariant,
    StockChange,
)
from connectors.errors import Rejected
from tests.connectors.tiki.conftest import (
    DECLARED,
    Opener,
    begun,
    content,
    done,
    followed,
    listing,
    pack,
)
from tests.connectors.tiki.rig import ANSWERS

WORLDS = {
    **ANSWERS,
    "an omitted list price is the price": ("omitted_market=price",),
    "an omitted list price is the price; content at once": (
        "omitted_market=price", "update_review=false",
    ),
}  # fmt: skip
"""Also answers under which the kit's ends of the price range cannot be reached: from a tenth of the
list price up to it, and not beyond without a review (3.7)."""


@pytest.mark.parametrize("name", WORLDS)
def test_from_its_creation_to_its_end(open_bench: Opener, name: str) -> None:
    bench = open_bench(*WORLDS[name])
    shop = bench.shop
    first = begun(bench)
    bench.pass_time(8)
    (looked,) = shop.find_by_sku(["MICHU-500G"])
    if "asked_shown=none" in WORLDS[name]:
        assert isinstance(looked, Failed), "it may be there: nobody says that there is none"
    else:
        (seen,) = done(looked)
        assert (seen.remote_id, seen.status) == ("", RemoteStatus.IN_REVIEW)
        assert seen.handle["track_id"] == first.handle["track_id"]

    item: RemoteItem = done(followed(bench, first))
    assert item.variants == (RemoteVariant("MICHU-500G", item.remote_id),)
    state = done(shop.read([item.remote_id], full=True)[0])
    assert (state.status, state.item_sku) == (RemoteStatus.UNLISTED, "MICHU-500G")
    assert (state.variants[0].price_vnd, state.variants[0].stock) == (32_000, 20)

    for outcome in (
        *shop.set_price([PriceChange(item, {"MICHU-500G": 45_000})]),
        *shop.set_stock([StockChange(item, {"MICHU-500G": 7})]),
        *shop.set_availability([AvailabilityChange(item, True)]),
    ):
        done(followed(bench, outcome) if isinstance(outcome, Pending) else outcome)
    (found,) = done(shop.find_by_sku(["MICHU-500G"])[0])
    assert (found.remote_id, found.status) == (item.remote_id, RemoteStatus.LIVE)
    held = bench.product("MICHU-500G")
    assert (held.price, held.available, held.active) == (45_000, 7, True)

    change = ContentChange(item, "MICHU-500G", content(description="Lời mới."))
    (edited,) = shop.update_content([change])
    done(followed(bench, edited) if isinstance(edited, Pending) else edited)
    assert bench.product("MICHU-500G").fields["description"] == "<p>Lời mới.</p>"

    mine = RemoteItem(item.remote_id, (RemoteVariant("MOI-1", item.remote_id),))
    done(shop.adopt([Adoption(mine, "MOI-1")])[0])
    assert bench.product("MOI-1").product_id == int(item.remote_id)
    assert item.remote_id in shop.changed_since(None).remote_ids


@pytest.mark.parametrize("name", WORLDS)
def test_a_twin_and_a_refusal(open_bench: Opener, name: str) -> None:
    bench = open_bench(*WORLDS[name])
    done(followed(bench, begun(bench)))
    (twin,) = bench.shop.create([listing()])
    ended = followed(bench, twin) if isinstance(twin, Pending) else twin
    assert isinstance(ended, Failed)
    assert isinstance(ended.error, Rejected)
    assert (ended.error.field, ended.made) == ("sku", None)

    bench.market.reject_titles("thạch", "Ảnh không đúng sản phẩm")
    (begun_,) = bench.shop.create([listing(pack("B"), title="Thạch đen")])
    assert isinstance(begun_, Pending)
    ended = followed(bench, begun_)
    assert isinstance(ended, Failed)
    assert isinstance(ended.error, Rejected)
    assert ended.error.message
    assert ended.error.hint
    assert done(bench.shop.find_by_sku(["B"])[0]) == ()


@pytest.mark.parametrize("name", WORLDS)
def test_papers_categories_and_attributes(open_bench: Opener, name: str) -> None:
    words = WORLDS[name]
    bench = open_bench(*words)
    tree = {c.category_id: c for c in bench.shop.categories()}
    assert tree["22988"].leaf
    assert tree["22988"].parent_id == "20766"
    assert not tree["20766"].leaf
    found = bench.shop.attributes(["22988"])["22988"]
    assert [a.attribute_id for a in found if a.mandatory] == ["expiry_time", "storage"]
    (storage,) = [a for a in found if a.attribute_id == "storage"]
    assert storage.options[0].value_id == "Nơi khô ráo, thoáng mát"

    with_paper = begun(bench, pack("TRA-1"), category_id="20804", papers=(DECLARED,))
    assert done(followed(bench, with_paper)).remote_id
    sent = bench.calls("/requests")[-1]["body"]["certificate_files"]
    if "documents=none" not in words:
        assert sent == [{"url": DECLARED.url, "type": "category", "document_id": 12}]
