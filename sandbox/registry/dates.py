"""The registry's calendar: the day of its book, the shift to today, the state of a certificate.

Days are days in Asia/Ho_Chi_Minh; moments are aware UTC.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

BOOK_DAY = date(2025, 6, 30)
"""The day for which the clean book was put together (ocop-domain.md 8)."""

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
_OFFICE_OPENS = time(9, 0)


def utc_now() -> datetime:
    """The present moment, aware, UTC."""
    return datetime.now(UTC)


def day_of(moment: datetime) -> date:
    """The day in Vietnam at ``moment``."""
    return moment.astimezone(VIETNAM).date()


def office_hour(day: date) -> datetime:
    """Nine in the morning of ``day`` in Vietnam, UTC: when a decision enters the registry."""
    return datetime.combine(day, _OFFICE_OPENS, VIETNAM).astimezone(UTC)


def printed(moment: datetime) -> str:
    """ISO 8601 with Vietnam's offset, always to the microsecond (registry-formats.md 5)."""
    return moment.astimezone(VIETNAM).isoformat(timespec="microseconds")


def moved(product: dict[str, Any], days: int) -> dict[str, Any]:
    """The product with the days of its certificates moved by ``days``.

    Both days move alike, so the printed expiry is kept: a span of 36 months that met a leap day
    elsewhere comes out a day short or long, and no sum of months may be checked against it.
    """
    step = timedelta(days=days)
    return product | {
        "certificates": [
            certificate
            | {
                name: (date.fromisoformat(certificate[name]) + step).isoformat()
                for name in ("recognised_on", "expires_on")
            }
            for certificate in product["certificates"]
        ]
    }


def standing(certificate: dict[str, Any], today: date) -> str:
    """valid, expired, revoked or suspended on ``today``; the last valid day is included
    (ocop-domain.md 2). Withdrawn by decision weighs more than lapsed."""
    if certificate["status"] != "valid":
        return str(certificate["status"])
    lapsed = date.fromisoformat(certificate["expires_on"]) < today
    return "expired" if lapsed else "valid"
