"""``python -m sandbox.tiki --port N --state FILE``: serve in the foreground until a signal."""

from __future__ import annotations

import argparse
from pathlib import Path

from config.clock import now
from sandbox.serving import serve_forever
from sandbox.tiki.sandbox import TikiSandbox
from sandbox.tiki.switches import switched


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sandbox.tiki")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True, help="SQLite file that keeps all")
    parser.add_argument("--switches", nargs="*", default=[], metavar="NAME=VALUE")
    arguments = parser.parse_args()
    try:
        switches = switched(arguments.switches)
    except ValueError as error:
        raise SystemExit(f"sandbox.tiki: {error}") from None
    serve_forever(TikiSandbox(arguments.state, switches, now).app, arguments.port)


if __name__ == "__main__":
    main()
