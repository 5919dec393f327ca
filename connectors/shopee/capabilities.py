"""What Shopee Vietnam can do, as defaults; ``check`` reads the live limits (3.6, 6, 7)."""

from __future__ import annotations

from pathlib import Path

from connectors.contract import Capabilities
from connectors.starter import load_starter

HOST = "https://partner.shopeemobile.com"

CAPABILITIES = Capabilities(
    channel="shopee",
    label="Shopee",
    batch={"set_availability": 50, "read": 50},
    in_flight=2,
    rate_per_s=10,
    burst=20,
    settle_s=60,
    call_deadline_s=20,
    max_variants=50,
    price_ratio=5.0,
    variants_are_items=False,
    reviewed=True,
    title_length=(10, 120),
    description_length=(100, 3000),
    images=(1, 9),
    image_max_bytes=10 * 1024 * 1024,
    image_types=frozenset({"image/jpeg", "image/png"}),
    price_range=(1_000, 120_000_000),
    stock_range=(0, 999_999),
    variant_label_max=20,
    region="VN",
    credential_fields=(
        frozenset({"partner_id", "partner_key", "shop_id"}),
        frozenset({"access_token", "refresh_token", "token_expires_at", "code"}),
    ),
    default_base_url=HOST,
    closed_kinds={
        "alcohol": "ask",
        "fresh": "ask",
        "chilled": "ask",
        "eggs": "ask",
        "herbs": "ask",
        "plant": "ask",
        "live_animal": "block",
        "tourism": "block",
    },
    recommends=True,
    starter=load_starter(Path(__file__).with_name("starter.csv")),
)

VARIATION_NAME_MAX = 14
"""Characters of a variation's name ("Quy cách"), reference 3.6."""
