"""Backed up while it runs, restored in a new place with the same keys, and nothing to send."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.system import checker
from tests.system.conftest import MARKETS
from tests.system.demo import PATIENCE_S, Demo, eventually

pytestmark = [pytest.mark.process, pytest.mark.xdist_group("first_day")]

BUSY = {"OCOP_PULL_EVERY_S": "2", "OCOP_SWEEP_EVERY_S": "1", "OCOP_RECONCILE_EVERY_S": "2"}


@dataclass(frozen=True, slots=True)
class Kept:
    """The backup of a program that was at work, and how far each journal was when it ended."""

    demo: Demo
    file: Path
    said: dict[str, Any]
    last: dict[str, int]


@pytest.fixture(scope="module")
def kept(first_day: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    file = tmp_path_factory.mktemp("kept") / "ocop.zip"
    with first_day.running(**BUSY) as process:
        eventually("the registry listens", lambda: first_day.registry("GET", "/v1/health"))
        eventually("it works", lambda: _calls(first_day) > 0)
        said = first_day.cli("backup", str(file))
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 0
    last = {c: j[-1]["seq"] for c, j in first_day.journals().items()}
    yield Kept(first_day, file, said, last)


def _calls(demo: Demo) -> int:
    return len(demo.registry("GET", "/_sandbox/journal?since=0"))


def moved(kept: Kept, home: Path, *, keys: bool) -> Demo:
    """A new home on the same marketplaces; the program's own data are not copied, but the keys."""
    home.mkdir()
    shutil.copytree(kept.demo.home / "demo", home / "demo")
    shutil.copy(kept.demo.home / "settings.env", home)
    if keys:
        shutil.copytree(kept.demo.home / "keys", home / "keys")
    ports = orjson.loads((home / "demo" / "ports.json").read_bytes())
    return Demo(home, MARKETS, OCOP_WEB_PORT=str(ports["web"]))


def test_a_new_place_sends_nothing(kept: Kept, tmp_path: Path) -> None:
    assert kept.said["keys"] is False
    assert kept.said["rows"] > 2000
    demo = moved(kept, tmp_path / "new", keys=True)
    said = demo.cli("restore", str(kept.file))
    assert said["locked"] == []
    assert said["rows"] == kept.said["rows"]
    result = demo.once()
    assert result.returncode == 0, result.stderr
    journals = demo.journals(kept.last)
    assert [call for journal in journals.values() for call in checker.writes(journal)] == []
    assert all(journals[channel] for channel in MARKETS)  # were read
    assert demo.cli("plan") == {"changes": []}
    with kept.demo.env() as old, demo.env() as new:
        names = {p.name for p in old.images.iterdir()}
        assert {p.name for p in new.images.iterdir()} == names
    again = demo.say("restore", str(kept.file))
    assert again.returncode == 1
    assert "đã có dữ liệu" in again.stderr


def test_without_its_keys_a_new_place_says_which_logins_are_lost(
    kept: Kept, tmp_path: Path
) -> None:
    demo = moved(kept, tmp_path / "new", keys=False)
    found = demo.say("restore", str(kept.file))
    assert found.returncode == 0, found.stderr
    shops = kept.demo.cli("accounts", "list")
    assert found.stderr.count("không có khóa mở được") == len(shops) > 8
    assert "OCOP_KEYS" in found.stderr
    assert not (demo.home / "keys").exists()


def test_a_place_where_it_runs_is_refused(kept: Kept) -> None:
    with kept.demo.env():
        found = kept.demo.say("restore", str(kept.file), "--replace")
    assert found.returncode == 1
    assert "đang chạy" in found.stderr
    assert "Traceback" not in found.stderr


def test_a_backup_is_not_written_over(kept: Kept) -> None:
    before = kept.file.read_bytes()
    found = kept.demo.say("backup", str(kept.file))
    assert found.returncode == 2
    assert kept.file.read_bytes() == before
