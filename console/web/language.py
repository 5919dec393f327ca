"""Vietnamese first, English second: what is written in the code is Vietnamese, and ``words/en.po``
says it in English. The language of a request lives in a context variable."""

from __future__ import annotations

import io
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

from worker.env import HOME_ZONE
from worker.saying import Said

LANGUAGES: Mapping[str, str] = {"vi": "Tiếng Việt", "en": "English"}
WORDS = Path(__file__).parent / "words"

current: ContextVar[str] = ContextVar("language", default="vi")


def N_(text: str) -> str:  # noqa: N802 (its usual name: marks a text that is translated later)
    return text


@cache
def _translations(language: str) -> NullTranslations:
    path = WORDS / f"{language}.po"
    if not path.exists():
        return NullTranslations()
    with path.open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def _(text: str) -> str:
    """The text in the request's language."""
    if isinstance(text, Said):
        filled = {name: _(v) if isinstance(v, Said) else v for name, v in text.given.items()}
        return _(text.pattern) % filled if filled else _(text.pattern)
    return str(_translations(current.get()).gettext(text)) if text else ""


def told(error: Exception) -> str:
    """What an error says, in the request's language where it is a sentence of the worker's."""
    said = error.args[0] if error.args else ""
    return _(said) if isinstance(said, Said) else str(error)


def plural(one: str, many: str, count: int) -> str:
    return str(_translations(current.get()).ngettext(one, many, count))


def counted(text: str, count: int) -> str:
    """What stands after a number: Vietnamese says it alike of one and of many."""
    return plural(text, text, count)


def number(value: float | None) -> str:
    """``12.500`` or ``12,500``; "–" where nobody knows."""
    return "–" if value is None else str(format_decimal(value, locale=current.get()))


def money(value: int | None) -> str:
    """Đồng."""
    return "–" if value is None else f"{number(value)} đ"


def day(value: date | None) -> str:
    """``09/02/2026``, or ``9 Feb 2026``."""
    if value is None:
        return "–"
    english = current.get() == "en"
    pattern = "d MMM y" if english else "dd/MM/y"
    return str(format_date(value, pattern, locale=current.get()))


def moment(value: datetime | None) -> str:
    """Day and minute in Vietnam."""
    if value is None:
        return "–"
    pattern = "d MMM y HH:mm" if current.get() == "en" else "dd/MM/y HH:mm"
    return str(format_datetime(value, pattern, tzinfo=HOME_ZONE, locale=current.get()))


def shown(value: Any) -> str:
    """Any value of an event or a facet, as people read it."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return _("có") if value else _("không")
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {shown(item)}" for name, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(shown(item) for item in value)
    return str(value)


def wanted(cookies: Mapping[str, str], default: str) -> str:
    """The language that a browser asks for: its cookie's word, else ours."""
    chosen = cookies.get("ocop_language", "")
    return chosen if chosen in LANGUAGES else default
