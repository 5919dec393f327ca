"""The second opinion finds what it is there to find: each law is broken once, by hand."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

from chaos import laws, pool, register
from tests.system import checker

DAY = date(2026, 3, 2)
START = "2026-03-02T01:00:{:06.3f}+00:00"


class World:
    """The first day as it should be, on Shopee alone, written as journals; then somebody spoils
    it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.first = register.on_first_day(DAY)
        self.journals: dict[str, list[dict[str, Any]]] = {"shopee": []}
        folder = home / "demo" / "registry"
        folder.mkdir(parents=True)
        with sqlite3.connect(folder / "registry.sqlite3") as db:
            db.execute("CREATE TABLE version (seq INTEGER, code, kind, at, product)")
        prices = {
            key: price
            for key, price in checker.expected(self.first, DAY)[0].items()
            if key[0] == "shopee"
        }
        shares = checker.shares(self.first, list(prices))
        for number, (key, price) in enumerate(sorted(prices.items())):
            self.write(key[1], number, key[2], price, int(shares[key]))

    def write(
        self, shop: str, item: int, sku: str, price: int, stock: int, status: str = "NORMAL",
        method: str = "POST", path: str = "add_item",
    ) -> None:  # fmt: skip
        entry = {
            "at": START.format(len(self.journals["shopee"]) / 50), "shop_id": shop,
            "method": method, "path": path, "asks_change": method == "POST",
            "effect": [{
                "item_id": item, "item_sku": sku, "status": status, "packs": [[sku, price, stock]],
            }],
        }  # fmt: skip
        self.journals["shopee"].append(entry)

    def again(self, number: int, **changes: Any) -> None:
        """The item of one entry, written once more with something else."""
        entry = self.journals["shopee"][number]
        ((sku, price, stock),) = entry["effect"][0]["packs"]
        values = {"price": price, "stock": stock, "item": entry["effect"][0]["item_id"]} | changes
        self.write(entry["shop_id"], sku=sku, **values)

    def edit(self, code: str, kind: str, **changes: Any) -> None:
        product = self.first[code]
        rows = [
            {"pack": p.text, "price_vnd": p.price, "stock": p.stock} | changes
            for p in product.packs
        ]
        body = {"variants": rows, "certificates": [{"status": "valid"}]}
        with sqlite3.connect(self.home / "demo" / "registry" / "registry.sqlite3") as db:
            at = START.format(59)
            db.execute(
                "INSERT INTO version VALUES (1, ?, ?, ?, ?)", (code, kind, at, orjson.dumps(body))
            )

    def verdict(self) -> laws.Verdict:
        return laws.judge(self.home, self.journals, self.first, DAY)

    def sku(self, number: int) -> str:
        return str(self.journals["shopee"][number]["effect"][0]["item_sku"])


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_a_day_as_it_should_be_breaks_no_law_and_needs_each_change_once(world: World) -> None:
    verdict = world.verdict()
    assert verdict.broken() == []
    assert verdict.on_sale > 90
    assert pool.overdrawn(world.home, world.journals, world.first) == []
    calls = laws.count_calls(world.home, world.journals, world.first, DAY)
    assert calls.idle == 0
    assert calls.made == pytest.approx(calls.needed, abs=10)


@pytest.mark.parametrize(("law", "changes"), [
    ("duplicates", {"item": 99999}),
    ("losses", {"status": "UNLIST"}),
    ("losses", {"price": 1234}),
    ("above_pool", {"stock": 100_000}),
])  # fmt: skip
def test_each_law_is_missed_by_its_name(world: World, law: str, changes: Mapping[str, Any]) -> None:
    world.again(0, **changes)
    broken = {name for name in ("duplicates", "losses", "wrongly", "above_pool")
              if getattr(world.verdict(), name)}  # fmt: skip
    assert law in broken
    assert broken <= {law, "above_pool"}
    assert world.sku(0) in getattr(world.verdict(), law)[0]


def test_what_was_withdrawn_may_not_be_on_sale(world: World) -> None:
    code = world.sku(0).rsplit("-", 1)[0]
    world.edit(code, "withdrawn")
    assert any(code in line for line in world.verdict().wrongly)


def test_what_never_might_be_on_sale_is_found_though_it_is_gone_again(world: World) -> None:
    world.write("220010", 99, "OCOP-NEVER", 1000, 1)
    world.write("220010", 99, "OCOP-NEVER", 1000, 1, status="UNLIST")
    assert any("OCOP-NEVER" in line for line in world.verdict().wrongly)


def test_a_ban_a_sale_and_a_hand_are_not_the_program_s_fault(world: World) -> None:
    world.again(0, status="BANNED", method="", path="ban")
    world.again(1, stock=0, method="", path="sell")
    assert world.verdict().broken() == []


def test_too_much_at_one_moment_is_found_though_it_ends_well(world: World) -> None:
    ((sku, _price, stock),) = world.journals["shopee"][0]["effect"][0]["packs"]
    world.again(0, stock=100_000)
    world.again(0, stock=stock)
    assert world.verdict().broken() == []
    assert [line.split(":")[0] for line in
            pool.overdrawn(world.home, world.journals, world.first)] == [sku]  # fmt: skip


def test_a_repeated_call_is_idle_and_a_hand_s_price_needs_one_change(world: World) -> None:
    before = laws.count_calls(world.home, world.journals, world.first, DAY)
    world.again(0)
    world.again(1, price=777, method="", path="edit")
    after = laws.count_calls(world.home, world.journals, world.first, DAY)
    assert (after.idle - before.idle, after.needed - before.needed) == (1, 1)
    assert after.made == before.made


def test_the_register_s_last_word_counts(world: World) -> None:
    code = world.sku(0).rsplit("-", 1)[0]
    world.edit(code, "price", price_vnd=500_000)
    assert register.last(world.home, world.first)[code].packs[0].price == 500_000
    assert any("costs" in line and code in line for line in world.verdict().losses)
