"""Sheets as a floor reads them: the template's heads exactly, then each row by the rules
(feeds.md 2)."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook

from sandbox.floor.gtin import is_gtin
from sandbox.floor.templates import Rule, Template
from sandbox.floor.world import Offer, Refusal

_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


class BadFile(Exception):
    """The whole file is refused, and nothing on the floor changes."""


def csv_rows(data: bytes) -> Iterator[list[Any]]:
    """UTF-8 with a byte order mark, or the floor's people see broken letters in Excel."""
    if not data.startswith(b"\xef\xbb\xbf"):
        raise BadFile("file CSV không có dấu BOM")
    try:
        text = data.decode("utf-8-sig")
        yield from csv.reader(io.StringIO(text, newline=""), strict=True)
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadFile(f"file CSV hỏng: {error}") from None


def xlsx_rows(data: bytes) -> Iterator[list[Any]]:
    try:
        book = load_workbook(io.BytesIO(data), read_only=True)
    except (BadZipFile, KeyError, ValueError) as error:
        raise BadFile(f"file XLSX hỏng: {error}") from None
    try:
        for cells in book.worksheets[0].iter_rows():
            if any(cell.data_type == "f" for cell in cells):
                raise BadFile("file có công thức")
            yield [cell.value for cell in cells]
    finally:
        book.close()


def offers(template: Template, rows: Iterator[list[Any]]) -> Iterator[Offer | Refusal]:
    """Raises BadFile for other columns than the template's."""
    heads = [str(cell or "") for cell in next(rows, [])]
    if heads != list(template.columns):
        raise BadFile(f"sai cột: có {', '.join(heads)}; cần {', '.join(template.columns)}")
    seen: set[str] = set()
    for line, cells in enumerate(rows, start=2):
        told = dict(zip(heads, [*cells, *[None] * (len(heads) - len(cells))], strict=False))
        taken = _row(template, told, line)
        if isinstance(taken, Offer) and taken.sku in seen:
            taken = Refusal(line, taken.sku, "mã sản phẩm bị trùng trong file")
        seen.add(taken.sku)
        yield taken


def _row(template: Template, told: Mapping[str, Any], line: int) -> Offer | Refusal:
    means = {rule.means: _text(told[head]) for head, rule in template.columns.items() if rule.means}
    for head, rule in template.columns.items():
        why = _why(rule, told[head])
        if why:
            return Refusal(line, means["sku"], f"{head}: {why}")
    looked = [_text(told[h]) for h, r in template.columns.items() if r.means not in _NUMBERS]
    return Offer(
        sku=means["sku"],
        title=means["title"],
        price=int(means["price"]),
        stock=int(means["stock"]),
        on=means["status"] not in template.off,
        link="",
        digest=digest(looked),
    )


_NUMBERS = ("price", "stock", "status")


def digest(parts: Sequence[str]) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _why(rule: Rule, value: Any) -> str:
    """Why the cell is refused, "" when it is not."""
    text = _text(value)
    if text == "":
        return "bắt buộc" if rule.needed else ""
    return text_problem(text) or _kind_problem(rule, value, text)


def text_problem(text: str, *, sheet: bool = True) -> str:
    """What no text may hold (feeds.md 2, 5); formulas only matter where a sheet opens them."""
    if sheet and text.startswith(("=", "+", "-", "@", "\t", "\r")):
        return "bắt đầu như công thức"
    if "\ufffd" in text or any(ord(c) < 32 and c != "\n" for c in text):
        return "có ký tự hỏng"
    if unicodedata.normalize("NFC", text) != text:
        return "chữ không phải Unicode dựng sẵn"
    return "có thẻ HTML" if _TAG.search(text) else ""


def _kind_problem(rule: Rule, value: Any, text: str) -> str:
    match rule.kind:
        case "whole" | "price":
            low = 1 if rule.kind == "price" else 0
            whole = isinstance(value, int) or (isinstance(value, str) and text.isdigit())
            return "" if whole and int(text) >= low else f"'{text}' không phải số hợp lệ"
        case "gtin":
            fine = isinstance(value, str) and is_gtin(text)
            return "" if fine else f"mã vạch '{text}' sai"
        case "day":
            return "" if _is_day(text) else f"ngày '{text}' không theo dd/MM/yyyy"
        case "url":
            return "" if is_url(text) else f"địa chỉ '{text}' sai"
        case "urls":
            parts = text.split("; ")
            return "" if len(parts) <= rule.most and all(map(is_url, parts)) else "địa chỉ ảnh sai"
        case "word":
            return "" if text in rule.words else f"'{text}' không có trong danh sách"
    if not isinstance(value, str):
        return "phải là chữ"
    return "" if len(text) <= rule.most else f"dài {len(text)} ký tự, tối đa {rule.most}"


def is_url(text: str) -> bool:
    return bool(re.fullmatch(r"https?://[^\s/<>\"]+[^\s<>\"]*", text)) and len(text) <= 2000


def _is_day(text: str) -> bool:
    try:
        return datetime.strptime(text, "%d/%m/%Y").strftime("%d/%m/%Y") == text  # noqa: DTZ007
    except ValueError:
        return False
