"""How a page looks to everybody: what axe finds, and whether it fits its window."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def faults(page: Page) -> list[str]:
    """What axe calls serious or critical."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    wider = "Math.max(0, document.documentElement.scrollWidth - window.innerWidth)"
    return int(page.evaluate(wider))


def well(page: Page) -> None:
    """Nothing serious is wrong with the page as it is now."""
    assert (page.url, faults(page), overflow(page)) == (page.url, [], 0)
