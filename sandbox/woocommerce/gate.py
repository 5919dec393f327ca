"""Who calls (docs: "Authentication"): Basic over HTTPS only, OAuth 1.0a one-legged elsewhere."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote

from sandbox.woocommerce.call import Call
from sandbox.woocommerce.refusals import bad_login, may_not_view
from sandbox.woocommerce.switches import Switches
from sandbox.woocommerce.world import Site

WINDOW_S = 15 * 60
"""A timestamp further off than this is refused, both ways."""

_NEEDED = (
    "oauth_consumer_key",
    "oauth_timestamp",
    "oauth_nonce",
    "oauth_signature",
    "oauth_signature_method",
)
_DIGESTS = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}


class Gate:
    """Checks every call; keeps the nonces of the last quarter of an hour."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self._nonces: dict[tuple[str, str], float] = {}

    def admit(self, call: Call, site: Site) -> None:
        """Raises Refused, or lets the call in."""
        basic = call.headers.get("authorization", "")
        if basic.lower().startswith("basic ") and self._switches.behind_tls:
            self._basic(basic[6:], site)
        elif "oauth_signature" in call.query or basic.lower().startswith("oauth "):
            self._oauth(call, basic, site)
        else:
            raise may_not_view()
        if call.method not in ("GET", "HEAD") and not site.write:
            raise bad_login("The API key provided does not have write permissions.")

    def _basic(self, given: str, site: Site) -> None:
        try:
            key, _colon, secret = base64.b64decode(given).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise may_not_view() from None
        if not site.live or not _equal(key, site.key):
            raise bad_login("Consumer key is invalid.")
        if not _equal(secret, site.secret):
            raise bad_login("Consumer secret is invalid.")

    def _oauth(self, call: Call, header: str, site: Site) -> None:
        given = {k: v for k, v in call.query.items() if k.startswith("oauth_")}
        given |= _from_header(header)
        lacking = [name for name in _NEEDED if not given.get(name)]
        if lacking:
            raise bad_login(f"Missing OAuth parameter {', '.join(lacking)}")
        if not site.live or not _equal(given["oauth_consumer_key"], site.key):
            raise bad_login("Consumer key is invalid.")
        if given["oauth_signature_method"] not in _DIGESTS:
            raise bad_login("Invalid signature - signature method is invalid.")
        expected = signature(call, given, site.secret)
        if not _equal(given["oauth_signature"], expected):
            raise bad_login("Invalid signature - provided signature does not match.")
        self._once(given, call.now)

    def _once(self, given: Mapping[str, str], now: float) -> None:
        stamp = given["oauth_timestamp"]
        if not stamp.isdigit() or abs(now - int(stamp)) > WINDOW_S:
            raise bad_login("Invalid timestamp.")
        self._nonces = {k: at for k, at in self._nonces.items() if now - at < 2 * WINDOW_S}
        nonce = (stamp, given["oauth_nonce"])
        if nonce in self._nonces:
            raise bad_login("Invalid nonce - nonce has already been used.")
        self._nonces[nonce] = now


def signature(call: Call, given: Mapping[str, str], secret: str) -> str:
    """RFC 5849, 3.4.1: the base string from method, address and all parameters in order."""
    pairs = parse_qsl(call.raw_query, keep_blank_values=True)
    pairs = [(k, v) for k, v in pairs if not k.startswith("oauth_")]
    pairs += [(k, v) for k, v in given.items() if k != "oauth_signature"]
    ordered = sorted((_encoded(k), _encoded(v)) for k, v in pairs)
    host = call.headers.get("host", "")
    address = f"http://{host.removesuffix(':80').lower()}{call.path}"
    joined = "&".join(f"{k}={v}" for k, v in ordered)
    base = "&".join((call.method.upper(), _encoded(address), _encoded(joined)))
    digest = _DIGESTS[given["oauth_signature_method"]]
    mac = hmac.new(f"{_encoded(secret)}&".encode(), base.encode(), digest).digest()
    return base64.b64encode(mac).decode()


def _from_header(header: str) -> dict[str, str]:
    """The parameters of an ``Authorization: OAuth …`` header."""
    if not header.lower().startswith("oauth "):
        return {}
    parts = (part.partition("=") for part in header[6:].split(","))
    found = {name.strip(): value.strip().strip('"') for name, _equals, value in parts}
    decoded = parse_qsl("&".join(f"{k}={v}" for k, v in found.items()))
    return {k: v for k, v in decoded if k.startswith("oauth_")}


def _encoded(text: str) -> str:
    return quote(text, safe="-._~")


def _equal(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
