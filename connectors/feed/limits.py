"""Checks that a floor's columns do not hold: lengths at both ends, pictures, price and stock
ranges, groups and categories. Pure."""

from __future__ import annotations

from connectors.errors import Rejected
from connectors.feed.profile import Profile
from connectors.feed.rows import Row
from connectors.feed.texts import plain

SKU_MAX = 50


def refused(profile: Profile, row: Row) -> Rejected | None:
    """The first limit that the row breaks."""
    limits, content = profile.limits, row.content
    group = content.facts.group
    return (
        _sku(profile, row.sku)
        or _length(profile, "title", "tên sản phẩm", plain(content.title), limits.title)
        or _length(profile, "description", "mô tả", plain(content.description), limits.description)
        or _images(profile, len(content.image_ids))
        or _category(profile, content.category_id)
        or (_group(profile, group) if profile.groups and group else None)
        or price(profile, row.sku, row.price_vnd)
        or stock(profile, row.sku, row.stock)
    )


def price(profile: Profile, sku: str, dong: int) -> Rejected | None:
    low, high = profile.limits.price
    if isinstance(dong, int) and max(low, 1) <= dong <= high:
        return None
    found = f"giá {dong} đ của {sku}"
    return _no(profile, "price", found, f"{max(low, 1)}–{high} đ", "Sửa giá bán.")


def stock(profile: Profile, sku: str, units: int) -> Rejected | None:
    low, high = profile.limits.stock
    if isinstance(units, int) and low <= units <= high:
        return None
    return _no(profile, "stock", f"tồn kho {units} của {sku}", f"{low}–{high}", "Sửa tồn kho.")


def _sku(profile: Profile, sku: str) -> Rejected | None:
    """Unique, stable, at most 50 characters, without spaces (feeds.md 3, ``id``)."""
    if 1 <= len(sku) <= SKU_MAX and sku.isprintable() and not any(c.isspace() for c in sku):
        return None
    hint = "Sửa mã SKU trong sổ."
    return _no(profile, "sku", f"mã '{sku[:60]}'", f"1–{SKU_MAX} ký tự, không dấu cách", hint)


def _length(
    profile: Profile, field: str, what: str, text: str, bounds: tuple[int, int]
) -> Rejected | None:
    low, high = bounds
    if low <= len(text) <= high:
        return None
    found = f"{what} dài {len(text)} ký tự"
    return _no(profile, field, found, f"{low}–{high}", f"Sửa {what}.")


def _images(profile: Profile, count: int) -> Rejected | None:
    low, high = profile.limits.images
    if low <= count <= high:
        return None
    return _no(profile, "images", f"có {count} ảnh", f"{low}–{high} ảnh", "Sửa số ảnh.")


def _category(profile: Profile, path: str) -> Rejected | None:
    if path in profile.places:
        return None
    hint = "Chọn lại ngành hàng cho nhóm sản phẩm này."
    return _no(profile, "category", f"ngành hàng '{path}'", "một ngành trong danh mục sàn", hint)


def _group(profile: Profile, group: str) -> Rejected | None:
    if group in profile.groups:
        return None
    hint = "Bỏ sản phẩm này khỏi gian hàng."
    return _no(profile, "group", f"nhóm '{group}'", " | ".join(profile.groups), hint)


def _no(profile: Profile, field: str, found: str, expected: str, hint: str) -> Rejected:
    words = f"{found}, {profile.label} nhận {expected}"
    return Rejected(words, code="before_call", field=field, hint=hint)
