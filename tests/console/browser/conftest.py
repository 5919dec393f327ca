"""The console in a real Chromium, on the world's tables, served over loopback.

Where there is no Chromium (``make test`` installs Debian's when it can) these tests are skipped,
and the end of the run says so loudly.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from console.web import access
from console.web.app import make_app
from console.web.here import Console
from sandbox.serving import serving
from tests.worker.conftest import World, world
from tests.worker.fakes import source_product
from worker import pushing

__all__ = ["world"]

REFUSED = "Failed to load resource: the server responded with a status of 4"
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}


def chromium() -> str | None:
    """Where the browser is."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if chromium() is None:
        terminalreporter.section("NO BROWSER", sep="!")
        terminalreporter.line("Chromium was not found: no page was tried in a real browser.")
        terminalreporter.line("Install Debian's package `chromium` and run make test again.")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = chromium()
    if found is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield started
        started.close()


@dataclass
class Site:
    """The console at an address, as whoever sits at the machine until somebody is logged in; what
    it asks of workers is done at once, by this process, or :meth:`work` does it later."""

    world: World
    browser: Browser
    url: str
    at_once: bool = True
    waiting: list[dict[str, Any]] = field(default_factory=list)
    """Pushes that no worker has taken yet."""
    cookie: str = ""
    """Of whoever is logged in."""
    seen: list[str] = field(default_factory=list)
    """What went wrong in the browser: errors on its console, requests to other hosts."""

    def asked(self, task: str, given: Mapping[str, Any]) -> None:
        """What the console sends to the workers."""
        if task == "push_run":
            self.waiting.append(dict(given))
        if self.at_once:
            self.work()

    def work(self) -> None:
        """The worker comes."""
        while self.waiting:
            pushing.carry_out(self.world.env, sleep=lambda _s: None, **self.waiting.pop(0))

    @contextmanager
    def opened(
        self, path: str, size: str = "desktop", language: str = "vi", *,
        scripts: bool = True, refused: bool = False,
    ) -> Iterator[Page]:  # fmt: skip
        """A page in a window of its own; at the end nothing may have gone wrong in it.
        ``refused``: the browser may complain of an answer of 400 and more, and of nothing else."""
        width, height = SIZES[size]
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, java_script_enabled=scripts
        )
        context.add_cookies([{"name": "ocop_language", "value": language, "url": self.url}])
        if self.cookie:
            context.add_cookies([{"name": access.COOKIE, "value": self.cookie, "url": self.url}])
        page = context.new_page()
        self._watch(context, page)
        try:
            page.goto(self.url + path)
            yield page
        finally:
            context.close()
        wrong = [s for s in self.seen if not (refused and s.startswith(REFUSED))]
        assert wrong == []

    def _watch(self, context: BrowserContext, page: Page) -> None:
        self.seen.clear()
        page.on("console", lambda m: self.seen.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self.seen.append(str(error)))
        context.on(
            "request",
            lambda r: None if r.url.startswith((self.url, "data:")) else self.seen.append(r.url),
        )


@pytest.fixture
def site(world: World, browser: Browser) -> Iterator[Site]:
    """Three products, of which one waits for its price, one may not be sold and one is on sale; two
    shops, one of them stopped."""
    world.book.products = [
        source_product("OCOP-1", name="Mỳ Chũ Xuân Trường"),
        source_product("OCOP-2", name="Vải thiều Lục Ngạn", group="trai-cay"),
        source_product("OCOP-3", name="Gà đồi Yên Thế", images=()),
    ]
    world.pull()
    world.connect("Shop một")
    world.connect("Shop hai")
    world.sync()
    world.book.products[1] = source_product("OCOP-2", name="Vải thiều Lục Ngạn", prices=(300_000,))
    world.book.products[0] = source_product("OCOP-1", name="Mỳ Chũ Xuân Trường", prices=(25_000,))
    world.pull()
    world.plan()

    world.env.derive = lambda purpose: [purpose.encode().ljust(32)]

    found: list[Site] = []
    console = Console(world.env, open_here=True, send=lambda *asked: found[0].asked(*asked))
    with serving(make_app(console)) as url:
        found.append(Site(world, browser, url))
        yield found[0]
