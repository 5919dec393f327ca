"""A published file back to cells, as a floor reads it, one row at a time.

What cannot be read as a row of the profile's columns becomes a problem of that row.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError, iterparse

import orjson
from openpyxl import load_workbook

from connectors.feed.cells import Cell, Entry
from connectors.feed.profile import Column, File, Profile

Found = Iterator[tuple[int, Sequence[Cell]]]
_G = "{http://base.google.com/ns/1.0}"


class NotWhole(ValueError):
    """A file that no floor could read; the message says where and why."""


def rows_of(profile: Profile, file: File, path: Path) -> Found:
    """(line, cells) of each row; a line counts from 1, the header is line 1. Raises NotWhole."""
    try:
        yield from _READ[file.format](profile.columns, path)
    except (ParseError, UnicodeDecodeError, csv.Error, orjson.JSONDecodeError, KeyError) as error:
        raise NotWhole(f"{file.name}: file hỏng ({error})") from error


def _sheet(columns: Sequence[Column], rows: Iterator[Sequence[Any]]) -> Found:
    head = [str(cell or "") for cell in next(rows, ())]
    places = _places(columns, head)
    for line, row in enumerate(rows, start=2):
        yield line, [_sheet_cell(c, row[places[c.header]]) for c in columns]


def _places(columns: Sequence[Column], head: Sequence[str]) -> Mapping[str, int]:
    missing = [c.header for c in columns if c.header not in head]
    if missing:
        raise NotWhole(f"thiếu cột {', '.join(missing)}; có: {', '.join(head)}")
    return {name: at for at, name in enumerate(head)}


def _sheet_cell(column: Column, value: Any) -> Cell:
    text = "" if value is None else str(value)
    if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@", "\t", "\r"):
        text = text[1:]
    if not text:
        return ()
    return tuple(text.split("; ")) if column.many else (text,)


def _csv(columns: Sequence[Column], path: Path) -> Found:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from _sheet(columns, csv.reader(file, strict=True))


def _xlsx(columns: Sequence[Column], path: Path) -> Found:
    book = load_workbook(path, read_only=True, data_only=True)
    try:
        yield from _sheet(columns, book.worksheets[0].iter_rows(values_only=True))
    finally:
        book.close()


# --- Google -----------------------------------------------------------------------------------


def _google_tsv(columns: Sequence[Column], path: Path) -> Found:
    with path.open(encoding="utf-8", newline="\n") as file:
        places = _places(columns, file.readline().rstrip("\n").split("\t"))
        for line, text in enumerate(file, start=2):
            parts = text.rstrip("\n").split("\t")
            if len(parts) != len(places):
                raise NotWhole(f"dòng {line} có {len(parts)} cột, cần {len(places)}")
            yield line, [_tsv_cell(c, parts[places[c.header]]) for c in columns]


def _tsv_cell(column: Column, text: str) -> Cell:
    if not text:
        return ()
    entries = next(csv.reader([text]))
    if not column.many:
        return (_bare(",".join(entries)),)
    if column.kind == "details":
        return tuple(_detail(entry.split(":", 2)) for entry in entries)
    return tuple(map(_bare, entries))


def _bare(text: str) -> str:
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@") else text


def _detail(parts: Sequence[str]) -> Entry:
    section, name, value = [*parts, "", ""][:3]
    return section, name, value


def _google_xml(columns: Sequence[Column], path: Path) -> Found:
    """What was read is let go of at once."""
    line, channel = 1, None
    for event, element in iterparse(path, ("start", "end")):  # noqa: S314 (a file that we wrote)
        if event == "start" and element.tag == "channel":
            channel = element
        elif event == "end" and element.tag == "item":
            line += 1
            yield line, [_xml_cell(column, element) for column in columns]
            if channel is not None:
                channel.clear()


def _xml_cell(column: Column, item: Element) -> Cell:
    found = item.findall(f"{_G}{column.header}")
    if column.kind == "details":
        names = ("section_name", "attribute_name", "attribute_value")
        return tuple(_detail([e.findtext(f"{_G}{n}") or "" for n in names]) for e in found)
    return tuple(e.text for e in found if e.text)


# --- JSON-LD ----------------------------------------------------------------------------------


def _json_ld(columns: Sequence[Column], path: Path) -> Found:
    """Our own file has one product a line."""
    with path.open(encoding="utf-8") as file:
        next(file, "")
        for line, text in enumerate(file, start=2):
            if text.startswith("{"):
                product = orjson.loads(text.rstrip().removesuffix(","))
                yield line, [_json_cell(column, product) for column in columns]


def _json_cell(column: Column, product: Mapping[str, Any]) -> Cell:
    value: Any = product
    if column.header.startswith("+"):
        extra = {p["name"]: p["value"] for p in product.get("additionalProperty", ())}
        value = extra.get(column.header[1:])
    else:
        for key in column.header.split(".")[::2]:
            value = value.get(key) if isinstance(value, Mapping) else None
    if value is None:
        return ()
    return tuple(value) if isinstance(value, list) else (value,)


_READ: Mapping[str, Callable[[Sequence[Column], Path], Found]] = {
    "csv": _csv,
    "xlsx": _xlsx,
    "google-tsv": _google_tsv,
    "google-xml": _google_xml,
    "json-ld": _json_ld,
}
