"""What was started is stopped, whatever became of what was written down of it."""

from __future__ import annotations

import sys
from pathlib import Path

from config.files import make_home
from config.identity import identify
from config.processes import Program, Supervisor
from config.records import Records

IDLE = (sys.executable, "-c", "import threading; threading.Event().wait()")


def test_what_nothing_is_written_down_of_is_stopped_too(tmp_path: Path) -> None:
    """The records were gone, nobody was told to end, and the wait for them had no end."""
    home = tmp_path / "home"
    make_home(home)
    supervisor = Supervisor([Program("one", IDLE), Program("two", IDLE)], home, Records(home), {})
    supervisor.tend()
    pids = supervisor.pids().values()
    assert all(identify(pid) for pid in pids)
    (home / "processes.json").unlink()
    supervisor.stop(grace_s=5)
    assert not any(identify(pid) for pid in pids)
    assert Records(home).recorded() == ()
