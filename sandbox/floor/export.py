"""The floor's own file: what became of each row, as a seller downloads it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from openpyxl import Workbook

from sandbox.floor.switches import Switches
from sandbox.floor.world import Item

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_HEADS = {
    "template": ("Mã sản phẩm (SKU)", "Tên sản phẩm", "Giá bán (VND)", "Tồn kho", "Liên kết",
                 "Lý do", "Trạng thái"),
    "short": ("SKU", "Tên hàng", "Giá", "Số lượng", "Link", "Ghi chú", "Tình trạng"),
    "english": ("id", "title", "price", "status", "link", "issue", "quantity"),
    "extra": ("Mã sản phẩm (SKU)", "Tên sản phẩm", "Giá bán (VND)", "Tồn kho", "Liên kết",
              "Lý do", "Trạng thái"),
    "other": ("Mã nội bộ", "Mặt hàng", "Đơn giá", "Tồn", "Trang", "Diễn giải", "Nhóm"),
}  # fmt: skip
_WORDS = {
    "vi": {
        "live": "Đang bán", "hidden": "Ẩn", "review": "Chờ duyệt", "rejected": "Từ chối",
        "banned": "Vi phạm", "deleted": "Đã gỡ",
    },
    "en": {
        "live": "approved", "hidden": "hidden", "review": "pending", "rejected": "disapproved",
        "banned": "banned", "deleted": "removed",
    },
}  # fmt: skip


def made(items: Sequence[Item], switches: Switches) -> tuple[bytes, str]:
    """The file and its content type."""
    rows = [_row(item, switches) for item in items if _is_shown(item, switches)]
    heads: list[object] = list(_HEADS[switches.heads])
    if switches.heads == "english":
        rows = [[*row[:3], row[6], *row[4:6], row[3]] for row in rows]
    if switches.heads == "extra":
        heads.insert(1, "Mã gian hàng")
        rows = [[row[0], "GH-01", *row[1:]] for row in rows]
    table: list[list[object]] = [heads, *rows]
    if switches.title_line:
        table.insert(0, ["Kết quả đăng bán"])
    return (_xlsx(table), XLSX) if switches.export == "xlsx" else (_csv(table, switches), CSV)


def _is_shown(item: Item, switches: Switches) -> bool:
    if item.state == "deleted":
        return switches.gone == "shown"
    return item.state != "hidden" or switches.hidden == "shown"


def _row(item: Item, switches: Switches) -> list[object]:
    price: object = item.price
    if switches.amounts == "dots":
        price = f"{item.price:,}".replace(",", ".") + " đ"
    word = _WORDS[switches.words][item.state]
    return [item.sku, item.title, price, item.left, item.link, item.reason, word]


def _csv(table: list[list[object]], switches: Switches) -> bytes:
    out = io.StringIO(newline="")
    comma = ";" if switches.export == "semicolon" else ","
    csv.writer(out, delimiter=comma, lineterminator="\r\n").writerows(table)
    text = out.getvalue()
    if not switches.last_newline:
        text = text.removesuffix("\r\n")
    return text.encode("utf-8-sig")


def _xlsx(table: list[list[object]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Kết quả")
    for row in table:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
