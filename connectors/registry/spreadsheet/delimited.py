"""CSV files: the encodings and the delimiters that Vietnamese offices use."""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from collections.abc import Callable

from connectors.registry.contract import RegistryError
from connectors.registry.spreadsheet.bounds import MAX_CELLS, MAX_COLUMNS, MAX_ROWS
from connectors.registry.spreadsheet.cells import Cell, Sheet, SheetRow
from connectors.registry.spreadsheet.errors import A_WORKBOOK, too_big
from connectors.registry.spreadsheet.legacy import suspected_code
from connectors.registry.spreadsheet.syllables import plausible

DELIMITERS = ",;\t"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 65_536


def read_csv(data: bytes, name: str, sheet: str, table_score: Callable[[Sheet], int]) -> Sheet:
    """The one sheet of a CSV file. The delimiter is the one that gives the best table header.

    ``table_score`` says how much of a header a sheet has. RegistryError: no text, a quotation
    mark that is never closed, or beyond our bounds.
    """
    text = decode(data, name)
    scores = {
        mark: table_score(_table(text[:_SAMPLE], mark, sheet, name, strict=False))
        for mark in DELIMITERS
    }
    return _table(text, max(DELIMITERS, key=lambda mark: scores[mark]), sheet, name, strict=True)


def decode(data: bytes, name: str) -> str:
    """The text of a CSV file: by its mark, else UTF-8 if that is valid, UTF-16, Windows-1258.

    A file typed in TCVN3 or VNI comes out as Latin-1: ``legacy`` converts it cell by cell.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _strictly(data, encoding, name)
    if b"\0" in data:
        return _strictly(data, _utf16_order(data), name)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _single_bytes(data)


def _strictly(data: bytes, encoding: str, name: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _not_text(name) from error
    if "\0" in text:
        raise _not_text(name)
    return text


def _utf16_order(data: bytes) -> str:
    """ASCII letters have their zero byte second in little endian, first in big endian."""
    return "utf-16-le" if data[1::2].count(0) >= data[0::2].count(0) else "utf-16-be"


def _single_bytes(data: bytes) -> str:
    latin = data.decode("latin-1")
    try:
        windows = unicodedata.normalize("NFC", data.decode("cp1258"))
    except UnicodeDecodeError:
        return latin
    lines = latin[:_SAMPLE].splitlines()
    legacy = any(suspected_code([(line, "")]) for line in lines)
    return latin if legacy and not plausible(windows[:_SAMPLE]) else windows


def _not_text(name: str) -> RegistryError:
    return RegistryError(
        name, "nội dung không phải văn bản", A_WORKBOOK, "lưu lại tệp thành XLSX hoặc CSV UTF-8"
    )


def _table(text: str, delimiter: str, sheet: str, name: str, *, strict: bool) -> Sheet:
    """``strict`` refuses an unclosed quotation mark, which would swallow the rows after it."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)
    rows: list[SheetRow] = []
    cells = 0
    try:
        for number, values in enumerate(reader, start=1):
            cells += len(values)
            if number > MAX_ROWS or cells > MAX_CELLS:
                limit = f"không quá {MAX_ROWS} dòng và {MAX_CELLS} ô"
                raise too_big(name, f"tệp có hơn {number - 1} dòng, {cells} ô", limit)
            row = tuple(Cell(value or None) for value in values[:MAX_COLUMNS])
            rows.append(SheetRow(number, row))
    except csv.Error as error:
        raise RegistryError(
            f"{name}, dòng văn bản {reader.line_num}",
            f"không tách được cột ({error})",
            "mỗi dấu ngoặc kép mở đều có dấu đóng",
            "sửa dấu ngoặc kép ở dòng đó, hoặc lưu lại tệp thành XLSX",
        ) from error
    return Sheet(sheet, tuple(rows))
