"""How the command line speaks: tables for people, JSON for programs, errors in one sentence."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

from worker.env import HOME_ZONE

out = Console(highlight=False, markup=False, emoji=False)
err = Console(stderr=True, highlight=False, markup=False, emoji=False)
"""Nothing printed is markup: names and sentences come from registers and channels, and have
brackets and colons of their own. What is to be bold is a :class:`rich.text.Text`."""

STATES = {
    "pending": "chờ gửi", "creating": "đang tạo", "in_review": "chờ sàn", "live": "đang bán",
    "unlisted": "đã gỡ", "rejected": "bị từ chối", "banned": "bị khóa", "blocked": "chưa bán",
    "missing": "mất trên sàn",
}  # fmt: skip

FACETS = {
    "availability": "bật/gỡ", "stock": "tồn kho", "price": "giá", "create": "đăng mới",
    "variants": "quy cách", "content": "nội dung",
}  # fmt: skip


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    data = orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str)
    sys.stdout.buffer.write(data + b"\n")
    sys.stdout.flush()


def print_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], right: Sequence[str] = ()
) -> None:
    """A table, as wide as the terminal."""
    table = Table(title=title, title_justify="left", header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(cell(value) for value in row))
    out.print(table)


def headed(name: str, rest: str) -> Text:
    """A line that begins with a name in bold."""
    return Text.assemble((name, "bold"), rest)


def cell(value: Any) -> str:
    """A value as Vietnamese readers write it."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "có" if value else "không"
    if isinstance(value, int):
        return f"{value:,}".replace(",", ".")
    if isinstance(value, datetime):
        return value.astimezone(HOME_ZONE).strftime("%d/%m/%Y %H:%M:%S")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {cell(item)}" for name, item in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(cell(item) for item in value)
    return str(value)


def say(text: str) -> None:
    """A plain line for people, on standard error so that ``--json`` stays clean."""
    err.print(text)


def complain(text: str) -> None:
    """What went wrong and what to do, in one message."""
    err.print(f"Lỗi: {text}", style="red")
