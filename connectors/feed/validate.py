"""What a floor would refuse, found before it does: each problem with row, column, what was found,
what is expected, and what to do. Pure.

The kinds of problem are the diagnostics at the end of feeds.md 3. What needs the picture itself
(too small, not reachable) is not among them: pictures are looked at where they are fetched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from stdnum import ean
from stdnum.exceptions import ValidationError

from connectors.errors import Rejected
from connectors.feed.cells import DETAIL_MAX, Cell, Entry
from connectors.feed.profile import Column, Profile
from connectors.feed.texts import looks_broken

FIELDS = {
    "sku": "sku", "title": "title", "description": "description",
    "short_description": "description", "category": "category", "category_code": "category",
    "price": "price", "stock": "stock", "gtin": "gtin", "weight_g": "weight", "weight": "weight",
    "image": "images", "images": "images", "more_images": "images", "producer": "producer",
    "pack": "variants", "link": "link", "food_safety": "papers", "alcohol_licence": "papers",
}  # fmt: skip
"""Our word for what a value comes from, where it is not the value's own name."""

_RESTRICTED = ("2", "02", "04")
_WHOLE = re.compile(r"\d+")
_MONEY = re.compile(r"(\d+(?:\.\d+)?) ([A-Z]{3})")


@dataclass(frozen=True, slots=True)
class Problem:
    """``code`` names the kind, ``field`` what to change in our words. ``row`` is the line of the
    file where a file was checked, 0 for a single row."""

    code: str
    field: str
    column: str
    sku: str
    found: str
    expected: str
    hint: str
    row: int = 0

    def __str__(self) -> str:
        where = f"dòng {self.row}, " if self.row else ""
        name = f"{self.sku}: " if self.sku else ""
        return f"{where}{name}cột '{self.column}': {self.found}, cần {self.expected}. {self.hint}"

    def rejected(self, label: str) -> Rejected:
        """The problem as a verb's refusal."""
        words = f"{label}, cột '{self.column}': {self.found}, cần {self.expected}"
        return Rejected(words, code=self.code, field=self.field, hint=self.hint)


Found = tuple[str, str, str, str]
"""Code, found, expected, hint."""


class Checker:
    """The rules of one profile. ``host``: the domain that product links must have, "" for any."""

    def __init__(self, profile: Profile, host: str = "") -> None:
        self._profile = profile
        self._host = host
        self._sku_at = next(i for i, c in enumerate(profile.columns) if c.value == "sku")

    def row(self, cells: Sequence[Cell], line: int = 0) -> Iterator[Problem]:
        """The problems of one row, in the order of the columns."""
        at_sku = cells[self._sku_at]
        sku = str(at_sku[0]) if at_sku else ""
        for column, cell in zip(self._profile.columns, cells, strict=True):
            for code, found, expected, hint in self._cell(column, cell):
                field = FIELDS.get(column.value, column.value.split(".")[0])
                field = "images" if field == "image" else field
                yield Problem(code, field, column.header, sku, found, expected, hint, line)

    def rows(self, rows: Iterator[tuple[int, Sequence[Cell]]]) -> Iterator[Problem]:
        """The problems of a whole file, an id that comes twice too."""
        seen: dict[str, int] = {}
        for line, cells in rows:
            yield from self.row(cells, line)
            at_sku = cells[self._sku_at]
            sku = str(at_sku[0]) if at_sku else ""
            if sku and sku in seen:
                yield Problem(
                    "duplicate_id", "sku", self._profile.columns[self._sku_at].header, sku,
                    f"mã '{sku}' đã có ở dòng {seen[sku]}", "mỗi mã một dòng",
                    "Sửa mã bị trùng.", line,
                )  # fmt: skip
            seen.setdefault(sku, line)

    def _cell(self, column: Column, cell: Cell) -> Iterator[Found]:
        if not cell:
            if column.required:
                yield _missing(column)
            return
        if len(cell) > column.most or (column.least and len(cell) < column.least):
            yield (
                "too_many_values",
                f"có {len(cell)} giá trị",
                f"từ {column.least or 1} đến {column.most}",
                f"Bớt hoặc thêm giá trị ở '{column.header}'.",
            )
        for entry in cell:
            yield from self._entry(column, entry)

    def _entry(self, column: Column, entry: Entry) -> Iterator[Found]:
        text = ":".join(entry) if isinstance(entry, tuple) else str(entry)
        if looks_broken(text):
            yield (
                "encoding", f"chữ bị hỏng '{_short(text)}'", "chữ Việt Unicode (UTF-8)",
                "Nhập lại nội dung này từ nguồn gốc.",
            )  # fmt: skip
        if isinstance(entry, tuple):
            yield from _detail(entry)
            return
        if column.max is not None and len(text) > column.max:
            yield (
                "too_long", f"dài {len(text)} ký tự", f"không quá {column.max}",
                f"Rút ngắn '{column.header}'.",
            )  # fmt: skip
        yield from _BY_KIND.get(column.kind, _nothing)(column, text)
        if column.value == "link" and self._host and (urlsplit(text).hostname or "") != self._host:
            yield (
                "link_domain", f"liên kết '{_short(text)}'", f"địa chỉ thuộc {self._host}",
                "Sửa tên miền trang bán hàng ('site') của gian hàng.",
            )  # fmt: skip


