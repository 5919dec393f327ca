"""Pages show everything once, whatever comes meanwhile; only our own cursors are taken."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.console.api.conftest import Api, jump, problem
from tests.worker.fakes import source_product

LISTINGS = ["/status", "/plan", "/runs", "/runs/1", "/holds", "/holds/1"]


def products(api: Api, count: int, price: int = 20_000) -> None:
    api.world.book.products = [
        source_product(code=f"OCOP-{number}", prices=(price,)) for number in range(1, count + 1)
    ]
    api.world.pull()


def test_every_listing_is_shown_once_while_others_come(api: Api) -> None:
    products(api, 7)
    api.world.plan()
    more = iter(range(8, 100))

    def another() -> None:
        products(api, next(more))
        api.world.plan()

    rows = api.walk("/status", another, limit=3)
    codes = [row["product_code"] for row in rows]
    assert len(codes) == len(set(codes))
    assert {f"OCOP-{number}" for number in range(1, 8)} <= set(codes)
    ids = [row["id"] for row in rows]
    assert ids == sorted(ids)
    assert [row["id"] for row in api.walk("/status", limit=200)] == ids


def test_a_page_has_as_many_rows_as_it_was_asked_for(api: Api) -> None:
    products(api, 4)
    api.world.plan()
    page = api.get("/status", limit=4)
    assert (len(page["items"]), page["next"]) == (4, None)
    page = api.get("/status", limit=3)
    assert len(page["items"]) == 3
    assert len(api.get("/status", limit=3, cursor=page["next"])["items"]) == 1
    assert len(api.walk("/status", limit=1, q="mỳ")) == 4


def test_the_plan_is_walked_the_most_urgent_first(api: Api) -> None:
    products(api, 5, price=21_000)
    whole = api.walk("/plan", limit=200)
    assert len(whole) == 5
    assert whole[0]["facet"] == "price"
    assert api.walk("/plan", limit=1) == whole
    assert api.walk("/plan", limit=2) == whole


def test_runs_are_walked_from_the_newest_while_new_ones_come(api: Api) -> None:
    for _ in range(5):
        api.world.pull()
    before = [run["id"] for run in api.walk("/runs")]
    assert [run["id"] for run in api.walk("/runs", api.world.pull, limit=2)] == before
    assert len(api.walk("/runs", limit=1, kind="pull")) > 6


def test_the_events_of_a_run_are_walked(api: Api) -> None:
    ((run_id,),) = api.world.sql("SELECT id FROM run ORDER BY id LIMIT 1")

    def event(number: int) -> None:
        api.world.sql(
            """INSERT INTO event (at, kind, run_id, product_code, facet, code, message, request_id)
            VALUES (now(), 'row_problem', :run, '', '', '', :message, '') RETURNING 1""",
            run=run_id, message=str(number),
        )  # fmt: skip

    numbers = iter(range(5, 100))
    for number in range(5):
        event(number)
    already = len(api.walk(f"/runs/{run_id}", limit=200)) - 5
    rows = api.walk(f"/runs/{run_id}", lambda: event(next(numbers)), limit=4)
    messages = [row["message"] for row in rows][already:]
    assert messages == [str(number) for number in range(len(messages))]
    assert len(messages) >= 5


def test_holds_are_walked_while_others_come(api: Api) -> None:
    numbers = iter(range(100))

    def another() -> None:
        api.world.sql(
            """INSERT INTO hold (kind, key, detail, message, status, opened_at, decided_by)
            VALUES ('price_jump', :key, '{}', '', 'open', now(), '') RETURNING 1""",
            key=str(next(numbers)),
        )

    for _ in range(5):
        another()
    before = [hold["id"] for hold in api.walk("/holds")]
    assert len(before) == 5
    walked = [hold["id"] for hold in api.walk("/holds", another, limit=3)]
    assert walked[:5] == before
    assert len(set(walked)) == len(walked) == 6


def test_what_a_hold_is_about_is_walked(api: Api) -> None:
    products(api, 20)
    api.world.sync()
    products(api, 2)
    (hold,) = api.get("/holds")["items"]
    assert hold["kind"] == "mass_absence"
    whole = api.walk(f"/holds/{hold['id']}", limit=200)
    assert len(whole) == 18
    assert api.walk(f"/holds/{hold['id']}", limit=5) == whole


def made(*parts: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


CURSORS = [
    "", "x", "%%%", "ééé", "\x00", "=", "a" * 3000, made(), made("status"), made("other", 1),
    made("status", "1"), made("status", -1), made("status", 2**63), made("status", True),
    made("status", 1.5), made("status", None), made("status", 1, 2), made("status", [1]),
    made("plan", 1, "a", "b", "c", 5), made("items", 5), made("holds", "a"), made("runs", {}),
    base64.urlsafe_b64encode(b"\xff\xfe").decode(), base64.urlsafe_b64encode(b"{}").decode(),
]  # fmt: skip


@pytest.mark.parametrize("path", LISTINGS)
def test_a_cursor_that_we_did_not_make_is_refused(api: Api, path: str) -> None:
    path = path.replace("/holds/1", f"/holds/{jump(api)}")
    for cursor in CURSORS:
        problem(api.call("GET", path, params={"cursor": cursor}), 422)


@pytest.mark.parametrize("path", LISTINGS)
def test_a_page_has_its_bounds(api: Api, path: str) -> None:
    for limit in ("0", "201", "-1", "x", "1e3", "", "9" * 5000):
        problem(api.call("GET", path, params={"limit": limit}), 422)
