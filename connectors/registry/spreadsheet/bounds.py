"""How much of a file we are willing to open, judged before a library parses it.

A province's register has hundreds of rows; a workbook of a few kilobytes can claim gigabytes
(a zip bomb, a merged range over the whole sheet, a stray cell in the last row).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import IO, cast
from xml.etree import ElementTree

from connectors.registry.spreadsheet.errors import BROKEN_FILE, damaged, too_big

MAX_FILE_BYTES = 32 * 2**20
MAX_UNZIPPED_BYTES = 128 * 2**20
MAX_ROWS = 20_000
MAX_CELLS = 500_000
MAX_COLUMNS = 100
"""Columns beyond are not looked at: a table of products is at the left."""

_RANGE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})(?::([A-Z]{1,3})([0-9]{1,7}))?")
_SPANNING = ("mergeCell", "hyperlink")
"""Elements whose range the library spreads out cell by cell."""


def check_workbook(data: bytes, name: str) -> bool:
    """Raise RegistryError when an XLSX is beyond a bound; tells whether it has formulas.

    Sizes are the ones the archive declares; ``zipfile`` never unpacks more than that, and says
    where more would come. The library that reads the cells would unpack it all, whatever the
    part is called: so every part is looked at here.
    """
    archive = zipfile.ZipFile(io.BytesIO(data))
    unzipped = sum(part.file_size for part in archive.infolist())
    if unzipped > MAX_UNZIPPED_BYTES:
        raise too_big(
            name,
            f"sổ tính giải nén ra {unzipped // 2**20} MB",
            f"không quá {MAX_UNZIPPED_BYTES // 2**20} MB",
        )
    try:
        formulas = [
            _check_part(archive.open(part), f"{name} ({part.filename})")
            if _is_xml(archive, part)
            else _read_through(archive.open(part))
            for part in archive.infolist()
        ]
    except BROKEN_FILE as error:
        raise damaged(name, "XLSX") from error
    return any(formulas)


_XML = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<", b"\xfe\xff\0<")


def _is_xml(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """By its beginning: a sheet may be called anything."""
    with archive.open(part) as source:
        return source.read(64).lstrip().startswith(_XML)


def _read_through(part: IO[bytes]) -> bool:
    """A picture or the like holds no formula, but may be longer than it says."""
    with part:
        while part.read(1 << 20):
            continue
    return False


def _check_part(part: IO[bytes], where: str) -> bool:
    rows = cells = 0
    formulas = False
    for element in _elements(part):
        tag = element.tag.rpartition("}")[2]
        rows = max(rows + 1, _number(element.get("r"))) if tag == "row" else rows
        cells += _area(element.get("ref")) if tag in _SPANNING else tag == "c"
        formulas = formulas or tag == "f"
        if rows > MAX_ROWS or cells > MAX_CELLS:
            raise too_big(
                where,
                f"trang tính dùng tới dòng {rows}, {cells} ô",
                f"không quá {MAX_ROWS} dòng và {MAX_CELLS} ô",
            )
    return formulas


def _elements(part: IO[bytes]) -> Iterator[ElementTree.Element]:
    """Each element when it ends; what was seen is dropped, so memory stays small."""
    events = ElementTree.iterparse(part, events=("start", "end"))  # noqa: S314 - expat is bounded
    _, root = cast(tuple[str, ElementTree.Element], next(events))
    for event, element in events:
        if event == "end":
            yield cast(ElementTree.Element, element)
            if element.tag.rpartition("}")[2] == "row":
                root.clear()


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) <= 9 else 0


def _area(ref: str | None) -> int:
    match = _RANGE.fullmatch(ref or "")
    if match is None or match[3] is None:
        return 1
    width = _column(match[3]) - _column(match[1]) + 1
    return max(1, width) * max(1, int(match[4]) - int(match[2]) + 1)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
