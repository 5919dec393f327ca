"""What the measurements stand on: servers of their own, a sandbox process, one connected shop."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from config.embedded import servers
from config.settings import Settings
from connectors.http import NoLimit
from connectors.registry.contract import (
    Page,
    SourceCertificate,
    SourceImage,
    SourceProducer,
    SourceProduct,
    SourceVariant,
    Walk,
    WalkEnd,
)
from models import migrations, owners, queue, registry, shops
from models.shop import Shop
from sandbox.shopee import ShopeeSandbox
from sandbox.shopee.switches import switched
from worker.connect import NewShop, connect
from worker.env import Env, Timing
from worker.planning import plan_products
from worker.pull import run_pull
from worker.push import drain
from worker.runtime import build_env

PARTNER_ID, PARTNER_KEY, SHOP_ID = 1000001, "bench-partner-key", 200000001
SWITCHES = ("rate_per_s=none", "init_after_s=0")
"""No latency and no limit: what is left is our own work and the wire."""
_PICTURE = b"\xff\xd8\xff" + b"bench" * 100
_DIGEST = "b" * 64


class Book:
    """A registry in memory."""

    key = "bench"

    def __init__(self, products: list[SourceProduct]) -> None:
        self.products = products

    def pages(self, since: str | None) -> Walk:
        pages = [Page(tuple(self.products[i : i + 500])) for i in range(0, len(self.products), 500)]
        return Walk(iter(pages), lambda: WalkEnd(full=True, cursor=None))

    def reprice(self, by: int) -> None:
        """Every price ``by`` đồng higher."""
        self.products = [
            replace(p, variants=tuple(replace(v, price_vnd=_plus(v, by)) for v in p.variants))
            for p in self.products
        ]


def _plus(variant: SourceVariant, by: int) -> int:
    return (variant.price_vnd or 0) + by


def product(number: int, today: date) -> SourceProduct:
    """A certified product with one pack."""
    return SourceProduct(
        code=f"OCOP-24-999-{number:05d}",
        name=f"Mỳ gạo Chũ số {number}",
        producer=SourceProducer("htx bench", "HTX Bench"),
        group="thuc-pham",
        variants=(SourceVariant("Gói 500 g", 40_000 + number, 50, net_g=500),),
        certificate=SourceCertificate(
            "1/QĐ-UBND", 4, date(today.year - 1, 1, 1), date(today.year + 2, 1, 1)
        ),
        description="Mỳ gạo làm từ gạo bao thai, sợi dai, không phẩm màu. " * 3,
        images=(SourceImage("http://anh.example/bench.jpg"),),
    )


@dataclass(slots=True)
class Rig:
    """One shop with everything listed. ``url`` is the sandbox's."""

    env: Env
    book: Book
    shop: Shop
    url: str

    def pull_and_plan(self) -> None:
        _run, result = run_pull(self.env, self.book, slot=None, who="bench", fetch=_one_picture)
        plan_products(self.env, result.touched)

    def work_off(self) -> None:
        """Drain until nothing is due now."""
        while self.due():
            if drain(self.env, self.shop.id or 0).why not in ("done", "slice"):
                raise RuntimeError("the drain met a fault")

    def due(self) -> int:
        with self.env.db.transaction() as session:
            return queue.due_count(session)


@contextmanager
def rig(count: int) -> Iterator[Rig]:
    """Servers, sandbox and a shop on which ``count`` products are listed and on sale."""
    with tempfile.TemporaryDirectory(prefix="ocop-bench-") as folder:
        home = Path(folder)
        with database(home) as env, _sandbox(home) as (url, code):
            book = Book([product(n, env.now().date()) for n in range(count)])
            ready = Rig(env, book, _connect(env, book, url, code), url)
            ready.pull_and_plan()
            ready.work_off()
            yield ready


@contextmanager
def database(home: Path) -> Iterator[Env]:
    """An Env on servers of its own below ``home``."""
    settings = Settings(home=home, slice_s=3600, allowed_private_hosts=frozenset({"127.0.0.1"}))
    with servers(settings) as urls:
        env = build_env(settings, urls.database_url, urls.redis_url)
        env.limiter = lambda shop_key, capabilities: NoLimit()
        env.timing = Timing(slice_s=3600, lease_ttl_s=3600)
        migrations.upgrade(env.db.engine)
        try:
            yield env
        finally:
            env.db.close()


@contextmanager
def _sandbox(home: Path) -> Iterator[tuple[str, str]]:
    """A sandbox in a process of its own; its URL and the shop's one-time code."""
    state = home / "shopee.sqlite3"
    market = ShopeeSandbox(state, switched(SWITCHES))
    market.add_partner(PARTNER_ID, PARTNER_KEY)
    code = market.add_shop(SHOP_ID, PARTNER_ID).code
    market.close()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "sandbox.shopee", "--port", str(port), "--state", str(state)]
    process = subprocess.Popen([*command, "--switches", *SWITCHES])
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}", code
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port: int) -> None:
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("the sandbox did not start")


def _connect(env: Env, book: Book, url: str, code: str) -> Shop:
    run_pull(env, Book(book.products[:1]), slot=None, who="bench", fetch=_one_picture)
    secrets = {
        "partner_id": str(PARTNER_ID),
        "partner_key": PARTNER_KEY,
        "shop_id": str(SHOP_ID),
        "code": code,
    }
    with env.db.transaction() as session:
        owner = owners.find(session, "HTX Bench")[0][0]
    key = connect(env, NewShop("shopee", "Bench", owner, url, secrets)).key
    with env.db.transaction() as session:
        shop = shops.by_key(session, key)
    if shop is None:
        raise RuntimeError("the shop was not stored")
    return shop


def _one_picture(env: Env) -> set[int]:
    """All products share one picture: uploading is not what is measured."""
    env.images.mkdir(parents=True, exist_ok=True)
    (env.images / _DIGEST).write_bytes(_PICTURE)
    with env.db.transaction() as session:
        waiting = registry.pictures_to_fetch(session, 10)
        for picture in waiting:
            registry.picture_fetched(
                session, picture.asset_id, _DIGEST, "image/jpeg", len(_PICTURE), 800, 800, env.now()
            )
        return set(registry.products_of_pictures(session, [w.asset_id for w in waiting]))
