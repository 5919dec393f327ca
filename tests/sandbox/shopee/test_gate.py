"""Who may call: signature, timestamp, tokens, link, rate (reference 1, 2.3)."""

from __future__ import annotations

import pytest

from sandbox.shopee.signing import public_base, shop_base, sign
from tests.sandbox.shopee.conftest import PARTNER, SHOP, Market, Opener

INFO = "shop/get_shop_info"
VECTOR_KEY = "shopee-example-partner-key-0001"


def test_the_vectors_of_the_reference() -> None:
    base = public_base(1000001, "/api/v2/auth/token/get", 1760000000)
    assert sign(VECTOR_KEY, base) == (
        "de242d6b03b3a6d22d7d13548ac59829621b322d7c9115bd4527de5f7c8c73b4"
    )
    base = shop_base(
        1000001,
        "/api/v2/product/add_item",
        1760000000,
        "0123456789abcdef0123456789abcdef",
        200000001,
    )
    assert sign(VECTOR_KEY, base) == (
        "29293a1f1b88dc9b0c95c6817689bd7f7452d4762de512d1bc1b0c80e12ef263"
    )


@pytest.mark.parametrize("left_out", ["partner_id", "timestamp", "sign", "access_token", "shop_id"])
def test_a_missing_parameter(market: Market, left_out: str) -> None:
    query = market.query(INFO, shop=True)
    del query[left_out]
    answer = market.send("GET", INFO, query)
    assert answer["error"] == "error_param"
    assert left_out in answer["message"]
    assert market.last.status_code == 200


@pytest.mark.parametrize(("off", "error"), [
    (0, ""), (-299, ""), (299, ""), (-301, "error_param"), (301, "error_param"),
])  # fmt: skip
def test_the_timestamp_window_both_ways(market: Market, off: int, error: str) -> None:
    assert market.send("GET", INFO, market.query(INFO, shop=True, off=off))["error"] == error


def test_a_wrong_signature(market: Market) -> None:
    answer = market.send("GET", INFO, market.query(INFO, shop=True, key="other"))
    assert answer["error"] == "error_sign"
    assert market.last.status_code == 403


def test_the_path_is_signed(market: Market) -> None:
    query = market.query("product/get_category", shop=True)
    assert market.send("GET", INFO, query)["error"] == "error_sign"


def test_both_kinds_of_shop_are_never_sent(market: Market) -> None:
    query = market.query(INFO, shop=True) | {"merchant_id": 1}
    assert market.send("GET", INFO, query)["error"] == "error_param"


def test_an_access_token_lives_four_hours(market: Market) -> None:
    market.clock.turn(14399)
    assert market.get(INFO)["error"] == ""
    market.clock.turn(2)
    assert market.get(INFO)["error"] == "invalid_acceess_token"
    assert market.last.status_code == 403


def test_a_refresh_spends_its_token_and_the_old_access_goes_on_for_minutes(market: Market) -> None:
    body = {"refresh_token": market.refresh, "partner_id": PARTNER, "shop_id": SHOP}
    fresh = market.public("auth/access_token/get", body)
    assert (fresh["shop_id"], fresh["expire_in"]) == (SHOP, 14400)
    market.clock.turn(299)
    assert market.get(INFO)["error"] == ""
    market.clock.turn(2)
    assert market.get(INFO)["error"] == "invalid_acceess_token"
    assert market.public("auth/access_token/get", body)["error"] == "error_auth"
    market.access = fresh["access_token"]
    assert market.get(INFO)["error"] == ""


def test_or_a_spent_refresh_token_answers_the_same_pair(open_market: Opener) -> None:
    market = open_market(spent_refresh_answers=True)
    body = {"refresh_token": market.refresh, "partner_id": PARTNER, "shop_id": SHOP}
    first = market.public("auth/access_token/get", body)
    again = market.public("auth/access_token/get", body)
    assert again["refresh_token"] == first["refresh_token"]


def test_a_refresh_token_lives_thirty_days(market: Market) -> None:
    market.clock.turn(30 * 86400 + 1)
    body = {"refresh_token": market.refresh, "partner_id": PARTNER, "shop_id": SHOP}
    assert market.public("auth/access_token/get", body)["error"] == "refresh_token_expired"


def test_a_code_is_good_once_and_for_ten_minutes(market: Market) -> None:
    body = {"code": market.code, "partner_id": PARTNER, "shop_id": SHOP}
    assert market.public("auth/token/get", body)["error"] == "invalid_code"
    body["code"] = market.sandbox.consent(SHOP)
    market.clock.turn(601)
    assert market.public("auth/token/get", body)["error"] == "invalid_code"


def test_a_revoked_and_a_banned_shop(market: Market) -> None:
    market.sandbox.do(SHOP, "ban_shop")
    assert market.get(INFO)["error"] == "shop_banned"
    market.sandbox.do(SHOP, "revoke")
    assert market.get(INFO)["error"] == "partner_shop_no_link"


def test_a_consent_ends(market: Market) -> None:
    market.clock.turn(366 * 86400)
    assert market.get(INFO)["error"] == "shop_no_linked"


@pytest.mark.parametrize("status", [200, 429])
def test_more_than_the_rate(open_market: Opener, status: int) -> None:
    market = open_market(rate_per_s=10.0, burst=5, rate_status=status, retry_after=3)
    errors = [market.get(INFO)["error"] for _ in range(6)]
    assert errors == [""] * 5 + ["error_rate_limit"]
    assert market.last.status_code == status
    assert market.last.headers["Retry-After"] == "3"
    market.clock.turn(0.11)
    assert market.get(INFO)["error"] == ""


def test_the_days_quota_is_counted_in_their_time(open_market: Opener) -> None:
    market = open_market(daily_quota=2)
    assert [market.get(INFO)["error"] for _ in range(3)] == ["", "", "error_limit"]
    market.clock.turn(14 * 3600)
    market.public("auth/access_token/get", {})
    assert _again(market) == ""


def _again(market: Market) -> str:
    body = {"refresh_token": market.refresh, "partner_id": PARTNER, "shop_id": SHOP}
    market.access = market.public("auth/access_token/get", body)["access_token"]
    return str(market.get(INFO)["error"])


def test_an_unknown_path(market: Market) -> None:
    assert market.get("product/get_everything")["error"] == "error_param"


def test_shops_of_the_partner(market: Market) -> None:
    path = "public/get_shops_by_partner"
    query = market.query(path, shop=False) | {"page_no": 1, "page_size": 10}
    answer = market.send("GET", path, query)
    assert [s["shop_id"] for s in answer["authed_shop_list"]] == [SHOP]
    assert answer["more"] is False
