"""PostgreSQL's programs, copied out of a private place, still find their shared libraries."""

from __future__ import annotations

import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from config.postgres_place import MAJOR, MODULE, copied


def test_a_copy_of_the_programs_runs(tmp_path: Path) -> None:
    spec = find_spec(MODULE)
    assert spec is not None
    assert spec.submodule_search_locations
    tree = f"pginstall{MAJOR}"
    wheel = copied(Path(spec.submodule_search_locations[0]), tree, tmp_path)
    for name in ("initdb", "postgres"):
        said = subprocess.run(
            [wheel / tree / "bin" / name, "--version"], capture_output=True, text=True, check=False
        )
        assert said.returncode == 0, said.stderr
        assert f" {MAJOR}." in said.stdout


def test_processes_that_start_at_once_share_one_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first start on a fresh machine, by several at once: each has copied before any of them
    has put its copy in place, and nobody finds half a one."""
    wheel = tmp_path / "wheel"
    (wheel / "pg" / "bin").mkdir(parents=True)
    (wheel / "pg" / "bin" / "postgres").write_text("the program")
    where = tmp_path / "programs"
    where.mkdir()
    meet, real = Barrier(3), shutil.copytree

    def copytree(*given: Any, **more: Any) -> Any:
        done = real(*given, **more)
        meet.wait(10)
        return done

    monkeypatch.setattr(shutil, "copytree", copytree)
    with ThreadPoolExecutor(3) as pool:
        places = {str(p) for p in pool.map(lambda _turn: copied(wheel, "pg", where), range(3))}
    assert len(places) == 1
    assert (Path(places.pop()) / "pg" / "bin" / "postgres").read_text() == "the program"
    assert len(list(where.iterdir())) == 1
