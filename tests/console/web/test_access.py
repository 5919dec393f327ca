"""Who may see and do what: every route has a line here, and a route without one is found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from starlette.routing import Mount

from console.web import access, passwords
from console.web.hashing import hashed
from models import operators
from models.operator import ADMIN, OPERATOR, ROLES, VIEWER
from tests.console.web.conftest import NEAR, PASSWORD, Browser, Site, make_site, turn
from tests.worker.conftest import World
from worker.connect import RESERVED

PUBLIC = "public"
"""Anybody."""

LINK = "link"
"""Whoever has a producer's link; its own tests say what else it opens (nothing)."""

MATRIX = {
    "GET /healthz": PUBLIC, "GET /readyz": PUBLIC, "GET /metrics": PUBLIC,
    "GET /media/{name}": PUBLIC, "GET /files/{token}/{name}": PUBLIC,
    "GET /login": PUBLIC, "POST /login": PUBLIC, "POST /logout": PUBLIC, "GET /language": PUBLIC,
    "GET /api/v1/openapi.json": PUBLIC,
    "GET /": VIEWER, "GET /charts/days.svg": VIEWER,
    "GET /listings": VIEWER, "GET /listings/export": VIEWER, "GET /listings/{listing_id}": VIEWER,
    "POST /listings/act": OPERATOR,
    "GET /plan": VIEWER, "POST /plan": OPERATOR,
    "GET /runs": VIEWER, "GET /runs/{run_id}": VIEWER, "GET /runs/{run_id}/live": VIEWER,
    "POST /runs/{run_id}/stop": OPERATOR,
    "GET /runs/{run_id}/undo": OPERATOR, "POST /runs/{run_id}/undo": OPERATOR,
    "GET /log": VIEWER, "GET /log/export": VIEWER,
    "GET /holds": VIEWER, "GET /holds/{hold_id}": VIEWER, "POST /holds/decide": OPERATOR,
    "GET /shops": VIEWER, "GET /shops/{key}": VIEWER,
    "GET /shops/new": ADMIN, "POST /shops/connect": ADMIN, "POST /shops/{key}/again": ADMIN,
    "POST /shops/{key}/switch": ADMIN, "POST /shops/consent": ADMIN,
    "GET /shops/consented": ADMIN, "POST /shops/consented": PUBLIC,
    "POST /shops/{key}/check": OPERATOR, "POST /shops/{key}/stop": OPERATOR,
    "POST /shops/{key}/start": OPERATOR, "POST /shops/stop-all": OPERATOR,
    "POST /shops/start-all": OPERATOR,
    "GET /registry": VIEWER, "POST /registry": OPERATOR, "GET /registry/{upload_id}": OPERATOR,
    "POST /registry/{upload_id}": OPERATOR, "GET /registry/{upload_id}/marked.xlsx": OPERATOR,
    "GET /rules": VIEWER, "GET /rules/edit": ADMIN, "POST /rules/edit": ADMIN,
    "GET /mappings": VIEWER, "GET /mappings.csv": VIEWER, "GET /mappings/edit": ADMIN,
    "POST /mappings/edit": ADMIN, "GET /mappings/import": PUBLIC, "POST /mappings/import": ADMIN,
    "GET /producers": VIEWER, "GET /producers/{producer_id}": VIEWER,
    "GET /producers/{producer_id}/qr/{product_id}.svg": VIEWER,
    "POST /producers/{producer_id}/agreed": OPERATOR,
    "POST /producers/{producer_id}/links": OPERATOR,
    "POST /producers/{producer_id}/links/{link_id}/revoke": OPERATOR,
    "POST /producers/{producer_id}/notices": OPERATOR,
    "GET /p/{token}": LINK, "POST /p/{token}/notices": LINK, "GET /t/{code:path}": PUBLIC,
    "GET /operators": ADMIN, "POST /operators": ADMIN, "POST /operators/{operator_id}": ADMIN,
    "GET /tokens": ADMIN, "POST /tokens": ADMIN, "POST /tokens/revoke": ADMIN,
}  # fmt: skip
"""Route → who may, at least."""

PROGRAMS = "/api/v1/"
"""Tokens have a matrix of their own."""


def routes(site: Site) -> set[str]:
    found = set()
    for route in every(site.app.routes):
        path = str(route.path)
        if not path.startswith(PROGRAMS) or path.endswith("/openapi.json"):
            found |= {f"{method} {path}" for method in (route.methods or set()) - {"HEAD"}}
    return found


