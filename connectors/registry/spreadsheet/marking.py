"""The sheet back to the one who keeps it, as XLSX: bad cells filled, each with its words as a
comment, and all of a row's words in a column of their own at the right.

An XLSX keeps its looks; another file's cells are written into a new book. Nothing in it is a
formula: what Excel computed stays as a value, text that begins like a formula stays text.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.cell.cell import Cell as BookCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, PatternFill
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from connectors.registry.spreadsheet.bounds import MAX_COLUMNS
from connectors.registry.spreadsheet.cells import Sheet
from connectors.registry.spreadsheet.errors import BROKEN_FILE
from connectors.registry.spreadsheet.register import file_bytes, read_sheets
from connectors.registry.spreadsheet.sniff import XLSX, kind_of
from connectors.registry.spreadsheet.xlsx import merged, open_book

LABEL = "Lỗi (ocop-sync)"
FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r")
CELL_LETTERS = 32_000
"""What a cell of Excel holds, about."""
COMMENT_LETTERS = 1000

_REFUSED = PatternFill("solid", fgColor="FFC7CE")
_WAITS = PatternFill("solid", fgColor="FFEB9C")
_AUTHOR = "ocop-sync"


@dataclass(frozen=True, slots=True)
class Mark:
    """Words about a row; ``column`` is a letter, "" where they are about no cell of it.
    ``refused``: the row cannot be used as it is."""

    sheet: str
    row: int
    column: str
    words: str
    refused: bool


def marked(path: Path, marks: Sequence[Mark], headers: Mapping[str, int]) -> bytes:
    """The file with its marks; ``headers``: the header's first row, by sheet. Raises
    RegistryError when the file cannot be read (any more)."""
    data = file_bytes(path)
    if kind_of(data, path.name) == XLSX:
        try:
            book = open_book(data, values=True)
            return _saved(book, {s.title: s for s in book.worksheets}, marks, headers)
        except BROKEN_FILE:
            pass  # readable and not writable again: then its cells alone
    book = Workbook()
    return _saved(book, _written(book, read_sheets(path)), marks, headers)


def _written(book: Workbook, sheets: Iterable[Sheet]) -> dict[str, Worksheet]:
    """The cells of a file in a new book, each in its own place."""
    book.remove(book.worksheets[0])
    pages: dict[str, Worksheet] = {}
    for number, sheet in enumerate(sheets, start=1):
        page = pages[sheet.name] = book.create_sheet(f"Trang {number}")
        for row in sheet.rows:
            for column, cell in enumerate(row.cells, start=1):
                if cell.value is not None:
                    _put(page, row.number, column, cell.value)
    return pages


def _put(page: Worksheet, row: int, column: int, value: Any) -> BookCell:
    cell = cast(BookCell, page.cell(row, column))
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)[:CELL_LETTERS]
    else:
        cell.value = value
    return cell


def _saved(
    book: Workbook, pages: Mapping[str, Worksheet], marks: Sequence[Mark],
    headers: Mapping[str, int],
) -> bytes:  # fmt: skip
    by_sheet: dict[str, list[Mark]] = defaultdict(list)
    for mark in marks:
        by_sheet[mark.sheet].append(mark)
    for name, page in pages.items():
        if by_sheet[name]:
            _mark_page(page, by_sheet[name], headers.get(name, 1))
    for page in book.worksheets:
        _plain_text(page)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _mark_page(page: Worksheet, marks: Sequence[Mark], header: int) -> None:
    holders = dict(merged(page))
    for mark in marks:
        if mark.column:
            place = (mark.row, column_index_from_string(mark.column))
            cell = cast(BookCell, page.cell(*holders.get(place, place)))
            cell.fill = _REFUSED if mark.refused else _WAITS
            cell.comment = Comment(_said(cell, mark.words), _AUTHOR, height=160, width=320)
    column = _words_column(page, header)
    rows: dict[int, list[str]] = defaultdict(list)
    for mark in marks:
        rows[mark.row].append(f"{mark.column or '–'}: {mark.words}")
    for row, words in ((header, [LABEL]), *rows.items()):
        place = holders.get((row, column), (row, column))
        cell = _put(page, *place, "\n".join(words))
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    page.column_dimensions[get_column_letter(column)].width = 60


def _said(cell: BookCell, words: str) -> str:
    """Under what we say, what others said there before."""
    old = cell.comment.text if cell.comment is not None and cell.comment.author != _AUTHOR else ""
    said = ILLEGAL_CHARACTERS_RE.sub("", f"{words}\n{old}".strip())
    return said[:COMMENT_LETTERS]


def _words_column(page: Worksheet, header: int) -> int:
    """The first column right of the table; the one that we made before, cleared, where there is
    one."""
    last = min(page.max_column, MAX_COLUMNS)
    for column in range(1, last + 1):
        if page.cell(header, column).value == LABEL:
            for row in range(header + 1, page.max_row + 1):
                if isinstance(cell := page.cell(row, column), BookCell):
                    cell.value = None
            return column
    return last + 1


def _plain_text(page: Worksheet) -> None:
    """No formula anywhere. Only the cells that there are: one stray cell at the far end costs
    nothing."""
    for cell in page._cells.values():
        if isinstance(cell.value, str) and cell.value.startswith(FORMULA_MARKS):
            cell.data_type = "s"
            cell.quotePrefix = True
