"""State that outlives a kill, the journal, faults, deeds and queues, over HTTP."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.tiki import Fault
from sandbox.tiki.switches import Switches, switched
from tests.sandbox.tiki.conftest import SID, Market, Opener

SKU = "MICHU-500G"


def test_everything_outlives_the_process(open_market: Opener, tmp_path: Path) -> None:
    first = open_market(tmp_path / "tiki.sqlite3")
    first.make("A")
    track = first.begin("B")
    second = open_market(tmp_path / "tiki.sqlite3")
    second.token = first.token
    second.clock.turn(6)
    assert second.held("A").price == 32000
    assert second.get(f"v2/tracking/{track}")["state"] == "queuing"
    assert second.make("C").product_id == first.held("A").product_id + 1
    seqs = [e["seq"] for e in second.sandbox.journal()]
    assert seqs == sorted(set(seqs))


def test_the_journal(market: Market) -> None:
    product = market.make()
    market.put({"product_id": product.product_id, "price": 0})
    market.put({"product_id": product.product_id, "active": 1})
    entries = market.sandbox.journal()
    asked = [e for e in entries if e["asks_change"]]
    assert [(e["method"], e["status"]) for e in asked] == [
        ("POST", 200), ("PUT", 422), ("PUT", 200),
    ]  # fmt: skip
    begun, _, on = asked
    assert begun["effect"][0]["item_sku"] == SKU
    assert begun["effect"][0]["on_sale"] is False
    assert on["effect"] == [{
        "item_id": str(product.product_id), "item_sku": SKU, "title": "Mì gạo Chũ",
        "status": "active", "on_sale": True, "packs": [[SKU, 32000, 20]],
    }]  # fmt: skip
    by_itself = [e for e in entries if e["method"] == ""]
    assert [i["status"] for i in by_itself[-1]["effect"]] == ["approved", "inactive"]
    assert all(e["shop_id"] == SID and e["at"].endswith("+00:00") for e in asked)
    assert market.token not in str(entries)


def test_time_is_journalled_too(market: Market) -> None:
    market.begin()
    market.clock.turn(8000)
    (made,) = [e for e in market.sandbox.journal() if e["path"] == "approved"]
    assert (made["method"], made["asks_change"]) == ("", False)
    request, product = made["effect"]
    assert request["packs"] == product["packs"] == [[SKU, 32000, 20]]


@pytest.mark.parametrize("how", ["approve", "reject", "delete_request", "time", "call"])
def test_who_reads_only_the_journal_sees_each_create_once(market: Market, how: str) -> None:
    """A create that was decided is told to be so, and no SKU is left standing twice."""
    track = market.begin()
    market.clock.turn(6)
    if how == "time":
        market.clock.turn(8000)
    elif how == "call":
        market.delete(f"v2/requests/{market.get(f'v2/tracking/{track}')['request_id']}")
    else:
        market.sandbox.do(SID, how, sku=SKU)
    last = {i["item_id"]: i for e in market.sandbox.journal() for i in e["effect"]}
    request = last.pop(f"request:{track}")
    ends = {"approve": "approved", "time": "approved", "reject": "rejected"}
    assert (request["status"], request["on_sale"]) == (ends.get(how, "deleted"), False)
    assert [i["status"] for i in last.values()] == ["inactive"] * (how in ("approve", "time"))
    assert [i["item_id"] for i in market.sandbox.items(SID)] == list(last)


def test_the_way_in_for_other_processes(market: Market) -> None:
    product = market.make()
    assert market.send("GET", "/_sandbox/shops") == {SID: "HTX Thử"}
    deed = {"shop_id": SID, "deed": "edit", "sku": SKU, "price": 50000}
    assert market.send("POST", "/_sandbox/deeds", json=deed)[0]["packs"] == [[SKU, 50000, 20]]
    assert market.send("GET", "/_sandbox/items", params={"shop_id": SID})[0]["item_id"] == str(
        product.product_id
    )
    last = market.send("GET", "/_sandbox/journal")[-1]["seq"]
    assert market.send("GET", "/_sandbox/journal", params={"after": last}) == []
    market.send("POST", "/_sandbox/deeds", json={**deed, "deed": "nothing"})
    assert market.last.status_code == 400
    market.send("POST", "/_sandbox/rejects", json={"words": "nem", "reason": "Không nhận"})
    track = market.begin("N", name="Nem chua")
    market.clock.turn(8000)
    market.login()
    assert market.get(f"v2/tracking/{track}")["reason"] == "Không nhận"
    assert market.send("GET", "/_sandbox/held") == {}


@pytest.mark.parametrize(("kind", "carried_out"), [
    ("rate", False), ("outage", False), ("reset_before", False), ("redirect", False),
    ("expired_token", False), ("outage_after", True), ("malformed", True), ("truncated", True),
    ("html", True), ("silent", True), ("reset_after", True), ("array", True),
    ("unknown_fields", True), ("slow", True), ("late", True), ("hold_before", True),
])  # fmt: skip
def test_each_fault(market: Market, kind: str, carried_out: bool) -> None:
    product = market.make()
    fault = {"kind": kind, "path": "updateSku", "seconds": 0.05, "location": "http://127.0.0.1:9/"}
    market.send("POST", "/_sandbox/faults", json=fault)
    assert len(market.send("GET", "/_sandbox/faults")) == 1
    with contextlib.suppress(requests.RequestException, ValueError):
        market.put({"product_id": product.product_id, "price": 50000})
    assert market.held(SKU).price == (50000 if carried_out else 32000)
    assert market.send("GET", "/_sandbox/faults") == []


def test_faults_wait_and_count(market: Market) -> None:
    market.sandbox.spoil(Fault(kind="outage", path="v2/categories$", after=1, times=2))
    codes = []
    for _ in range(4):
        market.get("v2/categories")
        codes.append(market.last.status_code)
        market.get("v2/categories/22988")
        assert market.last.status_code == 200
    assert codes == [200, 503, 503, 200]


def test_the_queue_gives_again_what_was_not_acknowledged(market: Market) -> None:
    code = market.post("v1/queues", {"name": "q"})["code"]
    kind = {"event_type": "PRODUCT_PRICE_UPDATED"}
    assert market.post(f"v1/queues/{code}/subscriptions", kind)["sid"] == SID
    market.make()
    market.sandbox.do(SID, "edit", sku=SKU, price=50000)
    first = pulled(market, code, None)
    assert [e["payload"]["price_to"] for e in first["events"]] == ["50000"]
    again = pulled(market, code, None)
    assert [e["id"] for e in again["events"]] == [e["id"] for e in first["events"]]
    assert pulled(market, code, again["ack_id"])["events"] == []
    market.sandbox.do(SID, "edit", sku=SKU, price=60000)
    market.clock.turn(8 * 86400)
    market.login()
    assert pulled(market, code, None)["events"] == []


def pulled(market: Market, code: str, ack: str | None) -> Any:
    return market.post(f"v1/queues/{code}/events/pull", {"ack_id": ack})


def test_switches_by_words() -> None:
    assert switched(["review_s=none", "min_code=true", "late_delete=404", "spelling=waiting"]) == (
        Switches(review_s=None, min_code=True, late_delete=404, spelling="waiting")
    )
    for wrong in ("nothing=1", "review_s", "spelling=other"):
        with pytest.raises(ValueError, match="expected"):
            switched([wrong])
