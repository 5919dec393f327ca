"""push, holds, stop and start: what they do, and who is written down for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from console.web.app import make_app
from console.web.here import Console
from tests.console.api.conftest import SKU, Api, jump, problem
from tests.worker.fakes import source_product
from worker import pushing


def audit(api: Api) -> list[tuple[object, ...]]:
    return api.world.sql("SELECT who, via, action, subject, detail FROM audit ORDER BY id")


def test_a_push_is_planned_begun_as_a_run_and_given_to_the_workers(api: Api) -> None:
    api.world.book.products = [source_product(prices=(21_000,))]
    api.world.pull()
    answer = api.post("/push", {})
    assert answer.status_code == 202, answer.text
    said = answer.json()
    run = said["run"]
    assert (run["kind"], run["who"], run["status"]) == ("push", "push", "running")
    assert run["counts"] == {"total": 1, "left": 1}
    assert (said["due"], said["listings"], said["unknown"], said["stopped"]) == (1, 0, [], [])
    ((shop_id,),) = api.world.sql("SELECT id FROM shop")
    assert api.sent == [("push_run", {"run_id": run["id"], "shop_ids": [shop_id]})]
    assert answer.headers["location"] == f"/api/v1/runs/{run['id']}"
    assert api.get(f"/runs/{run['id']}")["id"] == run["id"]
    ((who, via, what, subject, _detail),) = audit(api)
    assert (who, via, what, subject) == ("push", "api", "push", f"run {run['id']}")
    pushing.carry_out(api.world.env, run["id"], [int(str(shop_id))])
    assert api.world.market.on_sale("shop-mot")[SKU][0] == 21_000
    story = api.get(f"/runs/{run['id']}")
    assert (story["status"], story["counts"]["sent"]) == ("ended", 1)
    assert "pushed" in {event["kind"] for event in story["events"]["items"]}


def test_codes_are_stated_anew_and_unknown_ones_are_named(api: Api) -> None:
    said = api.post("/push", {"codes": [SKU, "không có", SKU], "shop": "shop-mot"}).json()
    assert (said["listings"], said["unknown"]) == (1, ["không có"])
    assert said["run"]["why"] == f"{SKU} không có"
    assert said["due"] == len(api.world.changes()) == 3  # price, stock, availability


def test_a_push_of_nothing_we_know_does_nothing(api: Api) -> None:
    for body in (
        {"codes": ["không có"]}, {"codes": []}, {"shop": "không-có"}, {"channel": "không-có"},
        {"codes": SKU}, {"chanel": "fake"}, [], None,
    ):  # fmt: skip
        problem(api.call("POST", "/push", json=body), 422)
    assert api.sent == []
    assert api.get("/runs", kind="push")["items"] == []
    assert audit(api) == []


def test_a_stopped_shop_is_not_pushed(api: Api) -> None:
    other = api.world.connect("Shop hai")
    assert api.post("/stop", {"shop": "shop-mot", "why": "sai giá"}).json()["changed"]
    detail = problem(api.post("/push", {"shop": "shop-mot"}), 409)["detail"]
    assert "shop-mot" in detail
    said = api.post("/push", {}).json()
    assert said["stopped"] == ["shop-mot"]
    assert [arguments["shop_ids"] for _task, arguments in api.sent] == [[other.id]]


def test_codes_are_not_stated_anew_where_it_is_stopped(api: Api) -> None:
    """Neither counted, nor known for what only a stopped shop has."""
    world = api.world
    world.book.products = [source_product(), source_product("OCOP-2", producer="HTX B")]
    world.pull()
    world.connect("Shop hai", producer="HTX B")
    world.sync()
    api.post("/stop", {"shop": "shop-mot"})

    def revisions() -> set[tuple[object, ...]]:
        return set(
            world.sql("""SELECT s.key, f.facet, f.wanted_rev FROM listing_facet f
            JOIN shop s ON s.id = f.shop_id""")
        )

    before = revisions()
    said = api.post("/push", {"codes": ["OCOP-2", SKU]}).json()
    assert (said["listings"], said["unknown"], said["stopped"]) == (1, [SKU], ["shop-mot"])
    assert {(key, facet) for key, facet, _revision in revisions() - before} == {
        ("shop-hai", facet) for facet in ("price", "stock", "availability")
    }
    problem(api.post("/push", {"codes": [SKU]}), 422)


def test_ten_thousand_codes_go_in_and_no_more(api: Api) -> None:
    codes = [f"OCOP-24-219-{number:04}-500G-X" for number in range(9_999)]
    answer = api.post("/push", {"codes": [*codes, SKU]})
    assert answer.status_code == 202
    said = answer.json()
    assert (said["listings"], len(said["unknown"])) == (1, 9_999)
    assert said["run"]["why"].endswith("(+9980)")
    assert len(said["run"]["why"]) < 1000
    problem(api.post("/push", {"codes": [*codes, SKU, "one more"]}), 422)


@pytest.mark.parametrize("path", ["/push", "/stop", "/start", "/holds/1/approve"])
def test_a_body_larger_than_a_mebibyte_is_not_read(api: Api, path: str) -> None:
    problem(api.call("POST", path, content=b" " * (1 << 20) + b"{}"), 413)


def test_where_no_worker_can_be_asked_the_run_ends_and_the_same_request_may_come_again(
    api: Api,
) -> None:
    def away(task: str, arguments: Mapping[str, Any]) -> None:
        raise ConnectionError("redis")

    api.client = TestClient(make_app(Console(api.world.env, send=away)))
    answer = api.post("/push", {}, key="once")
    problem(answer, 503)
    assert answer.headers["retry-after"]
    (run,) = api.get("/runs", kind="push")["items"]
    assert (run["status"], run["ended_at"] is None) == ("failed", False)
    api.client = TestClient(api.app)
    assert api.post("/push", {}, key="once").status_code == 202
    assert len(api.sent) == 1


@pytest.mark.parametrize(("word", "status"), [("approve", "approved"), ("reject", "rejected")])
def test_a_word_on_a_hold_is_signed_and_taken_once(api: Api, word: str, status: str) -> None:
    number = jump(api)
    said = api.post(f"/holds/{number}/{word}").json()
    assert (said["status"], said["decided_by"]) == (status, "decide")
    assert said["decided_at"]
    ((who, via, what, subject, _detail),) = audit(api)
    assert (who, via, what, subject) == ("decide", "api", f"hold_{status}", f"hold {number}")
    for again in ("approve", "reject"):
        assert "decide" in problem(api.post(f"/holds/{number}/{again}"), 409)["detail"]
        problem(api.post(f"/holds/999/{again}"), 404)
    assert len(audit(api)) == 1
    api.world.sync()
    price = api.world.market.on_sale("shop-mot")[SKU][0]
    assert price == (200_000 if word == "approve" else 20_000)


@pytest.mark.parametrize("shop", ["", "shop-mot"])
def test_stop_and_start(api: Api, shop: str) -> None:
    said = api.post("/stop", {"shop": shop, "why": "sai giá"}).json()
    assert said["changed"]
    ((stop),) = said["stops"]
    assert (stop["shop"], stop["by"], stop["why"]) == (shop or None, "push", "sai giá")
    assert not api.post("/stop", {"shop": shop}).json()["changed"]
    assert api.post("/start", {"shop": shop}).json() == {"changed": True, "owed": 0, "stops": []}
    assert not api.post("/start", {"shop": shop}).json()["changed"]
    for path in ("/stop", "/start"):
        assert "shop-mot" in problem(api.post(path, {"shop": "không-có"}), 422)["detail"]
    assert [row[:4] for row in audit(api)] == [
        ("push", "api", what, shop) for what in ("stop", "stop", "start", "start")
    ]


def test_the_audit_is_written_in_the_transaction_that_does_it(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the line cannot be written, nothing is done, and the key is free."""
    api.token("push")

    def broken(*_arguments: object) -> None:
        raise RuntimeError("no room")

    with monkeypatch.context() as patch:
        patch.setattr("models.operators.note", broken)
        problem(api.post("/stop", {}, key="one"), 500)
    assert api.world.sql("SELECT count(*) FROM stop")[0] == (0,)
    assert api.post("/stop", {}, key="one").json()["changed"]


def test_a_database_that_is_away_is_a_problem_that_says_when_to_come_again(api: Api) -> None:
    api.token("read")
    env = replace(api.world.env, db=_Away())
    client = TestClient(make_app(Console(env)), raise_server_exceptions=False)
    answer = client.get("/api/v1/runs", headers={"Authorization": f"Bearer {api.token('read')}"})
    problem(answer, 503)
    assert answer.headers["retry-after"] == "10"


class _Away:
    def transaction(self) -> Any:
        from sqlalchemy.exc import OperationalError

        raise OperationalError("SELECT 1", {}, Exception("gone"))
