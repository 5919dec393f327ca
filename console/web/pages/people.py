"""Who may use the console, and who did what."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from console.web import passwords
from console.web.access import Posted, need
from console.web.audit import noted
from console.web.failures import Problem
from console.web.here import Here
from console.web.language import _
from console.web.site import page, see
from models import operators
from models.operator import ADMIN

router = APIRouter(prefix="/operators", dependencies=[need(ADMIN)])

AUDIT = 100


@router.get("")
def show(request: Request, console: Here, before: int | None = None) -> Response:
    with console.env.db.transaction() as session:
        found = operators.listed(session)
        audit = operators.audited(session, AUDIT + 1, before)
    next_ = audit[AUDIT - 1].id if len(audit) > AUDIT else None
    return page(
        request, "operators.html", operators=found, audit=audit[:AUDIT], next=next_,
        shortest=passwords.SHORTEST,
    )  # fmt: skip


@router.post("")
def add(request: Request, console: Here, form: Posted) -> Response:
    name, role = str(form.get("name", "")), str(form.get("role", ""))
    try:
        passwords.make_operator(console.env, name, role, str(form.get("password", "")))
    except passwords.BadOperator as error:
        raise Problem(422, _("Chưa thêm được."), str(error)) from None
    noted(request, "operator.add", name.strip())
    return see(request, "/operators", _("Đã thêm."))


@router.post("/{operator_id}")
def change(request: Request, console: Here, operator_id: int, form: Posted) -> Response:
    """Another role, another password, locked or unlocked: what is given."""
    with console.env.db.transaction() as session:
        found = next((o for o in operators.listed(session) if o.id == operator_id), None)
    if found is None:
        raise HTTPException(404)
    role, password, off = form.get("role"), str(form.get("password", "")), form.get("off")
    try:
        passwords.change_operator(
            console.env, found, role=str(role) if role else None, password=password or None,
            off=None if off is None else off == "1",
        )  # fmt: skip
    except passwords.BadOperator as error:
        raise Problem(422, _("Chưa đổi được."), str(error)) from None
    noted(request, "operator.change", found.name)
    return see(request, "/operators", _("Đã đổi."))
