"""What a WooCommerce shop can do. The software itself has few limits: most of these are ours."""

from __future__ import annotations

from pathlib import Path

from connectors.contract import Capabilities
from connectors.starter import load_starter

CAPABILITIES = Capabilities(
    channel="woocommerce",
    label="WooCommerce",
    batch={
        "create": 10,  # the shop fetches each product's pictures before it answers
        "update_content": 10,
        "set_price": 50,
        "set_stock": 50,
        "set_availability": 50,
        "find_by_sku": 15,
        "adopt": 20,
        "read": 25,
    },
    in_flight=2,
    rate_per_s=5,
    burst=10,
    settle_s=5,
    call_deadline_s=60,
    max_variants=50,
    price_ratio=None,
    variants_are_items=False,
    reviewed=False,
    title_length=(1, 200),
    description_length=(0, 20_000),
    images=(0, 10),
    image_max_bytes=5 * 1024 * 1024,
    image_types=frozenset({"image/jpeg", "image/png", "image/webp"}),
    price_range=(1, 1_000_000_000),
    stock_range=(0, 1_000_000),
    variant_label_max=40,
    region="VN",
    credential_fields=(frozenset({"consumer_key", "consumer_secret"}), frozenset()),
    default_base_url="",
    closed_kinds={"alcohol": "ask", "tourism": "ask", "live_animal": "block"},
    fetches_images=True,
    required_papers={"alcohol": ("alcohol_licence",)},
    starter=load_starter(Path(__file__).with_name("starter.csv")),
)

ROWS_MAX = 100
"""Rows in one batch, and rows on one page: more are refused (docs: "Errors")."""
