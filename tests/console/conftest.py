"""The worker's tables and fakes, for the ways in that people and channels use."""

from tests.worker.conftest import world

__all__ = ["world"]
