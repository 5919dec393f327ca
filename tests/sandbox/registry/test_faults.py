"""Each misbehaviour can be seen from outside, as often as it was ordered, and then ends."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from sandbox.registry import Fault, Images, NewImage, RegistrySandbox
from tests.sandbox.registry.conftest import CREAM, Client

PICTURE = f"/anh/{CREAM}-1.jpg"


def test_errors_come_as_often_as_ordered(http: Client, registry: RegistrySandbox) -> None:
    registry.fault(Fault(kind="error", times=2))
    assert http.get("/v1/health").status_code == 200, "only the path that was named"
    statuses = [http.get("/v1/products").status_code for _ in range(3)]
    assert statuses == [500, 500, 200]


@pytest.mark.parametrize("seconds", [7, None])
def test_busy(http: Client, registry: RegistrySandbox, seconds: int | None) -> None:
    registry.fault(Fault(kind="busy", retry_after=seconds))
    answer = http.get("/v1/products")
    assert answer.status_code == 429
    assert answer.headers.get("Retry-After") == (None if seconds is None else "7")


def test_html_with_status_200(http: Client, registry: RegistrySandbox) -> None:
    registry.fault(Fault(kind="html"))
    answer = http.get("/v1/products")
    assert (answer.status_code, answer.headers["Content-Type"][:9]) == (200, "text/html")
    assert answer.text.startswith("<!doctype html>")


def test_half_a_json(http: Client, registry: RegistrySandbox) -> None:
    registry.fault(Fault(kind="half"))
    answer = http.get("/v1/products")
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_slow_bytes_are_the_right_bytes(http: Client, registry: RegistrySandbox) -> None:
    whole = http.get("/v1/products").content
    registry.fault(Fault(kind="slow", pause_s=0.01))
    started = time.monotonic()
    assert http.get("/v1/products").content == whole
    assert time.monotonic() - started >= 0.2


def test_empty_first_page(http: Client, registry: RegistrySandbox) -> None:
    registry.fault(Fault(kind="empty_page"))
    page = http.page()
    assert (page["items"], page["next_cursor"]) == ([], None)
    assert len(http.items()) == 155


def test_stop_short_in_the_middle(http: Client, registry: RegistrySandbox) -> None:
    registry.fault(Fault(kind="stop_short", after=1))
    pages = http.walk()
    assert [len(page["items"]) for page in pages] == [50, 50]
    assert pages[-1]["total"] == 155


def test_twice(http: Client, registry: RegistrySandbox) -> None:
    registry.fault(Fault(kind="twice"))
    items = http.items()
    assert len(items) == 156
    assert len({item["code"] for item in items}) == 155


def test_unknown_fields(http: Client, registry: RegistrySandbox) -> None:
    plain = http.page()
    registry.fault(Fault(kind="unknown_fields"))
    page = http.page()
    assert set(page) - set(plain) == {"x_server"}
    assert set(page["items"][0]) - set(plain["items"][0]) == {"x_new"}
    assert "x_colour" in page["items"][0]["variants"][0]


def test_one_item_is_broken_and_the_rest_is_not(http: Client, registry: RegistrySandbox) -> None:
    plain = http.page()["items"]
    registry.fault(Fault(kind="unknown_group"))
    registry.fault(Fault(kind="missing_field"))
    strange, nameless = http.page()["items"], http.page()["items"]
    assert (strange[0]["group"], strange[1:]) == ("nong-cu", plain[1:])
    assert (set(plain[0]) - set(nameless[0]), nameless[1:]) == ({"name"}, plain[1:])


def test_a_page_fault_waits_for_a_page(http: Client, registry: RegistrySandbox) -> None:
    registry.fault(Fault(kind="empty_page"))
    assert http.get(f"/v1/products/{CREAM}").json()["code"] == CREAM
    assert http.get("/v1/products", limit=0).status_code == 400
    assert http.page()["items"] == []


def test_a_spoilt_page_is_not_confirmed_by_304(http: Client, registry: RegistrySandbox) -> None:
    tag = http.get("/v1/products").headers["ETag"]
    registry.fault(Fault(kind="empty_page"))
    assert http.get("/v1/products", headers={"If-None-Match": tag}).status_code == 200


def test_pictures_dead_html_and_huge(http: Client, registry: RegistrySandbox) -> None:
    for kind in ("dead", "html", "huge"):
        registry.fault(Fault.model_validate({"kind": kind, "path": PICTURE}))
    assert http.get(PICTURE).status_code == 404
    assert http.get(PICTURE).headers["Content-Type"].startswith("text/html")
    huge = http.get(PICTURE)
    assert (len(huge.content), huge.headers["Content-Type"]) == (32 * 1024 * 1024, "image/jpeg")
    assert len(http.get(PICTURE).content) < 400_000


def test_a_picture_at_a_private_address(http: Client, registry: RegistrySandbox) -> None:
    private = "http://10.0.0.7/anh/x.jpg"
    registry.edit(CREAM, Images(images=(NewImage(url=private),)))
    assert http.get(f"/v1/products/{CREAM}").json()["images"] == [
        {"url": private, "sha256": None, "width": None, "height": None, "shows_logo": False}
    ]


def test_over_http_faults_are_set_seen_and_healed(http: Client) -> None:
    body: dict[str, Any] = {"kind": "error", "times": None}
    assert http.send("POST", "/_sandbox/faults", body).status_code == 200
    assert http.get("/v1/products").status_code == 500
    assert [one["kind"] for one in http.get("/_sandbox/faults").json()] == ["error"]
    assert http.send("DELETE", "/_sandbox/faults").json() == []
    assert http.get("/v1/products").status_code == 200
    assert http.send("POST", "/_sandbox/faults", {"kind": "ghost"}).status_code == 422


def test_the_journal_tells_each_call_and_what_spoilt_it(
    http: Client, registry: RegistrySandbox
) -> None:
    http.get("/v1/products", limit=3)
    registry.fault(Fault(kind="error"))
    http.get("/v1/products")
    http.get("/_sandbox/journal")
    calls = http.get("/_sandbox/journal").json()
    assert calls == registry.journal()
    assert [(c["method"], c["path"], c["query"], c["status"], c["fault"]) for c in calls] == [
        ("GET", "/v1/products", "limit=3", 200, None),
        ("GET", "/v1/products", "", 500, "error"),
    ]
    assert [call["id"] for call in registry.journal(since=calls[0]["id"])] == [calls[1]["id"]]
