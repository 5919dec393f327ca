"""A program that holds the embedded servers, to be killed: ``python -m tests.config.holder HOME``.

Starts servers and one worker (a process that does nothing), prints one JSON line about them, and
goes on until its standard input is closed.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from config import logging
from config.embedded import Embedded
from config.files import make_home
from config.processes import Program, Supervisor, environment
from config.settings import Settings

IDLE = Program("idle", (sys.executable, "-c", "import threading; threading.Event().wait()"))


def main() -> None:
    settings = Settings(home=Path(sys.argv[1]))
    make_home(settings.home)
    logging.set_up(settings.home, "holder", "info")
    embedded = Embedded(settings)
    urls = embedded.start()
    supervisor = Supervisor(
        [IDLE], settings.home, embedded.records, environment(settings.home, urls)
    )
    supervisor.tend()
    facts: dict[str, Any] = {
        **asdict(urls),
        "attached": embedded.attached,
        "uid": os.geteuid(),
        "worker": supervisor.pids()["idle"],
    }
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    supervisor.stop()
    embedded.stop()


if __name__ == "__main__":
    main()
