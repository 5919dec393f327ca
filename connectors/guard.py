"""Which addresses may be asked at all: those of the public internet, and hosts allowed by name.

An address that a person wrote (a picture, a register, a shop) may name anything: the machine
itself, the office's router, a cloud's metadata. The name is resolved once, every address that it
has is judged, and the connection goes to one of those, never to what a second look-up says (DNS
rebinding). Redirects are not followed anywhere. (design: "Security", outgoing fetches)
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

SCHEMES = ("http", "https")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""An IPv4 address in its last 32 bits (RFC 6052)."""


class Refused(ValueError):
    """This address is not asked (Vietnamese: what was found and what is expected): ``pattern`` with
    ``given`` filled in, so that it can be said in another language too."""

    def __init__(self, pattern: str, **given: str) -> None:
        super().__init__(pattern % given)
        self.pattern, self.given = pattern, given


@dataclass(frozen=True, slots=True)
class Guard:
    """``allowed``: hosts that are asked although they are private, by name, lower case."""

    allowed: Collection[str] = frozenset()

    def and_named(self, url: str) -> Guard:
        """The same for a shop or a register at ``url``, which an operator wrote on this machine
        (pictures' addresses come from elsewhere, and get no such trust)."""
        return Guard({*self.allowed, *named(url)})

    def check(self, url: str) -> None:
        """Raise Refused for a URL that is none, or that names a private address outright. A
        name is judged when it is connected to."""
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
        except ValueError:
            raise Refused("không phải một địa chỉ web") from None
        if parts.scheme not in SCHEMES or not host:
            raise Refused("phải là địa chỉ web bắt đầu bằng http:// hoặc https://")
        if host not in self.allowed and (host == "localhost" or is_private(host)):
            raise _private(host)

    def addresses(self, host: str, port: int) -> list[str]:
        """Where ``host`` may be reached. Raises Refused, or OSError for an unknown name."""
        name = host.strip("[]").rstrip(".").lower()
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
        literal = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if name not in self.allowed and any(is_private(address) for address in literal):
            raise _private(name)
        return literal


_LOCAL_NAMES = (".local", ".localhost", ".internal", ".lan", ".home.arpa", ".test")
"""Endings that the public name system never serves (RFC 6761, 6762, 8375)."""


def named(url: str) -> frozenset[str]:
    """The host of an address that an operator wrote, where writing it says all: a private IP
    address, or a name that only this network can give a meaning. A name of the public system is
    never among them: whoever owns it could lead it anywhere later."""
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return frozenset()
    bare = "." not in host and ":" not in host and not host.isdigit()
    local = bare or host.endswith(_LOCAL_NAMES) or (is_private(host) and not _is_metadata(host))
    return frozenset({host}) if host and local else frozenset()


def _is_metadata(address: str) -> bool:
    """Link-local: where a cloud tells its machines their secrets. No shop lives there."""
    return ipaddress.ip_address(address.split("%")[0]).is_link_local


def is_private(address: str) -> bool:
    """Whether an IP address is not of the public internet; False for a name."""
    try:
        ip = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_private(str(inner))
    return not ip.is_global or ip.is_multicast


def _private(host: str) -> Refused:
    return Refused(
        "máy '%(host)s' nằm trong mạng riêng; nếu đúng là máy cần dùng, thêm tên đó vào "
        "OCOP_ALLOWED_PRIVATE_HOSTS",
        host=host,
    )
