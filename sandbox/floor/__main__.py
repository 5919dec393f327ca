"""``python -m sandbox.floor --port N --state FILE``: serve in the foreground until a signal."""

from __future__ import annotations

import argparse
import threading
from pathlib import Path

from config.clock import now
from sandbox.floor.sandbox import FloorSandbox
from sandbox.floor.switches import switched
from sandbox.serving import serve_forever

LOOK_EVERY_S = 0.5
"""How often the floor looks whether a visit is due."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sandbox.floor")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True, help="SQLite file that keeps all")
    parser.add_argument("--switches", nargs="*", default=[], metavar="NAME=VALUE")
    arguments = parser.parse_args()
    try:
        switches = switched(arguments.switches)
        sandbox = FloorSandbox(arguments.state, switches, now)
    except ValueError as error:
        raise SystemExit(f"sandbox.floor: {error}") from None
    threading.Thread(target=_visits, args=(sandbox,), name="visits", daemon=True).start()
    serve_forever(sandbox.app, arguments.port)


def _visits(sandbox: FloorSandbox) -> None:
    pause = threading.Event()
    while not pause.wait(LOOK_EVERY_S):
        sandbox.visit_if_due()


if __name__ == "__main__":
    main()
