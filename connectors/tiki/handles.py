"""What the worker keeps of a request that is under way: small, JSON, opaque to it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from connectors.contract import Clock, Pending
from connectors.tiki.fields import stamp
from connectors.tiki.tracks import Track

Handle = Mapping[str, Any]

FIRST_ASK_S, LAST_ASK_S = 5.0, 600.0

PATIENCE_S = 300.0
"""So long a request that was just sent may be unknown to the tracking."""


def create(track: Track, sku: str, clock: Clock) -> dict[str, Any]:
    return {
        "kind": "create",
        "track_id": track.track_id,
        "sku": sku,
        "begun": stamp(clock()),
        "asked": 0,
    }


def content(
    track_id: str, sku: str, product_id: str, may: Collection[str], clock: Clock
) -> dict[str, Any]:
    """``may``: what the product's name may claim when the content is there."""
    return {
        "kind": "content",
        "track_id": track_id,
        "sku": sku,
        "product_id": product_id,
        "may": sorted(may),
        "begun": stamp(clock()),
        "asked": 0,
    }


def price(track_id: str, sku: str, product_id: str, amount: int, clock: Clock) -> dict[str, Any]:
    """``amount`` (đồng) is written when the list price has been raised to it."""
    return {
        "kind": "price",
        "track_id": track_id,
        "sku": sku,
        "product_id": product_id,
        "price": amount,
        "begun": stamp(clock()),
        "asked": 0,
    }


def waiting(handle: Handle, *, in_review: bool = True) -> Pending:
    """Asked again after seconds at first, at last every ten minutes."""
    asked = int(handle.get("asked") or 0)
    after = min(LAST_ASK_S, FIRST_ASK_S * 2.0 ** min(asked, 10))
    return Pending({**handle, "asked": asked + 1}, after, in_review=in_review)


def is_content(handle: Handle) -> bool:
    return handle.get("kind") == "content"


def is_price(handle: Handle) -> bool:
    return handle.get("kind") == "price"


def young(handle: Handle, clock: Clock) -> bool:
    """Whether its request may still be unknown to the tracking."""
    return age_s(handle, clock) < PATIENCE_S


def age_s(handle: Handle, clock: Clock) -> float:
    """Seconds since it was begun; very old when the handle does not say."""
    return stamp(clock()) - float(handle.get("begun") or 0)
