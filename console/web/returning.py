"""Where somebody goes on whose login had ended: what is kept of a form until the next login, and
the page on which that form stands.

Whoever logs in next is shown what was kept, and may be somebody else: no secret is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

Fields = Sequence[tuple[str, str]]

SEND = "send"
"""The form can be sent as it was."""
ANEW = "anew"
"""A secret or a file is missing of it: it is filled in anew."""

_SECRET = re.compile(r"c\..*|.*(password|secret|token|webhook).*", re.IGNORECASE | re.DOTALL)
"""Logins of shops and of people, and addresses that hold a key of their own."""

_PLACES = tuple(
    (re.compile(path), place)
    for path, place in (
        (r"/shops/(?:connect|consent)", "/shops/new"),
        (r"/shops/(?:stop|start)-all", "/shops"),
        (r"(/shops/[^/]+)/(?:check|again|switch|stop|start)", r"\1"),
        (r"/listings/act", "/listings"),
        (r"(/runs/[^/]+)/stop", r"\1"),
        (r"/holds/decide", "/holds"),
        (r"/(rules|mappings)/(?:edit|import)", r"/\1"),
        (r"(/producers/[^/]+)/(?:agreed|links|notices)(?:/.*)?", r"\1"),
        (r"(/p/[^/]+)/notices", r"\1"),
        (r"/operators/[^/]+", "/operators"),
        (r"/tokens/revoke", "/tokens"),
    )
)


def kept(fields: Iterable[tuple[str, object]]) -> tuple[Fields, str]:
    """What is kept of a form, and whether it can be sent so: SEND or ANEW."""
    typed = [(k, v) for k, v in fields if isinstance(v, str) and k != "form_token"]
    safe = [(k, v) for k, v in typed if not _SECRET.fullmatch(k)]
    left_out = any(v for k, v in typed if _SECRET.fullmatch(k))
    return safe, ANEW if left_out else SEND


def place(path: str) -> str:
    """The page to look at instead of what only a form can ask for."""
    path = path.partition("?")[0]
    for pattern, page in _PLACES:
        if found := pattern.fullmatch(path):
            return found.expand(page)
    return path
