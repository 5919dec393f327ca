"""Logging in and out, and choosing a language."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from console.web import access, passwords, returning
from console.web.access import Posted
from console.web.hashing import hashed
from console.web.here import Console, Here
from console.web.language import LANGUAGES, _
from console.web.returning import Fields
from console.web.site import page
from models import operators

router = APIRouter()

KEPT = "kept."
"""Before the names of fields that were typed into another form."""


@router.get("/login")
def show(request: Request, console: Here) -> Response:
    return login_page(request, to=request.query_params.get("to", "/"))


def login_page(
    request: Request, *, status: int = 200, to: str = "", kept: Fields = (), ended: str = "",
    name: str = "", trouble: str = "",
) -> Response:  # fmt: skip
    """The login form. ``ended``: the login had ended when a form was sent to ``to`` (SEND, ANEW);
    ``kept``: its fields, which are shown once more after it."""
    console: Console = request.app.state.console
    with console.env.db.transaction() as session:
        nobody = not operators.any_operator(session)
    query = f"?{request.url.query}" if request.url.query and not to else ""
    return page(
        request, "login.html", status=status, to=safe(to or request.url.path + query), kept=kept,
        ended=ended, name=name, trouble=trouble, nobody=nobody,
    )  # fmt: skip


def safe(to: str) -> str:
    """A place of ours: never another host's, whoever wrote the link."""
    good = to.startswith("/") and not to.startswith(("//", "/\\")) and "\n" not in to
    return to if good else "/"


@router.post("/login")
def log_in(request: Request, console: Here, form: Posted) -> Response:
    name, to = str(form.get("name", "")).strip(), safe(str(form.get("to", "/")))
    kept, ended = _kept(form), str(form.get("ended", ""))
    again: dict[str, Any] = {"to": to, "kept": kept, "ended": ended, "name": name}
    address = request.client.host if request.client else ""
    try:
        found = passwords.check(console.env, name, str(form.get("password", "")), address)
    except passwords.Throttled:
        said = _("Sai quá nhiều lần; thử lại sau 15 phút.")
        return login_page(request, status=429, trouble=said, **again)
    if found is None or found.id is None:
        said = _("Tên hoặc mật khẩu không đúng.")
        return login_page(request, status=401, trouble=said, **again)
    token = access.fresh_token(request)
    with console.env.db.transaction() as session:
        now = console.env.now()
        operators.open_session(session, hashed(token), found.id, now, now + access.SESSION_LASTS)
    request.state.visitor = access.Visitor(found.name, found.role, found.id)
    if kept or ended:
        return page(
            request, "resend.html", to=to, kept=kept, anew=ended == returning.ANEW,
            place=returning.place(to),
        )  # fmt: skip
    answer = RedirectResponse(to, 303)
    access.set_cookie(request, answer)
    return answer


def _kept(form: FormData) -> Fields:
    fields = [(k, v) for k, v in form.multi_items() if k.startswith(KEPT) and isinstance(v, str)]
    return [(name.removeprefix(KEPT), value) for name, value in fields]


@router.post("/logout")
def log_out(request: Request, console: Here, form: Posted) -> Response:
    with console.env.db.transaction() as session:
        operators.end_session(session, hashed(access.token_of(request)))
    access.fresh_token(request)
    answer = RedirectResponse("/login", 303)
    access.set_cookie(request, answer)
    return answer


@router.get("/language")
def choose(request: Request, to: str = "vi", back: str = "/") -> Response:
    answer = RedirectResponse(safe(back), 303)
    if to in LANGUAGES:
        answer.set_cookie("ocop_language", to, max_age=365 * 86400, samesite="lax", path="/")
    return answer
