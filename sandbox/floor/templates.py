"""Each floor's own template, as its help page would print it: files, columns and their rules.

Written from docs/feeds.md 2 and 3, and from nothing of ours: a floor does not know how a seller's
program is configured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["text", "whole", "price", "day", "gtin", "url", "urls", "word"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One column. ``means``: what the floor takes from it, "" when it only looks at it."""

    kind: Kind = "text"
    needed: bool = False
    most: int = 5000
    words: tuple[str, ...] = ()
    means: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """``files``: name -> format, the likeliest first. ``off``: words of the status column that
    hide a row. ``export``: the heads of the floor's own file."""

    files: Mapping[str, Literal["xlsx", "csv", "xml", "tsv", "jsonld"]]
    columns: Mapping[str, Rule] = field(default_factory=dict)
    off: tuple[str, ...] = ()


_YES = ("Hiển thị", "Ẩn")
_STARS = ("3 sao", "4 sao", "5 sao")
_GROUPS = (
    "Thực phẩm", "Đồ uống", "Dược liệu và sản phẩm từ dược liệu", "Hàng thủ công mỹ nghệ",
    "Sinh vật cảnh", "Dịch vụ du lịch cộng đồng, du lịch sinh thái và điểm du lịch",
)  # fmt: skip


def _pictures(name: str, count: int) -> dict[str, Rule]:
    first = {name.format(1): Rule("url", needed=True, most=2000)}
    return first | {name.format(n): Rule("url", most=2000) for n in range(2, count + 1)}


