"""What Tiki can do, as defaults (reference 2, 3.3, 5). Where the page gives no figure, the bound is
our own caution and says so."""

from __future__ import annotations

from pathlib import Path

from connectors.contract import Capabilities
from connectors.starter import load_starter

HOST = "https://api.tiki.vn"

CAPABILITIES = Capabilities(
    channel="tiki",
    label="Tiki",
    batch={"find_by_sku": 20},  # one walk over the open requests serves them all
    in_flight=2,
    rate_per_s=8,  # 200 a second by one page, 500 a minute by another: below both
    burst=16,
    settle_s=60,
    call_deadline_s=20,
    max_variants=1,
    price_ratio=None,
    variants_are_items=True,
    reviewed=True,
    title_length=(3, 255),
    description_length=(1, 20_000),  # ours
    images=(1, 10),  # ours
    image_max_bytes=10 * 1024 * 1024,  # ours
    image_types=frozenset({"image/jpeg", "image/png"}),
    price_range=(1_000, 1_000_000_000),
    stock_range=(0, 999_999),  # ours
    variant_label_max=100,  # ours: labels reach Tiki as a part of the name only
    region="VN",
    credential_fields=(
        frozenset({"client_id", "client_secret"}),
        frozenset({
            "access_token", "refresh_token", "token_expires_at", "code", "redirect_uri",
            "auth_method", "inventory_type", "warehouse_id", "token_url",
        }),
    ),
    default_base_url=HOST,
    closed_kinds={
        "alcohol": "ask",
        "fresh": "ask",
        "chilled": "ask",
        "eggs": "ask",
        "herbs": "ask",
        "plant": "block",
        "live_animal": "block",
        "tourism": "block",
    },
    image_min_px=500,
    fetches_images=True,
    cancellable=True,
    recommends=False,
    required_papers={
        "dry": ("self_declaration",),
        "chilled": ("self_declaration",),
        "herbs": ("self_declaration",),
        "alcohol": ("alcohol_licence",),
    },
    starter=load_starter(Path(__file__).with_name("starter.csv")),
)  # fmt: skip

PAGE = 50
"""Rows a page: 100 is taken by some lists and refused by others (2)."""
