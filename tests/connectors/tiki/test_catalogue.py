"""Categories, attributes and long lists."""

from __future__ import annotations

from typing import Any

from connectors.contract import AttributeValue
from connectors.tiki.filling import KNOWN
from sandbox.tiki import Fault
from tests.connectors.tiki.conftest import Opener, listing, pack
from tests.connectors.tiki.rig import TikiBench


def test_only_primary_leaves_are_listed_in(bench: TikiBench) -> None:
    tree = {c.category_id: c for c in bench.shop.categories()}
    assert tree["2"].parent_id is None
    assert [c.name for c in tree.values() if c.leaf and c.parent_id == "20800"] == [
        "Trà các loại", "Trà thảo mộc", "Nước giải khát, nước ép", "Rượu và đồ uống có cồn",
    ]  # fmt: skip
    assert not tree["4384"].leaf


def test_what_we_know_ourselves_is_not_asked_of_a_person(bench: TikiBench) -> None:
    found = bench.shop.attributes(["22988", "20768", "4384"])
    assert not {a.attribute_id for a in found["22988"]} & KNOWN
    assert found["4384"] == []
    (flavour,) = [a for a in found["20768"] if a.attribute_id == "flavour"]
    assert (flavour.mandatory, flavour.free_text, flavour.max_values) == (False, False, 20)
    (expiry,) = [a for a in found["20768"] if a.attribute_id == "expiry_time"]
    assert (expiry.free_text, expiry.options, expiry.name) == (True, (), "Hạn sử dụng")


def _row(code: str, values: list[str], *, required: int = 1, kind: str = "select") -> Any:
    return {
        "id": None, "code": code, "is_required": required, "input_type": kind,
        "values": [{"value": value} for value in values],
    }  # fmt: skip


def test_of_what_we_know_only_lists_that_lack_it_are_asked(bench: TikiBench) -> None:
    """The values are Tiki's to spell; the brand has a neutral one, and may be free text (8)."""
    rows = [
        _row("origin", ["Trung Quốc", "VIET  NAM"]), _row("brand", ["OEM"]),
        _row("bulky", ["0", "1"]), _row("require_expiry_date", ["Có", "Không"]),
        _row("product_weight_kg", ["Dưới 1 kg"], kind="dropdown"),
        _row("brand_origin", ["VN"], required=0), _row("brand_country", ["Việt Nam"], kind="text"),
        _row("product_top_features", [], kind="select"),
    ]  # fmt: skip
    bench.market.spoil(
        Fault(kind="answer", path="22988/attributes$", times=None, status=200, body=rows)
    )
    asked = bench.shop.attributes(["22988"])["22988"]
    assert [a.attribute_id for a in asked] == [
        "require_expiry_date", "product_weight_kg", "brand_origin",
    ]  # fmt: skip
    chosen = (
        AttributeValue("require_expiry_date", value_id="Có"),
        AttributeValue("product_weight_kg", value_id="Dưới 1 kg"),
    )
    bench.shop.create([listing(attributes=chosen)])
    sent = bench.calls("v2.1/requests")[-1]["body"]["attributes"]
    assert (sent["origin"], sent["bulky"], sent["brand_country"]) == ("VIET  NAM", "0", "Việt Nam")
    assert (sent["require_expiry_date"], sent["product_weight_kg"]) == ("Có", "Dưới 1 kg")
    assert "brand_origin" not in sent, "what the list lacks is refused"


def test_values_are_read_to_their_last_page_and_once(bench: TikiBench) -> None:
    shop = bench.shop
    assert len(shop._catalogue._read_values("603", "")) == 74
    shop.attributes(["22988", "20768"])
    assert len(bench.calls("v2/attributes/641/values")) == 1


def test_a_bare_list_that_is_just_a_page_long(open_bench: Opener) -> None:
    bench = open_bench("review_s=none")
    bench.shop.create([listing(pack(f"SP-{n}")) for n in range(50)])
    before = len(bench.calls("v2/tracking"))
    assert len(list(bench.shop._client.pages("v2/tracking", bare=True))) == 50
    assert len(bench.calls("v2/tracking")) == before + 2


def test_nothing_is_recommended(bench: TikiBench) -> None:
    assert bench.shop.recommend("Mì Chũ") == []
    assert not bench.shop.capabilities.recommends
    assert bench.shop.finish() is None
