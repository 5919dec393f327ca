"""A profile as the worker sees a channel."""

from __future__ import annotations

from pathlib import Path

from connectors.contract import Capabilities
from connectors.feed.profile import Profile
from connectors.starter import load_starter

BATCH = 500
"""Rows of one call: one transaction of the shop's file."""
_VERBS = (
    "create", "update_content", "update_variants", "set_price", "set_stock", "set_availability",
    "read", "find_by_sku",
)  # fmt: skip
_STARTER = load_starter(Path(__file__).with_name("starter.csv"))


def capabilities_of(profile: Profile) -> Capabilities:
    limits = profile.limits
    return Capabilities(
        channel=profile.channel,
        label=profile.label,
        batch=dict.fromkeys(_VERBS, BATCH),
        in_flight=1,
        rate_per_s=2,
        burst=10,
        settle_s=0,
        call_deadline_s=60,
        max_variants=1,
        price_ratio=None,
        variants_are_items=True,
        reviewed=True,
        title_length=limits.title,
        description_length=limits.description,
        images=limits.images,
        image_max_bytes=16 * 1024 * 1024,
        image_types=frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"}),
        price_range=limits.price,
        stock_range=limits.stock,
        variant_label_max=100,
        region="VN",
        credential_fields=(frozenset(), frozenset({"export_url", "site", "token"})),
        default_base_url="",
        closed_kinds=dict(profile.closed_kinds),
        image_min_px=limits.image_min_px,
        fetches_images=True,
        publishes=True,
        starter=_STARTER,
    )
