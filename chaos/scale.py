"""The scale of time: what takes a quarter of an hour on duty takes seconds in a campaign."""

from __future__ import annotations

from dataclasses import dataclass

PERIOD_S = 900.0
RECONCILE_S = 600.0


@dataclass(frozen=True, slots=True)
class Scale:
    """Waits are ``1 / divisor`` of those on duty. A call's deadline and a lease shrink less: they
    have to outlast a busy machine's pauses."""

    divisor: float
    call_deadline_s: float = 2.0
    lease_s: float = 4.0

    @property
    def period_s(self) -> float:
        return PERIOD_S / self.divisor

    def settings(self) -> dict[str, str]:
        """The program's environment."""
        values = {
            "OCOP_PULL_EVERY_S": self.period_s,
            "OCOP_RECONCILE_EVERY_S": RECONCILE_S / self.divisor,
            "OCOP_REFRESH_EVERY_S": RECONCILE_S / self.divisor,
            "OCOP_LOOK_ALL_S": self.period_s,
            "OCOP_SWEEP_EVERY_S": 1.0,
            "OCOP_SLICE_S": 3.0,
            "OCOP_SETTLE_SCALE": 1 / self.divisor,
            "OCOP_RETRY_SCALE": 1 / self.divisor,
            "OCOP_CALL_DEADLINE_S": self.call_deadline_s,
            "OCOP_LEASE_TTL_S": self.lease_s,
        }
        return {name: f"{value:g}" for name, value in values.items()}

    def __str__(self) -> str:
        return (
            f"scale 1/{self.divisor:g}: period {self.period_s:g} s, settle and backoff "
            f"×{1 / self.divisor:.3f}, call deadline {self.call_deadline_s:g} s, "
            f"lease {self.lease_s:g} s"
        )
