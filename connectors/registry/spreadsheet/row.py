"""What one product row says, once every cell was read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from connectors.registry.spreadsheet.problems import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRow:
    """What one row says; None or "" where nothing may be guessed. Units as in the contract."""

    sheet: str
    number: int
    code: str | None = None
    name: str | None = None
    producer: str = ""
    producer_kind: str = ""
    district: str | None = None
    commune: str = ""
    phone: str | None = None
    group: str | None = None
    stars: int | None = None
    potential_stars: int | None = None
    decision: str = ""
    recognised_on: date | None = None
    expires_on: date | None = None
    pack: str = ""
    net_g: int | None = None
    net_ml: int | None = None
    count: int | None = None
    price_vnd: int | None = None
    stock: int | None = None
    shelf_life: str = ""
    self_declaration: str = ""
    trace_code: str = ""
    gtin: str | None = None
    images: tuple[str, ...] = ()
    description: str = ""
    problems: tuple[Problem, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        """accept, flag or reject (registry-formats.md 4)."""
        if any(problem.rejects for problem in self.problems):
            return "reject"
        return "flag" if self.problems else "accept"
