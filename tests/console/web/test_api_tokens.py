"""API tokens on the web: made with what was chosen, shown once, dead when revoked."""

from __future__ import annotations

import re

from models.operator import ADMIN
from tests.console.web.conftest import Browser, Site

FORM = {"name": "Kho", "days": "30", "scope": ["read", "push"]}


def made(admin: Browser, **fields: object) -> str:
    admin.get("/tokens")
    page = admin.post("/tokens", {**FORM, **fields})
    found = re.search(r"<code>(ocop_[\w-]+)</code>", page.text)
    return found[1] if found else ""


def asked(site: Site, token: str) -> int:
    bearer = {"Authorization": f"Bearer {token}"}
    return site.browser().get("/api/v1/status", headers=bearer).status_code


def test_a_token_is_shown_once_works_and_is_revoked(site: Site) -> None:
    admin = site.as_(ADMIN)
    token = made(admin)
    assert asked(site, token) == 200
    page = admin.get("/tokens").text
    assert "Kho" in page and "xem, đẩy và dừng" in page and token not in page
    admin.post("/tokens/revoke", {"name": "Kho"})
    assert asked(site, token) == 401
    assert "đã thu hồi" in admin.get("/tokens").text
    assert admin.post("/tokens/revoke", {"name": "Kho"}).status_code == 409
    rows = site.world.sql("SELECT who, action, subject, detail FROM audit ORDER BY id")
    assert [row for row in rows if str(row[1]).startswith("token.")] == [
        (ADMIN, "token.add", "Kho", {"scopes": ["read", "push"]}),
        (ADMIN, "token.revoke", "Kho", {}),
    ]
    assert token not in str(site.world.sql("SELECT * FROM audit"))


def test_what_cannot_be_is_said_beside_what_was_typed(site: Site) -> None:
    admin = site.as_(ADMIN)
    for wrong, said in (
        ({"name": " "}, "cần một tên"),
        ({"scope": []}, "chưa chọn quyền nào"),
        ({"scope": ["all"]}, "chọn trong"),
        ({"days": "99999"}, "ngày không được"),
        ({"days": "²"}, "ngày không được"),
        ({"days": "9" * 5000}, "ngày không được"),
    ):
        admin.get("/tokens")
        answer = admin.post("/tokens", {**FORM, **wrong})
        assert answer.status_code == 422 and said in answer.text
    assert made(admin) and not made(admin)  # the second time its name is taken
    assert site.world.sql("SELECT count(*) FROM api_token") == [(1,)]


def test_it_is_kept_nowhere_on_the_way(site: Site) -> None:
    admin = site.as_(ADMIN)
    admin.get("/tokens")
    assert admin.post("/tokens", FORM).headers["cache-control"] == "no-store"
