"""API tokens as people make them: a name, what it may do, and how long; shown once."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta

from console.web.hashing import hashed
from console.web.language import _
from models import api_tokens
from models.operator import SCOPES
from worker.env import Env

PREFIX = "ocop_"
"""So that a token that got into a file is known for one."""
DAYS_MOST = 3650


class BadToken(ValueError):
    """A name, scope or time that cannot be (its message is in the language of the request)."""


def issue(env: Env, name: str, scopes: Sequence[str], days: int, made_by: str) -> str:
    """A new token, which nothing keeps but whoever asked for it: the tables have its hash alone.
    ``days``: how long it may be used, 0 for ever. Raises BadToken."""
    name = name.strip()
    if not name or len(name) > 100 or not name.isprintable():
        said = _("tên '%(name)s' không được; cần một tên từ 1 đến 100 ký tự")
        raise BadToken(said % {"name": name[:100]})
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        found = ", ".join(unknown) or _("chưa chọn quyền nào")
        said = _("quyền: %(found)s; chọn trong %(scopes)s")
        raise BadToken(said % {"found": found, "scopes": ", ".join(SCOPES)})
    if not 0 <= days <= DAYS_MOST:
        said = _("%(days)s ngày không được; cần từ 1 đến %(most)s, hoặc 0 là mãi mãi")
        raise BadToken(said % {"days": days, "most": DAYS_MOST})
    token = PREFIX + secrets.token_urlsafe(32)
    now = env.now()
    expires_at = now + timedelta(days=days) if days else None
    kept = [scope for scope in SCOPES if scope in scopes]
    with env.db.transaction() as session:
        made = api_tokens.make(session, name, hashed(token), kept, made_by, now, expires_at)
    if made is None:
        said = _("đã có mã truy cập tên '%(name)s' (kể cả đã thu hồi); chọn tên khác")
        raise BadToken(said % {"name": name})
    return token