def every(routes: Iterable[Any]) -> Iterator[Any]:
    """The routes of an application, those of its routers too; files lie under /static alone."""
    for route in routes:
        if hasattr(route, "effective_route_contexts"):
            yield from route.effective_route_contexts()
        elif isinstance(route, Mount):
            assert route.path == "/static"
        else:
            yield route


def test_every_route_has_a_line(site: Site) -> None:
    assert routes(site) == set(MATRIX)


def test_no_shop_may_be_named_as_a_page_beside_the_shops() -> None:
    paths = (route.split(" ")[1].split("/") for route in MATRIX)
    beside = {path[2] for path in paths if path[:2] == ["", "shops"] and len(path) == 3}
    assert beside - {"{key}"} == RESERVED


def asked(browser: Browser, line: str) -> int:
    method, path = line.split(" ")
    for name, value in (
        ("{listing_id}", "999999"), ("{run_id}", "999999"), ("{hold_id}", "999999"),
        ("{key}", "khong-co"), ("{operator_id}", "999999"), ("{name}", "x"), ("{token}", "x"),
        ("{producer_id}", "999999"), ("{link_id}", "999999"), ("{product_id}", "999999"),
        ("{code:path}", "x"),
    ):  # fmt: skip
        path = path.replace(name, value)
    answer = browser.get(path) if method == "GET" else browser.post(path)
    return answer.status_code


@pytest.mark.parametrize("who", ["nobody", *ROLES])
def test_nobody_may_do_more_than_the_matrix_says(site: Site, who: str) -> None:
    browser = site.browser() if who == "nobody" else site.as_(who)
    browser.get("/login")
    for line, needed in MATRIX.items():
        if line == "POST /logout":
            continue
        status = asked(browser, line)
        assert status < 500, line
        if needed == LINK:
            assert status == 403, line
        elif needed == PUBLIC:
            assert status != 403 or line == "POST /login", line
        elif who == "nobody":
            assert status == 401, line
        elif ROLES.index(who) < ROLES.index(needed):
            assert status == 403, line
        else:
            assert status not in (401, 403), line


def test_a_form_without_our_token_does_nothing(site: Site) -> None:
    browser = site.as_(OPERATOR)
    for token in ("", "0" * 64, site.as_(OPERATOR).token):
        answer = browser.client.post("/shops/stop-all", data={"form_token": token, "why": "x"})
        assert answer.status_code == 403
        assert "chưa có gì được gửi" in answer.text
    assert browser.post("/shops/stop-all", {"why": "x"}).status_code == 303


# --- logging in ---------------------------------------------------------------------------------


def test_a_wrong_password_is_refused_and_too_many_wait(site: Site) -> None:
    browser = site.browser()
    for _ in range(passwords.OF_A_NAME):
        answer = browser.log_in(VIEWER, "sai mat khau roi")
        assert answer.status_code == 401
        assert "Tên hoặc mật khẩu không đúng" in answer.text
    assert browser.log_in(VIEWER).status_code == 429
    assert site.browser().log_in(OPERATOR).status_code == 303
    turn(site, passwords.WINDOW.total_seconds() + 1)
    assert browser.log_in(VIEWER).status_code == 303


def test_many_names_from_one_address_wait_too(site: Site) -> None:
    browser = site.browser()
    for number in range(passwords.OF_AN_ADDRESS):
        assert browser.log_in(f"ten {number}", "sai mat khau roi").status_code == 401
    assert browser.log_in(VIEWER).status_code == 429


def test_a_login_gets_a_token_of_its_own(site: Site) -> None:
    """Whoever planted a token in the browser before knows nothing after."""
    browser = site.browser()
    browser.get("/login")
    before = browser.client.cookies[access.COOKIE]
    browser.log_in(VIEWER)
    after = browser.client.cookies[access.COOKIE]
    assert after != before
    stored = site.world.sql("SELECT token_hash FROM web_session")
    assert stored == [(hashed(after),)]


