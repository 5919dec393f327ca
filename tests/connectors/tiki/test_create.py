"""Create: the body, the checks before it, and a request that is never repeated."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson
import pytest

from connectors.contract import (
    Attribute,
    AttributeValue,
    Failed,
    ImageFile,
    NewListing,
    Paper,
    Pending,
    RemoteStatus,
)
from connectors.errors import Ambiguous, ProtocolError, Rejected
from sandbox.tiki import Fault
from tests.connectors.tiki.conftest import (
    DECLARED,
    FACTS,
    PICTURES,
    Opener,
    begun,
    content,
    done,
    followed,
    listed,
    listing,
    pack,
    refused,
)
from tests.connectors.tiki.rig import CATEGORY, SID, WAREHOUSE, TikiBench

POST = "/integration/v2.1/requests"


def sent(bench: TikiBench) -> Any:
    return bench.calls(POST)[-1]["body"]


def test_what_is_sent(bench: TikiBench) -> None:
    pending = begun(bench, pack(gtin="8938501234568"))
    assert pending.in_review
    assert pending.ask_after <= 10
    assert len(orjson.dumps(dict(pending.handle))) < 4096
    body = sent(bench)
    assert body["meta_data"] == {"is_auto_turn_on": False}
    assert (body["image"], body["images"]) == (PICTURES[0], [PICTURES[1]])
    assert body["option_attributes"] == []
    assert body["description"].startswith("<p>Mì gạo làm từ gạo bao thai hồng &lt;ngon&gt;.</p>")
    assert "<p>Hạn dùng: 12 tháng<br>Bảo quản khô</p>" in body["description"]
    assert body["attributes"] == {
        "brand": "HTX Mỳ Xuân Trường", "brand_country": "Việt Nam", "origin": "Việt Nam",
        "product_weight_kg": 0.55, "product_length": 28, "product_width": 12, "product_height": 6,
        "bulky": 0, "is_warranty_applied": 0, "require_expiry_date": 1,
        "product_top_features": "Sản phẩm OCOP 4 sao\nXuất xứ: Phường Chũ, Bắc Ninh\n"
        "Chủ thể sản xuất: HTX Mỳ Xuân Trường\nHạn sử dụng: 12 tháng",
        "expiry_time": "12 tháng", "storage": "Nơi khô ráo, thoáng mát",
    }  # fmt: skip
    assert body["variants"] == [{
        "sku": "MICHU-500G", "price": 32_000, "min_code": "8938501234568",
        "inventory_type": "dropship", "seller_warehouse": str(WAREHOUSE),
        "warehouse_stocks": [{"warehouseId": WAREHOUSE, "qtyAvailable": 20}],
    }]  # fmt: skip


def test_one_picture_leaves_an_empty_list(bench: TikiBench) -> None:
    begun(bench, image_ids=(PICTURES[0], PICTURES[0]))
    assert sent(bench)["images"] == []


def test_nothing_is_claimed_that_has_lapsed(bench: TikiBench) -> None:
    begun(bench, facts=replace(FACTS, stars=None))
    assert "OCOP" not in sent(bench)["attributes"]["product_top_features"]


def test_an_approved_product_is_off(bench: TikiBench) -> None:
    item = listed(bench)
    assert done(bench.shop.read([item.remote_id], full=False)[0]).status is RemoteStatus.UNLISTED


@pytest.mark.parametrize(("change", "field"), [
    ({"title": "Mì"}, "title"), ({"title": "x" * 256}, "title"),
    ({"description": "  "}, "description"), ({"image_ids": ()}, "images"),
    ({"image_ids": ("vn-1234",)}, "images"), ({"image_ids": tuple(f"https://a.vn/{n}" for n in
     range(11))}, "images"), ({"weight_g": 0}, "weight"), ({"category_id": ""}, "category"),
    ({"attributes": ()}, "attributes"),
])  # fmt: skip
def test_content_that_is_not_sent(bench: TikiBench, change: dict[str, Any], field: str) -> None:
    refused(bench.shop.create([listing(**change)])[0], field)
    assert bench.calls(POST) == []


@pytest.mark.parametrize(("one", "field"), [
    (pack(price=0), "price"), (pack(price=999), "price"), (pack(price=-5), "price"),
    (pack(price=10**9 + 1), "price"), (pack(price=32_000.5), "price"),  # type: ignore[arg-type]
    (pack(stock=-1), "stock"), (pack(stock=10**6), "stock"), (pack(sku=" "), "variants"),
])  # fmt: skip
def test_a_pack_that_is_not_sent(bench: TikiBench, one: Any, field: str) -> None:
    refused(bench.shop.create([listing(one)])[0], field)
    assert bench.calls(POST) == []


def test_two_packs_are_two_products(bench: TikiBench) -> None:
    both = NewListing("MI", content(), (pack("A"), pack("B")))
    refused(bench.shop.create([both])[0], "variants")


def test_texts_in_parts_go_out_whole(bench: TikiBench) -> None:
    """255 letters, which a file may have spelt in more than 255 characters."""
    apart = unicodedata.normalize("NFD", "Mì " + "ẩ" * 252)
    maker = unicodedata.normalize("NFD", "HTX Mỳ Xuân Trường")
    begun(bench, title=apart, description=apart, facts=replace(FACTS, producer=maker))
    body = sent(bench)
    assert body["name"] == "Mì " + "ẩ" * 252
    assert body["attributes"]["brand"] == "HTX Mỳ Xuân Trường"
    assert unicodedata.is_normalized("NFC", str(body))


@pytest.mark.parametrize("title", ["Mì " + "x" * 252, "Mìn", "Mì gạo Chũ"])
def test_names_at_the_limits_pass(bench: TikiBench, title: str) -> None:
    assert len(title) <= 255
    assert begun(bench, title=title)


@pytest.mark.parametrize("papers", [
    (), (replace(DECLARED, url=""),), (replace(DECLARED, valid_until="2020-01-01"),),
    (Paper("trademark", "1", "", "https://a.vn/nh.jpg"),),
])  # fmt: skip
def test_a_demanded_paper_that_is_missing(bench: TikiBench, papers: tuple[Paper, ...]) -> None:
    tea = listing(category_id="20804", papers=papers)
    error = refused(bench.shop.create([tea])[0], "papers")
    assert "Bản tự công bố" in error.message
    assert bench.calls(POST) == []


def test_a_demanded_paper_of_a_kind_that_nobody_records(bench: TikiBench) -> None:
    """No recorded paper could satisfy it: whoever is told to hand one in does so for ever."""
    listed = [{"document_id": 41, "name": "Phiếu kiểm nghiệm", "is_required": 1}]
    bench.market.spoil(
        Fault(kind="answer", path="requiredDocuments", times=None, status=200, body=listed)
    )
    error = refused(bench.shop.create([listing(papers=(DECLARED,))])[0], "papers")
    assert "Phiếu kiểm nghiệm" in error.message
    assert "không có loại giấy tờ này" in error.message
    assert "Văn phòng" in error.hint
    assert "Seller Center" in error.hint
    assert "Nộp" not in error.hint
    assert bench.calls(POST) == []


@pytest.mark.parametrize("names", ["vi", "en"])
def test_papers_go_with_the_documents_they_answer(open_bench: Opener, names: str) -> None:
    bench = open_bench(f"document_names={names}")
    papers = (
        DECLARED,
        Paper("food_safety", "2", "", "https://a.vn/attp.jpg"),
        Paper("trademark", "3", "", "https://a.vn/nhan-hieu.jpg"),
        Paper("alcohol_licence", "4", "", "https://a.vn/ruou.jpg"),
    )
    begun(bench, papers=papers)
    assert sent(bench)["certificate_files"] == [
        {"url": DECLARED.url, "type": "category", "document_id": 12},
        {"url": "https://a.vn/attp.jpg", "type": "category", "document_id": 11},
        {"url": "https://a.vn/nhan-hieu.jpg", "type": "brand"},
    ]


def test_a_brand_out_of_a_list(open_bench: Opener) -> None:
    bench = open_bench("brand_listed=true")
    begun(bench, pack("A"), facts=replace(FACTS, producer="HTX Mì Nam Thể"))
    assert sent(bench)["attributes"]["brand"] == "HTX Mì Nam Thể"
    begun(bench, pack("B"))
    assert sent(bench)["attributes"]["brand"] == "OEM"


def test_the_country_as_the_list_spells_it(open_bench: Opener) -> None:
    bench = open_bench("home_listed=Vietnam")
    assert {a.attribute_id for a in _asked(bench)}.isdisjoint({"origin", "brand_country"})
    begun(bench)
    values = sent(bench)["attributes"]
    assert (values["origin"], values["brand_country"]) == ("Vietnam", "Vietnam")


def test_a_list_without_our_value_is_shown_to_a_person(open_bench: Opener) -> None:
    bench = open_bench("home_listed=VN")
    shown = {a.attribute_id: a for a in _asked(bench)}
    for code in ("origin", "brand_country"):
        assert shown[code].mandatory
        assert not shown[code].free_text
        assert [o.value_id for o in shown[code].options] == ["China", "Thailand", "VN"]
    refused(bench.shop.create([listing()])[0], "attributes")
    assert bench.calls(POST) == []
    chosen = [AttributeValue(code, value_id="VN") for code in ("origin", "brand_country")]
    begun(bench, attributes=(*content().attributes, *chosen))
    assert sent(bench)["attributes"]["origin"] == "VN"


def _asked(bench: TikiBench) -> Sequence[Attribute]:
    return bench.shop.attributes([CATEGORY])[CATEGORY]


def test_what_a_person_chose_wins(bench: TikiBench) -> None:
    chosen = (*content().attributes, AttributeValue("brand", text="Mỳ Chũ"))
    begun(bench, attributes=chosen)
    assert sent(bench)["attributes"]["brand"] == "Mỳ Chũ"


@pytest.mark.parametrize("wording", ["path", "sentence"])
def test_a_minimum_code_is_given_only_when_it_is_wanted(open_bench: Opener, wording: str) -> None:
    bench = open_bench("min_code=true", f"wording={wording}")
    begun(bench)
    assert [e["status"] for e in bench.calls(POST)] == [422, 200]
    assert sent(bench)["variants"][0]["min_code"] == "MICHU-500G"


@pytest.mark.parametrize(("change", "field"), [
    ({"category_id": "999999"}, "category"), ({"category_id": "20766"}, "category"),
    ({"attributes": (AttributeValue("expiry_time", text="1"), AttributeValue("storage",
      value_id="Trên mái"))}, "attributes"),
])  # fmt: skip
def test_a_refusal_keeps_its_words_and_says_what_to_do(
    bench: TikiBench, change: dict[str, Any], field: str
) -> None:
    error = refused(bench.shop.create([listing(**change)])[0], field)
    words = bench.calls(POST)[-1]["errors"]
    assert all(word in error.message for word in words)


@pytest.mark.parametrize("kind", [
    "reset_after", "truncated", "outage_after", "malformed", "html", "array",
])  # fmt: skip
def test_an_unclear_create_is_never_repeated_and_is_found(bench: TikiBench, kind: Any) -> None:
    bench.market.spoil(Fault(kind=kind, path="POST " + POST))
    (outcome,) = bench.shop.create([listing()])
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, Ambiguous | ProtocolError)
    assert len(bench.calls(POST)) == 1

    (early,) = bench.shop.find_by_sku(["MICHU-500G"])
    assert isinstance(early, Failed), "it may be ours: nobody may say that there is none"
    assert isinstance(early.error, ProtocolError)
    bench.pass_time(6)
    (found,) = done(bench.shop.find_by_sku(["MICHU-500G"])[0])
    item = done(followed(bench, Pending(found.handle, 5)))
    assert item.remote_id == str(bench.product("MICHU-500G").product_id)


@pytest.mark.parametrize("kind", ["outage", "reset_before"])
def test_a_create_that_never_happened_is_unclear_too_and_not_found(
    bench: TikiBench, kind: Any
) -> None:
    bench.market.spoil(Fault(kind=kind, path="POST " + POST))
    (outcome,) = bench.shop.create([listing()])
    assert isinstance(outcome.error, Ambiguous)  # type: ignore[union-attr]
    assert done(bench.shop.find_by_sku(["MICHU-500G"])[0]) == ()
    assert bench.market.items(SID) == []


def test_pictures_are_fetched_by_tiki(bench: TikiBench) -> None:
    (outcome,) = bench.shop.upload_images([ImageFile("0", "image/jpeg", b"")])
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, Rejected)
