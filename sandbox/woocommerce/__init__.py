"""A WooCommerce of our own, as strict and as careless as the measured one: a real HTTP server."""

from sandbox.woocommerce.faults import Fault
from sandbox.woocommerce.sandbox import WooCommerceSandbox
from sandbox.woocommerce.switches import Switches

__all__ = ["Fault", "Switches", "WooCommerceSandbox"]
