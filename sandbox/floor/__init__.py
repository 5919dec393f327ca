"""A floor without an API: it fetches the files that shops publish, refuses rows by its own rules,
and answers with an export. The section numbers in the comments are those of docs/feeds.md."""

from sandbox.floor.faults import Fault
from sandbox.floor.sandbox import FloorSandbox
from sandbox.floor.switches import Switches, switched

__all__ = ["Fault", "FloorSandbox", "Switches", "switched"]
