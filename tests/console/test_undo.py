"""``runs``, ``undo`` and ``overrides`` as people type them."""

from __future__ import annotations

import json

import pytest

from console.cli import rules, undo
from tests.console.conftest import Run, typed_on
from tests.worker.conftest import World
from tests.worker.fakes import source_product
from tests.worker.test_undo import pull


@pytest.fixture
def run(world: World, monkeypatch: pytest.MonkeyPatch) -> Run:
    world.book.products = [source_product()]
    world.pull()
    world.connect()
    world.sync()
    return typed_on(world, monkeypatch, rules, undo)


def marked_up(run: Run, world: World) -> int:
    assert run("rules", "set", "price", '{"markup_pct": 10}').exit_code == 0
    world.sync()
    rows = json.loads(run("runs", "--json").stdout)
    assert (rows[0]["kind"], rows[0]["who"], rows[0]["status"]) == ("decision", "can-bo", "ended")
    return int(rows[0]["id"])


def test_the_plan_comes_first_and_no_leaves_all_as_it_is(run: Run, world: World) -> None:
    number = marked_up(run, world)
    asked = run("undo", number, input="n\n")
    assert "luật price" in asked.output and "Hoàn tác?" in asked.output
    assert "Trên các tin sẽ đổi: 1 giá." in asked.output
    assert world.changes() == []
    done = run("undo", number, input="y\n")
    assert f"Đã hoàn tác lượt {number}" in done.output
    assert [(c.facet, c.new) for c in world.changes()] == [("price", {"OCOP-1-100G": 20_000})]


def test_json_only_acts_when_told(run: Run, world: World) -> None:
    number = marked_up(run, world)
    seen = json.loads(run("undo", number, "--json").stdout)
    assert (seen["done"], [b["kind"] for b in seen["back"]]) == (False, ["rule"])
    assert world.changes() == []
    done = json.loads(run("undo", number, "--json", "--yes").stdout)
    assert done["done"] and len(world.changes()) == 1


def test_nothing_to_put_back_is_said(run: Run, world: World) -> None:
    number = marked_up(run, world)
    assert run("undo", number, "--yes").exit_code == 0
    again = run("undo", number, "--yes")
    assert again.exit_code == 1
    assert "đã được đặt lại" in again.output and "không có gì để trả lại" in again.output
    wrong = run("undo", 999)
    assert wrong.exit_code == 2 and "không có lượt số 999" in wrong.output


def test_overrides_are_listed_and_lifted(run: Run, world: World) -> None:
    world.book.products = [source_product(prices=(25_000,))]
    number = pull(world)
    world.sync()
    assert run("undo", number, "--yes").exit_code == 0
    (row,) = json.loads(run("overrides", "list", "--json").stdout)
    assert (row["shop"], row["key"], row["value"]) == ("shop-mot", "OCOP-1-100G", 20_000)
    assert "1 giá trị ghim" in run("overrides", "list").output
    assert run("overrides", "lift", row["id"]).exit_code == 0
    assert json.loads(run("overrides", "list", "--json").stdout) == []
    assert run("overrides", "lift", row["id"]).exit_code == 2
