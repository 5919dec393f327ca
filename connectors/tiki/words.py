"""What Tiki says in words: refusals have no code, so their words are sorted here. Pure.

The words themselves are kept verbatim in the error; what is found out is which of our fields they
speak of and what a producer can do (2, 3.3, 3.7).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from connectors.errors import Rejected


@dataclass(frozen=True, slots=True)
class Known:
    """``pattern`` is matched against folded words (lower case, no accents)."""

    pattern: re.Pattern[str]
    field: str
    hint: str


def _known(pattern: str, field: str, hint: str) -> Known:
    return Known(re.compile(pattern), field, hint)


_TAKEN = (
    r"(already exist|(?<!not )\bexist(s|ed)\b|da ton tai|duplicat|bi trung"
    r"|(been|already|da duoc) (used|taken|su dung))"
)
_BARCODE = r"(min[ _-]?code|bar ?code|gtin|\bean\b|ma vach)"
_CODE = r"(\bsku\b|_sku\b|(?<!min)(?<!min[ _-])(?<!bar)(?<!bar )code\b|\bma\b(?! vach))"
"""A code of the seller's, within one sentence. The words of v2.x are not known (8), so each way of
saying that one is taken counts: what is taken is looked up, anything else waits for a person."""

_KNOWN = (
    _known(
        rf"not unique|khong duy nhat|{_TAKEN}[^;]*{_CODE}|{_CODE}[^;]*{_TAKEN}",
        "sku",
        "Mã SKU này đã có trên Tiki: hệ thống tìm và nhận lại sản phẩm đó.",
    ),
    _known(
        r"ten percent|10 ?%|listing price|market.?price|gia niem yet",
        "price",
        "Giá bán phải từ 10% giá niêm yết đến giá niêm yết: sửa giá niêm yết trên Seller Center.",
    ),
    _known(r"price|\bgia\b", "price", "Sửa giá bán: số nguyên đồng, từ 1.000 đ."),
    _known(_BARCODE, "gtin", "Điền mã vạch đúng của gói hàng."),
    _known(
        r"certificate|document|licen[cs]e|giay (chung|to|phep)|chung nhan|cong bo|trademark",
        "papers",
        "Nộp giấy tờ còn hạn mà Tiki yêu cầu cho ngành hàng hoặc thương hiệu này.",
    ),
    _known(
        r"image|picture|photo|hinh anh|\banh\b|\bhinh\b",
        "images",
        "Dùng ảnh vuông từ 500×500 điểm, sản phẩm chiếm khoảng 80% khung hình, đúng tên sản phẩm.",
    ),
    _known(
        r"inventory_?type|operation.?model|mo hinh",
        "shop",
        "Chọn mô hình vận hành mà gian hàng đã đăng ký với Tiki (inventory_type).",
    ),
    _known(r"warehouse|\bkho\b", "shop", "Kiểm tra kho lấy hàng của gian hàng trên Tiki."),
    _known(r"quantity|qty|stock|so luong|ton kho", "stock", "Sửa tồn kho: số nguyên, không âm."),
    _known(r"categor|danh muc|nganh hang", "category", "Chọn lại danh mục chính của Tiki."),
    _known(r"option|variant", "variants", "Mỗi sản phẩm Tiki chỉ có một quy cách: báo văn phòng."),
    _known(
        r"attribute|thuoc tinh|brand|thuong hieu|\borigin\b|xuat xu",
        "attributes",
        "Điền thuộc tính bắt buộc của danh mục bằng thông tin thật.",
    ),
    _known(r"description|mo ta", "description", "Sửa mô tả sản phẩm."),
    _known(r"\bname\b|\btitle\b|\bten\b", "title", "Sửa tên sản phẩm: 3 đến 255 ký tự."),
    _known(r"\bsku\b", "variants", "Sửa mã SKU."),
)

_GENERAL = "Xem lý do của Tiki, sửa dữ liệu rồi gửi lại."


def refused(said: str, *, code: str = "", request_id: str = "", field: str = "") -> Rejected:
    """The refusal that words stand for; ``field`` where the words name none that is known."""
    folded = fold(said)
    known = next((k for k in _KNOWN if k.pattern.search(folded)), None)
    return Rejected(
        f"Tiki: {said}" if said else "Tiki từ chối mà không nói lý do",
        code=code,
        field=known.field if known else field,
        hint=known.hint if known else _GENERAL,
        request_id=request_id,
    )


def errors_of(body: Any) -> str:
    """The words of an error body, ``{"errors": ["…"]}`` and its relatives; "" when it has none."""
    return "; ".join(dict.fromkeys(_spoken(body)))[:2000]


def reason_of(value: Any) -> str:
    """A request's reason in words: plain, JSON text within a text, "" or null (trap 6)."""
    if isinstance(value, str):
        text = value.strip()
        if text[:1] in ("{", "["):
            try:
                value = orjson.loads(text)
            except ValueError:
                return text[:2000]
            return errors_of(value) or text[:2000]
        return text[:2000]
    return errors_of(value)


_FIELDS = (
    "errors", "error", "reasons", "list_reasons", "data", "description", "msg", "message",
    "error_description", "error_hint", "reason", "reason_name", "reject_description",
)  # fmt: skip


def _spoken(value: Any, depth: int = 0) -> Iterator[str]:
    """Every text that stands where words are known to stand."""
    if depth > 4:
        return
    if isinstance(value, str):
        if value.strip():
            yield value.strip()
    elif isinstance(value, list):
        for entry in value:
            yield from _spoken(entry, depth + 1)
    elif isinstance(value, dict):
        for name in _FIELDS:
            yield from _spoken(value.get(name), depth + 1)


def fold(text: str) -> str:
    """Lower case, accents away, đ to d."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(c for c in plain if not unicodedata.combining(c))
