"""WooCommerce's misbehaviour: "row_down" is a database that fails at the first row of a batch."""

from __future__ import annotations

from sandbox import faults


class Fault(faults.Fault):
    kinds = faults.Fault.kinds | {"row_down"}

    path: str = "/wp-json/"
