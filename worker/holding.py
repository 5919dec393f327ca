"""Whether a drain still holds its shop: asked before every call.

A batch may take longer than the lease lives. Its later calls would then reach the shop after those
of the drain that took it over, and bring back what was wanted before. (design: "Before sending,
the holder checks that its lease outlives the call")
"""

from __future__ import annotations

from dataclasses import dataclass

from models import leases
from worker.env import Env
from worker.record import Place


@dataclass(slots=True)
class Holding:
    """A lease as its holder knows it. ``until`` (the process's own monotonic seconds) is not
    later than the lease's end: nobody else takes the shop before that and the longest call."""

    env: Env
    place: Place
    until: float

    def still(self) -> bool:
        """Whether a call may be sent now; the lease is prolonged where it has run out."""
        return self.env.monotonic() < self.until or self.renew()

    def keep(self) -> bool:
        """The same between two batches: prolonged as soon as half of it is over."""
        half_s = self.env.timing.lease_ttl_s / 2
        return self.env.monotonic() < self.until - half_s or self.renew()

    def renew(self) -> bool:
        """Prolong the lease; False when another has taken it."""
        env, ttl_s = self.env, self.env.timing.lease_ttl_s
        asked = env.monotonic()
        with env.db.transaction() as session:
            held = leases.renew(session, self.place.shop_id, self.place.fence, ttl_s)
        self.until = asked + ttl_s if held else float("-inf")
        return held
