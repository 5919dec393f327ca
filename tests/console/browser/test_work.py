"""What people do in the console, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.console.browser.conftest import SIZES, Site
from tests.console.browser.looks import well

both = pytest.mark.parametrize("size", sorted(SIZES))
pytestmark = pytest.mark.xdist_group("browser")


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_listing_is_found_and_pushed(site: Site, size: str, scripts: bool) -> None:
    with site.opened("/", size, scripts=scripts) as page:
        page.get_by_role("link", name="Tin đăng", exact=True).click()
        page.get_by_label("Tìm").fill("my chu")
        page.get_by_role("button", name="Lọc", exact=True).click()
        assert page.locator("tbody tr").count() == 2
        page.get_by_role("link", name="Mỳ Chũ Xuân Trường").first.click()
        expect(page.locator("h1")).to_contain_text("Mỳ Chũ Xuân Trường")
        expect(page.locator(".differs").first).to_contain_text("25.000")
        page.get_by_role("button", name="Đẩy ngay").click()
        page.get_by_role("button", name="Làm").click()
        expect(page.locator("h1")).to_have_text(re.compile(r"Lượt \d+: đẩy tay"))
        expect(page.locator("main")).to_contain_text("xong")


@both
def test_the_overview_leads_to_what_failed(site: Site, size: str) -> None:
    with site.opened("/", size) as page:
        chart = page.get_by_role("img", name=re.compile("Biểu đồ cột"))
        assert chart.evaluate("e => e.complete && e.naturalWidth") > 0
        page.locator("section", has=chart).get_by_text("Bảng số liệu").click()
        expect(page.locator("section", has=chart).get_by_role("table")).to_be_visible()
        well(page)
        page.get_by_role("table").first.get_by_role("link").first.click()
        expect(page.locator("h1")).to_have_text("Tin đăng")
        assert page.locator("tbody tr").count() > 0


@both
def test_chosen_listings_are_kept_out_and_let_in_again(site: Site, size: str) -> None:
    with site.opened("/listings?state=live&shop=shop-mot", size) as page:
        page.locator("input[name=id]").first.check()
        page.get_by_role("button", name="Ngừng bán").click()
        expect(page.locator("h1")).to_contain_text("Ngừng bán những tin này?")
        well(page)
        page.get_by_role("button", name="Làm").click()
        expect(page.locator("h1")).to_contain_text("Lượt")
        page.get_by_role("link", name=re.compile("Hoàn tác")).click()
        well(page)
        page.get_by_role("button", name="Hoàn tác").click()
        expect(page.locator("h1")).to_contain_text("Lượt")
        well(page)


@both
def test_the_log_is_filtered_down_to_a_request_and_taken_away(site: Site, size: str) -> None:
    site.world.sql("UPDATE event SET request_id = 'req-7' WHERE kind = 'pushed' RETURNING id")
    with site.opened("/log", size) as page:
        page.get_by_label("Việc").select_option("pushed")
        page.wait_for_url(re.compile("kind=pushed"))
        page.locator("a[href^='/log?request=']").first.click()
        assert page.locator("tbody tr").count() >= 1
        well(page)
        with page.expect_download() as taken:
            page.get_by_role("link", name="Tải bảng XLSX").click()
        assert taken.value.suggested_filename.endswith(".xlsx")


@both
def test_the_plan_is_pushed(site: Site, size: str) -> None:
    with site.opened("/plan", size) as page:
        expect(page.locator("main")).to_contain_text("25.000")
        page.get_by_role("button", name="Đẩy những gian hàng đã chọn").click()
        expect(page.locator("h1")).to_contain_text("đẩy tay")
        page.goto(site.url + "/plan")
        expect(page.locator("main")).to_contain_text("Không có gì phải gửi")
        expect(page.locator("main")).not_to_contain_text("25.000")


@both
def test_a_hold_is_approved_with_a_note(site: Site, size: str) -> None:
    with site.opened("/", size) as page:
        page.get_by_role("link", name=re.compile("việc chờ quyết")).click()
        page.locator("input[name=id]").first.check()
        page.get_by_label("Ghi chú").fill("đã hỏi")
        page.get_by_role("button", name="Đồng ý").click()
        expect(page.get_by_role("status")).to_contain_text("Đã quyết: 1")


@both
def test_a_shop_is_stopped_and_goes_on(site: Site, size: str) -> None:
    with site.opened("/shops/shop-mot", size) as page:
        page.get_by_label("Vì sao dừng").fill("kiểm kê")
        page.get_by_role("button", name="Dừng gian hàng").click()
        expect(page.get_by_role("alert")).to_contain_text("kiểm kê")
        page.get_by_role("button", name="Chạy tiếp").click()
        expect(page.get_by_role("status")).to_contain_text("Đã chạy tiếp")
        assert page.get_by_role("alert").count() == 0


def test_a_box_chooses_the_whole_page_and_a_choice_filters_at_once(site: Site) -> None:
    with site.opened("/listings") as page:
        page.get_by_label("Chọn cả trang").check()
        assert page.locator("input[name=id]:checked").count() == page.locator("tbody tr").count()
        page.get_by_label("Trạng thái").select_option("blocked")
        page.wait_for_url(re.compile("state=blocked"))
        expect(page.locator("tbody")).to_contain_text("Gà đồi Yên Thế")


def test_the_language_is_one_click_away(site: Site) -> None:
    with site.opened("/runs") as page:
        page.get_by_role("link", name="English").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
        page.get_by_role("link", name="Tiếng Việt").click()
        expect(page.locator("html")).to_have_attribute("lang", "vi")
