"""The way in: a spreadsheet file as a registry source."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from connectors.http import Http
from connectors.registry.contract import Page, Walk, WalkEnd
from connectors.registry.spreadsheet.products import products_of, usable
from connectors.registry.spreadsheet.register import read_register
from connectors.registry.spreadsheet.reports import problems_of

PAGE_SIZE = 50
"""Products a page."""


class SpreadsheetSource:
    """A file on disk. Partial unless ``full`` says that it holds the whole register.

    ``today`` is the day in Asia/Ho_Chi_Minh. ``key`` comes from the file's name: next month's
    file continues this one only when it has the same name.
    """

    def __init__(self, path: Path, today: date, full: bool = False) -> None:
        self.path = path
        self.today = today
        self.full = full
        self.key = f"file:{unicodedata.normalize('NFC', path.name)}"

    def pages(self, since: str | None) -> Walk:
        """All of the file, whatever ``since`` says: a file knows no changes.

        Raises RegistryError at once when the file as a whole cannot be used. The walk is full
        only when every product row could be told apart: a row that was refused, or that has no
        code of its own, may be the one that seems to be missing.
        """
        register = read_register(self.path, self.today)
        rows = register.products
        products = products_of(rows)
        kept = {product.code for product in products}
        lost = [row for row in rows if not usable(row)]
        problems = tuple(problem for row in rows for problem in problems_of(row, register))
        nothing_missing = all(row.code in kept for row in lost)

        def pages() -> Iterator[Page]:
            for start in range(0, max(len(products), 1), PAGE_SIZE):
                some = tuple(products[start : start + PAGE_SIZE])
                first = start == 0
                yield Page(
                    some,
                    problems=problems if first else (),
                    rejected=len(lost) if first else 0,
                )

        return Walk(pages(), lambda: WalkEnd(full=self.full and nothing_missing, cursor=None))


def open_source(
    location: str, today: date, full: bool = False, http: Http | None = None
) -> SpreadsheetSource | None:
    """The source at ``location``, a path; None for a web address, which is another source's."""
    if location.lower().startswith(("http://", "https://")):
        return None
    return SpreadsheetSource(Path(location), today, full)
