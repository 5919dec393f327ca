"""A connector from another package: installed, found by its entry point, taken through the kit.

Everything is offline, as on a machine that has the product and nothing else.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from connectors.conformance.proof import FILE, read
from worker.env import find_connectors

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SOURCE = HERE / "ocop-cho-que"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project that may be built in."""
    copy = tmp_path_factory.mktemp("project") / "ocop-cho-que"
    shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


@pytest.fixture(scope="module")
def installed(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that it was installed into."""
    target = tmp_path_factory.mktemp("site")
    options = ("--no-deps", "--no-build-isolation", "--no-index", "--quiet")
    command = (sys.executable, "-m", "pip", "install", *options, "--target", target, project)
    subprocess.run(command, check=True, capture_output=True)
    return target


def test_it_is_found_by_its_entry_point(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "cho-que" not in find_connectors()
    monkeypatch.syspath_prepend(str(installed))
    found = find_connectors()
    assert found["cho-que"].capabilities.label == "Chợ Quê"
    assert "shopee" in found
    for name in [n for n in sys.modules if n.split(".")[0] == "ocop_cho_que"]:
        del sys.modules[name]


def test_it_passes_the_kit_and_proves_it(installed: Path, project: Path) -> None:
    """Its own tests, run as its author runs them; the proof is the one that it ships."""
    paths = os.pathsep.join((str(installed), str(ROOT)))
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--prove")
    ran = subprocess.run(
        command,
        cwd=project,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-1000:]
    made = read(installed / "ocop_cho_que" / FILE)
    assert made["cho-que"].level == "gold"
    assert made == read(SOURCE / "ocop_cho_que" / FILE)
