"""What time it is, and which day that is in Vietnam."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from config.settings import get_settings

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> datetime:
    """The present moment, aware, UTC, moved by OCOP_CLOCK_SHIFT_S seconds.

    The shift is a rehearsal tool, to see what happens tomorrow: certificates lapse, schedules
    fire. It moves every process of the program, but not the world: a real channel refuses calls
    that are signed minutes off, so use it against sandboxes that run under the same shift.
    """
    return datetime.now(UTC) + timedelta(seconds=get_settings().clock_shift_s)


def today(moment: datetime) -> date:
    """The day of ``moment`` (aware) in Asia/Ho_Chi_Minh, which is what certificates and the
    schedule mean by a day (design: "Tables")."""
    return moment.astimezone(ZONE).date()
