"""WooCommerce's misbehaviour: "row_down" is a database that fails at the first row of a batch,
"pictures_down" a call during which no picture can be fetched."""

from __future__ import annotations

from sandbox import faults


class Fault(faults.Fault):
    kinds = faults.Fault.kinds | {"row_down", "pictures_down"}

    path: str = "/wp-json/"
