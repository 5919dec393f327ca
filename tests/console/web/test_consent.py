"""Connecting by the channel's consent page: only the browser that was sent comes back with it."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from console.web.app import make_app
from console.web.here import Console
from models.consent import LASTS
from models.operator import ADMIN
from sandbox.serving import serving
from sandbox.shopee import ShopeeSandbox
from sandbox.shopee.switches import switched
from tests.console.web.conftest import Browser, Site, turn
from worker import consenting
from worker.env import find_connectors

PARTNER, KEY, SHOP = 1000001, "test-partner-key-0001", 200000001
FIELDS = {"channel": "shopee", "name": "Mỳ Chũ", "owner": "", "c.partner_id": str(PARTNER),
          "c.partner_key": KEY}  # fmt: skip


def admin_of(site: Site) -> Browser:
    """An admin of the same tables, with the real channels."""
    site.world.env.connectors = find_connectors()
    site.app = make_app(Console(site.world.env, send=site.console.send))
    return site.as_(ADMIN)


def sent_to(admin: Browser, base_url: str) -> tuple[str, str]:
    """(the channel's page, the state in it)."""
    admin.get("/shops/new?channel=shopee")
    page = admin.post("/shops/consent", {**FIELDS, "base_url": base_url})
    assert page.status_code == 200
    there = re.findall(r'class="button" href="([^"]+)"', page.text)[0].replace("&amp;", "&")
    back = parse_qs(urlsplit(there).query)["redirect"][0]
    return there, parse_qs(urlsplit(back).query)["state"][0]


def test_a_shop_is_connected_by_its_own_page_once(site: Site) -> None:
    market = ShopeeSandbox(None, switched(["rate_per_s=none"]), site.world.time)
    market.add_partner(PARTNER, KEY)
    code = market.add_shop(SHOP, PARTNER).code
    with serving(market.app) as base_url:
        admin = admin_of(site)
        there, state = sent_to(admin, base_url)
        assert there.startswith(f"{base_url}/api/v2/shop/auth_partner?")
        assert KEY not in there
        kept = site.world.sql("SELECT secret FROM consent_request")[0][0]
        assert isinstance(kept, bytes)
        back = f"/shops/consented?state={state}&code={code}&shop_id={SHOP}"
        done = admin.get(back)
        assert done.status_code == 303, done.text[done.text.index("<main") :]
        assert done.headers["location"].startswith("/shops/my-chu?done=")
        again = admin.get(back)
    market.close()
    assert again.status_code == 410
    assert "Không nhận ra" in again.text
    rows = site.world.sql("SELECT key, remote_key, enabled FROM shop WHERE channel = 'shopee'")
    assert rows == [("my-chu", str(SHOP), True)]


def test_a_forged_a_stolen_and_an_old_state_connect_nothing(site: Site) -> None:
    admin = admin_of(site)
    _there, state = sent_to(admin, "")
    assert admin.get("/shops/consented?state=khong-phai&code=1&shop_id=2").status_code == 410
    other = site.as_(ADMIN)
    assert other.get(f"/shops/consented?state={state}&code=1&shop_id=2").status_code == 410
    turn(site, (LASTS + timedelta(seconds=1)).total_seconds())
    assert admin.get(f"/shops/consented?state={state}&code=1&shop_id=2").status_code == 410
    assert site.world.sql("SELECT count(*) FROM shop WHERE channel = 'shopee'") == [(0,)]


def test_what_is_missing_is_said_on_the_form(site: Site) -> None:
    admin = admin_of(site)
    admin.get("/shops/new?channel=shopee")
    page = admin.post("/shops/consent", {**FIELDS, "c.partner_key": "", "base_url": ""})
    assert page.status_code == 422
    assert "thiếu partner_key" in page.text and 'value="Mỳ Chũ"' in page.text
    file_channel = admin.post("/shops/consent", {**FIELDS, "channel": "san24h", "base_url": ""})
    assert file_channel.status_code == 422
    assert "không có trang cấp quyền" in file_channel.text


def test_nobody_is_sent_away_for_a_name_that_is_used(site: Site) -> None:
    site.world.sql("UPDATE shop SET channel = 'shopee' RETURNING id")
    admin = admin_of(site)
    admin.get("/shops/new?channel=shopee")
    fields = {**FIELDS, "name": "Shop một", "base_url": ""}
    page = admin.post("/shops/consent", fields)
    assert page.status_code == 422
    assert "đặt tên khác" in page.text
    assert site.world.sql("SELECT count(*) FROM consent_request") == [(0,)]
    assert admin.post("/shops/consent", {**fields, "again": "shop-mot"}).status_code == 200
    (row,) = site.world.sql("SELECT secret FROM consent_request")
    kept = consenting.unpacked(site.world.env.decrypt(row[0]))  # type: ignore[arg-type]
    assert (kept.again, kept.keeps_owner) == ("shop-mot", False)


def test_a_login_that_the_channel_posts_is_kept_for_who_comes_back(site: Site) -> None:
    admin = admin_of(site)
    _there, state = sent_to(admin, "")
    stranger = site.browser()
    assert stranger.client.post("/shops/consented", json={"user_id": "x"}).status_code == 404
    assert stranger.client.post("/shops/consented", content=b"\xff" * 99_999).status_code == 404
    told = {"user_id": state, "consumer_key": "ck_1", "consumer_secret": "cs_1"}
    assert stranger.client.post("/shops/consented", json=told).status_code == 200
    kept = site.world.env.decrypt(site.world.sql("SELECT secret FROM consent_request")[0][0])  # type: ignore[arg-type]
    assert "ck_1" in kept["answer"]
