"""Who is asking, and whether they may: sessions kept on the server, roles, and the token that
shows that a form was ours (design: "Security").

The browser holds one cookie, a random token; the tables hold its hash. The form token is derived
from the cookie, which no other site can read.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Message

from connectors.registry.spreadsheet.bounds import MAX_FILE_BYTES
from console.web.hashing import hashed
from console.web.here import Console, Here
from models import operators
from models.operator import ADMIN, ROLES

COOKIE = "ocop_session"
SESSION_LASTS = timedelta(hours=12)
"""Since its last use."""
PROLONG_AFTER = timedelta(minutes=10)
FIELDS_MOST = 2000
"""Fields in one form: some hundreds of chosen listings."""
FORM_BYTES_MOST = 1 << 20
UPLOAD_BYTES_MOST = MAX_FILE_BYTES + (1 << 16)
"""A form with a file: the largest spreadsheet that its readers open, and the form's own fields."""
AT_THE_MACHINE = "tại máy chủ"
"""How decisions are signed while there is no operator."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks at a page. ``operator_id`` None: somebody at the machine, before there is any
    operator."""

    name: str
    role: str
    operator_id: int | None = None

    def may(self, role: str) -> bool:
        return ROLES.index(self.role) >= ROLES.index(role)


class LoginNeeded(Exception):
    """Nobody is logged in; what was sent is kept and shown again after the login."""


class Forbidden(Exception):
    """Somebody is logged in who may not do this."""

    def __init__(self, role: str) -> None:
        super().__init__(role)
        self.role = role


class NotOurForm(Exception):
    """A form without our token: another site's, or one from before the browser lost its cookie."""


class FormTooBig(Exception):
    """A form with more fields or more bytes than any page of ours has."""


class FileTooBig(Exception):
    """More bytes were sent than anything that reads them would open."""


def token_of(request: Request) -> str:
    """The browser's token; a fresh one is made where it has none and set by the answer."""
    token: str = getattr(request.state, "token", "") or request.cookies.get(COOKIE, "")
    if len(token) < 32:
        token = secrets.token_urlsafe(32)
    request.state.token = token
    return token


def fresh_token(request: Request) -> str:
    """Another token, at a login: the one from before it is nobody's."""
    request.state.token = secrets.token_urlsafe(32)
    return str(request.state.token)


def form_token(request: Request) -> str:
    return hashlib.sha256(f"form:{token_of(request)}".encode()).hexdigest()


def set_cookie(request: Request, response: Response) -> None:
    """Let the browser keep the token that this request was answered under."""
    token = getattr(request.state, "token", "")
    if token and request.cookies.get(COOKIE) != token:
        secure = request.url.scheme == "https"
        response.set_cookie(COOKIE, token, httponly=True, samesite="lax", secure=secure, path="/")


def at_the_machine(request: Request) -> bool:
    """A browser on this very machine, by the address that it connected from and the name that it
    asked for (a name that only resolves here is another site's)."""
    client = request.client.host if request.client else ""
    try:
        near = ipaddress.ip_address(client).is_loopback
    except ValueError:
        near = False
    named = (request.url.hostname or "") in ("127.0.0.1", "localhost", "::1")
    passed_on = "x-forwarded-for" in request.headers or "forwarded" in request.headers
    return near and named and not passed_on


def find_visitor(request: Request, console: Console) -> Visitor | None:
    """Who is asking; None: nobody that we know."""
    env = console.env
    token = token_of(request)
    with env.db.transaction() as session:
        now = env.now()
        login = operators.logged_in(session, hashed(token), now)
        if login is not None:
            if login.expires_at - now < SESSION_LASTS - PROLONG_AFTER:
                operators.prolong(session, hashed(token), now + SESSION_LASTS)
            return Visitor(login.name, login.role, login.operator_id)
        if console.open_here and at_the_machine(request) and not operators.any_operator(session):
            return Visitor(AT_THE_MACHINE, ADMIN)
    return None


def need(role: str) -> Any:
    """A dependency: the visitor, who may at least do what this role may."""

    def check(request: Request, console: Here) -> Visitor:
        visitor = find_visitor(request, console)
        request.state.visitor = visitor
        if visitor is None:
            raise LoginNeeded
        if not visitor.may(role):
            raise Forbidden(role)
        return visitor

    return Depends(check)


async def posted(request: Request) -> FormData:
    """The fields of a form that is ours. Raises NotOurForm, FormTooBig."""
    form = await fields(request)
    _check_ours(request, form)
    return form


async def fields(request: Request) -> FormData:
    """The fields of a form, whoever sends it, read once a request. Raises FormTooBig before much of
    it is in memory."""
    if not hasattr(request.state, "fields"):
        try:
            form = await bounded(request, FORM_BYTES_MOST).form(max_fields=FIELDS_MOST)
        except (FileTooBig, HTTPException):
            raise FormTooBig from None
        request.state.fields = form
    read: FormData = request.state.fields
    return read


def _check_ours(request: Request, form: FormData) -> None:
    sent = str(form.get("form_token", ""))
    if not hmac.compare_digest(sent.encode(), form_token(request).encode()):
        raise NotOurForm


def bounded(request: Request, most: int) -> Request:
    """The same request, whose body is read up to so many bytes; then FileTooBig is raised."""
    left = most

    async def receive() -> Message:
        nonlocal left
        message = await request.receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise FileTooBig
        return message

    return Request(request.scope, receive)


async def uploaded(request: Request) -> AsyncIterator[FormData]:
    """The fields and the one file of a form that is ours; the file lies on disk meanwhile. A route
    names it after its ``need``: nothing is read of somebody who may not. Raises NotOurForm,
    FileTooBig; HTTPException for a body that is no form."""
    form = await bounded(request, UPLOAD_BYTES_MOST).form(
        max_files=1, max_fields=20, max_part_size=1 << 16
    )
    try:
        _check_ours(request, form)
        yield form
    finally:
        await form.close()


Posted = Annotated[FormData, Depends(posted)]
Uploaded = Annotated[FormData, Depends(uploaded)]
