"""Consent, code, and the single-use refresh token (reference 1.4, trap 4)."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from connectors.contract import Account, Credentials
from connectors.errors import Ambiguous, AuthExpired, AuthRefused, Unavailable
from connectors.http import Http
from connectors.shopee.connector import ShopeeConnector
from sandbox.shopee import Fault
from tests.connectors.shopee.conftest import KEY, PARTNER, SHOP, Opener, Rig

REFRESH = "auth/access_token/get"


def test_the_consent_page_leads_to_a_login(rig: Rig) -> None:
    link = rig.shop.authorization_url("http://127.0.0.1:9/back?from=office", "state-1")
    page = requests.get(link, timeout=10)
    assert page.status_code == 200, page.text
    target = page.text.split('href="')[1].split('"')[0].replace("&amp;", "&")
    back = requests.get(rig.url + target, timeout=10, allow_redirects=False).headers["Location"]
    answer = dict(parse_qsl(urlsplit(back).query))
    assert answer["state"] == "state-1"
    assert answer["from"] == "office"
    fresh = rig.shop.exchange_code(answer)
    assert fresh["access_token"] != rig.credentials["access_token"]
    assert "code" not in fresh


def test_a_code_works_once(rig: Rig) -> None:
    code = rig.market.consent(SHOP)
    rig.shop.exchange_code({"code": code, "shop_id": str(SHOP)})
    with pytest.raises(AuthRefused):
        rig.shop.exchange_code({"code": code, "shop_id": str(SHOP)})


def test_a_main_account_is_told_to_use_the_shops_own(rig: Rig) -> None:
    rig.credentials = Credentials(partner_id=str(PARTNER), partner_key=KEY, shop_id="")
    with pytest.raises(AuthRefused, match="tài khoản chính"):
        rig.shop.exchange_code({"code": "x", "main_account_id": "5"})


def test_a_refresh_gives_a_whole_new_pair(rig: Rig) -> None:
    fresh = rig.shop.refresh()
    assert set(fresh) == set(rig.credentials)
    assert fresh["refresh_token"] != rig.credentials["refresh_token"]
    expires = ShopeeConnector(Account("x", rig.url, fresh), Http(), rig.clock).token_expires_at()
    assert expires is not None
    assert (expires - rig.clock()).total_seconds() == 14400


def test_a_spent_refresh_token_is_refused(rig: Rig) -> None:
    rig.shop.refresh()
    with pytest.raises(AuthRefused):
        rig.shop.refresh()


def test_or_gives_the_same_pair_again(open_rig: Opener) -> None:
    rig = open_rig(spent_refresh_answers=True)
    first = rig.shop.refresh()
    assert rig.shop.refresh()["refresh_token"] == first["refresh_token"]


@pytest.mark.parametrize("kind", ["reset_after", "truncated", "outage_after", "malformed", "html"])
def test_an_unclear_refresh_is_not_repeated_by_the_connector(rig: Rig, kind: str) -> None:
    rig.market.spoil(Fault(kind=kind, path=REFRESH))
    with pytest.raises(Ambiguous):
        rig.shop.refresh()
    assert len(rig.calls(REFRESH)) == 1


def test_a_lapsed_access_token_asks_for_a_refresh(rig: Rig) -> None:
    rig.market.do(SHOP, "expire_token")
    with pytest.raises(AuthExpired):
        rig.shop.check()


def test_a_revoked_consent_needs_a_person(rig: Rig) -> None:
    rig.market.do(SHOP, "revoke")
    with pytest.raises(AuthRefused):
        rig.shop.check()


def test_a_server_that_is_away_changed_nothing(rig: Rig) -> None:
    account = Account("x", "http://127.0.0.1:9", rig.credentials)
    with pytest.raises(Unavailable):
        ShopeeConnector(account, Http(), rig.clock).refresh()


def test_secrets_show_nowhere(rig: Rig) -> None:
    secrets = [v for k, v in rig.credentials.items() if "token" in k or "key" in k]
    shown = [repr(rig.credentials), repr(Account("x", rig.url, rig.credentials))]
    for kind in ("html", "malformed", "reset_after"):
        rig.market.spoil(Fault(kind=kind, path="get_shop_info", times=9))
        with pytest.raises(Exception) as caught:
            rig.shop.check()
        rig.market.heal()
        shown += [str(caught.value), repr(caught.value)]
    assert not [s for s in secrets if any(s in text for text in shown)]
