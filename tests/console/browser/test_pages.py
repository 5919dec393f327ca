"""Every page, at a desk and on a phone: nothing goes wrong in the browser, nothing overflows, and
axe finds no serious fault."""

from __future__ import annotations

import pytest

from tests.console.browser.conftest import SIZES, Site
from tests.console.browser.looks import faults, overflow

pytestmark = pytest.mark.xdist_group("browser")

PAGES = {
    "/": "Tổng quan",
    "/listings": "Tin đăng",
    "/listings?q=vai+thieu&state=live": "Tin đăng",
    "/listings/1": "Mỳ Chũ Xuân Trường",
    "/plan": "Kế hoạch: sẽ gửi những gì",
    "/runs": "Lượt chạy",
    "/runs/1": "Lượt 1: đọc sổ",
    "/runs/1/undo": "Hoàn tác lượt 1?",
    "/log": "Nhật ký",
    "/holds": "Chờ quyết",
    "/holds/1": "Việc chờ số 1: giá đổi mạnh",
    "/shops": "Gian hàng",
    "/shops/shop-mot": "Shop một",
    "/shops/new": "Kết nối gian hàng",
    "/shops/new?channel=fake": "Kết nối gian hàng",
    "/rules": "Luật",
    "/rules/edit": "Đặt luật: Giá",
    "/mappings": "Ánh xạ ngành hàng",
    "/registry": "Sổ đăng ký",
    "/producers": "Chủ thể",
    "/producers/1": "HTX A",
    "/operators": "Người dùng",
    "/tokens": "Mã truy cập API",
    "/login": "Đăng nhập",
}
"""Address → its heading in Vietnamese."""

A4 = {"width": 794, "height": 1123}
"""CSS pixels, as a browser lays a page out for paper."""

ENGLISH = {"/": "Overview", "/listings": "Listings", "/holds/1": "Question 1: large price change"}


def test_every_page_is_well(site: Site) -> None:
    """At a desk, on a phone and on paper, each page loaded once."""
    width, height = SIZES["phone"]
    for path, heading in PAGES.items():
        with site.opened(path) as page:
            assert page.locator("h1").inner_text().startswith(heading), path
            assert (path, faults(page), overflow(page)) == (path, [], 0)
            page.set_viewport_size({"width": width, "height": height})
            assert (path, faults(page), overflow(page)) == (path, [], 0)
            page.emulate_media(media="print")
            page.set_viewport_size(A4)
            assert (path, overflow(page)) == (path, 0)
            assert not page.locator("nav").first.is_visible(), path
            assert page.locator("h1").is_visible(), path


def test_a_sample_in_english(site: Site) -> None:
    for path, heading in ENGLISH.items():
        with site.opened(path, language="en") as page:
            assert page.locator("h1").inner_text().startswith(heading), path
            assert page.locator("html").get_attribute("lang") == "en"
            assert faults(page) == [], path


REACHABLE = "a[href], button:not([disabled]), input:not([type=hidden]), select, textarea, summary"
MISSED = f"""[...document.querySelectorAll("{REACHABLE}")]
    .filter(e => e.checkVisibility() && !reached.has(e) && !(e.type === "radio" && e.name))
    .map(e => e.outerHTML.slice(0, 120))"""
"""Of several radio buttons Tab reaches one, and the arrows the others."""


def test_keyboard_alone_reaches_everything(site: Site) -> None:
    for path in PAGES:
        with site.opened(path) as page:
            page.evaluate("""window.reached = new Set();
                document.addEventListener("focusin", (e) => reached.add(e.target))""")
            for _ in range(page.locator(f"{REACHABLE}, [tabindex='0']").count() + 15):
                page.keyboard.press("Tab")
            assert (path, page.evaluate(MISSED)) == (path, [])


def test_the_first_tab_skips_to_the_content(site: Site) -> None:
    with site.opened("/listings") as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Tới nội dung"
        page.keyboard.press("Enter")
        assert page.url.endswith("#content")
