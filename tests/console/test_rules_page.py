"""Rules on the web: shown, seen before they are set, set and removed by an administrator."""

from __future__ import annotations

import re
from urllib.parse import unquote_plus

import pytest

from models import rules as stored
from tests.console.visitors import browser
from tests.worker.fakes import source_product
from worker import effects, rules
from worker.office import Ruling

PRICE = {"kind": "price", "scope": "default", "v.markup_pct": "10", "v.round_to": "1000"}


@pytest.fixture
def web(world):
    world.book.products = [source_product(), source_product("OCOP-2", (30000, 90000))]
    world.pull()
    world.connect("Của tỉnh")
    world.sync()
    return browser(world, "admin")


def standing(world):
    with world.env.db.transaction() as session:
        return [
            (r.kind, r.scope, r.target, r.channel, r.value, r.decided_by, r.note)
            for r in stored.every(session)
        ]


def write(web, do, fields=None, **more):
    return web.post("/rules/edit", {"do": do, **(PRICE if fields is None else fields), **more})


def test_a_preview_says_what_a_rule_would_change_and_sets_nothing(world, web):
    answer = write(web, "preview")
    assert answer.status_code == 200
    text = re.sub(r"\s+", " ", answer.text.replace("\N{NO-BREAK SPACE}", " "))
    assert "Số tin đăng bị đổi: <b>2</b>" in text
    assert "<del>20.000 đ</del> → <ins>22.000 đ</ins>" in text
    assert "<del>90.000 đ</del> → <ins>99.000 đ</ins>" in text
    assert 'name="v.markup_pct" value="10"' in text
    assert "Đặt luật</button>" in text
    assert (standing(world), world.changes(), web.sent) == ([], [], [])
    assert world.sql("SELECT count(*) FROM run WHERE kind = 'decision'") == [(0,)]


def test_setting_it_makes_exactly_that_due_and_says_who_did(world, web):
    answer = write(web, "set", note="Phí sàn tăng")
    assert answer.status_code == 303
    assert "Đã đặt luật" in unquote_plus(answer.headers["location"])
    value = {"markup_pct": 10, "round_to": 1000}
    assert standing(world) == [("price", "default", "", "", value, "Chị Lan", "Phí sàn tăng")]
    assert [(c.product_code, c.facet) for c in world.changes()] == [
        ("OCOP-1", "price"), ("OCOP-2", "price"),
    ]  # fmt: skip
    assert web.sent == ["sweep"]
    assert world.sql("SELECT who, via, action, subject, detail->>'run' FROM audit") == [
        ("Chị Lan", "web", "rule_set", "price", str(_run(world)))
    ]
    page = web.get("/rules").text
    for words in ("Phí sàn tăng", "Cộng thêm (%): <bdi>10</bdi>", "Chị Lan", "20/11/2026"):
        assert words in page


def _run(world):
    return world.sql("SELECT max(id) FROM run WHERE kind = 'decision'")[0][0]


def test_a_rule_of_one_product_touches_that_one(world, web):
    fields = {**PRICE, "scope": "product", "target_product": "ocop-2"}
    assert "Số tin đăng bị đổi:</b>" not in write(web, "preview", fields).text
    write(web, "set", fields)
    assert [c.product_code for c in world.changes()] == ["OCOP-2"]
    assert standing(world)[0][1:3] == ("product", "OCOP-2")
    assert "OCOP-2" in web.get("/rules").text


def test_a_rule_is_removed_after_a_look(world, web):
    write(web, "set")
    world.sync()
    place = {"kind": "price", "scope": "default"}
    form = web.get("/rules/edit", **place).text
    assert 'value="preview_removal"' in form
    assert 'name="v.round_to" value="1000"' in form
    seen = write(web, "preview_removal", place).text.replace("\N{NO-BREAK SPACE}", " ")
    assert "<del>22.000 đ</del> → <ins>20.000 đ</ins>" in seen
    assert len(standing(world)) == 1
    write(web, "remove", place)
    assert standing(world) == []
    assert [c.facet for c in world.changes()] == ["price", "price"]


def test_a_take_down_by_a_rule_is_seen_before(world, web):
    fields = {"kind": "papers", "scope": "default", "v.own.dry": "1",
              "v.needs.dry.food_safety": "1"}  # fmt: skip
    page = write(web, "preview", fields).text
    assert "<del><bdi>có</bdi></del> → <ins><bdi>không</bdi></ins>" in page
    assert 'name="v.needs.dry.food_safety" value="1"' in page
    write(web, "set", fields)
    assert standing(world)[0][4] == {"needs": {"dry": ["food_safety"]}}


def test_only_the_rule_s_own_doing_is_counted(world, web):
    world.book.products[0] = source_product(prices=(21000,))
    world.pull()
    ruling = Ruling("price", "product", "OCOP-2", "", {"markup_pct": 10})
    seen = effects.of_rule(world.env, ruling)
    assert [t.product_code for t in seen.first] == ["OCOP-2"]
    everywhere = effects.of_rule(world.env, Ruling("price", "default", "", "", {"markup_pct": 0}))
    assert everywhere.listings == 0


