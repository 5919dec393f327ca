"""Who may call what: tokens, scopes, sellers, rates (1, 2)."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.sandbox.tiki.conftest import APP, KEY, SID, Market, Opener

BACK = "https://ocop.example/back"


def test_client_credentials_bring_no_refresh_token(market: Market) -> None:
    answer = market.grant(grant_type="client_credentials")
    assert set(answer) == {"access_token", "expires_in", "scope", "token_type"}
    assert answer["expires_in"] == 3600


@pytest.mark.parametrize(("auth", "form", "status", "error"), [
    ((APP, "no"), {"grant_type": "client_credentials"}, 401, "invalid_client"),
    (None, {"grant_type": "client_credentials", "client_id": APP, "client_secret": KEY}, 401,
     "invalid_client"),
    ((APP, KEY), {"grant_type": "password"}, 400, "unsupported_grant_type"),
    ((APP, KEY), {"grant_type": "client_credentials", "scope": "everything"}, 400,
     "invalid_scope"),
    ((APP, KEY), {"grant_type": "refresh_token", "refresh_token": "x"}, 400, "invalid_grant"),
    ((APP, KEY), {"grant_type": "authorization_code", "code": "x"}, 400, "invalid_grant"),
])  # fmt: skip
def test_oauth_refusals(
    market: Market, auth: tuple[str, str] | None, form: dict[str, str], status: int, error: str
) -> None:
    answer = market.grant(auth, **form)
    assert (market.last.status_code, answer["error"]) == (status, error)


def test_a_code_is_good_once_for_its_address_and_for_ten_minutes(market: Market) -> None:
    market.sandbox.add_app("pub", "p", [BACK])
    query = {"response_type": "code", "client_id": "pub", "redirect_uri": BACK,
             "scope": "product offline", "state": "12345678"}  # fmt: skip
    page = market.send("GET", "/sc/oauth2/auth", params=query, headers={})
    link = page.split('href="')[1].split('"')[0].replace("&amp;", "&")
    market.send("GET", link, headers={})
    answer = {k: v[0] for k, v in parse_qs(urlsplit(market.last.headers["location"]).query).items()}
    assert answer["state"] == "12345678"
    form = {"grant_type": "authorization_code", "code": answer["code"]}
    first = market.grant(("pub", "p"), **form, redirect_uri=BACK)
    assert first["refresh_token"]
    assert market.grant(("pub", "p"), **form, redirect_uri=BACK)["error"] == "invalid_grant"

    late = market.sandbox.consent(SID, "pub", BACK)
    other = market.sandbox.consent(SID, "pub", BACK)
    form["code"] = other
    assert market.grant(("pub", "p"), **form, redirect_uri="https://x")["error"] == "invalid_grant"
    market.clock.turn(601)
    form["code"] = late
    assert market.grant(("pub", "p"), **form, redirect_uri=BACK)["error"] == "invalid_grant"

    second = market.grant(("pub", "p"), grant_type="refresh_token",
                          refresh_token=first["refresh_token"])  # fmt: skip
    assert second["refresh_token"] != first["refresh_token"]
    again = market.grant(("pub", "p"), grant_type="refresh_token",
                         refresh_token=first["refresh_token"])  # fmt: skip
    assert again["error"] == "invalid_grant"


@pytest.mark.parametrize("change", [
    {"state": "short"}, {"redirect_uri": "https://other"}, {"client_id": APP},
    {"response_type": "token"},
])  # fmt: skip
def test_a_consent_that_is_refused(market: Market, change: dict[str, str]) -> None:
    market.sandbox.add_app("pub", "p", [BACK])
    query = {"response_type": "code", "client_id": "pub", "redirect_uri": BACK,
             "state": "12345678", **change}  # fmt: skip
    market.send("GET", "/sc/oauth2/auth", params=query, headers={})
    assert market.last.status_code == 400


def test_statuses_of_a_bad_token(market: Market) -> None:
    market.token = "wrong"
    assert market.get("v2/sellers/me") and market.last.status_code == 401
    market.get("v2/nothing")
    assert market.last.status_code == 403, "the token is looked at before the path"
    market.login()
    market.get("v2/nothing")
    assert market.last.status_code == 404
    market.send("DELETE", "/integration/v2/categories")
    assert market.last.status_code == 405
    market.clock.turn(3601)
    answer = market.get("v2/categories")
    assert market.last.status_code == 401
    assert list(answer) == ["errors"]


def test_a_token_of_a_public_app_speaks_for_nobody(market: Market) -> None:
    market.sandbox.add_app("pub", "p", [BACK])
    market.token = market.grant(("pub", "p"), grant_type="client_credentials")["access_token"]
    assert "not linked" in market.get("v2/sellers/me")["errors"][0]
    assert market.last.status_code == 401


def test_scopes_and_sellers_that_are_off(market: Market) -> None:
    market.sandbox.do(SID, "drop_scope", scope="inventory")
    market.get("v2/sellers/me/warehouses")
    assert market.last.status_code == 403
    market.get("v2/categories")
    assert market.last.status_code == 200
    market.sandbox.do(SID, "deactivate")
    market.get("v2/categories")
    assert market.last.status_code == 403
    assert market.get("v2/sellers/me")["active"] == 0


@pytest.mark.parametrize("headers", [True, False])
def test_the_rate(open_market: Opener, headers: bool) -> None:
    market = open_market(rate_per_s=5.0, rate_headers=headers)
    codes = []
    for _ in range(6):
        market.get("v2/sellers/me")
        codes.append(market.last.status_code)
    assert codes == [200] * 5 + [429]
    assert ("x-ratelimit-limit-second" in market.last.headers) is headers
    assert "retry-after" not in market.last.headers
    market.clock.turn(1)
    market.get("v2/sellers/me")
    assert market.last.status_code == 200


def test_pages(market: Market) -> None:
    answer = market.get("v2/attributes/603/values", limit=50)
    assert (len(answer["data"]), answer["paging"]["last_page"]) == (50, 2)
    assert answer["paging"]["total"] == 74
    market.get("v2/attributes/603/values", limit=51)
    assert market.last.status_code == 400
    assert isinstance(market.get("v2/categories"), list)
    market.get("v2/categories/4384/attributes")
    assert market.last.status_code == 404
