"""Tokens: both kinds of app, both ways of naming the secret, and what no refresh can cure."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.contract import Account, Credentials
from connectors.errors import Ambiguous, AuthExpired, AuthRefused, Rejected, Unavailable
from connectors.http import Http
from connectors.tiki.auth import expires_at
from connectors.tiki.connector import TikiConnector
from sandbox.tiki import Fault
from tests.connectors.tiki.conftest import Opener
from tests.connectors.tiki.rig import CLIENT_ID, SECRET, SID, TikiBench

BACK = "https://ocop.example/tiki/callback"
TOKEN = "/sc/oauth2/token"


def connector(bench: TikiBench, **credentials: str) -> TikiConnector:
    login = Credentials({"client_id": CLIENT_ID, "client_secret": SECRET, **credentials})
    return TikiConnector(Account("thu", bench.url, login), Http(), bench.clock)


def public(bench: TikiBench, method: str = "client_secret_basic") -> TikiConnector:
    bench.market.add_app("pub-1", "p@ss", [BACK], auth_method=method)
    return connector(bench, client_id="pub-1", client_secret="p@ss", redirect_uri=BACK)


def test_client_credentials_are_asked_again_when_they_lapse(bench: TikiBench) -> None:
    first = bench.credentials
    assert "refresh_token" not in first
    assert bench.shop.token_expires_at() == bench.now().replace(microsecond=0).fromtimestamp(
        bench.now().timestamp() + 3600, UTC
    )
    bench.pass_time(3601)
    with pytest.raises(AuthExpired):
        bench.shop.check()
    bench.credentials = bench.shop.refresh()
    assert bench.credentials["access_token"] != first["access_token"]
    assert bench.shop.check().account_id == SID


@pytest.mark.parametrize("registered", ["client_secret_basic", "client_secret_post"])
@pytest.mark.parametrize("said", ["", "client_secret_basic", "client_secret_post"])
def test_the_secret_is_named_as_the_app_was_registered(
    bench: TikiBench, registered: str, said: str
) -> None:
    bench.market.add_seller(SID, client_id="other", client_secret="s", auth_method=registered)
    login = {"client_id": "other", "client_secret": "s"} | ({"auth_method": said} if said else {})
    fresh = connector(bench, **login).refresh()
    assert fresh["auth_method"] == registered
    before = len(bench.calls(TOKEN))
    connector(bench, **fresh).refresh()
    assert len(bench.calls(TOKEN)) == before + 1, "the way that worked is remembered"


def test_a_wrong_secret_is_for_a_person_and_tried_no_more_than_twice(bench: TikiBench) -> None:
    before = len(bench.calls(TOKEN))
    with pytest.raises(AuthRefused, match="client_secret") as caught:
        connector(bench, client_secret="wrong-secret").refresh()
    assert len(bench.calls(TOKEN)) == before + 2
    assert "wrong-secret" not in repr(caught.value) + str(caught.value)


def test_consent_and_code(bench: TikiBench) -> None:
    shop = public(bench)
    url = shop.authorization_url(BACK, "state-12345")
    query = {k: v[0] for k, v in parse_qs(urlsplit(url).query).items()}
    assert url.startswith(f"{bench.url}/sc/oauth2/auth?")
    assert query["state"] == "state-12345"
    assert "offline" in query["scope"].split()
    with pytest.raises(Rejected):
        shop.authorization_url(BACK, "short")

    code = bench.market.consent(SID, "pub-1", BACK, query["scope"])
    fresh = shop.exchange_code({"code": code, "state": "state-12345"})
    assert connector(bench, **fresh).check().account_id == SID
    with pytest.raises(AuthRefused):
        shop.exchange_code({"code": code})
    with pytest.raises(AuthRefused, match="không đồng ý"):
        shop.exchange_code({"error": "access_denied", "error_hint": "denied"})


def test_a_code_in_the_credentials_is_traded_by_the_first_refresh(bench: TikiBench) -> None:
    shop = public(bench)
    code = bench.market.consent(SID, "pub-1", BACK)
    login = {"client_id": "pub-1", "client_secret": "p@ss", "redirect_uri": BACK, "code": code}
    fresh = connector(bench, **login).refresh()
    assert "code" not in fresh
    assert fresh["refresh_token"]
    assert shop.token_expires_at() == datetime.fromtimestamp(0, UTC)


@pytest.mark.parametrize("words", [(), ("refresh_rotates=false",)])
def test_each_refresh_brings_a_new_refresh_token(open_bench: Opener, words: tuple[str]) -> None:
    bench = open_bench(*words)
    code = bench.market.consent(SID, public(bench)._account.credentials["client_id"], BACK)
    first = public(bench).exchange_code({"code": code})
    second = connector(bench, **first).refresh()
    assert second["access_token"] != first["access_token"]
    if not words:
        assert second["refresh_token"] != first["refresh_token"]
        with pytest.raises(AuthRefused):
            connector(bench, **first).refresh()
    assert connector(bench, **connector(bench, **second).refresh()).check().account_id == SID


@pytest.mark.parametrize("kind", ["outage", "reset_after", "truncated", "html", "outage_after"])
def test_an_unclear_answer_to_a_refresh(bench: TikiBench, kind: str) -> None:
    """A refresh token may be spent by it; client credentials can simply be asked again."""
    shop = public(bench)
    first = shop.exchange_code({"code": bench.market.consent(SID, "pub-1", BACK)})
    for login, error in ((first, Ambiguous), (bench.credentials, Unavailable)):
        bench.market.spoil(Fault(kind=kind, path=TOKEN))  # type: ignore[arg-type]
        with pytest.raises(error):
            connector(bench, **login).refresh()


def test_a_token_that_belongs_to_no_seller_is_not_asked_for_again(bench: TikiBench) -> None:
    """A public app's own token: every refresh would bring another one like it (trap 9)."""
    with pytest.raises(AuthRefused, match="chưa gắn"):
        public(bench).refresh()


