"""Refreshing a login: by one worker, once, and never over a newer one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from connectors.contract import Credentials
from connectors.errors import Ambiguous, AuthRefused
from models import shops
from tests.worker.fakes import source_product
from worker import tokens


@pytest.fixture
def shop(world):
    world.book.products = [source_product()]
    world.pull()
    return world.connect(access_token="old", refresh_token="r1")


def stored(world, shop):
    return dict(tokens.open_account(world.env, shop).account.credentials)


def test_a_person_who_reconnects_meanwhile_is_not_overwritten(world, shop):
    """Compare and swap: the pair that a refresh brings is dropped where another stands now."""
    opened = tokens.open_account(world.env, shop)

    def reconnects(credentials):
        secret = world.env.encrypt(Credentials(access_token="person", refresh_token="p1"))
        with world.env.db.transaction() as session:
            shops.store_credential(session, shop.id, secret, None)

    world.market.script["refresh"] = [reconnects]
    found = tokens.refresh(world.env, shop, opened.version)
    assert found.account.credentials["access_token"] == "person"
    assert stored(world, shop)["refresh_token"] == "p1"


def test_many_workers_spend_one_token_once(world, shop):
    opened = tokens.open_account(world.env, shop)
    before = len(world.market.writes("refresh"))
    with ThreadPoolExecutor(4) as threads:
        found = list(
            threads.map(lambda _n: tokens.refresh(world.env, shop, opened.version), range(4))
        )
    assert len(world.market.writes("refresh")) == before + 1
    assert {f.account.credentials["refresh_token"] for f in found} == {
        stored(world, shop)["refresh_token"]
    }


def test_an_unclear_answer_keeps_the_token_and_its_intent(world, shop):
    opened = tokens.open_account(world.env, shop)
    world.market.script["refresh"] = [Ambiguous("hết giờ"), Ambiguous("hết giờ")]
    for tries in (1, 2):
        with pytest.raises(Ambiguous):
            tokens.refresh(world.env, shop, opened.version)
        with world.env.db.transaction() as session:
            kept = shops.credential(session, shop.id)
        assert kept.refresh_tries == tries
        assert kept.refresh_intent == tokens.fingerprint(opened.account.credentials)
    assert stored(world, shop)["refresh_token"] == opened.account.credentials["refresh_token"]


def test_a_refusal_pauses_the_shop_and_says_what_to_do(world, shop):
    opened = tokens.open_account(world.env, shop)
    world.market.script["refresh"] = [AuthRefused("token đã dùng")]
    with pytest.raises(AuthRefused):
        tokens.refresh(world.env, shop, opened.version)
    (row,) = world.shops()
    assert "accounts add" in row.paused_reason
