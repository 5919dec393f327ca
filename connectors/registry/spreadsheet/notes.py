"""The cells of one row by field, and what was noticed while they were read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from connectors.registry.spreadsheet.cells import EMPTY, Cell, Parsed, Raw, shown
from connectors.registry.spreadsheet.problems import Problem

T = TypeVar("T")


class Notes:
    """Collects problems and warnings; ``cells`` has an entry for each column of the sheet."""

    def __init__(self, cells: Mapping[str, Cell]) -> None:
        self.cells = cells
        self.problems: list[Problem] = []
        self.warnings: set[str] = set()
        for field, cell in cells.items():
            if cell.problem:
                self.problem(cell.problem, field)

    def has(self, field: str) -> bool:
        """The sheet has the column, and this row's cell can be read."""
        return field in self.cells and not self.cells[field].problem

    def found(self, field: str) -> str:
        """The cell as written, for a message."""
        return shown(self.cells.get(field, EMPTY).value)

    def problem(self, code: str, field: str, hint: str = "") -> None:
        self.problems.append(Problem(code, field, self.found(field), hint))

    def read(self, field: str, parse: Callable[[Raw], Parsed[T]]) -> T | None:
        """The cell's value by ``parse``; None without the column, or when it has an error."""
        if not self.has(field):
            return None
        return self.take(field, parse(self.cells[field].value))

    def take(self, field: str, parsed: Parsed[T]) -> T | None:
        """The parsed value, its problem and warnings noted."""
        self.warnings.update(parsed.warnings)
        if parsed.problem:
            self.problem(parsed.problem, field)
        return parsed.value
