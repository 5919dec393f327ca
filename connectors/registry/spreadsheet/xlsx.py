"""XLSX workbooks, through openpyxl: values, fonts, merged ranges, hidden rows and sheets."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from typing import cast

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell as BookCell
from openpyxl.cell.cell import MergedCell
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet

from connectors.registry.spreadsheet.bounds import MAX_COLUMNS, MAX_ROWS, check_workbook
from connectors.registry.spreadsheet.cells import EMPTY, Cell, Raw, Sheet, SheetRow
from connectors.registry.spreadsheet.errors import BROKEN_FILE, damaged, too_big

SERIAL_1904 = 1462
"""Days between the two calendars of Excel (registry-formats.md 2, "Dates")."""

Position = tuple[int, int]


def read_xlsx(data: bytes, name: str) -> list[Sheet]:
    """The visible sheets. RegistryError: damaged, or beyond our bounds.

    A formula's value is what Excel stored. Where it stored none the cell looks empty, so a
    workbook with formulas is opened once more to tell those from empty ones.
    """
    has_formulas = check_workbook(data, name)
    try:
        values = open_book(data, values=True)
        formulas = open_book(data, values=False) if has_formulas else None
        return [
            _sheet(sheet, _formula_cells(formulas, sheet.title), values, name)
            for sheet in values.worksheets
            if sheet.sheet_state == "visible"
        ]
    except BROKEN_FILE as error:
        raise damaged(name, "XLSX") from error


def open_book(data: bytes, *, values: bool) -> Workbook:
    """The workbook as openpyxl has it: what Excel stored of each formula, or the formulas; never
    another file that it refers to. Raises one of BROKEN_FILE."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # extensions that openpyxl drops are none of our business
        return load_workbook(io.BytesIO(data), data_only=values, keep_links=False)


def _formula_cells(book: Workbook | None, title: str) -> frozenset[Position]:
    if book is None:
        return frozenset()
    return frozenset(
        (row, column)
        for row, cells in enumerate(_rows(book[title]), start=1)
        for column, cell in enumerate(cells, start=1)
        if cell.data_type == "f"
    )


def _rows(sheet: Worksheet) -> Iterator[tuple[BookCell | MergedCell, ...]]:
    return sheet.iter_rows(max_col=min(sheet.max_column, MAX_COLUMNS))


def _sheet(sheet: Worksheet, formulas: frozenset[Position], book: Workbook, name: str) -> Sheet:
    if sheet.max_row > MAX_ROWS:
        found = f"trang {sheet.title} dùng tới dòng {sheet.max_row}"
        raise too_big(name, found, f"không quá {MAX_ROWS} dòng")
    anchors = dict(merged(sheet))
    rows = tuple(
        SheetRow(
            number,
            tuple(
                _cell((number, column), sheet, anchors, formulas)
                for column in range(1, len(cells) + 1)
            ),
            hidden=number in sheet.row_dimensions and sheet.row_dimensions[number].hidden,
        )
        for number, cells in enumerate(_rows(sheet), start=1)
    )
    offset = SERIAL_1904 if book.epoch == CALENDAR_MAC_1904 else 0
    return Sheet(sheet.title, rows, offset)


def merged(sheet: Worksheet) -> Iterator[tuple[Position, Position]]:
    """Each cell that a merged range covers, with the cell that holds the range's value."""
    for area in sheet.merged_cells.ranges:
        anchor = (area.min_row, area.min_col)
        for row in range(area.min_row, area.max_row + 1):
            for column in range(area.min_col, min(area.max_col, MAX_COLUMNS) + 1):
                yield (row, column), anchor


def _cell(
    position: Position,
    sheet: Worksheet,
    anchors: dict[Position, Position],
    formulas: frozenset[Position],
) -> Cell:
    row, column = anchors.get(position, position)
    holder = sheet.cell(row, column)
    if holder.value is None:
        return Cell(problem="FORMULA_NO_CACHED_VALUE") if (row, column) in formulas else EMPTY
    return Cell(
        cast(Raw, holder.value),
        font=(holder.font.name or "") if holder.data_type == "s" else "",
        problem="CELL_ERROR" if holder.data_type == "e" else "",
        filled_down=row < position[0],
    )
