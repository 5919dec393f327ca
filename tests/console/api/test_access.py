"""Every route of the API against no token, one of the wrong scopes, and one of the right one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from starlette.routing import Route
from starlette.testclient import TestClient

from console.web import tokens
from models import api_tokens
from models.operator import SCOPES
from tests.console.api.conftest import Api, jump, problem

MATRIX: list[tuple[str, str, str, dict[str, Any] | None]] = [
    ("GET", "/api/v1/status", "read", None),
    ("GET", "/api/v1/explain/{code}", "read", None),
    ("GET", "/api/v1/plan", "read", None),
    ("GET", "/api/v1/runs", "read", None),
    ("GET", "/api/v1/runs/{run_id}", "read", None),
    ("GET", "/api/v1/holds", "read", None),
    ("GET", "/api/v1/holds/{hold_id}", "read", None),
    ("POST", "/api/v1/holds/{hold_id}/approve", "decide", None),
    ("POST", "/api/v1/holds/{hold_id}/reject", "decide", None),
    ("POST", "/api/v1/push", "push", {}),
    ("POST", "/api/v1/stop", "push", {}),
    ("POST", "/api/v1/start", "push", {}),
]
"""Method, route, the one scope that opens it, a good body."""

OPEN = {("GET", "/api/v1/openapi.json")}


def routes_of(api: Api) -> set[tuple[str, str]]:
    """Every method and path below /api, whether in the document or not."""
    found: set[tuple[str, str]] = set()
    for context in iter_route_contexts(api.app.routes):
        route: Any = context
        if str(getattr(route, "path", "")).startswith("/api"):
            methods = route.methods or {"ANY"}
            found |= {(method, route.path) for method in methods if method != "HEAD"}
    return found


def test_every_route_has_its_line_in_the_matrix(api: Api) -> None:
    assert routes_of(api) == {(method, path) for method, path, _s, _b in MATRIX} | OPEN


def test_a_route_without_a_line_would_be_found(api: Api) -> None:
    async def hidden(request: Any) -> Any: ...

    api.app.router.routes.append(Route("/api/v1/hidden", hidden))
    api.app.add_api_route("/api/v2/other", hidden, include_in_schema=False)
    more = routes_of(api) - {(method, path) for method, path, _s, _b in MATRIX} - OPEN
    assert more == {("GET", "/api/v1/hidden"), ("GET", "/api/v2/other")}


def fill(api: Api, path: str) -> str:
    hold = jump(api) if "hold_id" in path else 0
    path = path.removeprefix("/api/v1").replace("{code}", "OCOP-1").replace("{run_id}", "1")
    return path.replace("{hold_id}", str(hold))


@pytest.mark.parametrize(("method", "path", "scope", "body"), MATRIX)
def test_only_the_right_scope_opens_a_route(
    api: Api, method: str, path: str, scope: str, body: dict[str, Any] | None
) -> None:
    path = fill(api, path)
    for header in ({}, {"Authorization": "Basic abc"}, {"Authorization": "Bearer ocop_unknown"}):
        answer = api.client.request(method, f"/api/v1{path}", headers=header, json=body)
        problem(answer, 401)
        assert answer.headers["www-authenticate"].startswith("Bearer ")
    others = [other for other in SCOPES if other != scope]
    for wrong in [[one] for one in others] + [others]:
        refused = api.call(method, path, scope=wrong[0], json=body) if len(wrong) == 1 else None
        if refused is None:
            bearer = {"Authorization": f"Bearer {api.token(*wrong)}"}
            refused = api.call(method, path, headers=bearer, json=body)
        assert problem(refused, 403)["scope"] == scope
        assert "insufficient_scope" in refused.headers["www-authenticate"]
    assert api.sent == []
    assert api.world.sql("SELECT count(*) FROM audit")[0] == (0,)
    assert api.call(method, path, scope=scope, json=body).status_code in (200, 202)


def test_a_token_ends_when_it_is_revoked_or_expires(api: Api) -> None:
    for scope in ("read", "decide"):
        api.token(scope)
    assert api.call("GET", "/runs").status_code == 200
    with api.world.env.db.transaction() as session:
        assert api_tokens.revoke(session, "read", api.world.env.now())
        assert not api_tokens.revoke(session, "read", api.world.env.now())
    problem(api.call("GET", "/runs"), 401)
    api.world.time.at += timedelta(days=90, minutes=1)
    problem(api.call("GET", "/runs", scope="decide"), 401)


def test_a_token_says_when_it_was_used_once_a_minute(api: Api) -> None:
    def used() -> Any:
        return api.world.sql("SELECT used_at FROM api_token")[0][0]

    api.token("read")
    assert used() is None
    api.get("/runs")
    first = used()
    api.get("/runs")
    assert used() == first
    api.world.time.at += timedelta(minutes=2)
    api.get("/runs")
    assert used() > first


def test_only_the_hash_of_a_token_is_kept_and_none_is_in_a_log(
    api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    token = api.token("read")
    api.get("/runs")
    api.call("GET", "/status", params={"limit": "x"})
    wrong = "ocop_" + "w" * 43
    api.client.get("/api/v1/runs", headers={"Authorization": f"Bearer {wrong}"})
    rows = str(api.world.sql("SELECT to_jsonb(t) FROM api_token t"))
    shown = capsys.readouterr()
    for secret in (token, wrong):
        assert secret not in rows + shown.out + shown.err


def test_a_browser_at_the_machine_is_no_token(api: Api) -> None:
    here = TestClient(api.app, base_url="http://localhost", client=("127.0.0.1", 5))
    problem(here.get("/api/v1/runs"), 401)


def test_a_token_s_name_scopes_and_days_are_checked(api: Api) -> None:
    for name, scopes, days in (
        ("", ["read"], 1), ("a" * 101, ["read"], 1), ("a\x00", ["read"], 1), ("a", [], 1),
        ("a", ["all"], 1), ("a", ["read"], -1), ("a", ["read"], 3651),
    ):  # fmt: skip
        with pytest.raises(tokens.BadToken):
            tokens.issue(api.world.env, name, scopes, days, "test")
    tokens.issue(api.world.env, "a", ["read"], 0, "test")
    with pytest.raises(tokens.BadToken):
        tokens.issue(api.world.env, "a", ["read"], 1, "test")
