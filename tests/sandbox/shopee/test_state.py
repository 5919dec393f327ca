"""Journal, faults, catalogue, and a state that outlives its process."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import orjson
import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.shopee import Fault, ShopeeSandbox, catalogue
from sandbox.shopee.switches import Switches, switched
from tests.sandbox.shopee.conftest import KEY, PARTNER, SHOP, Market, Opener

DEEDS = ("add", "price", "stock", "list", "unlist", "sell", "ban", "delete", "tiers")
STEPS = st.lists(
    st.tuples(st.sampled_from(DEEDS), st.integers(0, 3), st.integers(1, 40)), max_size=12
)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_the_journal_alone_tells_what_every_item_shows(
    open_market: Opener, kept: dict[str, Market], steps: list[tuple[str, int, int]]
) -> None:
    market = kept.get("market") or kept.setdefault("market", open_market())
    items = [market.add(item_status="NORMAL")]
    for what, which, number in steps:
        item = items[which % len(items)]
        if what == "add":
            items.append(market.add())
        else:
            _do(market, what, item, number)
    folded: dict[int, Any] = {}
    for entry in market.sandbox.journal():
        folded |= {shown["item_id"]: shown for shown in entry["effect"]}
    assert folded == {i.item_id: i.shown() for i in market.sandbox.items(SHOP)}


def _do(market: Market, what: str, item: int, number: int) -> None:
    """One call or deed; a refusal changes nothing."""
    models = market.stored(item).models
    model_id = models[0].model_id if models else 0
    if what in ("sell", "ban"):
        deed = {"item_id": item, "model_id": model_id} if what == "sell" else {"item_id": item}
        body = {"shop_id": SHOP, "deed": what, **deed}
        requests.post(f"{market.url}/_sandbox/deeds", json=body, timeout=5)
    elif what == "tiers":
        market.tiers(item, ("A", 20000 + number, number), ("B", 30000, 2))
    else:
        paths: dict[str, tuple[str, dict[str, Any]]] = {
            "price": ("update_price", {"item_id": item, "price_list": [
                {"model_id": model_id, "original_price": 20000 + number}]}),
            "stock": ("update_stock", {"item_id": item, "stock_list": [
                {"model_id": model_id, "seller_stock": [{"stock": number}]}]}),
            "list": ("unlist_item", {"item_list": [{"item_id": item, "unlist": False}]}),
            "unlist": ("unlist_item", {"item_list": [{"item_id": item, "unlist": True}]}),
            "delete": ("delete_item", {"item_id": item}),
        }  # fmt: skip
        path, body = paths[what]
        market.post(f"product/{path}", body)


@pytest.fixture
def kept() -> dict[str, Market]:
    """Holds one market over the examples of a law."""
    return {}


def test_no_secret_is_in_the_journal(market: Market) -> None:
    market.add()
    body = {"refresh_token": market.refresh, "partner_id": PARTNER, "shop_id": SHOP}
    fresh = market.public("auth/access_token/get", body)
    text = orjson.dumps(market.sandbox.journal()).decode()
    secrets = [market.access, market.refresh, fresh["access_token"], market.code, KEY, "sign"]
    assert [s for s in secrets if s in text] == []


def test_state_outlives_a_process_that_was_killed(tmp_path: Path) -> None:
    state = tmp_path / "s.sqlite3"
    first = ShopeeSandbox(state)
    first.add_partner(PARTNER, KEY)
    code = first.add_shop(SHOP, PARTNER).code
    first.close()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "sandbox.shopee", "--port", str(port), "--state", str(state)]
    process = subprocess.Popen(command, env={**os.environ, "OCOP_HOME": str(tmp_path)})
    try:
        market = Market(first, _now, f"http://127.0.0.1:{port}", code)  # type: ignore[arg-type]
        _until_it_listens(market)
        item = market.login().add()
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    again = ShopeeSandbox(state)
    assert [i.item_id for i in again.items(SHOP)] == [item]
    assert again.journal()[-1]["path"].endswith("add_item")
    again.close()


def _now() -> Any:
    from datetime import UTC, datetime

    return datetime.now(UTC)


def _until_it_listens(market: Market) -> None:
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        try:
            requests.get(f"{market.url}/_sandbox/shops", timeout=1)
            return
        except requests.ConnectionError:
            continue
    raise AssertionError("the sandbox did not start")


PRICE = "product/update_price"


@pytest.mark.parametrize(("kind", "written"), [
    ("rate", False), ("outage", False), ("reset_before", False), ("redirect", False),
    ("outage_after", True), ("malformed", True), ("truncated", True), ("html", True),
    ("reset_after", True), ("silent", True), ("late", True), ("slow", True),
])  # fmt: skip
def test_each_fault_before_or_after_the_write(market: Market, kind: str, written: bool) -> None:
    item = market.add()
    market.sandbox.spoil(Fault(kind=kind, path=PRICE, seconds=0.05, location="http://127.0.0.1:9"))
    body = {"item_id": item, "price_list": [{"model_id": 0, "original_price": 46000}]}
    try:
        good = market.post(PRICE, body).get("error") == ""
    except (requests.RequestException, ValueError):
        good = False
    assert (market.stored(item).price == 46000) is written
    assert good is (kind in ("late", "slow"))
    assert market.post(PRICE, body)["error"] == "", "once only"


def test_a_held_call_is_shown_and_dropped_when_its_caller_goes(market: Market) -> None:
    item = market.add()
    market.sandbox.spoil(Fault(kind="hold_before", path=PRICE, seconds=30))
    body = {"item_id": item, "price_list": [{"model_id": 0, "original_price": 46000}]}
    with pytest.raises(requests.ReadTimeout):
        requests.post(
            f"{market.url}/api/v2/{PRICE}",
            params=market.query(PRICE, shop=True),
            json=body,
            timeout=0.3,
        )
    ends = time.monotonic() + 5
    while requests.get(f"{market.url}/_sandbox/held", timeout=5).json():
        assert time.monotonic() < ends
    assert market.stored(item).price == 45000


def test_the_catalogue_is_sound() -> None:
    for category in catalogue.CATEGORIES.values():
        assert category["parent"] in {0, *catalogue.CATEGORIES}
        assert {int(a) for a in category["attributes"]} <= set(catalogue.ATTRIBUTES)
    children = [
        child for a in catalogue.ATTRIBUTES.values() for v in a.get("values", [])
        for child, _required in v.get("children", [])
    ]  # fmt: skip
    assert set(children) <= set(catalogue.ATTRIBUTES)
    assert all(catalogue.attribute_ids(leaf) for leaf in catalogue.LEAVES)


def test_switches_from_words() -> None:
    found = switched(["review_s=3", "prefix=false", "rate_per_s=none", "burst=7"])
    assert found == Switches(review_s=3.0, prefix=False, rate_per_s=None, burst=7)
    with pytest.raises(ValueError, match="expected name=value"):
        switched(["reviews=3"])
