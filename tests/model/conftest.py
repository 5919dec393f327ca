"""The model runs short in the whole suite, and long when asked: ``pytest tests/model --long``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.model.world import Base, base


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="the model's long form, for an hour")


@pytest.fixture
def model_base(database_url: str, tmp_path: Path) -> Iterator[Base]:
    with base(database_url, tmp_path / "images") as made:
        yield made
