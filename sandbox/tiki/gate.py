"""The gateway: whose token, for what, and how often (1, 2)."""

from __future__ import annotations

from sandbox.tiki.call import Call
from sandbox.tiki.refusals import Refused
from sandbox.tiki.switches import Switches
from sandbox.tiki.world import World


class RateRefused(Refused):
    """429; its headers are a switch."""


class Gate:
    """Checks every call before it is routed; keeps the rate buckets, which a restart forgets."""

    def __init__(self, world: World, switches: Switches) -> None:
        self._world = world
        self._switches = switches
        self._buckets: dict[str, tuple[float, float]] = {}

    def known(self, call: Call) -> bool:
        """Whether the token is good; sets the call's seller where it belongs to one."""
        kind, _, value = call.headers.get("authorization", "").partition(" ")
        found = self._world.by_token(value) if kind.lower() == "bearer" and value else None
        if found is None or call.now >= found[1].ends:
            return False
        call.seller, call.token = found
        return True

    def enter(self, call: Call, scope: str) -> None:
        """Raises Refused: 401 for the token, 403 for the scope or a seller that is off."""
        if not self.known(call):
            raise Refused(401, self._words("The access token is missing or expired"))
        seller, token = call.of_seller(), call.token
        if not seller.sid:
            raise Refused(401, self._words("The access token is not linked to a seller"))
        self._not_too_often(seller.sid, call.now)
        if token is None or (scope and not {scope, "all"} & set(token.scopes)):
            raise Refused(403, f"Forbidden: scope '{scope}' is required")

    def active(self, call: Call) -> None:
        if not call.of_seller().active:
            raise Refused(403, "Seller is not active")

    def _words(self, words: str) -> str:
        if self._switches.one_sentence_401:
            return "Access token is missing, expired or not linked to any seller"
        return words

    def _not_too_often(self, sid: str, now: float) -> None:
        rate = self._switches.rate_per_s
        if rate is None:
            return
        left, at = self._buckets.get(sid, (rate, now))
        left = min(rate, left + max(0.0, now - at) * rate)
        self._buckets[sid] = (left - 1 if left >= 1 else left, now)
        if left < 1:
            raise RateRefused(429, "API rate limit exceeded")
