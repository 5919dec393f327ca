"""The commands for mappings, papers, rules, adoption, previews and looks at the shops."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from connectors.contract import Failed
from connectors.errors import Rejected
from console.cli import (
    adopt,
    feeds,
    log,
    mappings,
    papers,
    preview,
    producers,
    push,
    reconcile,
    rules,
    status,
    stops,
    undo,
)
from tests.console.conftest import Run, typed_on
from tests.worker.conftest import PICTURE, World
from tests.worker.fakes import source_product
from worker.env import find_connectors

SKU = "OCOP-1-100G"
PRICE = ("rules", "set", "price", '{"markup_pct": 10}')


@pytest.fixture
def run(world: World, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs ``ocop-sync`` on the world's tables; the shop ``shop-mot`` sells one product."""
    world.book.products = [source_product()]
    world.pull()
    world.connect()
    world.sync()
    return typed_on(
        world, monkeypatch, adopt, feeds, log, mappings, papers, preview, producers, push,
        reconcile, rules, status, stops, undo,
    )  # fmt: skip


def said(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_who_agreed_is_listed_and_written_down_by_name_or_for_all(run: Run, world: World) -> None:
    (owner,) = said(run("producers", "list", "--json"))
    assert (owner["products"], owner["agreed"]) == (1, True)
    assert "1 chủ thể thôi đồng ý; 0 đã" in run("producers", "agree", owner["name"], "--no").output
    assert "chưa" in run("producers", "list").output
    world.sync()
    assert world.market.on_sale("shop-mot") == {}
    assert "1 chủ thể đồng ý; 0 đã" in run("producers", "agree", "--all").output
    assert "0 chủ thể đồng ý; 1 đã" in run("producers", "agree", owner["name"]).output
    world.sync()
    assert world.market.on_sale("shop-mot") == {SKU: (20_000, 100)}
    for wrong in ((), ("Không Có",), (owner["name"], "--all")):
        assert run("producers", "agree", *wrong).exit_code == 2


def test_mappings_are_listed_with_the_kinds_that_have_none(run: Run) -> None:
    rows = said(run("mappings", "list", "--json"))
    assert {r["kind"]: r["category_id"] for r in rows}["dry"] == "2"
    assert {r["kind"]: r["category_id"] for r in rows}["craft"] is None
    assert "tourism" not in {r["kind"] for r in rows}
    assert {r["decided_by"] for r in rows if r["category_id"]} == {"starter"}


def test_a_mapping_is_suggested_and_set(run: Run) -> None:
    found = said(run("mappings", "suggest", "dry", "--channel", "fake", "--json"))
    assert found[0]["category_id"] == "2"
    assert run("mappings", "set", "craft", "2", "--channel", "fake").exit_code == 0
    rows = said(run("mappings", "list", "--json"))
    assert ("craft", "operator") in {(r["kind"], r["decided_by"]) for r in rows}


@pytest.mark.parametrize(
    ("words", "code", "part"),
    [
        (("mappings", "suggest", "dry", "--channel", "lazada"), 2, "chưa kết nối"),
        (("mappings", "import", "không-có.csv"), 2, "không đọc được"),
        (("papers", "add", "food_safety", "1"), 2, "--product"),
        (("papers", "add", "food_safety", "1", "--product", "X-1"), 2, "không có sản phẩm"),
        (("papers", "add", "food_safety", "1", "--product", SKU, "--until", "31/31"), 2, "ngày"),
        (("papers", "remove", "99"), 2, "không có giấy"),
        (("rules", "set", "price", "{"), 2, "JSON"),
        (("rules", "set", "price", '{"markup_pct": 9999}'), 2, "markup_pct"),
        (("rules", "set", "template", '{"title": "{giá}"}'), 2, "title"),
        ((*PRICE, "--scope", "channel", "--target", "shoppe"), 2, "Đang có: fake"),
        ((*PRICE, "--scope", "shop", "--target", "shop-hai"), 2, "Đang có: shop-mot"),
        ((*PRICE, "--scope", "product", "--target", "OCOP-404"), 2, "OCOP-404"),
        ((*PRICE, "--channel", "fake"), 2, "--scope channel --target fake"),
        ((*PRICE, "--scope", "product", "--target", SKU, "--channel", "shoppe"), 2, "không có kên"),
        (("plan", "--shop", "shop-hai"), 2, "đang có: shop-mot"),
        (("plan", "--channel", "shoppe"), 2, "đang có: fake"),
        (("status", "--shop", "shop-hai"), 2, "đang có: shop-mot"),
        (("push", "--shop", "shop-hai"), 2, "đang có: shop-mot"),
        (("log", "-n", "-1"), 2, "--most"),
        (("runs", "-n", "0"), 2, "--most"),
        (("adopt", "không-có"), 2, "không có gian hàng"),
        (("adopt", "shop-mot", "--yes", "7"), 2, "không chờ xác nhận"),
        (("preview", "X-1"), 2, "không có sản phẩm"),
        (("preview", SKU, "--channel", "lazada"), 2, "không có kênh"),
        (("feeds", "list"), 2, "không có gian hàng nào nhận hàng bằng tệp"),
        (("reconcile", "--shop", "không-có"), 2, "không có gian hàng"),
    ],
)
def test_wrong_use_says_what_to_do(run: Run, words: tuple[str, ...], code: int, part: str) -> None:
    result = run(*words)
    assert result.exit_code == code
    assert part in result.output
    assert "Traceback" not in result.output
    assert run("rules", "list", "--json").stdout.strip() == "[]"


def test_a_mapping_travels_as_csv(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "map.csv"
    assert run("mappings", "export", file).exit_code == 0
    file.write_text(file.read_text("utf-8-sig") + "fake,,giày,,2,x,\n", "utf-8")
    result = run("mappings", "import", file)
    assert result.exit_code == 1
    assert "giày" in result.output
    assert run("mappings", "check", "--channel", "fake").exit_code == 0


def test_a_paper_is_added_listed_and_removed(run: Run, tmp_path: Path) -> None:
    scan = tmp_path / "giấy.pdf"
    scan.write_bytes(b"%PDF-1.7")
    added = run(
        "papers", "add", "food_safety", "ATTP 1", "--product", SKU, "--until", "31/12/2027",
        "--file", scan,
    )  # fmt: skip
    assert added.exit_code == 0, added.output
    (row,) = said(run("papers", "list", "--json"))
    assert (row["number"], row["valid_until"], row["file"]) == ("ATTP 1", "2027-12-31", True)
    assert run("papers", "remove", row["id"]).exit_code == 0
    assert said(run("papers", "list", "--json")) == []


def test_a_rule_says_how_much_it_moves(run: Run, world: World) -> None:
    result = run("rules", "set", "price", '{"markup_pct": 10}', "--note", "thử")
    assert result.exit_code == 0
    assert "1 thay đổi" in result.output
    assert [c.facet for c in world.changes()] == ["price"]
    (row,) = said(run("rules", "list", "--kind", "price", "--json"))
    assert row["value"] == {"markup_pct": 10}


def test_a_rule_for_a_pack_s_code_holds_for_its_product(run: Run, world: World) -> None:
    assert run(*PRICE, "--scope", "product", "--target", SKU.lower()).exit_code == 0
    (row,) = said(run("rules", "list", "--json"))
    assert row["target"] == "OCOP-1"
    assert [c.facet for c in world.changes()] == ["price"]


def test_a_preview_shows_the_page_before_anything_is_sent(run: Run, world: World) -> None:
    before = len(world.market.journal)
    (page,) = said(run("preview", SKU, "--channel", "fake", "--json"))
    assert page["content"]["title"].startswith("Mỳ gạo OCOP-1")
    assert page["packs"][0]["price"] == 20000
    assert page["reason"] is None
    assert PICTURE in page["content"]["images"][0] or "/media/" in page["content"]["images"][0]
    assert run("preview", SKU).exit_code == 0
    assert len(world.market.journal) == before


def test_a_look_at_the_shops_tells_what_differs_and_mends_it(run: Run, world: World) -> None:
    world.market.items["shop-mot", "1"].packs[SKU][0] = 1
    found = said(run("reconcile", "--json"))
    assert [(r["kind"], r["facet"]) for r in found] == [("drift", "price")]
    assert world.market.items["shop-mot", "1"].packs[SKU][0] == 20000
    assert said(run("reconcile", "--json")) == []


def test_what_stood_there_is_shown_and_confirmed(run: Run, world: World) -> None:
    remote = world.market.make_of("KHAC-1")
    world.market.items["shop-mot", remote].title = "Mỳ gạo OCOP-9 100g"
    world.book.products.append(source_product("OCOP-9"))
    world.pull()
    report = said(run("adopt", "shop-mot", "--again", "--json"))
    assert [row["remote_id"] for row in report["waiting"] + report["only_there"]] == [remote]
    assert run("adopt", "shop-mot").exit_code == 0
    assert said(run("adopt", "shop-mot", "--yes", "all", "--json"))["waiting"] == []


def test_files_are_published_though_another_shop_is_stopped(
    world: World, run: Run, tmp_path: Path
) -> None:
    world.env.connectors = {**world.env.connectors, **find_connectors()}
    world.env.files, world.env.public_base_url = tmp_path, "https://van-phong.example"
    world.connect("Trang A", channel="trang-tinh")
    world.connect("Trang B", channel="trang-tinh")
    assert run("stop", "trang-a").exit_code == 0
    world.sync(*world.shops()[:1])  # it gives back what is theirs of the stock
    result = run("feeds", "publish")
    assert result.exit_code == 0, result.output
    assert "đang dừng, không gửi gì: trang-a" in result.output.replace("\n", " ")
    assert "trang-b: san-pham.jsonld" in result.output
    assert run("feeds", "publish", "--shop", "trang-a").exit_code == 1


def test_what_a_channel_refused_of_something_on_sale_is_told(run: Run, world: World) -> None:
    """It is on sale, and not as it should be."""
    locked = Failed(Rejected("locked", passing=True))
    world.market.script["set_price"] = [locked]
    world.book.products = [source_product(prices=(21_000,))]
    world.pull()
    world.plan()
    for shop in world.shops():
        world.drain(shop)
    assert "locked" in run("status").output
