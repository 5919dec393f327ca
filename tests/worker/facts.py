"""Facts for the pure steps: one ordinary product in one ordinary shop, changed by keyword."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from models.facts import CertificateFacts, ImageFacts, ProductFacts, ShopFacts, VariantFacts

TODAY = date(2026, 5, 15)
NOW = datetime(2026, 5, 15, 3, 0, tzinfo=UTC)

CERTIFICATE = CertificateFacts(
    decision="1253/QĐ-UBND",
    stars=4,
    potential_stars=None,
    recognised_on=date(2024, 5, 15),
    expires_on=date(2027, 5, 15),
    status="valid",
    revoked_on=None,
    revoked_reason="",
)

VARIANT = VariantFacts(
    id=1,
    sku="OCOP-24-219-0002-500G",
    pack="Gói 500 g",
    net_g=500,
    net_ml=None,
    count=None,
    gtin=None,
    price_vnd=28000,
    stock=100,
    stock_rev=1,
    shelf_life="12 tháng",
    position=0,
)

IMAGE = ImageFacts(1, "https://anh.example/1.jpg", "a" * 64, "image/jpeg", 90_000, "", False)

PRODUCT = ProductFacts(
    id=1,
    code="OCOP-24-219-0002",
    name="Mỳ gạo Chũ Xuân Trường",
    group="thuc-pham",
    kind="dry",
    description="Mỳ gạo Chũ Xuân Trường. Làm từ gạo, phơi khô.",
    district="Huyện Lục Ngạn",
    commune="Xã Nam Dương",
    place="Phường Phượng Sơn, tỉnh Bắc Ninh",
    self_declaration="01/HTX/2022",
    trace_code="TX1",
    producer_id=7,
    producer_name="HTX Sản xuất mỳ gạo Chũ Xuân Trường",
    producer_agreed=True,
    flags=(),
    withdrawn_at=None,
    withdrawn_reason="",
    certificates=(CERTIFICATE,),
    variants=(VARIANT,),
    images=(IMAGE,),
)

SHOP = ShopFacts(
    id=1,
    key="shop-tinh",
    name="Shop tỉnh",
    channel="shopee",
    producer_id=None,
    enabled=True,
    paused_reason="",
    settings={},
    base_url="http://shop.example",
)


def product(**changes: Any) -> ProductFacts:
    return replace(PRODUCT, **changes)


def certificate(**changes: Any) -> CertificateFacts:
    return replace(CERTIFICATE, **changes)


def variant(**changes: Any) -> VariantFacts:
    return replace(VARIANT, **changes)


def shop(**changes: Any) -> ShopFacts:
    return replace(SHOP, **changes)
