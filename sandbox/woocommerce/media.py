"""Pictures: the server downloads them itself, each time it is given an address."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.woocommerce.refusals import Refused
from sandbox.woocommerce.switches import Switches
from sandbox.woocommerce.world import World

_MARKS = {b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png", b"RIFF": "webp"}
TIMEOUT_S = 5.0


def taken(world: World, switches: Switches, rows: Sequence[Any], home: str) -> list[dict[str, Any]]:
    """The pictures of a product, in order: known ones by id, others fetched."""
    return [_one(world, switches, row, home) for row in rows if isinstance(row, dict)]


def _one(world: World, switches: Switches, row: Mapping[str, Any], home: str) -> dict[str, Any]:
    if row.get("id"):
        image = world.images.get(int(row["id"]))
        if image is None:
            words = f"#{row['id']} is an invalid image ID."
            raise Refused(400, "woocommerce_product_invalid_image_id", words)
        return image
    source = str(row.get("src") or "")
    ending = _fetched(switches, source)
    image_id = world.next_id()
    file = f"{image_id}.{ending}"
    name = str(row.get("name") or "") if switches.image_names == "kept" else file
    image = {
        "id": image_id,
        "src": f"{home}/wp-content/uploads/{file}",
        "name": name or file,
        "alt": str(row.get("alt") or ""),
        "from": source,
    }
    world.images[image_id] = image
    world.touched.add(("image", str(image_id)))
    return image


def _fetched(switches: Switches, source: str) -> str:
    """The kind of picture behind an address. Raises Refused when it cannot be had."""
    if switches.images == "skip" and source.startswith(("http://", "https://")):
        return "jpg"
    if switches.images == "refuse" or not source.startswith(("http://", "https://")):
        raise _unreachable(source, "A valid URL was not provided.")
    try:
        with urllib.request.urlopen(source, timeout=TIMEOUT_S) as answer:  # noqa: S310
            head = answer.read(16)
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise _unreachable(source, type(error).__name__) from None
    kind = next((kind for mark, kind in _MARKS.items() if head.startswith(mark)), "")
    if not kind:
        raise _unreachable(source, "Sorry, you are not allowed to upload this file type.")
    return kind


def _unreachable(source: str, why: str) -> Refused:
    words = f"Error getting remote image {source}. Error: {why}"
    return Refused(400, "woocommerce_product_image_upload_error", words)
