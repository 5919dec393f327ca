"""Walking the products: pages, cursors, filters, snapshots (registry-formats.md 5)."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.registry import Price, RegistrySandbox, Rename, Revoke, Withdraw
from tests.sandbox.registry.conftest import CREAM, NOODLES, Client, TurnedClock


def codes(items: list[dict[str, Any]]) -> list[str]:
    return [item["code"] for item in items]


def test_default_page_is_50_and_the_walk_ends_with_null(http: Client) -> None:
    pages = http.walk()
    assert [len(page["items"]) for page in pages] == [50, 50, 50, 5]
    assert {page["total"] for page in pages} == {155}
    assert len({page["snapshot"] for page in pages}) == 1


def test_a_last_page_that_is_full_ends_the_walk(http: Client) -> None:
    assert [len(page["items"]) for page in http.walk(limit=31)] == [31] * 5


def test_order_is_change_time_then_code(http: Client) -> None:
    keys = [(item["updated_at"], item["code"]) for item in http.items(limit=7)]
    assert keys == sorted(keys)
    assert len({at for at, _ in keys}) < len(keys), "ties must occur for the code to matter"


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "1.5", ""])
def test_limit_out_of_range_is_refused(http: Client, limit: str) -> None:
    answer = http.get("/v1/products", limit=limit)
    assert (answer.status_code, answer.json()["error"]) == (400, "limit_invalid")


def test_an_edit_during_a_walk_is_not_seen_by_it(
    http: Client, registry: RegistrySandbox, clock: TurnedClock
) -> None:
    first = http.page(limit=100)
    unseen = next(c for c in codes(registry.products()) if c not in codes(first["items"]))
    clock.turn(minutes=1)
    registry.edit(first["items"][0]["code"], Rename(name="Tên mới"))
    registry.edit(unseen, Withdraw())
    second = http.page(cursor=first["next_cursor"], limit=200)
    both = first["items"] + second["items"]
    assert len(both) == len(set(codes(both))) == 155
    assert not any(item["deleted"] for item in both)
    assert second["snapshot"] == first["snapshot"] < http.page()["snapshot"]


def test_the_snapshot_of_a_walk_finds_what_came_after(
    http: Client, registry: RegistrySandbox, clock: TurnedClock
) -> None:
    snapshot = http.page()["snapshot"]
    registry.edit(CREAM, Price(price_vnd=71_000))  # in the same instant: inclusive
    clock.turn(hours=1)
    registry.edit(NOODLES, Withdraw(reason="Ngừng"))
    items = http.items(updated_since=snapshot, limit=1)
    assert codes(items) == [CREAM, NOODLES]
    assert items[1] == {
        "code": NOODLES,
        "version": 2,
        "updated_at": items[1]["updated_at"],
        "deleted": True,
        "reason": "Ngừng",
    }


def test_a_clock_that_went_back_loses_no_edit(
    http: Client, registry: RegistrySandbox, clock: TurnedClock
) -> None:
    clock.turn(hours=2)
    registry.edit(CREAM, Price(price_vnd=71_000))
    snapshot = http.page()["snapshot"]
    clock.turn(hours=-1)
    registry.edit(NOODLES, Rename(name="Mỳ"))
    assert NOODLES in codes(http.items(updated_since=snapshot))


@pytest.mark.parametrize("text", ["hôm qua", "2025-06-30T09:00:00", "2025-06-30T09:00:00 07:00"])
def test_updated_since_needs_an_offset(http: Client, text: str) -> None:
    answer = http.get("/v1/products", updated_since=text)
    assert (answer.status_code, answer.json()["error"]) == (400, "updated_since_invalid")


def test_filters(http: Client, registry: RegistrySandbox) -> None:
    herbs = http.items(group="duoc-lieu", limit=3)
    assert (len(herbs), {item["group"] for item in herbs}) == (14, {"duoc-lieu"})
    luc_nam = http.walk(district="Huyện Lục Nam", limit=3)
    assert luc_nam[0]["total"] == sum(len(page["items"]) for page in luc_nam) == 17
    registry.edit(NOODLES, Revoke())
    assert NOODLES in codes(http.items())
    assert NOODLES not in codes(http.items(include_revoked="false"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("group", "nong-cu"),
        ("district", "Lục Nam"),
        ("include_revoked", "0"),
        ("updatedsince", "x"),
    ],
)
def test_a_filter_that_would_quietly_miss_is_refused(http: Client, name: str, value: str) -> None:
    answer = http.get("/v1/products", **{name: value})
    assert answer.status_code == 400
    assert name in answer.json()["message"]


def test_a_foreign_cursor_is_refused(http: Client) -> None:
    answer = http.get("/v1/products", cursor="b64:page=2")
    assert (answer.status_code, answer.json()["error"]) == (400, "cursor_invalid")


def test_a_cursor_belongs_to_its_filters(http: Client) -> None:
    cursor = http.page(group="thuc-pham")["next_cursor"]
    answer = http.get("/v1/products", cursor=cursor, group="do-uong")
    assert (answer.status_code, answer.json()["error"]) == (400, "cursor_mismatch")
    rest = http.page(cursor=cursor)
    assert {item["group"] for item in rest["items"]} == {"thuc-pham"}


def test_a_cursor_expires_and_a_new_walk_works(http: Client, clock: TurnedClock) -> None:
    cursor = http.page()["next_cursor"]
    clock.turn(minutes=15)
    assert http.get("/v1/products", cursor=cursor).status_code == 200
    clock.turn(seconds=1)
    answer = http.get("/v1/products", cursor=cursor)
    assert (answer.status_code, answer.json()["error"]) == (410, "cursor_expired")
    assert len(http.items()) == 155


def test_a_tombstone_passes_the_filters_of_what_it_was(
    http: Client, registry: RegistrySandbox
) -> None:
    registry.edit(NOODLES, Withdraw())
    assert NOODLES in codes(http.items(district="Huyện Lục Ngạn"))
    assert NOODLES not in codes(http.items(group="do-uong"))
