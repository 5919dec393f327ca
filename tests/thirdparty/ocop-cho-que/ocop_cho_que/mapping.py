"""Their JSON and our dataclasses, and what is refused before a call. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.contract import (
    Capabilities,
    Content,
    FoundItem,
    ImageFile,
    NewListing,
    RemoteState,
    RemoteStatus,
    RemoteVariant,
    RemoteVariantState,
)
from connectors.errors import ProtocolError, Rejected

CAPABILITIES = Capabilities(
    channel="cho-que",
    label="Chợ Quê",
    batch={},
    in_flight=1,
    rate_per_s=5,
    burst=10,
    settle_s=5,
    call_deadline_s=15,
    max_variants=1,
    price_ratio=None,
    variants_are_items=True,
    reviewed=False,
    title_length=(5, 80),
    description_length=(20, 2000),
    images=(1, 5),
    image_max_bytes=2 * 1024 * 1024,
    image_types=frozenset({"image/jpeg", "image/png"}),
    price_range=(1_000, 50_000_000),
    stock_range=(0, 9_999),
    variant_label_max=40,
    region="VN",
    credential_fields=(frozenset({"api_key"}), frozenset()),
    default_base_url="https://cho-que.example.vn",
)


def content_fields(content: Content) -> dict[str, Any]:
    return {
        "title": content.title,
        "text": content.description,
        "kind": content.category_id,
        "photos": list(content.image_ids),
        "grams": content.weight_g,
    }


def new_item(listing: NewListing) -> dict[str, Any]:
    """Not shown to anybody until the worker switches it on."""
    (pack,) = listing.variants
    return {
        **content_fields(listing.content),
        "key": listing.item_sku,
        "price": pack.price_vnd,
        "stock": pack.stock,
        "shown": False,
    }


def state_of(row: Mapping[str, Any]) -> RemoteState:
    try:
        key, remote_id = str(row["key"]), str(row["id"])
        pack = RemoteVariantState(key, "", int(row["price"]), int(row["stock"]))
        status = RemoteStatus.LIVE if row["shown"] else RemoteStatus.UNLISTED
        photos = tuple(str(p) for p in row["photos"])
        return RemoteState(
            remote_id, status, item_sku=key, title=str(row["title"]), variants=(pack,),
            image_ids=photos,
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise ProtocolError(f"Chợ Quê: sản phẩm thiếu trường ({error})") from None


def found_of(row: Mapping[str, Any]) -> FoundItem:
    state = state_of(row)
    variants = (RemoteVariant(state.item_sku, ""),)
    return FoundItem(state.remote_id, state.item_sku, state.status, variants)


# --- before a call ----------------------------------------------------------------------------


def problem_of_listing(listing: NewListing) -> Rejected | None:
    if len(listing.variants) != 1:
        words = f"có {len(listing.variants)} quy cách, Chợ Quê bán từng quy cách riêng"
        return _no("variants", words, "Tách mỗi quy cách thành một sản phẩm.")
    (pack,) = listing.variants
    return (
        problem_of_content(listing.content)
        or problem_of_amount("price", pack.price_vnd)
        or problem_of_amount("stock", pack.stock)
    )


def problem_of_content(content: Content) -> Rejected | None:
    return (
        _length("title", "Tên sản phẩm", content.title, CAPABILITIES.title_length)
        or _length("description", "Mô tả", content.description, CAPABILITIES.description_length)
        or _length("images", "Danh sách ảnh", content.image_ids, CAPABILITIES.images)
    )


def problem_of_amount(field: str, value: object) -> Rejected | None:
    """``price`` or ``stock``: a whole number within the range."""
    low, high = CAPABILITIES.price_range if field == "price" else CAPABILITIES.stock_range
    if isinstance(value, int) and low <= value <= high:
        return None
    name = "Giá" if field == "price" else "Tồn kho"
    return _no(field, f"{name} {value} không phải số nguyên từ {low} đến {high}", f"Sửa {name}.")


def problem_of_picture(image: ImageFile) -> Rejected | None:
    if image.content_type not in CAPABILITIES.image_types or not image.data:
        return _no("images", f"ảnh kiểu {image.content_type}", "Đổi ảnh sang JPG hoặc PNG.")
    if len(image.data) > CAPABILITIES.image_max_bytes:
        return _no("images", f"ảnh nặng {len(image.data)} byte", "Giảm ảnh xuống dưới 2 MB.")
    return None


def _length(field: str, name: str, value: Any, bounds: tuple[int, int]) -> Rejected | None:
    low, high = bounds
    if low <= len(value) <= high:
        return None
    return _no(field, f"{name} dài {len(value)}, Chợ Quê nhận {low} đến {high}", f"Sửa {name}.")


def _no(field: str, words: str, hint: str) -> Rejected:
    return Rejected(words, code="before_call", field=field, hint=hint)