def first(problems: Iterator[Problem], label: str) -> Rejected | None:
    """The first problem as a refusal, None when there is none."""
    problem = next(problems, None)
    return problem.rejected(label) if problem else None


def gtin_problem(text: str, *, restricted: bool) -> str:
    """Why it is no GTIN that may be sent, "" when it is one (feeds.md 3, 4)."""
    if not _WHOLE.fullmatch(text) or len(text) not in (8, 12, 13, 14):
        return "8, 12, 13 hoặc 14 chữ số"
    try:
        ean.validate(text)
    except ValidationError:
        return "số kiểm tra đúng"
    bare = text.zfill(14)[1:]
    if restricted and bare.startswith(_RESTRICTED):
        return "mã GS1 không thuộc dải nội bộ (2, 02, 04)"
    return ""


# --- by kind of value -------------------------------------------------------------------------


def _nothing(column: Column, text: str) -> Iterator[Found]:
    return iter(())


def _gtin(column: Column, text: str) -> Iterator[Found]:
    expected = gtin_problem(text, restricted=column.restricted)
    if expected:
        yield (
            "gtin", f"mã vạch '{_short(text)}'", expected,
            "Sửa mã vạch, hoặc để trống nếu sản phẩm không có.",
        )  # fmt: skip


def _integer(column: Column, text: str) -> Iterator[Found]:
    if not _WHOLE.fullmatch(text):
        yield "number", f"'{_short(text)}'", "số nguyên không có dấu ngăn", "Chỉ ghi chữ số."


def _money(column: Column, text: str) -> Iterator[Found]:
    expected = column.form.format(32000) if column.form else "32000"
    amount = text
    if column.form:
        match = _MONEY.fullmatch(text)
        if match is None or match[2] != "VND":
            yield "currency", f"giá '{_short(text)}'", f"dạng '{expected}'", "Sửa giá và loại tiền."
            return
        amount = match[1]
    elif not _WHOLE.fullmatch(text):
        yield "price", f"giá '{_short(text)}'", f"dạng '{expected}'", "Ghi giá không có dấu ngăn."
        return
    if float(amount) <= 0:
        yield "price", f"giá '{_short(text)}'", "giá lớn hơn 0", "Điền giá bán."


def _url(column: Column, text: str) -> Iterator[Found]:
    parts = _split(text)
    if parts is None or parts[0] not in ("http", "https") or not parts[1] or not _bare(text):
        yield (
            "url", f"địa chỉ '{_short(text)}'", "địa chỉ bắt đầu bằng http:// hoặc https://",
            f"Sửa '{column.header}'.",
        )  # fmt: skip


def _bare(text: str) -> bool:
    return text.isprintable() and not any(c.isspace() or c in '"<>' for c in text)


def _split(text: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return parts.scheme, parts.netloc


def _choice(column: Column, text: str) -> Iterator[Found]:
    allowed = {*column.words.values(), *column.allowed}
    if text not in allowed:
        yield (
            "unsupported_value", f"'{_short(text)}'", " | ".join(sorted(allowed)),
            f"Chọn một giá trị được nhận cho '{column.header}'.",
        )  # fmt: skip


def _day(column: Column, text: str) -> Iterator[Found]:
    try:
        datetime.strptime(text, column.form or "%Y-%m-%d")  # noqa: DTZ007 (a day, no moment)
    except ValueError:
        shown = (column.form or "%Y-%m-%d").replace("%d", "dd").replace("%m", "MM")
        yield (
            "date", f"ngày '{_short(text)}'", f"dạng {shown.replace('%Y', 'yyyy')}", "Sửa ngày.",
        )  # fmt: skip


_BY_KIND: dict[str, Callable[[Column, str], Iterator[Found]]] = {
    "gtin": _gtin,
    "integer": _integer,
    "money": _money,
    "url": _url,
    "urls": _url,
    "choice": _choice,
    "date": _day,
}


def _detail(parts: tuple[str, ...]) -> Iterator[Found]:
    if len(parts) != 3 or not all(parts):
        yield (
            "missing_part", f"'{_short(':'.join(parts))}'", "đủ ba phần mục:tên:giá trị",
            "Điền phần còn thiếu.",
        )  # fmt: skip
    elif any(len(part) > most for part, most in zip(parts, DETAIL_MAX, strict=True)):
        yield "too_long", f"'{_short(parts[2])}' quá dài", "không quá 140:140:1000", "Rút ngắn."


def _missing(column: Column) -> Found:
    return "missing", "để trống", "có giá trị", f"Điền '{column.header}'."


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}…"
