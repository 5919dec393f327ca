"""What an office does less often: a register sent in, rules and mappings, a shop's consent, people.
Each at a desk and on a phone."""

from __future__ import annotations

import base64
import re
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Page, expect

from connectors.contract import Category
from console.web.access import SESSION_LASTS
from sandbox.serving import serving
from sandbox.shopee import ShopeeSandbox
from sandbox.shopee.switches import switched
from tests.console.browser.conftest import Site
from tests.console.browser.looks import well
from tests.console.people import logged_in
from tests.worker.test_reviewing import book, row
from worker.env import find_connectors

pytestmark = pytest.mark.xdist_group("browser")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PARTNER, KEY, SHOP = 1000001, "test-partner-key-0001", 200000001

both = pytest.mark.parametrize("size", ["desktop", "phone"])


@both
def test_a_register_is_sent_looked_at_and_accepted(site: Site, size: str, tmp_path: Path) -> None:
    site.world.env.uploads = tmp_path
    with site.opened("/registry", size) as page:
        sheet = book(row(1), row(2, price="0đ"), row(3, price=-5))
        if size == "desktop":
            dropped(page, "so.xlsx", sheet)
        else:
            file = {"name": "so.xlsx", "mimeType": XLSX, "buffer": sheet}
            page.get_by_label(re.compile("Chọn tệp")).set_input_files(file)
            page.get_by_role("button", name="Xem thử").click()
        expect(page.locator("h1")).to_have_text("so.xlsx")
        expect(page.locator("tr", has_text="0đ")).to_contain_text("Cột M")
        well(page)
        with page.expect_download() as marked:
            page.get_by_role("link", name="Tải bảng có đánh dấu lỗi").click()
        assert marked.value.suggested_filename.endswith(".xlsx")
        page.get_by_role("button", name="Nhận phần đúng").click()
        expect(page.locator("h1")).to_have_text(re.compile(r"Lượt \d+: đọc sổ"))
    codes = site.world.sql("SELECT code FROM product_code WHERE code LIKE 'OCOP-24-219-%'")
    assert codes == [("OCOP-24-219-0001",), ("OCOP-24-219-0002",)]  # the second waits for a price


def dropped(page: Page, name: str, data: bytes) -> None:
    """A file let go over the form's frame."""
    transfer = page.evaluate_handle(
        """([name, data]) => {
            const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
            const transfer = new DataTransfer();
            transfer.items.add(new File([bytes], name));
            return transfer;
        }""",
        [name, base64.b64encode(data).decode()],
    )
    page.dispatch_event("[data-drop]", "drop", {"dataTransfer": transfer})


@both
def test_a_rule_is_seen_before_it_is_set(site: Site, size: str) -> None:
    with site.opened("/rules", size) as page:
        page.get_by_role("link", name="Đặt luật mới: Giá", exact=True).click()
        page.get_by_label("Cộng thêm (%)").fill("10")
        page.get_by_role("button", name="Xem trước").click()
        expect(page.locator("section.card")).to_contain_text("Số tin đăng bị đổi: 2")
        well(page)
        assert site.world.sql("SELECT count(*) FROM rule") == [(0,)]
        page.get_by_role("button", name="Đặt luật").click()
        expect(page.get_by_role("status")).to_contain_text("Đã đặt luật")
        expect(page.locator("main")).to_contain_text("Cộng thêm (%): 10")
        page.get_by_role("link", name="Sửa hoặc bỏ").click()
        page.get_by_role("button", name="Xem trước việc bỏ luật này").click()
        page.get_by_role("button", name="Bỏ luật").click()
        expect(page.get_by_role("status")).to_be_visible()
    assert site.world.sql("SELECT count(*) FROM rule") == [(0,)]


@both
def test_a_category_is_chosen_for_what_has_none(site: Site, size: str) -> None:
    site.world.market.categories.append(Category("5", "1", "Dược liệu", True))
    with site.opened("/mappings", size) as page:
        page.locator("tr.differs", has_text="dược liệu").get_by_role("link").click()
        page.get_by_role("radio").first.check()
        page.get_by_role("button", name="Xem trước").click()
        expect(page.locator("section.card")).to_contain_text("Ngành hàng:")
        well(page)
        page.get_by_role("button", name="Đặt ngành hàng").click()
        expect(page.get_by_role("status")).to_be_visible()
        assert page.locator("tr.differs", has_text="dược liệu").count() == 0


