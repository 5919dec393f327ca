"""A strict Tiki of our own: a real local HTTP server with rules, a review desk and misbehaviour."""

from sandbox.tiki.faults import Fault
from sandbox.tiki.sandbox import TikiSandbox
from sandbox.tiki.switches import Switches

__all__ = ["Fault", "Switches", "TikiSandbox"]
