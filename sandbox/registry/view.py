"""How a stored version looks to a caller (registry-formats.md 5, field table). Pure."""

from __future__ import annotations

from datetime import date
from typing import Any

from sandbox.registry.dates import printed, standing
from sandbox.registry.store import Version


def item(version: Version, base_url: str, today: date) -> dict[str, Any]:
    """A product, or its tombstone, as the API gives it on ``today``.

    ``base_url`` (no trailing slash) is where the caller reached us: pictures are served there.
    A certificate that lapses changes its status with the day alone: no version, no change event,
    because nobody edited anything.
    """
    head = {
        "code": version.code,
        "version": version.number,
        "updated_at": printed(version.at),
        "deleted": version.deleted,
    }
    product = version.product
    if version.deleted:
        return head | {"reason": product["withdrawn_reason"]}
    shown = ("name", "description", "producer", "group", "variants", "tcb", "trace_code")
    return (
        head
        | {name: product[name] for name in shown}
        | {
            "certificate": next(iter(certificates(product, today)), None),
            "images": [_image(image, base_url) for image in product["images"]],
        }
    )


def certificates(product: dict[str, Any], today: date) -> list[dict[str, Any]]:
    """All certificates of a product, newest first, with their status on ``today``."""
    return [one | {"status": standing(one, today)} for one in product["certificates"]]


def _image(image: dict[str, Any], base_url: str) -> dict[str, Any]:
    """A picture of ours by its name, or one elsewhere by the address that an edit gave."""
    facts = {name: image[name] for name in ("sha256", "width", "height", "shows_logo")}
    return {"url": image.get("url") or f"{base_url}/anh/{image['name']}"} | facts


def event(version: Version) -> dict[str, Any]:
    """A line of ``/v1/changes``."""
    return {
        "seq": version.seq,
        "code": version.code,
        "version": version.number,
        "kind": version.kind,
        "at": printed(version.at),
    }