def test_a_session_ends_by_itself_and_by_logging_out(site: Site) -> None:
    browser = site.as_(VIEWER)
    turn(site, access.SESSION_LASTS.total_seconds() - 60)
    assert browser.get("/").status_code == 200
    turn(site, access.SESSION_LASTS.total_seconds() - 60)
    assert browser.get("/").status_code == 200
    turn(site, access.SESSION_LASTS.total_seconds() + 60)
    assert browser.get("/").status_code == 401
    other = site.as_(VIEWER)
    token = other.client.cookies[access.COOKIE]
    assert other.post("/logout").status_code == 303
    other.client.cookies.set(access.COOKIE, token)
    assert other.get("/").status_code == 401


def test_who_is_locked_is_out_at_once(site: Site) -> None:
    browser = site.as_(VIEWER)
    with site.world.env.db.transaction() as session:
        found = operators.by_name(session, VIEWER)
        assert found is not None
        operators.change(session, found.id or 0, site.world.env.now(), disabled=True)
    assert browser.get("/").status_code == 401
    assert browser.log_in(VIEWER).status_code == 401


def test_the_last_admin_stays(site: Site) -> None:
    admin = site.as_(ADMIN)
    number = site.world.sql("SELECT id FROM operator WHERE name = 'admin'")[0][0]
    for fields in ({"off": "1"}, {"role": "viewer"}):
        answer = admin.post(f"/operators/{number}", fields)
        assert answer.status_code == 422
        assert "người quản trị cuối cùng" in answer.text


def test_a_form_that_was_typed_when_the_session_ended_is_kept(site: Site) -> None:
    browser = site.as_(OPERATOR)
    browser.get("/shops")
    turn(site, timedelta(days=2).total_seconds())
    why = 'vì <b>"hai" & ba</b>'
    ended = browser.post("/shops/stop-all", {"why": why})
    assert ended.status_code == 401
    assert "được giữ lại" in ended.text
    assert 'name="kept.why"' in ended.text
    resend = browser.post(
        "/login",
        {"name": OPERATOR, "password": PASSWORD, "to": "/shops/stop-all", "kept.why": why},
    )
    assert resend.status_code == 200
    assert 'action="/shops/stop-all"' in resend.text
    assert 'value="vì &lt;b&gt;&#34;hai&#34; &amp; ba&lt;/b&gt;"' in resend.text
    assert site.world.sql("SELECT count(*) FROM stop") == [(0,)]
    assert browser.post("/shops/stop-all", {"why": why}).status_code == 303
    assert site.world.sql("SELECT why, stopped_by FROM stop") == [(why, OPERATOR)]


def test_a_login_never_leads_to_another_host(site: Site) -> None:
    for to in ("https://x.example/", "//x.example/", "/\\x.example", "javascript:alert(1)"):
        browser = site.browser()
        browser.get("/login")
        answer = browser.post("/login", {"name": VIEWER, "password": PASSWORD, "to": to})
        assert answer.headers["location"] == "/"


# --- before there is anybody --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "client", "base", "headers", "status"),
    [
        ({"open_here": True}, NEAR, "http://127.0.0.1:8000", {}, 200),
        ({"open_here": True}, NEAR, "http://localhost:8000", {}, 200),
        ({"open_here": False}, NEAR, "http://127.0.0.1:8000", {}, 401),
        ({"open_here": True}, ("192.0.2.1", 9), "http://127.0.0.1:8000", {}, 401),
        ({"open_here": True}, NEAR, "http://rebound.example", {}, 401),
        ({"open_here": True}, NEAR, "http://127.0.0.1", {"X-Forwarded-For": "192.0.2.1"}, 401),
    ],
)
def test_trying_is_for_whoever_sits_at_the_machine(
    world: World, settings: dict[str, bool], client: tuple[str, int], base: str,
    headers: dict[str, str], status: int,
) -> None:  # fmt: skip
    site = make_site(world, people=False, **settings)
    answer = site.browser(client=client, base=base).get("/", headers=headers)
    assert answer.status_code == status
    assert "operators add" in answer.text


def test_trying_ends_with_the_first_operator(world: World, fast_passwords: None) -> None:
    site = make_site(world, people=False, open_here=True)
    browser = site.browser(client=NEAR)
    assert browser.get("/").status_code == 200
    passwords.make_operator(world.env, "An", ADMIN, PASSWORD)
    assert browser.get("/").status_code == 401


def test_metrics_are_for_this_machine(site: Site) -> None:
    assert site.browser().get("/metrics").status_code == 404
    near = site.browser(client=NEAR).get("/metrics")
    assert near.status_code == 200
    assert 'ocop_listings{channel="fake",state="live"} 1.0' in near.text
