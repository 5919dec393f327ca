"""``make screenshots``: the pages of a running demo, at a desk and on a phone, in docs/pictures."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from urllib.parse import urljoin

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.console.browser.conftest import SIZES, chromium

FOLDER = Path(__file__).parents[3] / "docs" / "pictures"

SHEET = Path(__file__).parents[2] / "connectors" / "registry" / "data" / "ocop-bac-giang-tho.xlsx"

PAGES = {
    "overview": "/", "listings": "/listings?q=my+chu", "plan": "/plan", "runs": "/runs",
    "log": "/log", "holds": "/holds", "shops": "/shops", "connect": "/shops/new?channel=shopee",
    "rules": "/rules", "rule": "/rules/edit", "mappings": "/mappings", "registry": "/registry",
    "undo": "/runs/1/undo", "producers": "/producers", "people": "/operators",
    "tokens": "/tokens", "login": "/login",
}  # fmt: skip
FIRST = {
    "listing": ("/listings?state=live&q=my+chu", "tbody th a"),
    "run": ("/runs", "tbody th a"),
    "shop": ("/shops", "tbody th a"),
    "mapping": ("/mappings", "a[href^='/mappings/edit']"),
    "hold": ("/holds", "a[href^='/holds/']"),
}
"""Pages of the first thing in a list, where there is one."""


def main(base: str) -> None:
    """Draw them all; ``base`` is the console's address."""
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for size, (width, height) in SIZES.items():
            page = started.new_page(viewport={"width": width, "height": height})
            for name, path in PAGES.items():
                page.goto(base + path)
                _draw(page, f"{name}-{size}")
            for name, (path, first) in FIRST.items():
                page.goto(base + path)
                if page.locator(first).count() == 0:
                    sys.stderr.write(f"{name}: nothing on {path}\n")
                    continue
                page.locator(first).first.click()
                _draw(page, f"{name}-{size}")
            _draw_review(page, base, size)
            _draw_public(page, base, size)
        started.close()


def _draw_review(page: Page, base: str, size: str) -> None:
    """A sheet of the register, dropped and not accepted."""
    page.goto(f"{base}/registry")
    page.locator("input[type=file]").set_input_files(SHEET)
    page.get_by_role("button", name="Xem thử").click()
    page.wait_for_url("**/registry/*")
    _draw(page, f"review-{size}")


def _draw_public(page: Page, base: str, size: str) -> None:
    """A producer as the office sees it, its own page by a link made for this, and the public page
    of one of its products."""
    page.goto(f"{base}/producers?q=my+chu")
    page.locator("tbody th a").first.click()
    code = page.locator("a[href^='/t/']").first.get_attribute("href")
    page.get_by_role("button", name="Tạo liên kết").click()
    _draw(page, f"producer-{size}")
    link = page.locator("details a[href*='/p/']").first.get_attribute("href")
    for name, path in (("mine", link), ("trace", code)):
        page.goto(urljoin(base, path or ""))
        _draw(page, f"{name}-{size}")


def _draw(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    path = FOLDER / f"{re.sub(r'[^a-z-]', '', name)}.png"
    page.screenshot(path=path)
    with Image.open(path) as drawn:  # few colours: a fifth of the weight
        drawn.convert("P", palette=Image.Palette.ADAPTIVE, colors=96).save(path, optimize=True)


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