def test_what_would_wait_for_a_person_is_said(world, web):
    page = write(web, "preview", {**PRICE, "v.markup_pct": "400"}).text
    assert "chờ người quyết" in page
    assert "OCOP-1" in page
    assert world.sql("SELECT count(*) FROM hold") == [(0,)]


def test_what_waits_already_is_not_the_rule_s_doing(world, web):
    world.book.products[0] = source_product(prices=(900_000,))
    world.pull()
    world.plan()
    assert world.sql("SELECT kind FROM hold") == [("price_jump",)]
    ruling = Ruling("price", "product", "OCOP-2", "", {"markup_pct": 10})
    assert effects.of_rule(world.env, ruling).questions == ()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"v.markup_pct": "9999"}, "markup_pct không thể là 9999"),
        ({"v.markup_pct": "mười"}, "thấy “mười”"),
        ({"v.markup_pct": "1.5"}, "số nguyên"),
        ({"v.markup_pct": "9" * 5000}, "Chưa đặt được"),
        ({"v.markup_pct": "", "v.round_to": ""}, "Điền ít nhất một mục"),
        ({"scope": "product", "target_product": "OCOP-404"}, "OCOP-404"),
        ({"scope": "shop", "target_shop": ""}, "Chọn kênh, gian hàng"),
        ({"scope": "channel", "target_channel": "<b>"}, "&lt;b&gt;"),
        ({"kind": "template", "v.title": "{nothing} <script>"}, "title không thể là"),
        ({"kind": "packing", "v.dims_mm.0": "5"}, "Chưa đặt được"),
        ({"kind": "guard", "v.price_factor": "nan"}, "price_factor"),
        ({"kind": "lapse", "v.mode": "never"}, "mode không thể là"),
    ],
)
@pytest.mark.parametrize("do", ["preview", "set"])
def test_a_bad_value_is_said_beside_what_was_typed(world, web, fields, words, do):
    answer = write(web, do, {**PRICE, **fields}, note="nhớ giữ lại")
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="nhớ giữ lại"' in answer.text
    assert "<script>" not in answer.text.replace("<script src", "")
    if fields.get("v.markup_pct"):
        assert f'value="{fields["v.markup_pct"]}"' in answer.text
    assert (standing(world), web.sent) == ([], [])


@pytest.mark.parametrize("query", [{"kind": "x"}, {"kind": "price", "scope": "x"}])
def test_a_kind_or_scope_that_there_is_not(web, query):
    assert web.get("/rules/edit", **query).status_code == 404


@pytest.mark.parametrize("kind", sorted(rules._CHECKS))
def test_each_kind_has_its_form_and_every_field_that_a_rule_can_have(web, kind):
    from console.web.rule_fields import RULES

    page = web.get("/rules/edit", kind=kind)
    assert page.status_code == 200
    assert [f.name for f in RULES[kind].fields] == list(rules._CHECKS[kind])
    assert len(re.findall(r'name="v\.', page.text)) >= len(RULES[kind].fields)


def test_every_kind_of_value_comes_through_its_form(world, web):
    values = {
        "stock": ({"v.buffer": "2", "v.cap": "", "v.share": "3"}, {"buffer": 2, "share": 3}),
        "packing": (
            {"v.pct": "5", "v.dims_mm.0": "10", "v.dims_mm.1": "20", "v.dims_mm.2": "30"},
            {"pct": 5, "dims_mm": [10, 20, 30]},
        ),
        "lapse": ({"v.mode": "unclaim"}, {"mode": "unclaim"}),
        "permit": ({"v.answer": "no"}, {"answer": "no"}),
        "template": (
            {"v.title": "{name}", "v.description": "{description}\r\n{net}"},
            {"title": "{name}", "description": "{description}\n{net}"},
        ),
        "guard": ({"v.price_factor": "2,5"}, {"price_factor": 2.5}),
    }
    for kind, (fields, _value) in values.items():
        assert write(web, "set", {"kind": kind, "scope": "default", **fields}).status_code == 303
    assert {r[0]: r[4] for r in standing(world)} == {k: v for k, (_f, v) in values.items()}
    assert web.get("/rules").status_code == 200
    form = web.get("/rules/edit", kind="packing").text
    assert 'name="v.dims_mm.1" value="20"' in form
    assert ">{description}\n{net}</textarea>" in web.get("/rules/edit", kind="template").text
    assert '<option value="unclaim" selected>' in web.get("/rules/edit", kind="lapse").text


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_others_look_and_set_nothing(world, web, role):
    other = browser(world, role, role)
    assert other.get("/rules").status_code == 200
    assert "/rules/edit" not in other.get("/rules").text
    assert other.get("/rules/edit").status_code == 403
    assert write(other, "set").status_code == 403
    assert standing(world) == []


def test_a_form_without_its_token_sets_nothing(world, web):
    answer = web.client.post("/rules/edit", data={**PRICE, "do": "set"})
    assert answer.status_code == 403
    assert standing(world) == []
