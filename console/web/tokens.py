"""API tokens as people make them: a name, what it may do, and how long; shown once."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta

from console.web.hashing import hashed
from models import api_tokens
from models.operator import SCOPES
from worker.env import Env

PREFIX = "ocop_"
"""So that a token that got into a file is known for one."""
DAYS_MOST = 3650


class BadToken(ValueError):
    """A name, scope or time that cannot be (Vietnamese message)."""


def issue(env: Env, name: str, scopes: Sequence[str], days: int, made_by: str) -> str:
    """A new token, which nothing keeps but whoever asked for it: the tables have its hash alone.
    ``days``: how long it may be used, 0 for ever. Raises BadToken."""
    name = name.strip()
    if not name or len(name) > 100 or not name.isprintable():
        raise BadToken(f"tên '{name[:100]}' không được; cần một tên từ 1 đến 100 ký tự")
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        found = ", ".join(unknown) or "chưa chọn quyền nào"
        raise BadToken(f"quyền: {found}; chọn trong {', '.join(SCOPES)}")
    if not 0 <= days <= DAYS_MOST:
        raise BadToken(f"{days} ngày không được; cần từ 1 đến {DAYS_MOST}, hoặc 0 là mãi mãi")
    token = PREFIX + secrets.token_urlsafe(32)
    now = env.now()
    expires_at = now + timedelta(days=days) if days else None
    kept = [scope for scope in SCOPES if scope in scopes]
    with env.db.transaction() as session:
        made = api_tokens.make(session, name, hashed(token), kept, made_by, now, expires_at)
    if made is None:
        raise BadToken(f"đã có mã truy cập tên '{name}' (kể cả đã thu hồi); chọn tên khác")
    return token
