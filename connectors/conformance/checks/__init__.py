"""Every check, the levels in their order."""

from __future__ import annotations

from connectors.conformance.check import Check
from connectors.conformance.checks import (
    bronze,
    crash,
    drift,
    faults,
    listed,
    packs,
    partial,
    review,
    silver,
)

CHECKS: tuple[Check, ...] = (
    *listed.check.found,
    *bronze.check.found,
    *packs.check.found,
    *silver.check.found,
    *faults.check.found,
    *partial.check.found,
    *crash.check.found,
    *review.check.found,
    *drift.check.found,
)

if len({c.name for c in CHECKS}) != len(CHECKS):
    raise ValueError("two checks of one name")
