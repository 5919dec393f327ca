"""Secrets never show in what a channel's answer becomes: errors hide them as they are made.

A channel may say anything, our own token included ("invalid access_token: …"), and what it says
goes into events, reasons, logs and onto screens. So the values of every account in use are known
here, and errors pass their texts through :func:`hide`; a secret that nobody told us (a token in an
answer that could not be read) is known by the name before it.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Mapping

HIDDEN = "[ẩn]"

SHORTEST = 6
"""A shorter value would hide ordinary words wherever they stand."""

MOST = 2000
"""Values kept: a worker that lives for months has seen many tokens, of which old ones are dead."""

_NAME = re.compile(r"token|secret|password|code|_key$|^key$|url", re.IGNORECASE)
_NAMED = re.compile(
    r"""((?:access_token|refresh_token|client_secret|consumer_secret|consumer_key|partner_key|
    api_key|password|sign|authorization)["']?\s*[:=]\s*["']?(?:bearer\s+|basic\s+)?)
    [A-Za-z0-9._~+/=-]{6,}""",
    re.IGNORECASE | re.VERBOSE,
)
_values: OrderedDict[str, None] = OrderedDict()
_lock = threading.Lock()


def secret_values(credentials: Mapping[str, str]) -> list[str]:
    """Those of an account's credentials that nobody may see: not its numbers and names."""
    return [
        value
        for name, value in credentials.items()
        if _NAME.search(name) and len(value) >= SHORTEST and not value.isdigit()
    ]


def keep(credentials: Mapping[str, str]) -> None:
    """Hide these values from now on, in this process."""
    with _lock:
        for value in secret_values(credentials):
            _values[value] = None
            _values.move_to_end(value)
        while len(_values) > MOST:
            _values.popitem(last=False)


def hide(text: str) -> str:
    """The text without a secret."""
    with _lock:
        known = list(_values)
    for value in known:
        if value in text:
            text = text.replace(value, HIDDEN)
    return _NAMED.sub(rf"\1{HIDDEN}", text)
