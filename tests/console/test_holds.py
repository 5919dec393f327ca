"""``holds``, ``stop`` and ``start`` as people type them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import Result

from console.cli import accounts, doctor, feeds, holds, push, rules, status, stops
from console.cli.run import summary
from tests.console.conftest import Run, typed_on
from tests.worker.conftest import World
from tests.worker.fakes import source_product

SKU = "OCOP-1-100G"


@pytest.fixture
def run(world: World, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A price of the shop ``shop-mot`` has jumped."""
    world.book.products = [source_product()]
    world.pull()
    world.connect()
    world.sync()
    world.book.products = [source_product(prices=(200_000,))]
    world.pull()
    world.plan()
    commands = (accounts, doctor, feeds, holds, push, rules, status, stops)
    return typed_on(world, monkeypatch, *commands)


def said(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_what_waits_is_listed_and_shown_with_yes_no_and_one_thing_to_do(run: Run) -> None:
    (row,) = said(run("holds", "list", "--json"))
    assert (row["kind"], row["status"]) == ("price_jump", "open")
    assert "20.000 đ → 200.000 đ" in row["message"]
    shown = said(run("holds", "show", row["id"], "--json"))
    assert [(i["shop"], i["product_code"]) for i in shown["items"]] == [("shop-mot", "OCOP-1")]
    assert shown["items"][0]["detail"] == {"sku": SKU, "before": 20_000, "after": 200_000}
    text = run("holds", "show", row["id"]).output
    for words in (shown["about"], shown["next"], shown["approve"], shown["reject"]):
        assert words in text.replace("\n", " ").replace("  ", " ")
    assert "giá mới" in text
    assert "1 việc chờ" in run("holds", "list").output
    assert "1 việc chờ người quyết" in run("status").output


def test_yes_is_written_with_the_machine_s_user_and_sent_by_the_next_push(
    run: Run, world: World
) -> None:
    result = run("holds", "approve", 1)
    assert result.exit_code == 0
    assert "can-bo" in result.output
    assert run("push").exit_code == 0
    assert world.market.on_sale("shop-mot")[SKU][0] == 200_000
    assert said(run("holds", "list", "--json")) == []
    assert "can-bo" in run("holds", "show", 1).output


def test_no_is_written_with_the_name_given_and_stays_in_the_list(run: Run, world: World) -> None:
    assert run("holds", "reject", 1, "--who", "Lan").exit_code == 0
    assert run("push").exit_code == 0
    assert world.market.on_sale("shop-mot")[SKU][0] == 20_000
    (row,) = said(run("holds", "list", "--json"))
    assert (row["status"], row["decided_by"]) == ("rejected", "Lan")
    assert row["decided_at"]


@pytest.mark.parametrize(
    ("words", "code", "part"),
    [
        (("holds", "show", 99), 2, "không có việc chờ số 99"),
        (("holds", "approve", 99), 2, "không có việc chờ số 99"),
        (("stop", "không-có"), 2, "không có gian hàng"),
        (("start", "không-có"), 2, "không có gian hàng"),
        (("start",), 0, "Không có lệnh dừng nào"),
    ],
)
def test_wrong_use_says_what_to_do(run: Run, words: tuple[Any, ...], code: int, part: str) -> None:
    result = run(*words)
    assert (result.exit_code, part in result.output) == (code, True), result.output


def test_a_decision_is_taken_once(run: Run) -> None:
    assert run("holds", "reject", 1, "--who", "Lan").exit_code == 0
    again = run("holds", "approve", 1)
    assert again.exit_code == 2
    assert "Lan" in again.output


@pytest.mark.parametrize("words", [(), ("shop-mot",)])
def test_a_stop_is_shown_everywhere_until_the_start(
    run: Run, world: World, words: tuple[str, ...]
) -> None:
    assert run("stop", *words, "--why", "sai giá", "--who", "Lan").exit_code == 0
    world.sql("UPDATE certificate SET status = 'revoked' RETURNING 1")
    world.plan()
    for command in (("status",), ("accounts", "list")):
        text = run(*command).output.replace("\n", " ")
        assert "Lan: sai giá" in text
    findings = list(doctor._halted(world.env))
    assert [f.good for f in findings] == [False, False]
    assert "Lan: sai giá" in findings[0].found
    assert findings[1].found.startswith("1 tin phải gỡ")
    assert "CHÚ Ý: 1 tin phải gỡ vẫn đang bán" in run("status").output
    refused = run("push")
    assert refused.exit_code == 1
    assert "đang dừng" in refused.output
    assert len(world.market.on_sale("shop-mot")) == 1
    assert run("start", *words).exit_code == 0
    assert run("push").exit_code == 0
    assert world.market.on_sale("shop-mot") == {}
    assert "ĐANG DỪNG" not in run("status").output


def test_the_help_says_that_a_stop_stops_take_downs_too(run: Run) -> None:
    assert "KỂ CẢ GỠ HÀNG" in run("stop", "--help").output


def test_a_push_of_the_others_names_the_stopped_shop(run: Run, world: World) -> None:
    world.connect("Shop hai", producer="HTX A")
    run("stop", "shop-hai")
    result = run("push")
    assert "đang dừng, không gửi gì: shop-hai" in result.output.replace("\n", " ")
    assert SKU in world.market.on_sale("shop-mot")


def test_the_rule_of_the_guards_is_set_and_listed_like_any_other(run: Run, world: World) -> None:
    assert run("rules", "set", "guard", '{"price_factor": 20}').exit_code == 0
    (row,) = said(run("rules", "list", "--kind", "guard", "--json"))
    assert row["value"] == {"price_factor": 20}
    assert said(run("holds", "list", "--json")) == []
    world.sync()
    assert world.market.on_sale("shop-mot")[SKU][0] == 200_000
    bad = run("rules", "set", "guard", '{"price_factor": 1}')
    assert bad.exit_code == 2
    assert "price_factor" in bad.output


def test_the_table_after_a_run_names_what_waits_and_what_is_stopped(
    run: Run, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    run("stop", "--who", "Lan")
    summary(world.env, world.time())
    said_last = capsys.readouterr().err
    assert "1 việc chờ người quyết" in said_last
    assert "ĐANG DỪNG mọi gian hàng" in said_last
