"""The file formats: each writes rows of cells to a path as they come, and keeps none of them.

The bytes depend on the rows alone (no date of making, no order of a set), so that a file whose
rows did not change stays the same file. Sources: feeds.md 2 (CSV, XLSX), 3-5 (Google).
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import IO, Any
from xml.sax.saxutils import escape

import orjson
import xlsxwriter

from connectors.feed.cells import Cell, Entry
from connectors.feed.profile import Column, File
from connectors.feed.texts import guarded, one_line

Columns = Sequence[Column]
Sink = Callable[[Sequence[Cell]], object]
"""Takes the rows of one file, one at a time."""

_FIXED = datetime(2000, 1, 1)  # noqa: DTZ001 (a constant for the file's properties)
_RSS = "http://base.google.com/ns/1.0"


@contextmanager
def opened(path: Path, file: File, columns: Columns, link: str) -> Iterator[Sink]:
    """A file that takes rows and is whole at the block's end. ``link``: the shop's own page."""
    if file.format == "xlsx":
        with _xlsx(path, file, columns) as sink:
            yield sink
        return
    encoding = "utf-8-sig" if file.format == "csv" else "utf-8"
    with (
        path.open("w", encoding=encoding, newline="") as out,
        _TEXT[file.format](out, file, columns, link) as sink,
    ):
        yield sink


# --- sheets -----------------------------------------------------------------------------------


def flat(cell: Cell, joint: str = "; ") -> str | int:
    """A cell's entries as one value: a number stays a number when it is alone."""
    if not cell:
        return ""
    if len(cell) == 1 and isinstance(cell[0], int):
        return cell[0]
    return joint.join(_word(entry) for entry in cell)


def _word(entry: Entry) -> str:
    return ": ".join(entry[1:]) if isinstance(entry, tuple) else str(entry)


@contextmanager
def _xlsx(path: Path, file: File, columns: Columns) -> Iterator[Sink]:
    """Texts as texts (a barcode keeps its zeros), amounts as numbers without separators."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": _FIXED})
        sheet = book.add_worksheet(file.sheet)
        head, text, whole = (
            book.add_format({"bold": True}),
            book.add_format({"num_format": "@"}),
            book.add_format({"num_format": "0"}),
        )
        sheet.freeze_panes(1, 0)
        for at, column in enumerate(columns):
            sheet.write_string(0, at, column.header, head)
        lines = count(1)

        def sink(cells: Sequence[Cell]) -> None:
            line = next(lines)
            for at, cell in enumerate(cells):
                value = flat(cell)
                if isinstance(value, int):
                    sheet.write_number(line, at, value, whole)
                elif value:
                    sheet.write_string(line, at, guarded(value), text)

        yield sink


@contextmanager
def _csv(out: IO[str], file: File, columns: Columns, link: str) -> Iterator[Sink]:
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([column.header for column in columns])
    yield lambda cells: writer.writerow([_guard(flat(cell)) for cell in cells])


def _guard(value: str | int) -> str | int:
    return guarded(value) if isinstance(value, str) else value


# --- Google -----------------------------------------------------------------------------------


@contextmanager
def _google_tsv(out: IO[str], file: File, columns: Columns, link: str) -> Iterator[Sink]:
    out.write("\t".join(column.header for column in columns) + "\n")
    yield lambda cells: out.write("\t".join(map(_tsv_cell, columns, cells)) + "\n")


def _tsv_cell(column: Column, cell: Cell) -> str:
    """Entries parted by commas, parts of an entry by colons; quotes where a comma or a quote
    would be misread; never a tab or a line break inside."""
    if column.many:
        return ",".join(_quoted(guarded(_tsv_entry(entry))) for entry in cell)
    return _quoted(guarded(_tsv_entry(cell[0]))) if cell else ""


def _tsv_entry(entry: Entry) -> str:
    if isinstance(entry, tuple):
        return ":".join(one_line(part).replace(":", " -") for part in entry)
    return one_line(str(entry))


def _quoted(text: str) -> str:
    if not any(mark in text for mark in ',"\n'):
        return text
    inner = text.replace('"', '""')
    return f'"{inner}"'


@contextmanager
def _google_xml(out: IO[str], file: File, columns: Columns, link: str) -> Iterator[Sink]:
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    out.write(f'<rss version="2.0" xmlns:g="{_RSS}">\n<channel>\n')
    out.write(f"<title>{escape(file.title)}</title>\n<link>{escape(link)}</link>\n")
    out.write(f"<description>{escape(file.title)}</description>\n")

    def sink(cells: Sequence[Cell]) -> None:
        out.write("<item>")
        for column, cell in zip(columns, cells, strict=True):
            for entry in cell:
                out.write(_element(column.header, entry))
        out.write("</item>\n")

    yield sink
    out.write("</channel>\n</rss>\n")


_DETAIL_PARTS = ("section_name", "attribute_name", "attribute_value")


def _element(name: str, entry: Entry) -> str:
    if isinstance(entry, tuple):
        inner = "".join(
            f"<g:{part}>{escape(text)}</g:{part}>"
            for part, text in zip(_DETAIL_PARTS, entry, strict=True)
        )
        return f"<g:{name}>{inner}</g:{name}>"
    return f"<g:{name}>{escape(str(entry))}</g:{name}>"


# --- JSON-LD ----------------------------------------------------------------------------------


@contextmanager
def _json_ld(out: IO[str], file: File, columns: Columns, link: str) -> Iterator[Sink]:
    """One schema.org graph. ``<`` is written as an escape, so that the file may stand inside a
    page's ``<script>``."""
    out.write('{"@context":"https://schema.org","@graph":[')
    numbers = count()

    def sink(cells: Sequence[Cell]) -> None:
        product: dict[str, Any] = {"@type": "Product"}
        for column, cell in zip(columns, cells, strict=True):
            if cell:
                _place(product, column, cell)
        text = orjson.dumps(product).decode().replace("<", "\\u003c")
        out.write(("," if next(numbers) else "") + "\n" + text)

    yield sink
    out.write("\n]}\n")


def _place(product: dict[str, Any], column: Column, cell: Cell) -> None:
    """``offers.Offer.price`` stands in an object of type Offer; ``+Hạng OCOP`` is an additional
    property of that name."""
    if column.kind == "details":
        pairs = ((entry[1], entry[2]) for entry in cell if isinstance(entry, tuple))
        _properties(product).extend(_property(name, value) for name, value in pairs)
        return
    value: Any = list(cell) if column.many else cell[0]
    if column.header.startswith("+"):
        _properties(product).append(_property(column.header[1:], value))
        return
    *path, name = column.header.split(".")
    inner = product
    for key, kind in zip(path[::2], path[1::2], strict=True):
        inner = inner.setdefault(key, {"@type": kind})
    inner[name] = value


def _properties(product: dict[str, Any]) -> list[dict[str, Any]]:
    properties: list[dict[str, Any]] = product.setdefault("additionalProperty", [])
    return properties


def _property(name: str, value: Any) -> dict[str, Any]:
    return {"@type": "PropertyValue", "name": name, "value": value}


_TEXT: dict[str, Callable[[IO[str], File, Columns, str], AbstractContextManager[Sink]]] = {
    "csv": _csv,
    "google-tsv": _google_tsv,
    "google-xml": _google_xml,
    "json-ld": _json_ld,
}
