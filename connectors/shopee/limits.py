"""Checks before a call: what is known to be refused is not sent. Pure.

Each returns the first Rejected that applies, or None. Limits are the shop's live ones where
``check`` read them (reference 3.6: null is not told), the capabilities' otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from connectors.contract import Content, ImageFile, NewListing, PricedVariant
from connectors.errors import Rejected
from connectors.shopee.capabilities import CAPABILITIES, VARIATION_NAME_MAX
from connectors.shopee.payloads import channels


class Limits:
    """The bounds of one shop; pairs are inclusive."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.title = _pair(settings, "title_length", CAPABILITIES.title_length)
        self.description = _pair(settings, "description_length", CAPABILITIES.description_length)
        self.images = _pair(settings, "images", CAPABILITIES.images)
        self.price = _pair(settings, "price_range", CAPABILITIES.price_range)
        self.stock = _pair(settings, "stock_range", CAPABILITIES.stock_range)
        self.label_max = int(settings.get("variant_label_max") or CAPABILITIES.variant_label_max)

    def content(self, content: Content) -> Rejected | None:
        """Texts, pictures, weight."""
        return (
            _length("title", "Tên sản phẩm", content.title, self.title)
            or _length("description", "Mô tả", content.description, self.description)
            or self._pictures(content.image_ids)
            or _positive("weight", "Cân nặng (g)", content.weight_g)
        )

    def _pictures(self, image_ids: Sequence[str]) -> Rejected | None:
        low, high = self.images
        if low <= len(image_ids) <= high:
            return None
        return _no("images", f"có {len(image_ids)} ảnh, Shopee cần {low} đến {high}", "Sửa số ảnh.")

    def packs(self, packs: Sequence[PricedVariant], name: str) -> Rejected | None:
        """Count, labels, prices with their ratio, stocks."""
        if not 1 <= len(packs) <= CAPABILITIES.max_variants:
            return _no(
                "variants",
                f"có {len(packs)} quy cách, Shopee nhận 1 đến {CAPABILITIES.max_variants}",
                "Tách sản phẩm.",
            )
        if len(packs) > 1:
            problem = self._labels(packs, name)
            if problem:
                return problem
        return self.prices({p.variant.sku: p.price_vnd for p in packs}) or self.stocks(
            {p.variant.sku: p.stock for p in packs}
        )

    def _labels(self, packs: Sequence[PricedVariant], name: str) -> Rejected | None:
        if not 1 <= len(name) <= VARIATION_NAME_MAX:
            return _no("variants", f"tên phân loại '{name}' quá dài", "Rút ngắn tên phân loại.")
        labels = [p.variant.label for p in packs]
        for label in labels:
            if not 1 <= len(label) <= self.label_max:
                words = f"tên quy cách '{label}' dài {len(label)}, Shopee nhận 1–{self.label_max}"
                return _no("variants", words, "Rút ngắn tên quy cách.")
        if len({label.lower() for label in labels}) != len(labels):
            return _no("variants", "hai quy cách trùng tên", "Đặt tên quy cách khác nhau.")
        return None

    def prices(self, prices: Mapping[str, int]) -> Rejected | None:
        """Each within the range, the dearest at most 5 times the cheapest (reference 7)."""
        low, high = self.price
        for sku, price in prices.items():
            if not whole(price) or not low <= price <= high:
                words = f"giá {price} đ của {sku} không phải số nguyên từ {low} đến {high} đ"
                return _no("price", words, "Sửa giá.")
        ratio = CAPABILITIES.price_ratio
        if ratio and prices and max(prices.values()) > ratio * min(prices.values()):
            words = (
                f"giá cao nhất {max(prices.values())} đ hơn {ratio:g} lần giá thấp nhất "
                f"{min(prices.values())} đ"
            )
            return _no("price", words, "Tách các quy cách thành hai sản phẩm.")
        return None

    def stocks(self, stocks: Mapping[str, int]) -> Rejected | None:
        """Not below 0 (the channel's own minimum is for it to state) and not above the range."""
        for sku, units in stocks.items():
            if not whole(units) or not 0 <= units <= self.stock[1]:
                words = f"tồn kho {units} của {sku} không phải số nguyên từ 0 đến {self.stock[1]}"
                return _no("stock", words, "Sửa tồn kho.")
        return None

    def listing(self, listing: NewListing) -> Rejected | None:
        return self.content(listing.content) or self.packs(listing.variants, listing.variation_name)


def undeliverable(listing: NewListing, settings: Mapping[str, Any]) -> Rejected | None:
    """Where the shop has delivery channels and none takes the item (trap 30)."""
    if not settings.get("logistics") or channels(listing, settings):
        return None
    content = listing.content
    sides = " × ".join(f"{side / 10:g}" for side in content.dims_mm)
    return _no(
        "logistics",
        f"kiện hàng {content.weight_g} g, {sides} cm không hợp đơn vị vận chuyển nào đã bật",
        "Bật đơn vị vận chuyển hợp với cân nặng và kích thước của hàng rồi kiểm tra lại gian hàng, "
        "hoặc sửa hai số đó.",
    )


def picture(image: ImageFile) -> Rejected | None:
    """Type and size of a picture (reference 3.4)."""
    if image.content_type not in CAPABILITIES.image_types:
        return _no("images", f"ảnh kiểu {image.content_type}", "Đổi ảnh sang JPG hoặc PNG.")
    if not image.data:
        return _no("images", "tệp ảnh rỗng", "Tải lại ảnh sản phẩm.")
    if len(image.data) > CAPABILITIES.image_max_bytes:
        return _no("images", f"ảnh nặng {len(image.data)} byte", "Giảm ảnh xuống dưới 10 MB.")
    return None


def whole(value: object) -> bool:
    """Whether it is a whole number: what a channel does with a fraction is doubtful (7)."""
    return isinstance(value, int) and not isinstance(value, bool)


def _pair(settings: Mapping[str, Any], name: str, default: tuple[int, int]) -> tuple[int, int]:
    low, high = settings.get(name) or (None, None)
    return (default[0] if low is None else int(low), default[1] if high is None else int(high))


def _length(field: str, what: str, text: str, bounds: Iterable[int]) -> Rejected | None:
    low, high = bounds
    if low <= len(text) <= high:
        return None
    return _no(field, f"{what} dài {len(text)} ký tự, Shopee nhận {low}–{high}", f"Sửa {what}.")


def _positive(field: str, what: str, value: int) -> Rejected | None:
    return None if value > 0 else _no(field, f"{what} là {value}", f"Điền {what}.")


def _no(field: str, words: str, hint: str) -> Rejected:
    return Rejected(words, code="before_call", field=field, hint=hint)
