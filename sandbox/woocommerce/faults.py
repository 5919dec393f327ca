"""WooCommerce's misbehaviour: "row_down" is a database that fails at the first row of a batch,
"pictures_down" a call during which no picture can be fetched, "firewall" a page of what stands
before the shop (``status`` 403 or 401): the shop itself never heard of the call."""

from __future__ import annotations

from sandbox import faults


class Fault(faults.Fault):
    kinds = faults.Fault.kinds | {"row_down", "pictures_down", "firewall"}

    path: str = "/wp-json/"
