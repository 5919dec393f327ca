"""Checks before a call. Pure.

A shop accepts nearly anything without a word: a price that is no number (and sells it without
one), a negative price, a negative stock (docs: "What a shop swallows"). So what may be sent is
decided here, strictly. Each check returns the first Rejected that applies, or None.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.composed import composed
from connectors.contract import Content, NewListing, PricedVariant
from connectors.errors import Rejected
from connectors.woocommerce.answers import clean, same
from connectors.woocommerce.capabilities import CAPABILITIES


def listing(new: NewListing) -> Rejected | None:
    if not new.item_sku.strip():
        return _no("sku", "sản phẩm không có SKU", "Điền SKU.")
    return content(new.content) or packs(new.variants)


def content(shown: Content) -> Rejected | None:
    """Texts, pictures, weight."""
    return (
        _length("title", "Tên sản phẩm", clean(shown.title), CAPABILITIES.title_length)
        or _length(
            "description", "Mô tả", composed(shown.description), CAPABILITIES.description_length
        )
        or _pictures(shown.image_ids)
        or _weight(shown.weight_g)
    )


def _pictures(addresses: Sequence[str]) -> Rejected | None:
    low, high = CAPABILITIES.images
    if not low <= len(addresses) <= high:
        words = f"có {len(addresses)} ảnh, cửa hàng nhận {low} đến {high}"
        return _no("images", words, "Sửa số ảnh.")
    for address in addresses:
        if not address.startswith(("https://", "http://")):
            words = "ảnh không có địa chỉ công khai để cửa hàng tải về"
            return _no("images", words, "Đặt PUBLIC_BASE_URL rồi gửi lại.")
    return None


def packs(given: Sequence[PricedVariant]) -> Rejected | None:
    """Count, SKUs, labels, weights, prices, stocks."""
    most = CAPABILITIES.max_variants
    if not 1 <= len(given) <= most:
        return _no("variants", f"có {len(given)} quy cách, nhận 1 đến {most}", "Tách sản phẩm.")
    skus = [p.variant.sku for p in given]
    if not all(sku.strip() for sku in skus) or len({s.casefold() for s in skus}) != len(skus):
        return _no("variants", "quy cách thiếu SKU hoặc trùng SKU", "Đặt SKU khác nhau.")
    return (
        _labels(given)
        or next((p for pack in given if (p := _weight(pack.variant.weight_g))), None)
        or prices({p.variant.sku: p.price_vnd for p in given})
        or stocks({p.variant.sku: p.stock for p in given})
    )


def _labels(given: Sequence[PricedVariant]) -> Rejected | None:
    """Two packs of one name would both stand on the page, and nobody could tell them apart."""
    if len(given) == 1:
        return None
    most = CAPABILITIES.variant_label_max
    labels = [clean(p.variant.label) for p in given]
    for label in labels:
        if not 1 <= len(label) <= most:
            words = f"tên quy cách '{label}' dài {len(label)} ký tự, nhận 1–{most}"
            return _no("variants", words, "Sửa tên quy cách.")
    for place, label in enumerate(labels):
        if any(same(label, other) for other in labels[:place]):
            words = f"hai quy cách cùng tên '{label}'"
            return _no("variants", words, "Đặt tên quy cách khác nhau.")
    return None


def prices(wanted: Mapping[str, Any]) -> Rejected | None:
    """Whole đồng within the range."""
    return _whole("price", "giá", "đ", wanted, CAPABILITIES.price_range)


def stocks(wanted: Mapping[str, Any]) -> Rejected | None:
    """Whole units within the range; null would become 0 without a word."""
    return _whole("stock", "tồn kho", "đơn vị", wanted, CAPABILITIES.stock_range)


def _whole(
    field: str, what: str, unit: str, wanted: Mapping[str, Any], bounds: tuple[int, int]
) -> Rejected | None:
    low, high = bounds
    for sku, value in wanted.items():
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            words = (
                f"{what} {value} {unit} của {sku} không phải số nguyên trong khoảng {low}–{high}"
            )
            return _no(field, words, f"Sửa {what}.")
    return None


def _length(field: str, what: str, text: str, bounds: tuple[int, int]) -> Rejected | None:
    low, high = bounds
    if low <= len(text) <= high:
        return None
    return _no(field, f"{what} dài {len(text)} ký tự, nhận {low}–{high}", f"Sửa {what}.")


def _weight(grams: int) -> Rejected | None:
    if grams > 0:
        return None
    return _no("weight", f"cân nặng là {grams} g, cần lớn hơn 0", "Điền cân nặng khi đóng gói.")


def _no(field: str, words: str, hint: str) -> Rejected:
    return Rejected(words, code="before_call", field=field, hint=hint)
