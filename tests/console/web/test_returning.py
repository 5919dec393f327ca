"""Whose login ended goes on after the next one: nothing secret is kept, nothing leads nowhere, and
another language shows the same page."""

from __future__ import annotations

import html
import re

import pytest

from console.web import returning
from models.operator import ADMIN, OPERATOR, VIEWER
from tests.console.web.conftest import PASSWORD, Browser, Site
from tests.console.web.test_access import MATRIX

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def ended(browser: Browser, path: str, fields: dict[str, str]) -> tuple[str, dict[str, str]]:
    """The login page that a form of somebody whom we no longer know is answered with, and what
    it keeps."""
    browser.get("/login")
    answer = browser.post(path, fields)
    assert answer.status_code == 401
    found = {name: html.unescape(value) for name, value in HIDDEN.findall(answer.text)}
    found.pop("form_token")
    return answer.text, found


SECRETS = [
    ("/operators", {"name": "Minh", "role": "admin", "password": "bi mat cua Minh"}, "/operators"),
    ("/operators/1", {"role": "", "password": "bi mat cua Minh"}, "/operators"),
    ("/shops/connect", {"channel": "fake", "name": "Hai", "c.partner_key": "bi mat"}, "/shops/new"),
    ("/shops/consent", {"channel": "fake", "name": "Hai", "c.app": "bi mat"}, "/shops/new"),
    ("/producers/1/notices", {"email": "a@b.vn", "webhook": "https://x.vn/?key=bi+mat"},
     "/producers/1"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "fields", "place"), SECRETS)
def test_no_secret_is_handed_on(site: Site, path: str, fields: dict[str, str], place: str) -> None:
    """Another person may log in at that browser."""
    browser = site.browser()
    page, kept = ended(browser, path, fields)
    assert "bi mat" not in page and "bi+mat" not in page
    assert "không được giữ lại" in page
    after = browser.post("/login", {**kept, "name": VIEWER, "password": PASSWORD})
    assert after.status_code == 200
    assert f'method="get" action="{place}"' in after.text
    assert 'method="post" action="/login"' not in after.text
    assert f'action="{path}"' not in after.text.replace(f'action="{place}"', "")
    others = {k: v for k, v in fields.items() if "bi" not in v and v}
    assert [v for v in others.values() if v not in after.text] == []


def test_the_form_of_a_shop_is_shown_again_but_for_where_its_secrets_go(site: Site) -> None:
    page = site.as_(ADMIN).get("/shops/new?channel=fake&name=Hai&base_url=https://x.example")
    assert 'value="Hai"' in page.text
    assert "x.example" not in page.text.split("<form")[2]


def test_a_form_without_its_secret_filled_in_is_kept_whole() -> None:
    typed = [("form_token", "x"), ("role", "viewer"), ("password", "")]
    assert returning.kept(typed) == ([("role", "viewer")], returning.SEND)


@pytest.mark.parametrize("path", [
    "/shops/shop-mot/check", "/shops/shop-mot/start", "/shops/shop-mot/again", "/shops/start-all",
    "/runs/1/stop", "/runs/1/undo",
])  # fmt: skip
def test_a_button_is_pressed_again_after_the_login(site: Site, path: str) -> None:
    browser = site.browser()
    page, kept = ended(browser, path, {})
    assert "chưa có gì được làm" in page
    wrong = browser.post("/login", {**kept, "name": ADMIN, "password": "sai mat khau roi"})
    assert dict(HIDDEN.findall(wrong.text))["ended"] == returning.SEND
    after = browser.post("/login", {**kept, "name": ADMIN, "password": PASSWORD})
    assert after.status_code == 200
    assert "chưa có gì được gửi" in after.text
    assert f'<form method="post" action="{path}"' in after.text
    assert browser.get(returning.place(path)).status_code == 200
    assert browser.post(path).status_code not in (401, 403, 404, 405)


def test_a_file_is_chosen_again(site: Site) -> None:
    browser = site.browser()
    browser.get("/login")
    answer = browser.post("/registry", files={"file": ("so.xlsx", b"x")})
    found = dict(HIDDEN.findall(answer.text))
    after = browser.post("/login", {**found, "name": OPERATOR, "password": PASSWORD})
    assert 'method="get" action="/registry"' in after.text


def test_every_form_stands_on_a_page(site: Site) -> None:
    """What is asked for by a form has a page to go to instead."""
    admin = site.as_(ADMIN)
    ((listing,),) = site.world.sql("SELECT id FROM listing")
    ((producer,),) = site.world.sql("SELECT min(id) FROM producer")
    for line in MATRIX:
        method, path = line.split(" ")
        if method != "POST" or path in ("/logout", "/p/{token}/notices", "/shops/consented"):
            continue
        for name, value in (
            ("key", "shop-mot"), ("run_id", 1), ("listing_id", listing), ("operator_id", 1),
            ("producer_id", producer), ("link_id", 1),
        ):  # fmt: skip
            path = path.replace(f"{{{name}}}", str(value))
        if "{upload_id}" not in path:
            assert admin.get(returning.place(path)).status_code in (200, 303), line
    assert returning.place("/p/abc.d-e/notices") == "/p/abc.d-e"


# --- another language -------------------------------------------------------------------------


def other(page: str) -> str:
    found = re.search(r'href="(/language[^"]*)"', page)
    assert found is not None
    return html.unescape(found[1])


@pytest.mark.parametrize("path", [
    "/mappings/edit?shop=shop-mot&kind=dry", "/listings?q=m%E1%BB%B3+ch%C5%A9&sort=code",
    "/shops/new?channel=fake", "/log?since=2026-01-01&kind=a%26b", "/",
])  # fmt: skip
def test_another_language_shows_the_same_page(site: Site, path: str) -> None:
    admin = site.as_(ADMIN)
    to = admin.get(other(admin.get(path).text))
    assert to.headers["location"] == path
    assert '<html lang="en">' in admin.get(path).text


def test_what_answered_a_form_is_left_for_the_forms_page(site: Site) -> None:
    operator = site.as_(OPERATOR)
    operator.get("/listings")
    asked = operator.post("/listings/act", {"id": "1", "action": "push"})
    assert operator.get(other(asked.text)).headers["location"] == "/listings"
