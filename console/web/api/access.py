"""Which program is asking, and whether it may: a Bearer token with scopes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from console.web.failures import Problem
from console.web.hashing import hashed
from console.web.here import Here
from console.web.language import _
from models import api_tokens

REALM = 'Bearer realm="ocop-sync"'

bearer = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    bearerFormat="ocop_…",
    description="`ocop-sync tokens add NAME --scope read --scope push --scope decide`",
)

Sent = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


@dataclass(frozen=True, slots=True)
class Token:
    """Who asks. ``name`` is what its actions are signed with."""

    id: int
    name: str
    scopes: frozenset[str]


def need(scope: str) -> Any:
    """A dependency: the token, which has this scope. A session of a browser is none: another
    site could make a browser ask."""

    def check(console: Here, sent: Sent) -> Token:
        if sent is None:
            raise _unknown(_("Thiếu mã truy cập."), REALM)
        env = console.env
        with env.db.transaction() as session:
            found = api_tokens.by_hash(session, hashed(sent.credentials), env.now())
        if found is None:
            raise _unknown(_("Mã truy cập không đúng."), f'{REALM}, error="invalid_token"')
        if scope not in found.scopes:
            raise _may_not(scope)
        return Token(found.id or 0, found.name, frozenset(found.scopes))

    return Depends(check)


def _unknown(title: str, challenge: str) -> Problem:
    detail = _(
        "Gửi tiêu đề “Authorization: Bearer …” với mã còn hạn, chưa thu hồi; "
        "tạo mã: ocop-sync tokens add."
    )
    return Problem(401, title, detail, headers={"WWW-Authenticate": challenge})


def _may_not(scope: str) -> Problem:
    challenge = f'{REALM}, error="insufficient_scope", scope="{scope}"'
    return Problem(
        403, _("Mã truy cập không có quyền làm việc này."),
        _("Việc này cần quyền “%(scope)s”; tạo một mã có quyền đó.") % {"scope": scope},
        headers={"WWW-Authenticate": challenge}, scope=scope,
    )  # fmt: skip


Reader = Annotated[Token, need("read")]
