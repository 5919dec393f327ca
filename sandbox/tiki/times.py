"""Times as the channel writes them: local to Vietnam, to the second, no zone (2)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from sandbox.tiki.refusals import bad

ZONE = timezone(timedelta(hours=7))
_FORMAT = "%Y-%m-%d %H:%M:%S"


def local(now: float) -> str:
    return datetime.fromtimestamp(now, ZONE).strftime(_FORMAT)


def parsed(name: str, text: str) -> float:
    """Unix seconds. Raises Refused."""
    try:
        return datetime.strptime(text, _FORMAT).replace(tzinfo=ZONE).timestamp()
    except ValueError:
        raise bad(f"{name} must be yyyy-MM-dd HH:mm:ss") from None


def iso(now: float) -> str:
    """ISO 8601 UTC, for the journal."""
    return datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds")