@both
def test_a_shop_is_connected_on_the_channel_s_own_page(site: Site, size: str) -> None:
    market = ShopeeSandbox(None, switched(["rate_per_s=none"]), site.world.time)
    market.add_partner(PARTNER, KEY)
    code = market.add_shop(SHOP, PARTNER).code
    site.world.env.connectors.update(find_connectors())
    with serving(market.app) as base_url, site.opened("/shops", size) as page:
        page.get_by_role("link", name=re.compile("Kết nối gian hàng")).first.click()
        page.get_by_role("link", name="Shopee").click()
        page.get_by_label("Tên gian hàng").fill("Mỳ Chũ")
        page.get_by_label("Địa chỉ API").fill(base_url)
        page.get_by_label("partner_id").fill(str(PARTNER))
        page.get_by_label("partner_key").fill(KEY)
        page.get_by_role("button", name="Cấp quyền trên trang của sàn").click()
        there = page.get_by_role("link", name="Tới trang của sàn").get_attribute("href")
        well(page)
        assert there is not None and there.startswith(base_url)
        state = re.search(r"state(?:=|%3D)([\w-]+)", there)
        assert state is not None
        # the marketplace sends the browser back with a code
        page.goto(f"{site.url}/shops/consented?state={state[1]}&code={code}&shop_id={SHOP}")
        expect(page.get_by_role("status")).to_contain_text("Đã kết nối: ")
        expect(page.locator("h1")).to_contain_text("Mỳ Chũ")
    market.close()


@both
def test_a_session_that_ends_in_a_form_loses_nothing_typed(site: Site, size: str) -> None:
    site.at_once = False
    with site.opened("/operators", size, refused=True) as page:
        page.get_by_label("Tên").fill("Chị Lan")
        page.get_by_label("Quyền").last.select_option("admin")
        page.get_by_label(re.compile("^Mật khẩu")).fill("mot mat khau dai")
        page.get_by_role("button", name="Thêm").click()
        expect(page.locator("h1")).to_have_text("Đăng nhập")  # whoever was here was nobody
        log_in(page)
        page.goto(site.url + "/shops/shop-mot")
        page.get_by_label("Vì sao dừng").fill("kiểm kê cuối năm")
        site.world.time.at += SESSION_LASTS + timedelta(minutes=1)
        page.get_by_role("button", name="Dừng gian hàng").click()
        expect(page.locator("main")).to_contain_text("được giữ lại")
        well(page)
        log_in(page)
        expect(page.locator("h1")).to_contain_text("Gửi tiếp")
        well(page)
        page.get_by_role("button", name="Gửi tiếp").click()
        expect(page.get_by_role("alert")).to_contain_text("kiểm kê cuối năm")


def log_in(page: Page) -> None:
    page.get_by_label("Tên").fill("Chị Lan")
    page.get_by_label("Mật khẩu").fill("mot mat khau dai")
    page.get_by_role("button", name="Đăng nhập").click()


@both
def test_a_viewer_sees_all_and_may_do_nothing(site: Site, size: str) -> None:
    site.cookie = logged_in(site.world.env, "viewer", "Anh Nam")
    for path in ("/", "/listings", "/plan", "/holds", "/shops/shop-mot", "/rules", "/runs/1"):
        with site.opened(path, size) as page:
            forms = page.locator("form[method=post]:not([action='/logout'])")
            buttons = forms.get_by_role("button")
            assert [b.inner_text() for b in buttons.all() if b.is_visible()] == [], path
    with site.opened("/operators", size, refused=True) as page:
        expect(page.locator("h1")).to_contain_text("không có quyền")
        well(page)


@both
def test_a_token_is_shown_once_and_taken_back(site: Site, size: str) -> None:
    with site.opened("/tokens", size) as page:
        page.get_by_label("Tên của chương trình").fill("kho hàng")
        page.get_by_label("đẩy và dừng").check()
        page.get_by_role("button", name="Tạo mã").click()
        token = page.locator("code").inner_text()
        assert asks(site, token) == 200
        well(page)
        page.goto(site.url + "/tokens")
        assert token not in page.content()
        page.get_by_role("button", name="Thu hồi").click()
        expect(page.locator("tbody")).to_contain_text("đã thu hồi")
        assert asks(site, token) == 401
        well(page)


def asks(site: Site, token: str) -> int:
    """What the API answers a program with this token."""
    head = {"Authorization": f"Bearer {token}"}
    return requests.get(site.url + "/api/v1/status", headers=head, timeout=10).status_code
