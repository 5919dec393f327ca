"""What was done, by whom."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from console.web.api import paging
from console.web.api.access import Reader
from console.web.api.document import problems
from console.web.api.paging import BIGGEST, Cursor, Limit
from console.web.api.place import new_router
from console.web.api.schemas import Event, Page, Run, RunStory
from console.web.api.words import RunKind
from console.web.failures import Problem
from console.web.here import Here
from console.web.language import _
from models import run as rows
from models import runs as stored

router = new_router()


@router.get("/runs", summary="What was done, by whom", responses=problems())
def read_runs(
    console: Here,
    token: Reader,
    kind: Annotated[RunKind | None, Query(description="Only runs of this kind.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Run]:
    """Runs, newest first."""
    before = None if cursor is None else paging.id_of("runs", cursor, 0)
    with console.env.db.transaction() as session:
        found = stored.older(session, limit + 1, before, kind or "")
    more, found = len(found) > limit, found[:limit]
    return Page(
        items=[shown(row) for row in found],
        next=paging.cursor("runs", (found[-1].id or 0,)) if more else None,
    )


@router.get("/runs/{run_id}", summary="One run and what it did", responses=problems(404))
def read_run(
    console: Here,
    token: Reader,
    run_id: Annotated[int, Path(ge=1, le=BIGGEST)],
    limit: Limit = 50,
    cursor: Cursor = None,
) -> RunStory:
    """A run with a page of its events, in the order in which they came."""
    after = paging.id_of("events", cursor, 0)
    with console.env.db.transaction() as session:
        run = stored.get(session, run_id)
        found = stored.page_of_events(session, run_id, limit + 1, after)
    if run is None:
        raise Problem(404, _("Không có lượt chạy này."), _("Các lượt đang có: GET /api/v1/runs."))
    more, found = len(found) > limit, found[:limit]
    events = Page[Event](
        items=[_event(event, shop) for event, shop in found],
        next=paging.cursor("events", (found[-1][0].id or 0,)) if more else None,
    )
    return RunStory(**shown(run).model_dump(), events=events)


def shown(row: rows.Run) -> Run:
    """A run as programs read it; row numbers stay here."""
    counts = {name: count for name, count in row.counts.items() if name != "shops"}
    return Run(
        id=row.id or 0, kind=row.kind, who=row.who, why=row.why, started_at=row.started_at,
        ended_at=row.ended_at, status=row.status, outcome=row.outcome, counts=counts,
    )  # fmt: skip


def _event(row: rows.Event, shop: str | None) -> Event:
    return Event(
        id=row.id or 0, at=row.at, kind=row.kind, shop=shop, product_code=row.product_code,
        facet=row.facet, before=row.before, after=row.after, code=row.code, message=row.message,
        request_id=row.request_id, duration_ms=row.duration_ms,
    )  # fmt: skip
