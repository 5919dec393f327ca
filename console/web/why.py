"""A listing's reason in the language of the page: the stored sentence in Vietnamese, in English the
same sentence filled in with the same detail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from console.web.language import N_, _, current
from worker.certify import PAPER_NAMES
from worker.reasons import sentences

PARTS: Mapping[str, tuple[str, ...]] = {
    "PAPER_LAPSED": (*PAPER_NAMES.values(), N_("đã hết hạn ngày")),
    "REVOKED": (N_(" ngày "),),
    "RATIO": (N_(", nhiều nhất "), N_(" lần")),
}
"""Of the details that are more than one name: the words in them that are ours."""


def text(reason: Mapping[str, Any] | None) -> str:
    """What is the matter."""
    return _said(reason, "text", 0)


def advice(reason: Mapping[str, Any] | None) -> str:
    """The one thing to do."""
    return _said(reason, "advice", 1)


def _said(reason: Mapping[str, Any] | None, field: str, which: int) -> str:
    if reason is None:
        return ""
    stored = str(reason.get(field, ""))
    pattern = sentences(str(reason.get("code", "")))[which]
    if current.get() == "vi" or not pattern:
        return stored
    if "{advice}" in pattern:  # the channel's own case: there is no other sentence
        return _(stored)
    detail = str(reason.get("detail", ""))
    return _(pattern).replace("{detail}", _detail(str(reason["code"]), detail))


def _detail(code: str, detail: str) -> str:
    """Kinds, papers and facets have names in both languages; what others wrote stays as it is."""
    for words in PARTS.get(code, ()):
        detail = detail.replace(words, _(words))
    return _(detail)


def label(code: str) -> str:
    """A kind of reason, in a list of them."""
    return _(sentences(code)[0]).replace("{detail}", "…") or code
