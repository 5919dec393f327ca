"""Lists in pages (2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sandbox.tiki.call import Call
from sandbox.tiki.switches import Switches


def limit_of(call: Call, switches: Switches) -> int:
    return call.query_int("limit", 20, 1, switches.max_limit)


def paged(call: Call, rows: Sequence[Any], switches: Switches) -> dict[str, Any]:
    """``data`` beside ``paging``. Under ``short_pages`` a page that is not the last one lacks its
    last row, which the next page begins with (2: seen with orders)."""
    limit = limit_of(call, switches)
    step = max(1, limit - 1) if switches.short_pages else limit
    page = call.query_int("page", 1, 1, 10**6)
    start = (page - 1) * step
    return {
        "data": list(rows[start : start + step]),
        "paging": {
            "total": len(rows),
            "current_page": page,
            "from": start,
            "to": min(start + step, len(rows)),
            "per_page": limit,
            "last_page": max(1, -(-len(rows) // step)),
        },
    }
