"""Every doubtful fact of a floor that takes files, as a switch: tests run under both answers.

No floor of this kind has published how it reads files and answers (docs/feeds.md 1); what is sure
is only the file formats themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Literal, get_type_hints


@dataclass(frozen=True, slots=True)
class Switches:
    """Defaults are the likelier answer; times are seconds."""

    feed_url: str = ""  # a shop "1" whose files lie there stands from the start
    profile: str = "san24h"  # and the floor that it is on
    fetch_every_s: float | None = None  # the floor comes by itself so often (a process only)
    file: int = 0  # which of the profile's files the floor reads
    review_s: float | None = None  # a new or edited row waits so long for the desk
    gone: Literal["omitted", "shown"] = "omitted"  # a delisted row in the export
    hidden: Literal["shown", "omitted"] = "shown"  # a hidden row in the export
    restock: Literal["always", "on_change"] = "always"  # a file read again restates every stock
    export: Literal["csv", "xlsx", "semicolon"] = "csv"
    heads: Literal["template", "short", "english", "extra", "other"] = "template"
    title_line: bool = False  # the floor's name above the header
    words: Literal["vi", "en"] = "vi"  # the status words of the export
    amounts: Literal["plain", "dots"] = "plain"  # 39000 or "39.000 đ" in the export
    marks: Literal["both", "etag", "modified", "nothing"] = (
        "both"  # what names the export's version
    )
    moves: Literal["every_fetch", "on_change"] = "every_fetch"  # its Last-Modified
    last_newline: bool = True  # the export's last line ends
    domain: str = ""  # product links must be of this domain


def switched(words: Sequence[str]) -> Switches:
    """Switches from ``name=value`` words. Raises ValueError naming the word that is wrong."""
    hints = get_type_hints(Switches)
    known = {f.name for f in fields(Switches)}
    values = {}
    for word in words:
        name, equals, text = word.partition("=")
        if name not in known or not equals:
            raise ValueError(f"'{word}': expected name=value, one of {', '.join(sorted(known))}")
        values[name] = _value(hints[name], text)
    return replace(Switches(), **values)  # type: ignore[arg-type]


def _value(hint: object, text: str) -> object:
    if text == "none":
        return None
    if hint is bool:
        return text.lower() in ("1", "true", "yes")
    if hint is int:
        return int(text)
    if hint == float | None:
        return float(text)
    return text
