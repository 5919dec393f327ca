"""``python -m sandbox.registry --port N --home DIR``: serve in the foreground until a signal."""

from __future__ import annotations

import argparse
from pathlib import Path

from config.clock import now
from sandbox.registry.dates import day_of
from sandbox.registry.sandbox import RegistrySandbox
from sandbox.serving import serve_forever


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sandbox.registry")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--home", type=Path, required=True, help="folder that keeps the state")
    arguments = parser.parse_args()
    try:
        sandbox = RegistrySandbox(arguments.home, day_of(now()), now)
    except OSError as error:
        raise SystemExit(f"sandbox.registry: {error}") from None
    serve_forever(sandbox.app, arguments.port)


if __name__ == "__main__":
    main()
