"""Texts as files want them: NFC, without HTML, without formulas, days as a floor writes them."""

from __future__ import annotations

import html
import re
import unicodedata
from datetime import date, datetime
from zoneinfo import ZoneInfo

HOME_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")

_NAMES = (
    "a|b|big|blockquote|br|center|div|em|font|h[1-6]|hr|i|img|li|ol|p|pre|s|small|span|strong|sub|"
    "sup|table|tbody|td|tfoot|th|thead|tr|u|ul"
)
_HIDDEN = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->", re.I | re.S)
_BREAK = re.compile(r"<\s*(br|/p|/div|/li|/h[1-6]|/tr)\b[^<>]*>", re.I)
_TAG = re.compile(rf"</?({_NAMES})\b[^<>]*>", re.I)
"""Known names only: "nặng < 5 kg" is no tag."""
_ENTITY = re.compile(r"&(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\ufeff\ufffe\uffff\ud800-\udfff]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BROKEN = re.compile(r"\ufffd|Ã[\u0080-\u00bf]|á[º»][\u0080-\u00bf\u2010-\u203a€]|Ä[\u0090\u0091]")
"""What UTF-8 looks like after it was read as Latin letters, or lost."""


def plain(text: str) -> str:
    """NFC text without HTML (entities decoded once), tabs, control characters and outer space.

    Source: feeds.md 5.
    """
    if "<" in text:
        text = _TAG.sub("", _BREAK.sub("\n", _HIDDEN.sub("", text)))
    if "&" in text:
        text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = text.replace("\t", " ").replace("\xa0", " ")
    return unicodedata.normalize("NFC", text).strip()


def one_line(text: str) -> str:
    """Line breaks and tabs become single spaces."""
    return " ".join(text.split())


def guarded(text: str) -> str:
    """A cell that no spreadsheet takes for a formula (feeds.md 2)."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def cut(text: str, most: int) -> str:
    """At most ``most`` characters, cut between words where there is a gap."""
    if len(text) <= most:
        return text
    gap = text[: most + 1].rfind(" ")
    return text[: gap if gap > most // 2 else most].rstrip(" ,;-–(")


def looks_broken(text: str) -> bool:
    """Whether letters were lost on the way (an encoding problem)."""
    return _BROKEN.search(text) is not None


def day(iso: str, form: str) -> str:
    """An ISO day as the floor writes days; "" stays "". Raises ValueError when it is no day."""
    return date.fromisoformat(iso).strftime(form) if iso else ""


def moment(at: datetime) -> str:
    """A moment for a person: 14:05 24/11/2026, in Asia/Ho_Chi_Minh."""
    return at.astimezone(HOME_ZONE).strftime("%H:%M %d/%m/%Y")
