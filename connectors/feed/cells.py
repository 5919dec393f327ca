"""A row as a profile's columns say it: the entries of each cell, before any file format. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.feed.profile import Column, Profile
from connectors.feed.rows import Row
from connectors.feed.texts import cut, day, one_line
from connectors.feed.values import VALUES, Detail, Shop, Value

Entry = str | int | Detail
Cell = tuple[Entry, ...]
"""The entries of one cell; () is an empty cell."""

DETAIL_MAX = (140, 140, 1000)
"""Characters of a detail's section, name and value (feeds.md 3)."""


def shop_of(profile: Profile, site: str, public_url: str) -> Shop:
    codes = {place.path: place.code for place in profile.categories}
    return Shop(site, public_url, codes)


def cells(profile: Profile, row: Row, shop: Shop) -> list[Cell]:
    """One cell a column, in the profile's order."""
    return [_cell(column, VALUES[column.value](row, shop)) for column in profile.columns]


def _cell(column: Column, value: Value) -> Cell:
    if value is None or value == "" or value == ():
        return ()
    if isinstance(value, tuple):
        return _many(column, value)
    if column.kind in ("money", "integer"):
        return (column.form.format(value),) if column.form else (value,)
    if column.kind == "date":
        return (_date(str(value), column.form),)
    if column.kind == "choice":
        return (column.words.get(str(value), str(value)),)
    if isinstance(value, int):
        return (column.form.format(value) if column.form else str(value),)
    return (_text(column, value),)


def _many(column: Column, value: Sequence[str] | Sequence[Detail]) -> Cell:
    """A list too short for the floor is left out, one too long keeps its first entries where
    the profile says that it may be cut."""
    entries: tuple[Entry, ...] = tuple(
        _text(column, entry) if isinstance(entry, str) else _detail(entry) for entry in value
    )
    if len(entries) < column.least:
        return ()
    return entries[: column.most] if column.cut else entries


def _detail(parts: Detail) -> Detail:
    section, name, value = (cut(p, most) for p, most in zip(parts, DETAIL_MAX, strict=True))
    return section, name, value


def _date(iso: str, form: str) -> str:
    """A day that is none stays as it is: the check of the column names it."""
    try:
        return day(iso, form)
    except ValueError:
        return iso


def _text(column: Column, text: str) -> str:
    if column.one_line:
        text = one_line(text)
    return cut(text, column.max) if column.cut and column.max else text
