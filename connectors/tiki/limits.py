"""Checks before a call: what is known to be refused is not sent. Pure; texts come composed.

Each returns the first Rejected that applies, or None (reference 3.3, 3.7, 5).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connectors.contract import Content, PricedVariant
from connectors.errors import Rejected
from connectors.tiki.capabilities import CAPABILITIES


def content(given: Content) -> Rejected | None:
    """Texts, pictures' addresses, category, weight."""
    return (
        _length("title", "Tên sản phẩm", given.title.strip(), CAPABILITIES.title_length)
        or _length("description", "Mô tả", given.description.strip(), _DESCRIPTION)
        or _category(given.category_id)
        or _pictures(given.image_ids)
        or _weight(given.weight_g)
    )


_DESCRIPTION = CAPABILITIES.description_length


def _category(category_id: str) -> Rejected | None:
    if category_id.isdigit() and int(category_id) > 0:
        return None
    return _no("category", f"danh mục '{category_id}' không phải mã của Tiki", "Chọn danh mục.")


def _pictures(addresses: Sequence[str]) -> Rejected | None:
    """Tiki fetches them itself, so each is a public address."""
    low, high = CAPABILITIES.images
    if not low <= len(set(addresses)) <= high:
        words = f"có {len(set(addresses))} ảnh, Tiki cần {low} đến {high}"
        return _no("images", words, "Sửa số ảnh.")
    for address in addresses:
        if not address.startswith(("http://", "https://")):
            words = f"ảnh '{address[:80]}' không phải địa chỉ công khai"
            return _no("images", words, "Đặt PUBLIC_BASE_URL để Tiki tải được ảnh.")
    return None


def _weight(grams: int) -> Rejected | None:
    return None if grams > 0 else _no("weight", f"Cân nặng là {grams} g", "Điền cân nặng.")


def pack(packs: Sequence[PricedVariant]) -> Rejected | None:
    """Exactly one: on Tiki every pack is a product of its own (3.1)."""
    problem = count(packs)
    if problem or not packs:
        return problem
    one = packs[0]
    return (
        sku(one.variant.sku)
        or prices({one.variant.sku: one.price_vnd})
        or stocks({one.variant.sku: one.stock})
    )


def count(packs: Sequence[PricedVariant]) -> Rejected | None:
    if len(packs) == 1:
        return None
    words = f"có {len(packs)} quy cách trong một sản phẩm, Tiki nhận đúng 1"
    return _no("variants", words, "Tách mỗi quy cách thành một sản phẩm.")


def sku(code: str) -> Rejected | None:
    return None if code.strip() else _no("variants", "thiếu mã SKU", "Điền mã SKU.")


def prices(by_sku: Mapping[str, int], list_price: int = 0) -> Rejected | None:
    """Whole đồng within the range and, where a list price is known, at least a tenth of it. A
    price above it is left to Tiki, which may refuse it or raise the list price (3.7)."""
    low, high = CAPABILITIES.price_range
    for code, price in by_sku.items():
        if not _whole(price) or not low <= price <= high:
            words = f"giá {price} đ của {code} ngoài khoảng {low}–{high} đ"
            return _no("price", words, "Sửa giá: số nguyên đồng, từ 1.000 đ.")
        if price * 10 < list_price:
            words = f"giá {price} đ của {code} dưới 10% giá niêm yết {list_price} đ"
            return _no("price", words, "Sửa giá bán, hoặc giá niêm yết trên Seller Center.")
    return None


def stocks(by_sku: Mapping[str, int]) -> Rejected | None:
    low, high = CAPABILITIES.stock_range
    for code, units in by_sku.items():
        if not _whole(units) or not low <= units <= high:
            words = f"tồn kho {units} của {code} ngoài khoảng {low}–{high}"
            return _no("stock", words, "Sửa tồn kho.")
    return None


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _length(field: str, what: str, text: str, bounds: tuple[int, int]) -> Rejected | None:
    low, high = bounds
    if low <= len(text) <= high:
        return None
    return _no(field, f"{what} dài {len(text)} ký tự, Tiki nhận {low}–{high}", f"Sửa {what}.")


def _no(field: str, words: str, hint: str) -> Rejected:
    return Rejected(words, code="before_call", field=field, hint=hint)
