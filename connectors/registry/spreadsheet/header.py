"""Finding the table's header: which column holds which field (registry-formats.md 1).

It may sit below title rows, be two rows with merged cells, be spelled without diacritics or in
a legacy encoding, and be followed by a row of column numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from connectors.registry.spreadsheet.cells import Sheet, SheetRow, column_letter, is_blank, shown
from connectors.registry.spreadsheet.legacy import TCVN3, VNI, to_unicode
from connectors.registry.spreadsheet.text import reduced

_NAMES = {
    "ordinal": "stt tt sott",
    "code": "masanpham masp maso maocop",
    "name": "tensanpham tensp sanpham tensanphamdichvu",
    "producer": "chuthe chuthesanxuat tenchuthe donvi cososanxuat htxdn",
    "producer_kind": "loaihinhchuthe loaihinh",
    "district": "huyentp huyen huyenthixathanhpho diaban",
    "commune": "xaphuong xa xathitran diachi",
    "phone": "dienthoai dt dthoai sdt lienhe",
    "group": "nhomsanpham nhomsp nhom nganhhang phannhom",
    "stars": "hangsao xephang hang sosao phanhang danhgia",
    "decision": "soquyetdinh soqd quyetdinhcongnhanso quyetdinhcongnhan quyetdinh",
    "recognised_on": "ngaycongnhan ngaycap ngayky ngayqd ngay",
    "expires_on": "ngayhethan hethan hieuluc thoihan",
    "pack": "quycachdonggoi quycach donggoi dvt donvitinh",
    "net": "khoiluong khoiluongg khoiluongkg kluong trongluong trongluongg trongluongkg dungtich "
    "dungtichml dinhluong khoiluonggr",
    "price_vnd": "giaban giabandong dongia dongiad gia giabanle giabanvnd giabanledong",
    "stock": "tonkho slton soluongton soluong ton",
    "shelf_life": "hansudung hsd",
    "self_declaration": "sotcb tucongbo sotucongbo congbochatluong",
    "trace_code": "matruyxuat matruyxuatnguongoc matxng qr",
    "gtin": "mavach ean barcode gtin masomavach",
    "images": "anh hinhanh linkanh duongdananh",
    "description": "mota motasanpham",
    "note": "ghichu",
}
FIELDS = {short: field for field, names in _NAMES.items() for short in names.split()}
ESSENTIAL = ("code", "name", "group", "stars", "price_vnd")
"""Without one of these columns every row would be refused: the sheet is not the register."""

LABELS = {
    "code": "Mã sản phẩm",
    "name": "Tên sản phẩm",
    "group": "Nhóm sản phẩm",
    "stars": "Hạng sao",
    "price_vnd": "Giá bán",
}
_NET_UNITS = {"khoiluongg": "g", "khoiluonggr": "g", "trongluongg": "g", "khoiluongkg": "kg"} | {
    "trongluongkg": "kg",
    "dungtichml": "ml",
}
_SEARCHED_ROWS = 60
_ENOUGH = 3


@dataclass(frozen=True, slots=True)
class Header:
    """``columns``: field to column (from 0). ``first`` and ``last``: the header's row numbers.

    ``net_unit`` is the unit that the net column's name gives, "" when it gives none.
    """

    columns: Mapping[str, int]
    first: int
    last: int
    net_unit: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """The essential columns that are not there."""
        return tuple(field for field in ESSENTIAL if field not in self.columns)

    def letter(self, field: str) -> str:
        """The column's letter, "" when the sheet has no such column."""
        return column_letter(self.columns[field]) if field in self.columns else ""


def find_header(sheet: Sheet) -> Header | None:
    """The best header among the first rows, one or two rows high; None: the sheet has no table."""
    rows = [row for row in sheet.rows[:_SEARCHED_ROWS] if not is_blank_row(row)]
    found = [
        header
        for upper, lower in zip(rows, [*rows[1:], None], strict=True)
        for header in (_one_row(upper), _two_rows(upper, lower))
        if header is not None
    ]
    return max(found, key=lambda h: (len(h.columns), -h.first, -h.last), default=None)


def header_score(sheet: Sheet) -> int:
    """How many columns the sheet's header names, 0 when it has none."""
    header = find_header(sheet)
    return len(header.columns) if header else 0


def is_header_row(row: SheetRow) -> bool:
    """A header repeated further down (a new page of a printed table)."""
    return len(_fields([[shown(cell.value)] for cell in row.cells])[0]) >= _ENOUGH


def is_blank_row(row: SheetRow) -> bool:
    return all(is_blank(cell.value) and not cell.problem for cell in row.cells)


def _one_row(row: SheetRow) -> Header | None:
    return _header([[shown(cell.value)] for cell in row.cells], row.number, row.number)


def _two_rows(upper: SheetRow, lower: SheetRow | None) -> Header | None:
    """Names of two rows together: the lower alone, both joined, or the upper above an empty one."""
    if lower is None or lower.number != upper.number + 1:
        return None
    names: list[list[str]] = []
    above = ""
    for column in range(max(len(upper.cells), len(lower.cells))):
        top, below = shown(upper.at(column).value), shown(lower.at(column).value)
        above = top or above  # a merged name, or one that CSV wrote in its first column only
        names.append([f"{above} {below}", below] if below and below != top else [top])
    return _header(names, upper.number, lower.number)


def _header(names: Sequence[Sequence[str]], first: int, last: int) -> Header | None:
    columns, net_unit = _fields(names)
    if "name" not in columns or len(columns) < _ENOUGH:
        return None
    return Header(columns, first, last, net_unit)


def _fields(names: Sequence[Sequence[str]]) -> tuple[dict[str, int], str]:
    """Field to column, the first column that has it; and the unit named with the net."""
    columns: dict[str, int] = {}
    net_unit = ""
    for column, spellings in enumerate(names):
        short = next((s for text in spellings for s in _spelled(text) if s in FIELDS), None)
        if short is None or FIELDS[short] in columns:
            continue
        columns[FIELDS[short]] = column
        if FIELDS[short] == "net":
            net_unit = _NET_UNITS.get(short, "")
    return columns, net_unit


_NAME_LETTERS = 100
"""No header's name is longer, spaces and all."""


@lru_cache(maxsize=8192)
def _spelled(text: str) -> tuple[str, ...]:
    """The reduced forms of a header as it stands and out of each legacy encoding."""
    if len(text) > _NAME_LETTERS or text.isdecimal():
        return ()
    if text.isascii():
        return (reduced(text),)
    return (reduced(text), reduced(to_unicode(text, TCVN3)), reduced(to_unicode(text, VNI)))
