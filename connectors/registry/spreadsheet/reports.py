"""What became of each row, for people: reports of ``pull --dry-run`` and problems of a page."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from connectors.registry.contract import RowProblem, RowReport
from connectors.registry.spreadsheet.problems import explain
from connectors.registry.spreadsheet.register import Line, Register, read_register
from connectors.registry.spreadsheet.row import ProductRow

_VALUE_FIELDS = (
    "code",
    "name",
    "producer",
    "district",
    "commune",
    "phone",
    "group",
    "stars",
    "potential_stars",
    "decision",
    "recognised_on",
    "expires_on",
    "pack",
    "net_g",
    "net_ml",
    "price_vnd",
    "stock",
    "gtin",
)


def read_rows(path: Path, today: date) -> list[RowReport]:
    """One report a row of each sheet with a table, the skipped rows included; writes nothing.

    ``today`` (Asia/Ho_Chi_Minh) judges dates in the future. Raises RegistryError.
    """
    register = read_register(path, today)
    return [_report(line, register) for line in register.lines]


def row_json(report: RowReport) -> dict[str, Any]:
    """A report as one JSON object: sheet, row, status, reasons, warnings, value."""
    return {
        "sheet": report.sheet,
        "row": report.row,
        "status": report.status,
        "reasons": [dict(reason) for reason in report.reasons],
        "warnings": list(report.warnings),
        "value": dict(report.value) if report.value is not None else None,
    }


def problems_of(row: ProductRow, register: Register) -> tuple[RowProblem, ...]:
    """The row's problems, each with sheet, row and column."""
    header = register.headers[row.sheet]
    return tuple(
        explain(problem, _where(register.file, row, header.letter(problem.field)))
        for problem in row.problems
    )


def _where(file: str, row: ProductRow, letter: str) -> str:
    column = f", cột {letter}" if letter else ""
    return f"{file}, trang {row.sheet}, dòng {row.number}{column}"


def _report(line: Line, register: Register) -> RowReport:
    row = line.product
    if row is None:
        reason = {"code": line.kind, "field": None}
        return RowReport(line.sheet, line.number, "skip", reasons=(reason,))
    return RowReport(
        row.sheet,
        row.number,
        row.status,
        reasons=tuple({"code": p.code, "field": p.field} for p in row.problems),
        warnings=row.warnings,
        value={field: _plain(getattr(row, field)) for field in _VALUE_FIELDS},
        problems=problems_of(row, register),
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
