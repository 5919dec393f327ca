"""``python -m sandbox.woocommerce --port N --state FILE``: serve until a signal."""

from __future__ import annotations

import argparse
from pathlib import Path

from config.clock import now
from sandbox.serving import serve_forever
from sandbox.woocommerce.sandbox import WooCommerceSandbox
from sandbox.woocommerce.switches import switched


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sandbox.woocommerce")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True, help="SQLite file that keeps all")
    parser.add_argument("--switches", nargs="*", default=[], metavar="NAME=VALUE")
    arguments = parser.parse_args()
    try:
        switches = switched(arguments.switches)
    except ValueError as error:
        raise SystemExit(f"sandbox.woocommerce: {error}") from None
    sandbox = WooCommerceSandbox(arguments.state, switches, now)
    serve_forever(sandbox.app, arguments.port)


if __name__ == "__main__":
    main()
