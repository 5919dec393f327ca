"""A floor's misbehaviour. "shortened": a whole file with a third of its rows; "clipped": a file
without the end of its last line; "stale": a file of earlier, with its own marks, where there was
one."""

from __future__ import annotations

from sandbox import faults

IN_PART = frozenset({"shortened", "clipped", "stale"})
BODIES = IN_PART | {"malformed", "truncated", "unknown_fields", "slow"}
"""Kinds that need a body to spoil: the call is answered as if it had asked without conditions."""


class Fault(faults.Fault):
    kinds = faults.Fault.kinds | IN_PART

    path: str = "/exports/"
