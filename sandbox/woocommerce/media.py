"""Pictures: the server downloads them itself, each time it is given an address."""

from __future__ import annotations

import ipaddress
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import SplitResult, urlsplit

from sandbox.woocommerce.refusals import Refused
from sandbox.woocommerce.switches import Switches
from sandbox.woocommerce.world import World

_MARKS = {b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png", b"RIFF": "webp"}
TIMEOUT_S = 5.0

SAFE_PORTS = (80, 443, 8080)
_LOCAL = [ipaddress.ip_network(n) for n in (
    "127.0.0.0/8", "10.0.0.0/8", "0.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
)]  # fmt: skip


class Library:
    """The pictures of one site, whose address is ``home``."""

    def __init__(self, world: World, switches: Switches, home: str) -> None:
        self._world = world
        self._switches = switches
        self._home = home

    def taken(self, rows: Sequence[Any], *, down: bool) -> list[dict[str, Any]]:
        """The pictures of a product, in order: known ones by id, others fetched, which fails
        when the line is ``down``."""
        return [self._one(row, down=down) for row in rows if isinstance(row, dict)]

    def _one(self, row: Mapping[str, Any], *, down: bool) -> dict[str, Any]:
        if row.get("id"):
            image = self._world.images.get(int(row["id"]))
            if image is None:
                words = f"#{row['id']} is an invalid image ID."
                raise Refused(400, "woocommerce_product_invalid_image_id", words)
            return image
        source = str(row.get("src") or "")
        if down:
            raise _unreachable(source, "cURL error 28: Connection timed out")
        ending = self._fetched(source)
        image_id = self._world.next_id()
        file = f"{image_id}.{ending}"
        name = str(row.get("name") or "") if self._switches.image_names == "kept" else file
        image = {
            "id": image_id,
            "src": f"{self._home}/wp-content/uploads/{file}",
            "name": name or file,
            "alt": str(row.get("alt") or ""),
            "from": source,
        }
        self._world.images[image_id] = image
        self._world.touched.add(("image", str(image_id)))
        return image

    def _fetched(self, source: str) -> str:
        """The kind of picture behind an address. Raises Refused when it cannot be had."""
        web = source.startswith(("http://", "https://"))
        safe = self._switches.image_hosts == "any" or (web and is_safe(source, self._home))
        if self._switches.images == "refuse" or not web or not safe:
            raise _unreachable(source, "A valid URL was not provided.")
        if self._switches.images == "skip":
            return "jpg"
        try:
            with urllib.request.urlopen(source, timeout=TIMEOUT_S) as answer:  # noqa: S310
                head = answer.read(16)
        except (urllib.error.URLError, OSError, ValueError) as error:
            raise _unreachable(source, type(error).__name__) from None
        kind = next((kind for mark, kind in _MARKS.items() if head.startswith(mark)), "")
        if not kind:
            raise _unreachable(source, "Sorry, you are not allowed to upload this file type.")
        return kind


def is_safe(source: str, home: str) -> bool:
    """WordPress's ``wp_http_validate_url`` (public source, 6.6; not measured): another host than
    the site's own may not be local, and the port is a safe one, or host and port are the site's
    own. Names but ``localhost`` count as public: nobody is asked here."""
    try:
        asked, own = urlsplit(source), urlsplit(home)
        port, own_port = asked.port, own.port
    except ValueError:
        return False
    host = (asked.hostname or "").lower()
    if not host or ":" in host or asked.username is not None:
        return False
    same_host = host == (own.hostname or "").lower()
    if not same_host and _is_local(asked):
        return False
    return port in (None, *SAFE_PORTS) or (same_host and port == own_port)


def _is_local(asked: SplitResult) -> bool:
    host = (asked.hostname or "").strip(".")
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return any(address in network for network in _LOCAL)


def _unreachable(source: str, why: str) -> Refused:
    words = f"Error getting remote image {source}. Error: {why}"
    return Refused(400, "woocommerce_product_image_upload_error", words)
