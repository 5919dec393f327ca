"""The local demo: a registry, a marketplace, one provincial shop and seven producers' shops.

``python -m sandbox.demo [--once]`` starts the sandboxes beside the program, connects the shops
at the first start as a person would (``accounts add``), records the office's starting decisions
(``sandbox/data``), and runs the product, which knows nothing of any of this: it talks to a
sandbox by a base URL, as to the real channel. State and anchor live in OCOP_HOME/demo.
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

DATA = Path(__file__).parent / "data"
PARTNER_ID, PARTNER_KEY = 2000001, "demo-partner-key-for-the-sandbox-only"

SWITCHES = ("review_s=3",)
"""Shopee looks at what goes on sale, and the demo's review desk decides in seconds."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the demo lives and listens; fixed at the first start."""

    folder: Path
    registry_port: int
    shopee_port: int

    @property
    def registry_url(self) -> str:
        return f"http://127.0.0.1:{self.registry_port}"

    @property
    def shopee_url(self) -> str:
        return f"http://127.0.0.1:{self.shopee_port}"

    @property
    def shopee_state(self) -> Path:
        return self.folder / "shopee.sqlite3"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m sandbox.demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="one full sync, then end")
    arguments = parser.parse_args()
    os.environ.setdefault("OCOP_ALLOWED_PRIVATE_HOSTS", "127.0.0.1")

    from config.settings import get_settings
    from console.cli import guarded

    place = settle(get_settings().home / "demo")
    os.environ["OCOP_REGISTRY"] = place.registry_url
    get_settings.cache_clear()
    return guarded(lambda: run(place, once=arguments.once))


def settle(folder: Path) -> Place:
    """The demo's place; ports are chosen once, because pictures' addresses hold them."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "ports.json"
    if not path.exists():
        path.write_bytes(orjson.dumps({"registry": _free_port(), "shopee": _free_port()}))
    ports = orjson.loads(path.read_bytes())
    return Place(folder, ports["registry"], ports["shopee"])


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def run(place: Place, *, once: bool) -> int:
    """The program with the sandboxes beside it."""
    from config.processes import Program
    from console.cli.run import serve, sync_once
    from console.program import running

    first = open_shops(place)
    beside = [
        Program("sandbox-registry", (
            sys.executable, "-m", "sandbox.registry", "--port", str(place.registry_port),
            "--home", str(place.folder / "registry"),
        )),
        Program("sandbox-shopee", (
            sys.executable, "-m", "sandbox.shopee", "--port", str(place.shopee_port),
            "--state", str(place.shopee_state), "--switches", *SWITCHES,
        )),
    ]  # fmt: skip
    with running(beside) as program:
        _wait_for(place)
        set_up(program.env, place, first)
        return sync_once(program) if once else serve(program)


def open_shops(place: Place) -> dict[str, str]:
    """Open the shops on the marketplace, at the first start: one-time codes by shop id."""
    from sandbox.shopee import ShopeeSandbox

    if place.shopee_state.exists():
        return {}
    market = ShopeeSandbox(place.shopee_state)
    try:
        market.add_partner(PARTNER_ID, PARTNER_KEY)
        return {
            shop["shop_id"]: market.add_shop(
                int(shop["shop_id"]), PARTNER_ID, name=shop["name"]
            ).code
            for shop in shops()
        }
    finally:
        market.close()


def set_up(env: Any, place: Place, codes: Mapping[str, str]) -> None:
    """What an operator does on the first day: pull, connect the shops, decide what was asked."""
    from worker.env import local_day
    from worker.fetching import fetch_pictures
    from worker.planning import plan_products
    from worker.pull import run_pull
    from worker.runtime import open_source

    if not codes:
        return
    source = open_source(place.registry_url, local_day(env.now()))
    run_pull(env, source, slot=None, who="operator", fetch=fetch_pictures)
    _connect(env, place, codes)
    _decide(env)
    plan_products(env)


def _connect(env: Any, place: Place, codes: Mapping[str, str]) -> None:
    from models import owners
    from models.text import fold
    from worker.connect import NewShop, connect

    for shop in shops():
        owner = None
        with env.db.transaction() as session:
            if shop["owner"]["kind"] == "producer":
                owner = owners.find(session, shop["owner"]["name"])[0][0]
            else:
                names = [fold(name) for name in shop["producers"]]
                owners.agree(session, names, agreed=True)
        secrets = {
            "partner_id": str(PARTNER_ID),
            "partner_key": PARTNER_KEY,
            "shop_id": shop["shop_id"],
            "code": codes[shop["shop_id"]],
        }
        connect(env, NewShop(shop["channel"], shop["name"], owner, place.shopee_url, secrets))


def _decide(env: Any) -> None:
    from models import rules

    decided = orjson.loads((DATA / "decisions.json").read_bytes())
    with env.db.transaction() as session:
        for row in decided["decisions"]:
            if row["decision"] == "waiting":
                continue
            rules.set_rule(
                session, "permit", "product", row["product_code"], decided["channel"],
                {"answer": row["decision"]}, by="văn phòng", note=row["note"], now=env.now(),
            )  # fmt: skip
        for row in orjson.loads((DATA / "rules.json").read_bytes())["rules"]:
            rules.set_rule(
                session, row["kind"], row["scope"], row["target"], "", row["value"],
                by="văn phòng", note="", now=env.now(),
            )  # fmt: skip


def shops() -> list[dict[str, Any]]:
    """The demo's shops, as ``sandbox/data/shops.json`` says."""
    found: list[dict[str, Any]] = orjson.loads((DATA / "shops.json").read_bytes())["shops"]
    return found


def _wait_for(place: Place) -> None:
    """Until both sandboxes listen."""
    ends = time.monotonic() + 30
    for port in (place.registry_port, place.shopee_port):
        while time.monotonic() < ends:
            with socket.socket() as probe:
                probe.settimeout(0.5)
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        else:
            raise SystemExit(f"sandbox on port {port} did not start; see OCOP_HOME/logs")


if __name__ == "__main__":
    sys.exit(main())