TEMPLATES: Mapping[str, Template] = {
    "san24h": Template(
        files={"san-pham.xlsx": "xlsx", "san-pham.csv": "csv"},
        off=("Ẩn",),
        columns={
            "Mã sản phẩm (SKU)": Rule(needed=True, most=50, means="sku"),
            "Tên sản phẩm": Rule(needed=True, most=150, means="title"),
            "Danh mục": Rule(needed=True, most=750),
            "Thương hiệu": Rule(most=70),
            "Xuất xứ": Rule(most=255),
            "Đơn vị tính": Rule(most=20),
            "Quy cách": Rule(most=100),
            "Khối lượng (g)": Rule("whole", needed=True),
            "Giá bán (VND)": Rule("price", needed=True, means="price"),
            "Giá niêm yết": Rule("price"),
            "Tồn kho": Rule("whole", needed=True, means="stock"),
            "Mô tả ngắn": Rule(most=250),
            "Mô tả chi tiết": Rule(needed=True),
            **_pictures("Ảnh {}", 8),
            "Mã vạch": Rule("gtin"),
            "HSD/Bảo quản": Rule(most=255),
            "Hạng OCOP": Rule("word", words=_STARS),
            "Số giấy chứng nhận OCOP/ATTP": Rule(most=100),
            "Ngày hết hạn giấy": Rule("day"),
            "Trạng thái": Rule("word", needed=True, words=_YES, means="status"),
        },
    ),
    "postmart": Template(
        files={"hang-hoa.xlsx": "xlsx"},
        off=("Không",),
        columns={
            "Mã SKU": Rule(needed=True, most=50, means="sku"),
            "Tên hàng hóa": Rule(needed=True, most=120, means="title"),
            "Ngành hàng": Rule(needed=True, most=750),
            "Nhà cung cấp": Rule(needed=True, most=150),
            "Nơi sản xuất": Rule(most=255),
            "Đơn vị": Rule(most=20),
            "Quy cách đóng gói": Rule(most=100),
            "Trọng lượng gửi (gram)": Rule("whole", needed=True),
            "Giá bán": Rule("price", needed=True, means="price"),
            "Số lượng tồn": Rule("whole", needed=True, means="stock"),
            "Mô tả": Rule(needed=True),
            **_pictures("Link ảnh {}", 6),
            "Mã vạch (GTIN)": Rule("gtin"),
            "Hạn sử dụng": Rule(most=255),
            "Sản phẩm OCOP": Rule("word", words=("OCOP 3 sao", "OCOP 4 sao", "OCOP 5 sao")),
            "Số quyết định OCOP": Rule(most=100),
            "Ngày hết hạn OCOP": Rule("day"),
            "Số giấy ATTP": Rule(most=100),
            "Mã truy xuất nguồn gốc": Rule(most=100),
            "Hiển thị": Rule("word", needed=True, words=("Có", "Không"), means="status"),
        },
    ),
    "voso": Template(
        files={"san-pham.csv": "csv"},
        off=("0",),
        columns={
            "Mã sản phẩm": Rule(needed=True, most=50, means="sku"),
            "Tên sản phẩm": Rule(needed=True, most=120, means="title"),
            "Danh mục sản phẩm": Rule(needed=True, most=750),
            "Thương hiệu": Rule(most=70),
            "Xuất xứ": Rule(most=255),
            "Phân loại": Rule(most=100),
            "Cân nặng (g)": Rule("whole", needed=True),
            "Dài": Rule(most=20),
            "Rộng": Rule(most=20),
            "Cao": Rule(most=20),
            "Giá": Rule("price", needed=True, means="price"),
            "Kho hàng": Rule("whole", needed=True, means="stock"),
            "Mô tả sản phẩm": Rule(needed=True),
            "Hình ảnh": Rule("urls", needed=True, most=9),
            "Barcode": Rule("gtin"),
            "Chứng nhận OCOP": Rule("word", words=("OCOP 3 sao", "OCOP 4 sao", "OCOP 5 sao")),
            "Số chứng nhận": Rule(most=100),
            "Ngày cấp": Rule("day"),
            "Ngày hết hạn": Rule("day"),
            "Đang bán": Rule("word", needed=True, words=("1", "0"), means="status"),
        },
    ),
    "csdl-ocop": Template(
        files={"san-pham-ocop.xlsx": "xlsx", "san-pham-ocop.csv": "csv"},
        off=("Ngừng bán",),
        columns={
            "Mã sản phẩm OCOP": Rule(needed=True, most=50),
            "Mã SKU": Rule(needed=True, most=50, means="sku"),
            "Tên sản phẩm": Rule(needed=True, most=255),
            "Tên trên gian hàng": Rule(needed=True, most=150, means="title"),
            "Nhóm sản phẩm": Rule("word", needed=True, words=_GROUPS),
            "Chủ thể": Rule(needed=True, most=255),
            "Xuất xứ": Rule(most=255),
            "Quy cách": Rule(most=100),
            "Khối lượng tịnh (g)": Rule("whole"),
            "Thể tích (ml)": Rule("whole"),
            "Hạng sao": Rule("word", words=("3", "4", "5")),
            "Số quyết định": Rule(most=100),
            "Ngày công nhận": Rule("day"),
            "Ngày hết hạn": Rule("day"),
            "Số tự công bố": Rule(most=100),
            "Số giấy ATTP": Rule(most=100),
            "Giấy ATTP có giá trị đến": Rule("day"),
            "Giấy phép sản xuất rượu": Rule(most=100),
            "Nhãn hiệu": Rule(most=100),
            "Mã truy xuất nguồn gốc": Rule(most=100),
            "Mã vạch": Rule("gtin"),
            "Hạn sử dụng": Rule(most=255),
            "Giá bán (đồng)": Rule("price", needed=True, means="price"),
            "Tồn kho": Rule("whole", needed=True, means="stock"),
            "Mô tả": Rule(needed=True),
            **_pictures("Ảnh {}", 5),
            "Trạng thái": Rule(
                "word", needed=True, words=("Đang bán", "Hết hàng", "Ngừng bán"), means="status"
            ),
        },
    ),
    "google": Template(files={"google.xml": "xml", "google.tsv": "tsv"}),
    "trang-tinh": Template(files={"san-pham.jsonld": "jsonld"}),
}
