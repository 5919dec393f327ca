"""Runs: what each did, live while it goes on; stopped where it pushes, undone where it can be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import orjson
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response, StreamingResponse

from console.web.access import Posted, need
from console.web.audit import noted
from console.web.failures import Problem
from console.web.here import Console, Here
from console.web.language import _, told
from console.web.pages.logs import cursor_of, place_of
from console.web.site import fragment, page
from console.web.waking import wake
from models import log, runs
from models.log import LogFilter
from models.operator import OPERATOR, VIEWER
from models.run import Run
from worker import pushing, undo

router = APIRouter(prefix="/runs")

PAGE = 50
LIVE_S = 900
"""The longest that one browser is told of a run, seconds; it asks again by itself."""


@router.get("", dependencies=[need(VIEWER)])
def show(request: Request, console: Here, before: int | None = None) -> Response:
    with console.env.db.transaction() as session:
        found = runs.older(session, PAGE + 1, before)
    more = found[PAGE - 1].id if len(found) > PAGE else None
    return page(request, "runs.html", runs=found[:PAGE], next=more)


@router.get("/{run_id}", dependencies=[need(VIEWER)])
def one(request: Request, console: Here, run_id: int) -> Response:
    query = request.query_params
    with console.env.db.transaction() as session:
        run = _found(session.get(Run, run_id))
        wanted = LogFilter(run_id=run_id, kind=query.get("kind", ""))
        events = log.page(session, wanted, PAGE + 1, place_of(query.get("before", "")))
        counted = log.kinds_of_run(session, run_id)
    next_ = cursor_of(events[PAGE - 1]) if len(events) > PAGE else None
    return page(
        request, "run.html", run=run, events=events[:PAGE], counted=counted, next=next_,
        undoable=run.status == "ended" and run.kind not in ("reconcile", "certify"),
    )  # fmt: skip


def _found(run: Run | None) -> Run:
    if run is None:
        raise HTTPException(404)
    return run


@router.get("/{run_id}/live", dependencies=[need(VIEWER)])
async def live(request: Request, console: Here, run_id: int) -> Response:
    """Server-sent events: the run's progress as the page shows it, until it is over."""
    return StreamingResponse(
        _progress(request, console, run_id), media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )  # fmt: skip


async def _progress(request: Request, console: Console, run_id: int) -> AsyncIterator[bytes]:
    shown = ""
    for _second in range(LIVE_S):
        run = await run_in_threadpool(_look, console, run_id)
        if run is None or run.status != "running":
            yield b"event: over\ndata: 1\n\n"
            return
        block = fragment("progress.html", run=run)
        if block != shown:
            shown = block
            yield b"event: progress\ndata: " + orjson.dumps(block) + b"\n\n"
        if await request.is_disconnected():
            return
        await asyncio.sleep(1.0)


def _look(console: Console, run_id: int) -> Run | None:
    with console.env.db.transaction() as session:
        return session.get(Run, run_id)


@router.post("/{run_id}/stop", dependencies=[need(OPERATOR)])
def stop(request: Request, console: Here, run_id: int, form: Posted) -> Response:
    """End a push at once, and keep its shops as they are."""
    name = request.state.visitor.name
    if not pushing.stop(console.env, run_id, name):
        raise Problem(409, _("Lượt này không còn chạy."), _("Xem lại trang của lượt."))
    noted(request, "run.stop", str(run_id))
    return RedirectResponse(f"/runs/{run_id}", 303)


@router.get("/{run_id}/undo", dependencies=[need(OPERATOR)])
def before_undo(request: Request, console: Here, run_id: int) -> Response:
    """What an undo would put back, and what not, with the reason."""
    done = _undone(lambda: undo.preview(console.env, run_id))
    return page(request, "undo.html", run_id=run_id, done=done, kept=undo.grouped(done.kept))


@router.post("/{run_id}/undo", dependencies=[need(OPERATOR)])
def do_undo(request: Request, console: Here, run_id: int, form: Posted) -> Response:
    done = _undone(lambda: undo.undo(console.env, run_id, request.state.visitor.name))
    noted(request, "run.undo", str(run_id))
    wake(console)
    return RedirectResponse(f"/runs/{done.run_id}", 303)


def _undone(work: Callable[[], undo.Undone]) -> undo.Undone:
    try:
        return work()
    except undo.BadUndo as error:
        raise Problem(409, _("Không hoàn tác được lượt này."), told(error)) from None
