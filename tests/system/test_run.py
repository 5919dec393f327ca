"""``make run`` while the registry changes: the next scheduled pull sends exactly that, and Ctrl-C
ends everything."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from tests.system import checker
from tests.system.demo import PATIENCE_S, Demo, eventually
from tests.system.killed import KilledDay

pytestmark = [pytest.mark.process, pytest.mark.xdist_group("run")]

NOODLES = "OCOP-24-219-0002"
"""Four packs, in the province's shop and in its producer's own."""
NOODLES_300 = f"{NOODLES}-300G"
PRICED_AT = 23_000
FAST = {"OCOP_PULL_EVERY_S": "3", "OCOP_SWEEP_EVERY_S": "1"}


@pytest.fixture(scope="module")
def synced(killed_day: KilledDay) -> Demo:
    """A demo whose first sync is done, in spite of all that was killed; nothing runs."""
    return killed_day.demo


@pytest.fixture(scope="module")
def demo(synced: Demo) -> Iterator[Demo]:
    """The same, kept running by the schedule."""
    with synced.running(**FAST) as process:
        eventually("the marketplace listens", lambda: synced.shopee("GET", "shops"))
        eventually("the registry listens", lambda: synced.registry("GET", "/v1/health"))
        yield synced
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 0
    assert synced.processes() == []


def edit(demo: Demo, code: str, **what: Any) -> int:
    """An edit at the registry office; the marketplace's journal number before it."""
    last = demo.journal()[-1]["seq"]
    demo.registry("POST", f"/_sandbox/products/{code}/edits", what)
    return int(last)


def written(demo: Demo, after: int) -> list[tuple[str, str]]:
    """(last part of the path, shop) of the writes since, one a changed item."""
    return sorted(
        (entry["path"].rsplit("/", 1)[1], str(entry["shop_id"]))
        for entry in checker.writes(demo.journal(after))
        for _item in entry["effect"]
    )


def settled(demo: Demo, after: int, count: int) -> Sequence[Mapping[str, Any]]:
    """The writes after an edit, when there are ``count`` and a further pull has added none."""
    eventually(f"{count} writes", lambda: len(written(demo, after)) >= count)
    pulls = len(_pulls(demo))
    eventually("two more pulls", lambda: len(_pulls(demo)) >= pulls + 2)
    return checker.writes(demo.journal(after))


def _pulls(demo: Demo) -> list[Any]:
    calls: list[Any] = demo.registry("GET", "/_sandbox/journal?since=0")
    return [call for call in calls if "/v1/products" in str(call)]


def shown(demo: Demo, sku: str) -> dict[str, tuple[int, int]]:
    return {k[1]: pack for k, pack in checker.shown(demo.journals()).items() if k[2] == sku}


def test_plan_names_one_edit_and_push_sends_it(synced: Demo) -> None:
    """By hand, without workers: pull, plan, push, plan."""
    with synced.sandboxes():
        edit(synced, NOODLES, edit="price", pack="Gói 500 g", price_vnd=33_000)
        synced.cli("pull")
        changes = synced.cli("plan")["changes"]
        assert {(c["shop"], c["facet"]) for c in changes} == {
            ("ocop-bac-giang", "price"),
            ("my-chu-xuan-truong", "price"),
        }
        assert len(changes) == 2
        assert synced.cli("push") == {"sent": 2, "left": []}
        assert synced.cli("plan") == {"changes": []}


def test_a_price_reaches_each_shop_that_holds_the_pack_and_nothing_else(demo: Demo) -> None:
    after = edit(demo, NOODLES, edit="price", pack="Gói 300 g", price_vnd=PRICED_AT)
    calls = settled(demo, after, 2)
    assert [c["path"].rsplit("/", 1)[1] for c in calls] == ["update_price"] * 2
    assert {str(c["shop_id"]) for c in calls} == {"220010", "220011"}
    assert {price for price, _stock in shown(demo, NOODLES_300).values()} == {25_000, 23_000}


def test_a_stock_is_divided_anew(demo: Demo) -> None:
    before = shown(demo, NOODLES_300)
    after = edit(demo, NOODLES, edit="stock", pack="Gói 300 g", stock=32)
    calls = settled(demo, after, 2)
    assert {c["path"].rsplit("/", 1)[1] for c in calls} == {"update_stock"}
    now = {shop: stock for shop, (_price, stock) in shown(demo, NOODLES_300).items()}
    assert now == {"220010": 10, "220011": 20}
    assert before.keys() == now.keys()


def test_a_withdrawn_product_comes_down_everywhere(demo: Demo) -> None:
    code = _sold_by_both(demo)[1]
    after = edit(demo, code, edit="withdrawn", reason="Chủ thể xin rút")
    calls = settled(demo, after, 2)
    assert {c["path"].rsplit("/", 1)[1] for c in calls} == {"unlist_item"}
    assert not [k for k in checker.shown(demo.journals()) if k[2].startswith(code)]


def test_an_expired_certificate_comes_down_everywhere(demo: Demo) -> None:
    code = _sold_by_both(demo)[2]
    after = edit(demo, code, edit="expired")
    calls = settled(demo, after, 2)
    assert {c["path"].rsplit("/", 1)[1] for c in calls} == {"unlist_item"}
    assert not [k for k in checker.shown(demo.journals()) if k[2].startswith(code)]


def test_a_refused_take_down_is_an_alarm_and_cannot_be_bought(demo: Demo) -> None:
    """A promotion locks the item: it cannot be unlisted, so its stock goes to zero."""
    (shop, item, code) = _one_item(demo)
    demo.shopee("POST", "deeds", {
        "shop_id": shop, "deed": "promote", "item_id": item, "locks": ["unlist", "price"],
    })  # fmt: skip
    after = edit(demo, code, edit="revoked", reason="Vi phạm")
    eventually("stock 0", lambda: _stock(demo, shop, item) == 0)
    rows = demo.cli("status", "--shop", "ocop-bac-giang")
    mine = [row for row in rows if row["product_code"] == code]
    assert mine
    assert all(row["alarm"] for row in mine)
    assert all(row["state"] != "unlisted" for row in mine)
    demo.shopee("POST", "deeds", {"shop_id": shop, "deed": "end_promotion", "item_id": item})
    assert [e["path"] for e in demo.journal(after) if e["asks_change"]]


def _sold_by_both(demo: Demo) -> list[str]:
    """Codes of products that are on sale in two shops."""
    shops_of: dict[str, set[str]] = {}
    for _channel, shop, sku in checker.shown(demo.journals()):
        shops_of.setdefault(sku[:16], set()).add(shop)
    return sorted(code for code, shops in shops_of.items() if len(shops) == 2)


def _one_item(demo: Demo) -> tuple[int, int, str]:
    """A product without packs to choose from that only the province's shop shows."""
    both = set(_sold_by_both(demo))
    for item in demo.shopee("GET", "items?shop_id=220010"):
        code = item["item_sku"][:16]
        if item["status"] == "NORMAL" and len(item["packs"]) == 1 and code not in both:
            return 220010, item["item_id"], code
    raise AssertionError("no such item")


def _stock(demo: Demo, shop: int, item_id: int) -> int | None:
    for item in demo.shopee("GET", f"items?shop_id={shop}"):
        if item["item_id"] == item_id:
            return int(item["packs"][0][2])
    return None
