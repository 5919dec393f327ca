"""A strict Shopee of our own: a real local HTTP server with rules, reviews and misbehaviour."""

from sandbox.shopee.faults import Fault
from sandbox.shopee.sandbox import ShopeeSandbox
from sandbox.shopee.switches import Switches

__all__ = ["Fault", "ShopeeSandbox", "Switches"]
