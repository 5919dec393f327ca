"""What every reader of a file gives: sheets of rows of cells, whatever the file's type."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Generic, TypeVar

T = TypeVar("T")
Raw = str | int | float | bool | datetime | date | time | timedelta | None
"""A cell's value as the library gives it; None is an empty cell."""


@dataclass(frozen=True, slots=True)
class Cell:
    """``font`` is the font's name where the file tells it (it settles a legacy encoding).

    ``problem`` is CELL_ERROR or FORMULA_NO_CACHED_VALUE, then ``value`` is what the sheet shows.
    ``filled_down``: the value belongs to a merged range that begins in a row above.
    """

    value: Raw = None
    font: str = ""
    problem: str = ""
    filled_down: bool = False


EMPTY = Cell()


@dataclass(frozen=True, slots=True)
class SheetRow:
    """``number`` counts from 1, as a person sees it in the sheet."""

    number: int
    cells: tuple[Cell, ...]
    hidden: bool = False

    def at(self, column: int) -> Cell:
        """The cell of a column (from 0); beyond the row's end it is empty."""
        return self.cells[column] if column < len(self.cells) else EMPTY


@dataclass(frozen=True, slots=True)
class Sheet:
    """``serial_offset``: days to add to a bare date number (1462 in a 1904 workbook, else 0)."""

    name: str
    rows: tuple[SheetRow, ...]
    serial_offset: int = 0


@dataclass(frozen=True, slots=True)
class Parsed(Generic[T]):
    """What one cell says: a value, or a ``problem`` (reason code); ``warnings`` never hold it."""

    value: T | None = None
    problem: str = ""
    warnings: tuple[str, ...] = ()


def shown(raw: Raw) -> str:
    """A value as text, the way a person would type it: whole floats without ``.0``."""
    if raw is None:
        return ""
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e15:
        return str(int(raw))
    if isinstance(raw, datetime) and raw.time() == time():
        return raw.strftime("%d/%m/%Y")
    return str(raw)


def is_blank(raw: Raw) -> bool:
    """Nothing in the cell that a person could see."""
    return raw is None or (isinstance(raw, str) and not raw.strip(" \t\r\n\xa0\u200b\ufeff"))


def column_letter(column: int) -> str:
    """``0`` is A, ``26`` is AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
