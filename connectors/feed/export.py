"""A floor's export: CSV or XLSX bytes to what it says of each SKU. Pure.

Floors name their columns as they like: the profile lists the headers that each may have, unknown
columns are left out, and a file without the needed ones is refused with the names that were found
and expected. A file that was cut off on the way is refused too: its missing lines would look like
products that the floor has lost.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import ParseError

import orjson
from charset_normalizer import from_bytes
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from connectors.errors import ProtocolError, Unavailable
from connectors.feed.profile import Profile

NEEDED = ("sku", "status")
HEAD_LINES = 20
"""The header stands among the first lines; some floors put a title above it."""
MAX_UNZIPPED = 400 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """What the export says of one SKU. ``state``: live, out, hidden, review, rejected,
    banned, deleted, or "" for a word that the profile does not know (``word``). None: not told."""

    sku: str
    state: str
    word: str
    reason: str = ""
    price_vnd: int | None = None
    stock: int | None = None
    url: str = ""
    title: str = ""

    def text(self) -> str:
        """As it is stored; :func:`line_from` reads it."""
        return orjson.dumps(
            [self.state, self.word, self.reason, self.price_vnd, self.stock, self.url, self.title]
        ).decode()


def line_from(sku: str, text: str) -> Line:
    return Line(sku, *orjson.loads(text))


def lines(profile: Profile, data: bytes) -> Iterator[Line]:
    """The export's lines, one at a time; a SKU that comes twice is told by its last line.

    Raises ProtocolError (other columns), Unavailable (a web page, or a file that was cut).
    """
    rows = _xlsx(data) if data[:2] == b"PK" else _csv(data)
    places = _header(profile, rows)
    words = _words(profile)
    for cells in rows:
        line = _line(cells, places, words)
        if line is not None:
            yield line


def _header(profile: Profile, rows: Iterator[list[str]]) -> dict[str, int]:
    """Where each column stands."""
    found: list[str] = []
    for number, cells in enumerate(rows):
        places = _places(profile, cells)
        if all(name in places for name in NEEDED):
            return places
        if len([c for c in cells if c]) > len(found):
            found = [c for c in cells if c]
        if number + 1 >= HEAD_LINES:
            break
    expected = "; ".join(" hoặc ".join(profile.export.columns[name]) for name in NEEDED)  # type: ignore[index]
    raise ProtocolError(
        f"file kết quả của {profile.label} có các cột: {', '.join(found)[:400] or '(không có)'}; "
        f"cần có: {expected}. Tải lại đúng mẫu kết quả, hoặc bổ sung tên cột vào hồ sơ sàn",
        code="export_columns",
        excerpt=", ".join(found),
    )


_OWN = {"sku": "sku", "status": "status", "price": "price", "stock": "stock", "title": "title"}
"""What an export tells -> the value of the column of our own file that may come back."""


def _places(profile: Profile, cells: Sequence[str]) -> dict[str, int]:
    """A floor may also give back its own template: the heads of our file come last. One that was
    never told a number of units knows none."""
    heads = {_folded(cell): at for at, cell in reversed(list(enumerate(cells))) if cell}
    places = {}
    for name, headers in profile.export.columns.items():
        ours = [c.header for c in profile.columns if c.value == _OWN.get(name)]
        if name == "stock" and not ours:
            continue
        at = next((heads[_folded(h)] for h in (*headers, *ours) if _folded(h) in heads), None)
        if at is not None:
            places[str(name)] = at
    return places


def _words(profile: Profile) -> dict[str, str]:
    """The state of each status word; those of our own file mean what we mean by them."""
    said = profile.export.words.items()
    words = {_folded(word): str(state) for state, known in said for word in known}
    ours: dict[str, set[str]] = {}
    for column in profile.columns:
        if column.value == "status":
            for key, word in column.words.items():
                ours.setdefault(_folded(word), set()).add(key)
    for word, keys in ours.items():
        words[word] = "live" if "on" in keys else "out" if "out" in keys else "hidden"
    return words


def _line(cells: Sequence[str], places: Mapping[str, int], words: Mapping[str, str]) -> Line | None:
    told = {name: cells[at] if at < len(cells) else "" for name, at in places.items()}
    sku = told["sku"].removeprefix("'")
    if not sku:
        return None
    return Line(
        sku=sku,
        state=words.get(_folded(told["status"]), ""),
        word=told["status"],
        reason=told.get("reason", ""),
        price_vnd=_amount(told.get("price", "")),
        stock=_amount(told.get("stock", "")),
        url=told.get("url", ""),
        title=told.get("title", ""),
    )


def _folded(text: str) -> str:
    """Headers and words compare without case, accents of another form, marks and spaces."""
    text = unicodedata.normalize("NFC", text).lower()
    return "".join(c for c in text if c.isalnum())


_AMOUNT = re.compile(
    r"(\d{1,3}(?:([., ])\d{3})(?:\2\d{3})*|\d+)(?:[.,]0+)?\s*(?:đ|₫|vnd|vnđ|đồng)?"
)


def _amount(text: str) -> int | None:
    """``32000``, ``32.000``, ``32,000 đ``, ``32000 VND``, ``32000.0`` -> 32000; else None."""
    match = _AMOUNT.fullmatch(text.replace("\xa0", " ").strip().lower())
    return int(re.sub(r"\D", "", match[1])) if match else None


# --- CSV --------------------------------------------------------------------------------------


def _csv(data: bytes) -> Iterator[list[str]]:
    text = _decoded(data)
    if re.match(r"\s*<(!doctype|html|\?xml)", text, re.I):
        raise Unavailable("sàn trả về một trang web thay cho file kết quả", code="export_page")
    top = text[:4000]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=max(",;\t", key=top.count), strict=True
    )
    width = 0
    held: list[str] | None = None
    try:
        for cells in reader:
            if held is not None:
                yield _clean(held)
            width, held = max(width, len(held or ())), cells
    except csv.Error:
        raise _cut() from None
    if held is not None:
        # A file may lack its last line's end; then a cut shows in a line that lacks cells.
        if not is_ended(data) and len(held) < width:
            raise _cut()
        yield _clean(held)


def is_ended(data: bytes) -> bool:
    """Whether a CSV ends with the end of a line (in UTF-16 too), or it is no CSV."""
    return data[:2] == b"PK" or data.rstrip(b"\0").endswith((b"\n", b"\r"))


def _decoded(data: bytes) -> str:
    """UTF-8 as floors should send it, else what the bytes look like."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 3:
            raise _cut() from None
        best = from_bytes(data).best()
        return str(best) if best else data.decode("utf-8", "replace")


def _clean(cells: Sequence[Any]) -> list[str]:
    return [_cell(cell) for cell in cells]


def _cell(value: Any) -> str:
    """A cell as text; whole numbers lose the fraction that a sheet gave them."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return unicodedata.normalize("NFC", str(value)).strip()


def _cut() -> Unavailable:
    return Unavailable("file kết quả của sàn bị cắt giữa chừng", code="export_cut")


# --- XLSX -------------------------------------------------------------------------------------


_BROKEN = (
    zipfile.BadZipFile, zlib.error, InvalidFileException, ParseError, KeyError, EOFError,
    ValueError,
)  # fmt: skip
"""What a damaged workbook makes the library raise, at opening or at a row."""


def _xlsx(data: bytes) -> Iterator[list[str]]:
    """The first sheet's rows, read one at a time."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(member.file_size for member in archive.infolist()) > MAX_UNZIPPED:
                raise ProtocolError("file kết quả của sàn quá lớn", code="export_size")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        with closing(book):
            for cells in book.worksheets[0].iter_rows(values_only=True):
                yield _clean(cells)
    except _BROKEN:
        raise _cut() from None
