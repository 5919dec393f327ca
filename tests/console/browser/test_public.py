"""What producers and buyers open, on a phone, from a link or a code."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.console.browser.conftest import Site
from tests.console.browser.looks import well
from tests.worker.fakes import source_product

pytestmark = pytest.mark.xdist_group("browser")


def test_a_producer_opens_a_link_and_it_is_taken_back(site: Site) -> None:
    with site.opened("/producers", refused=True) as page:
        page.get_by_role("link", name="HTX A").click()
        page.get_by_role("button", name="Tạo liên kết").click()
        page.get_by_text("Xem liên kết và mã QR").click()
        expect(page.locator("details svg, details img").first).to_be_visible()
        link = page.locator("details a").get_attribute("href")
        assert link is not None
        path = "/p/" + link.rpartition("/p/")[2]
        with site.opened(path, "phone") as phone:
            expect(phone.locator("h1")).to_have_text("HTX A")
            expect(phone.locator("article", has_text="Gà đồi Yên Thế")).to_contain_text("ảnh")
            well(phone)
            phone.get_by_role("button", name="Tắt nhận tin").click()
            expect(phone.locator("#notices")).to_contain_text("Đang tắt.")
            well(phone)
        with site.opened(path, "phone", language="en") as phone:
            expect(phone.locator("#notices")).to_contain_text("Off.")
        with site.opened(path, "phone", scripts=False) as phone:
            phone.get_by_role("button", name="Bật nhận tin").click()
            expect(phone.locator("#notices")).not_to_contain_text("Đang tắt.")
        page.get_by_role("button", name="Hủy liên kết").click()
        expect(page.locator("main")).to_contain_text("đã hủy")
        with site.opened(path, "phone", refused=True) as phone:
            expect(phone.locator("body")).not_to_contain_text("HTX A")
            well(phone)


def test_the_code_on_a_pack_opens_the_product(site: Site) -> None:
    site.world.book.products[0] = source_product(
        "OCOP-1", name="Mỳ Chũ Xuân Trường", trace_code="TX1", prices=(25_000,)
    )
    site.world.pull()
    for size in ("phone", "desktop"):
        with site.opened("/t/TX1", size) as page:
            expect(page.locator("h1")).to_contain_text("Mỳ Chũ Xuân Trường")
            expect(page.locator("main")).to_contain_text("đang có hiệu lực")
            well(page)
    with site.opened("/t/NONE", "phone", refused=True) as page:
        expect(page.locator("h1")).to_have_text(re.compile("."))
        well(page)
