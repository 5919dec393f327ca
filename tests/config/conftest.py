"""Clean settings for each test, and data folders that vanish with it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import get_settings


@pytest.fixture(autouse=True)
def clean_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No setting of the machine that the tests run on, no settings file of its home, and none
    kept from another test."""
    for name in list(os.environ):
        if name.startswith("OCOP_") or name in ("DATABASE_URL", "REDIS_URL", "PUBLIC_BASE_URL"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("OCOP_HOME", str(tmp_path / "no-home-yet"))
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.fixture
def open_home() -> Iterator[Path]:
    """A data folder that other users may pass through (pytest's own are private)."""
    with tempfile.TemporaryDirectory(prefix="ocop-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder) / "home"


@pytest.fixture
def private_home(tmp_path: Path) -> Iterator[Path]:
    """A data folder below a private one; what was put elsewhere because of that vanishes too."""
    tmp_path.chmod(0o700)
    home = tmp_path / "home"
    yield home
    if (home / "postgres").is_symlink():
        shutil.rmtree((home / "postgres").resolve())
