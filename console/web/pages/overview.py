"""Is everything well? What is on sale, what waits for a person, what failed, what lapses soon."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from console.web import charts
from console.web.access import need
from console.web.here import Console, Here
from console.web.language import _
from console.web.site import page
from models import operators, overview, stops
from models.operator import VIEWER
from worker.env import local_day

router = APIRouter(dependencies=[need(VIEWER)])

DAYS = 14
"""Days in the plot."""
SOON_DAYS = 60
"""Certificates and papers that lapse within so many days are shown."""


@router.get("/")
def show(request: Request, console: Here) -> Response:
    now, today = console.env.now(), local_day(console.env.now())
    with console.env.db.transaction() as session:
        last, shops = overview.last_pull(session), overview.shops(session, now)
        facts: dict[str, Any] = {
            "by_channel": overview.by_channel(shops),
            "tasks": overview.tasks(session, now),
            "shops": shops,
            "failures": overview.failures(session, now - timedelta(days=7), 8),
            "lapsing": overview.lapsing(session, today, SOON_DAYS),
            "stops": stops.standing(session),
            "owed": stops.owed_take_downs(session),
            "last_pull": last,
            "no_operator": not operators.any_operator(session),
        }
    every = console.next_pull_s
    due = last.started_at + timedelta(seconds=every) if last and every else None
    facts["days"] = _days(console, today)
    facts["districts"] = console.remembered.of("districts", 30.0, lambda: _districts(console))
    labels = {name: c.label for name, c in console.env.capabilities.items()}
    return page(
        request, "overview.html", next_pull=due, labels=labels, now=now, soon=SOON_DAYS, **facts
    )


def _districts(console: Console) -> list[overview.District]:
    with console.env.db.transaction() as session:
        return overview.by_district(session)


def _days(console: Console, today: date) -> list[overview.Day]:
    """The last days. Those before today do not change any more: they are asked once an hour, and
    today's once in some seconds."""

    def ask(first: date, last: date) -> list[overview.Day]:
        with console.env.db.transaction() as session:
            return overview.days(session, first, last)

    first, yesterday = today - timedelta(days=DAYS - 1), today - timedelta(days=1)
    past = console.remembered.of(("days", today), 3600.0, lambda: ask(first, yesterday))
    now = console.remembered.of(("day", today), 10.0, lambda: ask(today, today))
    return [*past, *now]


@router.get("/charts/days.svg")
def days_chart(console: Here) -> Response:
    """What was sent, refused and failed on each of the last days."""
    today = local_day(console.env.now())
    found = _days(console, today)
    series = {
        _("đã gửi"): [d.pushed for d in found],
        _("sàn từ chối"): [d.refused for d in found],
        _("chưa gửi được"): [d.failed for d in found],
    }
    return charts.svg(charts.bars([d.day.strftime("%d/%m") for d in found], series))
