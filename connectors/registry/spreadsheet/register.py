"""A file read whole: every sheet row with its kind, every product row with what it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from connectors.registry.contract import RegistryError
from connectors.registry.spreadsheet.bounds import MAX_FILE_BYTES
from connectors.registry.spreadsheet.cells import Cell, Sheet, SheetRow
from connectors.registry.spreadsheet.delimited import read_csv
from connectors.registry.spreadsheet.errors import too_big
from connectors.registry.spreadsheet.header import (
    LABELS,
    Header,
    find_header,
    header_score,
    is_blank_row,
)
from connectors.registry.spreadsheet.identity import compare
from connectors.registry.spreadsheet.places import section_district
from connectors.registry.spreadsheet.reading import Surroundings, fill_ditto, read_row
from connectors.registry.spreadsheet.row import ProductRow
from connectors.registry.spreadsheet.rowkinds import PRODUCT, kind_of_row
from connectors.registry.spreadsheet.sniff import CSV, XLSX, kind_of
from connectors.registry.spreadsheet.text import fold
from connectors.registry.spreadsheet.xls import read_xls
from connectors.registry.spreadsheet.xlsx import read_xlsx


@dataclass(frozen=True, slots=True)
class Line:
    """One sheet row: its kind (``rowkinds``) and, when it is a product row, what it says."""

    sheet: str
    number: int
    kind: str
    product: ProductRow | None = None


@dataclass(frozen=True, slots=True)
class Register:
    """``headers`` by sheet name. Sheets without a table are left out."""

    file: str
    headers: Mapping[str, Header]
    lines: tuple[Line, ...]

    @property
    def products(self) -> tuple[ProductRow, ...]:
        """The product rows, in the file's order."""
        return tuple(line.product for line in self.lines if line.product)


def read_register(path: Path, today: date) -> Register:
    """Read a file whole. Raises RegistryError for what is wrong with all of it."""
    sheets = read_sheets(path)
    tables = _tables(sheets, path.name)
    lines = [line for sheet, header in tables for line in _lines(sheet, header, today)]
    products = iter(compare(line.product for line in lines if line.product))
    lines = [replace(line, product=next(products)) if line.product else line for line in lines]
    if not any(line.product for line in lines):
        raise RegistryError(
            path.name,
            "bảng không có dòng sản phẩm nào",
            "ít nhất một dòng sản phẩm dưới dòng tiêu đề",
            "kiểm tra đã chọn đúng tệp và đúng trang tính",
        )
    return Register(path.name, {sheet.name: header for sheet, header in tables}, tuple(lines))


def file_bytes(path: Path) -> bytes:
    """The file's bytes, read once: what is judged is what is parsed. Raises RegistryError."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            size = path.stat().st_size // 2**20
            raise too_big(path.name, f"tệp {size} MB", f"không quá {MAX_FILE_BYTES // 2**20} MB")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise RegistryError(
            str(path), "không có tệp này", "đường dẫn tới một tệp", "kiểm tra tên và thư mục"
        ) from error
    except OSError as error:
        raise RegistryError(
            str(path),
            f"không mở được tệp ({error.strerror})",
            "một tệp đọc được",
            "đóng tệp trong Excel nếu đang mở, kiểm tra quyền đọc và thử lại",
        ) from error


def read_sheets(path: Path) -> list[Sheet]:
    """The file's visible sheets, whatever its type. Raises RegistryError."""
    data = file_bytes(path)
    if not data:
        raise RegistryError(
            path.name, "tệp rỗng (0 byte)", "một sổ tính có dữ liệu", "xuất hoặc chép lại tệp"
        )
    kind = kind_of(data, path.name)
    if kind == CSV:
        return [read_csv(data, path.name, path.stem, header_score)]
    return read_xlsx(data, path.name) if kind == XLSX else read_xls(data, path.name)


def _tables(sheets: list[Sheet], file: str) -> list[tuple[Sheet, Header]]:
    """The sheets that hold a register. RegistryError says what is missing when none does."""
    if all(is_blank_row(row) for sheet in sheets for row in sheet.rows):
        raise RegistryError(
            file, "trang tính trống", "bảng sản phẩm OCOP", "kiểm tra đã gửi đúng tệp"
        )
    found = [(sheet, header) for sheet in sheets if (header := find_header(sheet))]
    whole = [(sheet, header) for sheet, header in found if not header.missing]
    if whole:
        return whole
    if not found:
        raise RegistryError(
            file,
            "không thấy dòng tiêu đề của bảng",
            "một dòng tiêu đề có " + ", ".join(LABELS.values()),
            "thêm dòng tiêu đề, hoặc kiểm tra trang tính có bị ẩn không",
        )
    sheet, header = min(found, key=lambda table: len(table[1].missing))
    raise RegistryError(
        f"{file}, trang {sheet.name}, dòng {header.first}",
        "thiếu cột " + ", ".join(LABELS[field] for field in header.missing),
        "đủ các cột " + ", ".join(LABELS.values()),
        "thêm cột còn thiếu, hoặc sửa tên cột cho đúng",
    )


def _lines(sheet: Sheet, header: Header, today: date) -> Iterator[Line]:
    """A section row sets the district of the rows below it, and ends what "như trên" reaches."""
    around = Surroundings(sheet.name, today, None, header.net_unit, sheet.serial_offset)
    above: Mapping[str, Cell] = {}
    for row in _without_blank_end(sheet.rows):
        kind = kind_of_row(row, header)
        if kind != PRODUCT:
            if kind == "SECTION":
                around, above = _enter(row, around), {}
            yield Line(sheet.name, row.number, kind)
            continue
        cells = {field: row.at(column) for field, column in header.columns.items()}
        above, dittos = fill_ditto(cells, above)
        product = read_row(row.number, above, around, hidden=row.hidden)
        if dittos:
            product = replace(product, warnings=tuple(sorted({*product.warnings, *dittos})))
        yield Line(sheet.name, row.number, kind, product)


def _without_blank_end(rows: tuple[SheetRow, ...]) -> tuple[SheetRow, ...]:
    last = max((i for i, row in enumerate(rows) if not is_blank_row(row)), default=-1)
    return rows[: last + 1]


def _enter(row: SheetRow, around: Surroundings) -> Surroundings:
    """ "Các huyện khác" has no district; a section by another criterion leaves it as it is."""
    title = next(str(cell.value) for cell in row.cells if cell.value is not None)
    district = section_district(title)
    if district is None and not any(
        word in fold(title) for word in ("huyen", "thanh pho", "thi xa", "dia ban")
    ):
        return around
    return replace(around, district=district)