@pytest.mark.parametrize("words", [(), ("one_sentence_401=true",)])
def test_a_lapsed_token_is_no_lost_one(open_bench: Opener, words: tuple[str]) -> None:
    bench = open_bench(*words)
    bench.market.do(SID, "expire_token")
    with pytest.raises(AuthExpired):
        bench.shop.check()


@pytest.mark.parametrize("end", ["", "/", "/integration", "/integration/"])
def test_the_base_url_in_either_form(bench: TikiBench, end: str) -> None:
    account = Account(
        "thu", bench.url + end, Credentials(client_id=CLIENT_ID, client_secret=SECRET)
    )
    fresh = TikiConnector(account, Http(), bench.clock).refresh()
    account = Account("thu", bench.url + end, fresh)
    assert TikiConnector(account, Http(), bench.clock).check().account_id == SID


def test_a_token_endpoint_of_its_own(bench: TikiBench) -> None:
    shop = connector(bench, token_url=f"{bench.url}{TOKEN}")
    assert shop.refresh()["access_token"]
    assert shop.authorization_url(BACK, "12345678").startswith(f"{bench.url}/sc/oauth2/auth?")


def test_secrets_are_never_shown(bench: TikiBench) -> None:
    assert SECRET not in repr(bench.account())
    assert bench.credentials["access_token"] not in repr(bench.account())


@pytest.mark.parametrize(("stored", "moment"), [
    ({}, datetime(1970, 1, 1, tzinfo=UTC)),
    ({"access_token": "a"}, None),
    ({"access_token": "a", "token_expires_at": "1767225600"}, datetime(2026, 1, 1, tzinfo=UTC)),
    ({"access_token": "a", "token_expires_at": "2026-01-01T07:00:00+07:00"},
     datetime(2026, 1, 1, tzinfo=UTC)),
])  # fmt: skip
def test_when_a_token_lapses(stored: dict[str, str], moment: datetime | None) -> None:
    found = expires_at(stored)
    assert found == moment
