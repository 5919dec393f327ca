"""A register file dropped in: what each row says, what is wrong, what it would change; then the
good part is accepted, or the sheet goes back with its problems marked."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from config.errors import from_os_error
from connectors.registry.contract import RegistryError
from console.web.access import Posted, Uploaded, Visitor, need
from console.web.failures import Problem
from console.web.here import Console, Here
from console.web.language import _
from console.web.site import page, see
from console.web.waking import wake
from models import operators, overview
from models.operator import ADMIN, OPERATOR, VIEWER
from worker import accepting, received, reviewing
from worker.env import local_day
from worker.received import Received
from worker.reviewing import Compared, Line, Reading

router = APIRouter()

ROWS = 100
"""Sheet rows on a page."""
FILTERS = ("all", "troubled", "new", "changed", "other")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/registry", dependencies=[need(VIEWER)])
def show(request: Request, console: Here) -> Response:
    return _form(request, console)


def _form(request: Request, console: Console, trouble: str = "", status: int = 200) -> Response:
    with console.env.db.transaction() as session:
        last = overview.last_pull(session)
    return page(request, "registry.html", status=status, trouble=trouble, last_pull=last)


@router.post("/registry")
async def upload(
    request: Request, console: Here, visitor: Annotated[Visitor, need(OPERATOR)], form: Uploaded
) -> Response:
    sent = form.get("file")
    if not isinstance(sent, UploadFile) or not sent.filename:
        said = _("Chưa chọn tệp nào.")
        return await run_in_threadpool(_form, request, console, said, 422)
    return await run_in_threadpool(_take, request, console, sent, visitor)


def _take(request: Request, console: Console, sent: UploadFile, visitor: Visitor) -> Response:
    """Keep the file where it can be read; say why where it cannot."""
    env = console.env
    if env.uploads is None:
        raise Problem(503, _("Máy này chưa có thư mục để giữ tệp gửi lên."))
    try:
        kept = received.keep(env.uploads, sent.filename or "", sent.file, visitor.name, env.now())
    except OSError as error:
        said = str(from_os_error(env.uploads, error))
        raise Problem(507, _("Máy chủ không ghi được tệp gửi lên."), said) from None
    try:
        reviewing.of_received(kept, local_day(env.now()))
    except RegistryError as error:
        received.drop(kept)
        return _form(request, console, str(error), 422)
    return RedirectResponse(f"/registry/{kept.id}", 303)


def _of(console: Console, visitor: Visitor, upload_id: str) -> Received:
    """A kept file of this visitor (an administrator sees everybody's). Raises Problem."""
    env = console.env
    found = received.find(env.uploads, upload_id, env.now()) if env.uploads else None
    if found is None or not (found.who == visitor.name or visitor.may(ADMIN)):
        raise Problem(
            404, _("Không có tệp này, hoặc đã hết hạn giữ."),
            _("Tệp gửi lên được giữ 24 giờ cho người đã gửi; gửi lại ở trang Sổ đăng ký."),
        )  # fmt: skip
    return found


def _reading(console: Console, kept: Received) -> Reading:
    try:
        return reviewing.of_received(kept, local_day(console.env.now()))
    except RegistryError as error:
        raise Problem(422, _("Không đọc được tệp này nữa."), str(error)) from None


@router.get("/registry/{upload_id}")
def review(
    request: Request, console: Here, upload_id: str, visitor: Annotated[Visitor, need(OPERATOR)]
) -> Response:
    kept = _of(console, visitor, upload_id)
    reading = _reading(console, kept)
    compared = reviewing.compare(console.env, kept.path, reading)
    wanted = request.query_params.get("show", "all")
    rows = _chosen(reading, compared, wanted)
    pages = max(1, math.ceil(len(rows) / ROWS))
    at = min(_whole(request.query_params.get("page")), pages)
    shown = rows[(at - 1) * ROWS : at * ROWS]
    changed = [line for line in shown if compared.of(line) == reviewing.CHANGED]
    return page(
        request, "registry_review.html", kept=kept, reading=reading, compared=compared,
        rows=shown, differences=reviewing.differences(console.env, changed),
        outcomes=reading.counts(),
        news=Counter(compared.of(line) for line in reading.products), filters=FILTERS,
        wanted=wanted if wanted in FILTERS else "all", at=at, pages=pages, found=len(rows),
    )  # fmt: skip


def _chosen(reading: Reading, compared: Compared, wanted: str) -> Sequence[Line]:
    if wanted == "other":
        return [line for line in reading.lines if line.outcome == reviewing.NO_PRODUCT]
    if wanted == "troubled":
        return [line for line in reading.products if line.troubles]
    if wanted in (reviewing.NEW, reviewing.CHANGED):
        return [line for line in reading.products if compared.of(line) == wanted]
    return reading.products


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 7 and int(text) else 1


@router.post("/registry/{upload_id}")
def accept(
    console: Here, form: Posted, upload_id: str, visitor: Annotated[Visitor, need(OPERATOR)],
    request: Request,
) -> Response:  # fmt: skip
    env = console.env
    kept = _of(console, visitor, upload_id)
    full = form.get("full") == "1"
    with env.db.transaction() as session:
        operators.note(
            session, visitor.name, "web", "registry_accepted", kept.path.name,
            {"upload": kept.id, "full": full}, request.state.request_id, env.now(),
        )  # fmt: skip
    run_id = accepting.accept(env, kept.path, kept.id, full=full, who=visitor.name)
    wake(console, "sweep", "pictures")
    said = _("Đã nhận tệp; những gì thay đổi đang được gửi lên sàn.")
    return see(request, f"/runs/{run_id}", said)


@router.get("/registry/{upload_id}/marked.xlsx")
def marked(console: Here, upload_id: str, visitor: Annotated[Visitor, need(OPERATOR)]) -> Response:
    kept = _of(console, visitor, upload_id)
    reading = _reading(console, kept)
    try:
        data = reviewing.mark(kept.path, reading)
    except RegistryError as error:
        raise Problem(422, _("Không đọc được tệp này nữa."), str(error)) from None
    name = quote(f"{kept.path.stem}-loi.xlsx")
    headers = {
        "Content-Disposition": f"attachment; filename=\"loi.xlsx\"; filename*=UTF-8''{name}",
        "Cache-Control": "no-store",
    }
    return Response(data, media_type=XLSX, headers=headers)
