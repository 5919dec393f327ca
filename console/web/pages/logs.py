"""The log: filtered, a page at a time, exported."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from fastapi import APIRouter, Request
from starlette.datastructures import QueryParams
from starlette.responses import Response

from console.web import sheet
from console.web.access import need
from console.web.here import Console, Here
from console.web.site import page
from models import log, shops
from models.log import LogFilter, LogLine
from models.operator import VIEWER
from worker.env import HOME_ZONE

router = APIRouter(prefix="/log", dependencies=[need(VIEWER)])

PAGE = 100
EXPORT_MOST = 50_000
KINDS_S = 60.0
"""So old the choice of kinds may be."""


def cursor_of(line: LogLine) -> str:
    """Where the next page begins."""
    return f"{line.at.isoformat()}~{line.id}"


def place_of(text: str) -> tuple[datetime, int] | None:
    """The place that a cursor means; None where it means none."""
    at, _sign, number = text.partition("~")
    try:
        return datetime.fromisoformat(at), int(number)
    except ValueError:
        return None


def wanted(query: QueryParams) -> LogFilter:
    """The filter that an address says; days are days in Vietnam, the last one included."""
    since, until = _day(query.get("since", "")), _day(query.get("until", ""))
    return LogFilter(
        shop=query.get("shop", ""),
        kind=query.get("kind", ""),
        product_code=query.get("product", "").strip().upper()[:100],
        request_id=query.get("request", "").strip()[:200],
        since=since,
        until=_end(until),
    )


def _day(text: str) -> datetime | None:
    try:
        return datetime.combine(datetime.fromisoformat(text).date(), time(), HOME_ZONE)
    except ValueError:
        return None


def _end(last: datetime | None) -> datetime | None:
    """Where a day ends; None where time has no more days, or none was said."""
    try:
        return last + timedelta(days=1) if last else None
    except OverflowError:
        return None


@router.get("")
def show(request: Request, console: Here) -> Response:
    query = request.query_params
    with console.env.db.transaction() as session:
        lines = log.page(session, wanted(query), PAGE + 1, place_of(query.get("before", "")))
        keys = [shop.key for shop in shops.all_shops(session)]
    known = console.remembered.of("kinds", KINDS_S, lambda: _kinds(console))
    kinds = sorted({*known, query.get("kind", "")} - {""})
    more = cursor_of(lines[PAGE - 1]) if len(lines) > PAGE else None
    return page(
        request, "log.html", lines=lines[:PAGE], next=more, keys=keys, kinds=kinds, query=query,
        begun="before" in query,
    )  # fmt: skip


def _kinds(console: Console) -> list[str]:
    with console.env.db.transaction() as session:
        return log.kinds(session)


@router.get("/export")
def export(request: Request, console: Here) -> Response:
    """The lines of a filter, as a spreadsheet."""
    with console.env.db.transaction() as session:
        lines = log.page(session, wanted(request.query_params), EXPORT_MOST)
    return sheet.log(lines)
