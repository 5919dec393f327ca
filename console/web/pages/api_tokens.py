"""What programs may do through the API, and since when: made here, shown once, revoked here."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from console.web import tokens
from console.web.access import Posted, need
from console.web.audit import noted
from console.web.failures import Problem
from console.web.forms import text
from console.web.here import Console, Here
from console.web.language import _
from console.web.site import page, see
from models import api_tokens as stored
from models.operator import ADMIN, SCOPES

router = APIRouter(prefix="/tokens", dependencies=[need(ADMIN)])

LASTS = (30, 90, 365, 0)
"""Days; 0 for ever."""


@router.get("")
def show(request: Request, console: Here) -> Response:
    return _page(request, console)


@router.post("")
def add(request: Request, console: Here, form: Posted) -> Response:
    """The answer to this form is the only page that ever has the token."""
    name, days = text(form, "name"), text(form, "days")
    scopes = [str(scope) for scope in form.getlist("scope")]
    by = request.state.visitor.name
    lasts = int(days) if days.isdecimal() and len(days) < 6 else -1  # what is no number is told so
    try:
        token = tokens.issue(console.env, name, scopes, lasts, by)
    except tokens.BadToken as error:
        return _page(request, console, trouble=str(error), typed=(name, scopes), status=422)
    noted(request, "token.add", name.strip(), scopes=scopes)
    return _page(request, console, token=token)


@router.post("/revoke")
def revoke(request: Request, console: Here, form: Posted) -> Response:
    name = text(form, "name")
    with console.env.db.transaction() as session:
        done = stored.revoke(session, name, console.env.now())
    if not done:
        raise Problem(409, _("Mã này không còn dùng được từ trước."), _("Xem lại danh sách."))
    noted(request, "token.revoke", name)
    return see(request, "/tokens", _("Đã thu hồi."))


def _page(
    request: Request, console: Console, *, token: str = "", trouble: str = "",
    typed: tuple[str, list[str]] = ("", ["read"]), status: int = 200,
) -> Response:  # fmt: skip
    with console.env.db.transaction() as session:
        found = stored.listed(session)
    answer = page(
        request, "api_tokens.html", status=status, found=found, token=token, trouble=trouble,
        typed=typed, scopes=SCOPES, lasts=LASTS, now=console.env.now(),
    )  # fmt: skip
    answer.headers["Cache-Control"] = "no-store"
    return answer
