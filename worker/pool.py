"""One pool of stock a pack, divided among its open listings in whole units. Pure.

The law: what is handed out never sums to more than registry stock less buffer less what was
sold since the registry last stated the stock (design: "Stock"; a property test holds it).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Claim:
    """One open listing's claim on a pack. ``share`` is a weight, ``cap`` and ``ceiling`` the
    most it may get: a rule's cap, and what the channel was last seen with after a sale (it is
    never raised before a newer statement). ``sold``: units sold there since that statement."""

    listing: int
    share: int = 1
    cap: int | None = None
    ceiling: int | None = None
    sold: int = 0

    @property
    def most(self) -> int | None:
        limits = [limit for limit in (self.cap, self.ceiling) if limit is not None]
        return min(limits, default=None)


def divide(stock: int, buffer: int, sold: int, claims: Sequence[Claim]) -> dict[int, int]:
    """Units for each listing; ``sold`` counts all sales of the pack, closed listings' too.

    Whole units by weight; what a capped listing cannot take goes to the others; leftover units
    go to the heaviest share first, then to the lowest listing id, so the answer is stable.
    """
    left = max(0, stock - buffer - sold)
    given = {claim.listing: 0 for claim in claims}
    open_claims = sorted((c for c in claims if c.share > 0), key=lambda c: (-c.share, c.listing))
    while left > 0 and open_claims:
        weight = sum(c.share for c in open_claims)
        round_left = left
        for claim in open_claims:
            room = _room(claim, given)
            part = min(round_left * claim.share // weight, room, left)
            given[claim.listing] += part
            left -= part
        if left == round_left or left < len(open_claims):
            left = _hand_out_rest(open_claims, given, left)
            break
        open_claims = [c for c in open_claims if _room(c, given) > 0]
    return given


def _room(claim: Claim, given: dict[int, int]) -> int:
    return 10**12 if claim.most is None else max(0, claim.most - given[claim.listing])


def _hand_out_rest(claims: Sequence[Claim], given: dict[int, int], left: int) -> int:
    """One unit at a time to whoever still has room; returns what nobody could take."""
    while left > 0:
        takers = [c for c in claims if _room(c, given) > 0]
        if not takers:
            break
        for claim in takers[:left]:
            given[claim.listing] += 1
        left -= min(left, len(takers))
    return left
