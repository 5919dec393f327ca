"""XLS workbooks (Excel 97-2003), through xlrd: the format in which .VnTime is still met."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import xlrd

from connectors.registry.spreadsheet.bounds import MAX_CELLS, MAX_COLUMNS, MAX_ROWS
from connectors.registry.spreadsheet.cells import EMPTY, Cell, Raw, Sheet, SheetRow
from connectors.registry.spreadsheet.errors import BROKEN_FILE, damaged, too_big
from connectors.registry.spreadsheet.xlsx import SERIAL_1904

Position = tuple[int, int]


def read_xls(data: bytes, name: str) -> list[Sheet]:
    """The visible sheets. RegistryError: damaged, encrypted, or beyond our bounds.

    This format stores every formula's value, so none can be missing.
    """
    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=io.StringIO())
        return [_sheet(sheet, book, name) for sheet in book.sheets() if sheet.visibility == 0]
    except (xlrd.XLRDError, xlrd.compdoc.CompDocError, *BROKEN_FILE) as error:
        raise damaged(name, "XLS") from error


def _sheet(sheet: Any, book: Any, name: str) -> Sheet:
    if sheet.nrows > MAX_ROWS or sheet.nrows * min(sheet.ncols, MAX_COLUMNS) > MAX_CELLS:
        found = f"trang {sheet.name} có {sheet.nrows} dòng, {sheet.ncols} cột"
        raise too_big(name, found, f"không quá {MAX_ROWS} dòng và {MAX_CELLS} ô")
    anchors = dict(_merged(sheet))
    rows = tuple(
        SheetRow(
            row + 1,
            tuple(
                _cell(sheet, book, (row, column), anchors)
                for column in range(min(sheet.ncols, MAX_COLUMNS))
            ),
            hidden=row in sheet.rowinfo_map and bool(sheet.rowinfo_map[row].hidden),
        )
        for row in range(sheet.nrows)
    )
    return Sheet(sheet.name, rows, SERIAL_1904 if book.datemode == 1 else 0)


def _merged(sheet: Any) -> Iterator[tuple[Position, Position]]:
    for top, bottom, left, right in sheet.merged_cells:
        for row in range(top, min(bottom, sheet.nrows)):
            for column in range(left, min(right, sheet.ncols, MAX_COLUMNS)):
                yield (row, column), (top, left)


def _cell(sheet: Any, book: Any, at: Position, anchors: dict[Position, Position]) -> Cell:
    holder = anchors.get(at, at)
    cell = sheet.cell(*holder)
    if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return EMPTY
    return Cell(
        _value(cell, book.datemode),
        font=_font(book, cell.xf_index) if cell.ctype == xlrd.XL_CELL_TEXT else "",
        problem="CELL_ERROR" if cell.ctype == xlrd.XL_CELL_ERROR else "",
        filled_down=holder[0] < at[0],
    )


def _value(cell: Any, datemode: int) -> Raw:
    value: Raw = cell.value
    if cell.ctype == xlrd.XL_CELL_DATE:
        return xlrd.xldate_as_datetime(value, datemode)  # type: ignore[no-any-return]
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(value)
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(value, value))
    return value


def _font(book: Any, style: int) -> str:
    return str(book.font_list[book.xf_list[style].font_index].name)
