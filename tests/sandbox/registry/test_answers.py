"""What every answer carries: ETag, Last-Modified, request id, JSON errors; and the change feed."""

from __future__ import annotations

import pytest

from sandbox.registry import Certify, Price, RegistrySandbox, Withdraw
from tests.sandbox.registry.conftest import CREAM, NOODLES, Client, TurnedClock


@pytest.mark.parametrize(
    "path",
    ["/v1/products", f"/v1/products/{CREAM}", f"/v1/products/{CREAM}/certificates"],
)
def test_unchanged_answers_304_until_an_edit(
    http: Client, registry: RegistrySandbox, clock: TurnedClock, path: str
) -> None:
    first = http.get(path)
    assert first.headers["ETag"].startswith('"'), "strong"
    clock.turn(hours=3)
    again = http.get(path, headers={"If-None-Match": f'"other", {first.headers["ETag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    registry.edit(CREAM, Certify(decision="1/QĐ-UBND", stars=4))
    changed = http.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != first.headers["ETag"]


def test_a_304_renews_the_cursor_in_the_page_that_the_client_holds(
    http: Client, clock: TurnedClock
) -> None:
    first = http.get("/v1/products")
    clock.turn(hours=1)
    headers = {"If-None-Match": first.headers["ETag"]}
    assert http.get("/v1/products", headers=headers).status_code == 304
    second = http.page(cursor=first.json()["next_cursor"])
    assert len(second["items"]) == 50


def test_last_modified_is_the_newest_change(
    http: Client, registry: RegistrySandbox, clock: TurnedClock
) -> None:
    assert http.get("/v1/products").headers["Last-Modified"] == "Mon, 30 Jun 2025 05:00:00 GMT"
    one = http.get(f"/v1/products/{NOODLES}")
    assert one.headers["Last-Modified"] == "Mon, 05 Dec 2022 02:00:00 GMT"
    clock.turn(days=1)
    registry.edit(CREAM, Price(price_vnd=1))
    assert http.get("/v1/products").headers["Last-Modified"] == "Tue, 01 Jul 2025 05:00:00 GMT"


def test_every_answer_has_its_own_request_id(http: Client) -> None:
    paths = ["/v1/health", "/v1/products", "/v1/products?limit=0", "/v1/nothing", "/anh/x.jpg"]
    ids = [http.get(path).headers["X-Request-Id"] for path in paths]
    assert len(set(ids)) == len(paths)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/products/OCOP-24-999-0001", "product_unknown"),
        ("/v2/products", "path_unknown"),
        ("/anh/OCOP-24-999-0001-1.jpg", "picture_unknown"),
    ],
)
def test_unknown_is_404_in_json(http: Client, path: str, code: str) -> None:
    answer = http.get(path)
    assert (answer.status_code, answer.json()["error"]) == (404, code)
    assert "ETag" not in answer.headers


def test_withdrawn_is_410_with_its_tombstone(http: Client, registry: RegistrySandbox) -> None:
    registry.edit(NOODLES, Withdraw(reason="Giải thể"))
    answer = http.get(f"/v1/products/{NOODLES}")
    assert answer.status_code == 410
    body = answer.json()
    assert set(body) == {"code", "version", "updated_at", "deleted", "reason"}
    assert (body["version"], body["deleted"], body["reason"]) == (2, True, "Giải thể")
    assert http.get(f"/v1/products/{NOODLES}/certificates").status_code == 410


def test_changes_have_no_gap_and_continue(http: Client, registry: RegistrySandbox) -> None:
    first = http.get("/v1/changes", limit=200).json()
    assert [event["seq"] for event in first["events"]] == list(range(1, 156))
    registry.edit(CREAM, Price(price_vnd=1))
    registry.edit(NOODLES, Withdraw())
    after = http.get("/v1/changes", since_seq=first["last_seq"]).json()
    assert [(e["seq"], e["code"], e["kind"], e["version"]) for e in after["events"]] == [
        (156, CREAM, "price", 2),
        (157, NOODLES, "withdrawn", 2),
    ]
    assert http.get("/v1/changes", since_seq="-1").status_code == 400


def test_health(http: Client) -> None:
    body = http.get("/v1/health").json()
    assert body == {"status": "ok", "snapshot": http.page()["snapshot"]}
