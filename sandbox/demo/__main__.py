"""Run the demo: ``python -m sandbox.demo [--once]``."""

from __future__ import annotations

import argparse
import os
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from sandbox.demo import __doc__ as about
from sandbox.demo.first_day import open_accounts, set_up
from sandbox.demo.markets import MARKETS, Market
from sandbox.demo.place import Place, settle


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m sandbox.demo", description=about)
    parser.add_argument("--once", action="store_true", help="one full sync, then end")
    parser.add_argument(
        "--markets", default=",".join(m.name for m in MARKETS),
        help="which marketplaces take part, by comma (rehearsals)",
    )  # fmt: skip
    arguments = parser.parse_args()
    markets = [m for m in MARKETS if m.name in arguments.markets.split(",")]
    from config.settings import get_settings
    from console.cli import guarded

    settings = get_settings()
    names = ("registry", *(market.name for market in markets))
    place = settle(settings.home / "demo", names, settings.web_port)
    write_settings(settings.home, place)
    get_settings.cache_clear()
    return guarded(lambda: run(place, markets, once=arguments.once))


def write_settings(home: Path, place: Place) -> None:
    """Where the demo's register and pictures are, for every command in this home."""
    values = {
        "OCOP_REGISTRY": place.url("registry"),
        "OCOP_WEB_PORT": str(place.ports["web"]),
        "PUBLIC_BASE_URL": place.url("web"),
        "OCOP_ALLOWED_PRIVATE_HOSTS": "127.0.0.1",
        "OCOP_OPEN_CONSOLE": "true",
    }
    lines = [f"{name}={value}\n" for name, value in values.items()]
    (home / "settings.env").write_text("".join(lines), encoding="utf-8")
    for name, value in values.items():
        os.environ.setdefault(name, value)


def run(place: Place, markets: Sequence[Market], *, once: bool) -> int:
    """The program with the sandboxes beside it."""
    from config.processes import Program
    from console.cli.run import serve, sync_once
    from console.program import running

    logins = open_accounts(place, markets)
    beside = [
        Program("sandbox-registry", (
            sys.executable, "-m", "sandbox.registry", "--port", str(place.ports["registry"]),
            "--home", str(place.folder / "registry"),
        )),
        *(
            Program(f"sandbox-{market.name}", (
                sys.executable, "-m", f"sandbox.{market.name}",
                "--port", str(place.ports[market.name]), "--state", str(place.state(market.name)),
                "--switches", *market.switches,
            ))
            for market in markets
        ),
    ]  # fmt: skip
    with running(beside) as program:
        _wait_for(place)
        set_up(program.env, place, logins)
        return sync_once(program) if once else serve(program)


def _wait_for(place: Place) -> None:
    """Until all sandboxes listen."""
    ends = time.monotonic() + 30
    for name in (name for name in place.ports if name != "web"):
        while time.monotonic() < ends:
            with socket.socket() as probe:
                probe.settimeout(0.5)
                if probe.connect_ex(("127.0.0.1", place.ports[name])) == 0:
                    break
            time.sleep(0.1)
        else:
            raise SystemExit(f"sandbox.{name} did not start; see OCOP_HOME/logs")


if __name__ == "__main__":
    sys.exit(main())
