"""A run watched while the worker does it: no page is asked for again by hand."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.console.browser.conftest import Site

pytestmark = pytest.mark.xdist_group("browser")


def pushed(page: Page) -> None:
    page.get_by_role("button", name="Đẩy những gian hàng đã chọn").click()
    expect(page.locator("h1")).to_contain_text("đẩy tay")
    expect(page.get_by_role("progressbar")).to_be_visible()


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_the_end_of_a_push_is_seen_by_itself(site: Site, size: str) -> None:
    site.at_once = False
    with site.opened("/plan", size) as page:
        pushed(page)
        expect(page.locator("main")).to_contain_text("đang chạy")
        site.work()
        expect(page.locator(".state.ended").first).to_be_visible(timeout=10_000)
        assert page.get_by_role("progressbar").count() == 0
        page.get_by_role("link", name=re.compile("Hoàn tác")).click()
        expect(page.locator("h1")).to_contain_text("Hoàn tác lượt")


def test_a_push_is_stopped_while_it_goes(site: Site) -> None:
    site.at_once = False
    owed = len(site.world.changes())
    with site.opened("/plan", "phone") as page:
        pushed(page)
        page.get_by_role("button", name="Dừng ngay").click()
        site.work()
        page.goto(site.url + "/shops")
        expect(page.locator("main")).to_contain_text("đang dừng")
    assert len(site.world.changes()) == owed > 0


def test_without_scripts_the_progress_is_asked_for(site: Site) -> None:
    site.at_once = False
    with site.opened("/plan", scripts=False) as page:
        page.get_by_role("button", name="Đẩy những gian hàng đã chọn").click()
        expect(page.locator("main")).to_contain_text("đang chạy")
        site.work()
        page.get_by_role("link", name="Xem lại tiến độ").click()
        expect(page.locator(".state.ended").first).to_be_visible()
