"""The gateway: who calls, signed how, with which token, and how often (1.2, 1.3, 2.3, 6)."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime

from sandbox.shopee.call import UINT32, Call
from sandbox.shopee.refusals import Refused
from sandbox.shopee.signing import public_base, shop_base, sign
from sandbox.shopee.switches import Switches
from sandbox.shopee.world import Shop, World

WINDOW_S = 300
"""A timestamp further off than this is refused, both ways (1.3)."""


class Gate:
    """Checks every call; keeps the rate buckets and the day's count, which a restart forgets."""

    def __init__(self, world: World, switches: Switches) -> None:
        self._world = world
        self._switches = switches
        self._buckets: dict[int, tuple[float, float]] = {}
        self._counts: dict[tuple[int, int], int] = {}

    def public(self, call: Call) -> int:
        """A Public API: returns the partner's id."""
        partner, stamp, given = self._common(call)
        self._signed(given, self._key(partner), public_base(partner, call.path, stamp))
        return partner

    def shop(self, call: Call) -> None:
        """A Shop API: sets ``call.shop``."""
        partner, stamp, given = self._common(call)
        token, shop_id = self._token_of(call)
        key = self._key(partner)
        self._signed(given, key, shop_base(partner, call.path, stamp, token, shop_id))
        shop = self._linked(partner, shop_id)
        self._token_works(shop, token, call.now)
        self._allowed(shop)
        call.shop = shop
        self._not_too_often(shop, partner, call.now)

    def either(self, call: Call) -> None:
        """media_space.upload_image: documented Public, seen working as Shop API (3.4)."""
        if call.first("access_token") is not None or call.first("shop_id") is not None:
            self.shop(call)
        else:
            self.public(call)

    def _common(self, call: Call) -> tuple[int, int, str]:
        partner = _uint32(call, "partner_id")
        stamp = _uint32(call, "timestamp")
        given = call.first("sign")
        if not given:
            raise _param("There is no sign in query.")
        if abs(call.now - stamp) > WINDOW_S:
            raise _param("Timestamp is expired.")
        return partner, stamp, given

    def _key(self, partner: int) -> str:
        key = self._world.partners.get(partner)
        if key is None:
            raise Refused("error_auth", "Invalid partner_id.", kind="auth")
        return key

    def _signed(self, given: str, key: str, base: str) -> None:
        if not hmac.compare_digest(given.encode(), sign(key, base).encode()):
            raise Refused("error_sign", "Wrong sign.", kind="auth")

    def _token_of(self, call: Call) -> tuple[str, int]:
        if call.first("merchant_id") is not None:
            raise _param("shop_id and merchant_id must not be sent together.")
        token = call.first("access_token")
        if not token:
            raise _param("There is no access_token in query.")
        return token, _uint32(call, "shop_id")

    def _linked(self, partner: int, shop_id: int) -> Shop:
        shop = self._world.shops.get(shop_id)
        if shop is None or shop.partner_id != partner or not shop.linked:
            raise Refused("partner_shop_no_link", "Partner and shop has no linked.", kind="auth")
        return shop

    def _token_works(self, shop: Shop, token: str, now: float) -> None:
        if now >= shop.consent_ends:
            raise Refused("shop_no_linked", "The authorization has expired.", kind="auth")
        for known in shop.tokens:
            if hmac.compare_digest(known.value.encode(), token.encode()) and now < known.ends:
                return
        raise Refused(
            "invalid_acceess_token", "Invalid access_token, please have a check.", kind="auth"
        )

    def _allowed(self, shop: Shop) -> None:
        if shop.status == "BANNED":
            raise Refused("shop_banned", "The shop is banned.", kind="auth")

    def _not_too_often(self, shop: Shop, partner: int, now: float) -> None:
        rate, burst = self._switches.rate_per_s, self._switches.burst
        if rate is not None:
            left, at = self._buckets.get(shop.shop_id, (float(burst), now))
            left = min(float(burst), left + max(0.0, now - at) * rate)
            self._buckets[shop.shop_id] = (left - 1 if left >= 1 else left, now)
            if left < 1:
                raise Refused(
                    "error_rate_limit",
                    "Too many requests. You have reached the rate limit. Please try again later.",
                    kind="rate",
                )
        if self._switches.daily_quota is not None:
            day = (partner, int((now + 8 * 3600) // 86400))
            self._counts[day] = self._counts.get(day, 0) + 1
            if self._counts[day] > self._switches.daily_quota:
                raise Refused(
                    "error_limit", "The daily call limit of the app is reached.", kind="rate"
                )


def _uint32(call: Call, name: str) -> int:
    text = call.first(name)
    if text is None or text == "":
        raise _param(f"There is no {name} in query.")
    if not text.isdigit() or int(text) > UINT32:
        raise _param(f"{name} must be an integer between 0 and {UINT32}.")
    return int(text)


def _param(message: str) -> Refused:
    return Refused("error_param", message, kind="gateway")


def iso(now: float) -> str:
    """Unix seconds as ISO 8601 UTC, for the journal."""
    return datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds")
