"""What a sheet row is: a product, or one of the other things that offices put into a table.

Kinds of registry-formats.md 4: TITLE, BLANK, UNIT_NOTE, HEADER, COLUMN_NUMBERS, SECTION, TOTAL,
FOOTNOTE, SIGNATURE.
"""

from __future__ import annotations

import re

from connectors.registry.spreadsheet.cells import SheetRow, is_blank, shown
from connectors.registry.spreadsheet.header import Header, is_header_row
from connectors.registry.spreadsheet.text import fold

PRODUCT = "PRODUCT"

_UNIT_NOTE = re.compile(r"\(?(?:dvt|don vi tinh)\b")
_TOTAL = re.compile(r"(?:tong|cong)(?: cong| so)?\b")
_FOOTNOTE = re.compile(r"(?:ghi chu|luu y|nguon)\b|\(?\*")
_SIGNATURE = re.compile(
    r"(?:nguoi lap|nguoi ky|thu truong|chu tich|giam doc|truong phong|pho|t/?l|t/?m|k/?t|tuq|ky ten"
    r"|noi nhan|xac nhan)\b|.*, ngay .*thang"
)
_ORDINAL = re.compile(r"[0-9]+|[IVXLC]+|[A-Z]")
"""A row's number; districts and groups of rows are numbered with Roman figures or letters."""

_FEW = 3
"""A product has more cells than this beside its number; a total or a signature has not."""


def kind_of_row(row: SheetRow, header: Header) -> str:
    """The kind of a row of a sheet whose header is known."""
    texts = _distinct_texts(row, header)
    if not texts:
        return "BLANK"
    if row.number < header.first:
        return "UNIT_NOTE" if _UNIT_NOTE.match(fold(texts[0])) else "TITLE"
    if row.number <= header.last or is_header_row(row):
        return "HEADER"
    if _is_counting(row):
        return "COLUMN_NUMBERS"
    if len(texts) <= _FEW and (kind := _by_words(texts, row, header)):
        return kind
    return PRODUCT


def _distinct_texts(row: SheetRow, header: Header) -> list[str]:
    """What is written in the row, once each; a row number alone is not writing."""
    ordinal = header.columns.get("ordinal")
    written = [
        shown(cell.value).strip()
        for column, cell in enumerate(row.cells)
        if not (is_blank(cell.value) and not cell.problem)
        and not (column == ordinal and _ORDINAL.fullmatch(shown(cell.value).strip(" .()")))
    ]
    return list(dict.fromkeys(written))


def _is_counting(row: SheetRow) -> bool:
    """1, 2, 3, … or (1), (2), (3), … from the first column on."""
    numbers = [shown(cell.value).strip("() ") for cell in row.cells if not is_blank(cell.value)]
    return len(numbers) >= _FEW and numbers == [str(n) for n in range(1, len(numbers) + 1)]


def _by_words(texts: list[str], row: SheetRow, header: Header) -> str:
    """TOTAL, FOOTNOTE, SIGNATURE, SECTION, or "" for a (poor) product row."""
    if not is_blank(row.at(header.columns.get("code", len(row.cells))).value) and (len(texts) > 1):
        return ""
    first = fold(texts[0])
    for kind, words in (("TOTAL", _TOTAL), ("FOOTNOTE", _FOOTNOTE), ("SIGNATURE", _SIGNATURE)):
        if words.match(first):
            return kind
    if _UNIT_NOTE.match(first):
        return "UNIT_NOTE"
    outside = row.at(min(header.columns.values())).value
    return "SECTION" if len(texts) == 1 and not is_blank(outside) else ""
