"""An answer before it is bytes, and the headers that every answer carries."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import orjson

from sandbox.registry.errors import Refused

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Reply:
    """``body`` as it goes out. ``page`` is the decoded JSON of a page of products, kept so that
    a fault can spoil it before it is encoded."""

    status: int
    body: bytes = field(repr=False)
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    page: dict[str, Any] | None = field(default=None, repr=False)


def json_reply(content: Any, status: int = 200, modified: datetime | None = None) -> Reply:
    """JSON, with Last-Modified when the moment is known."""
    stamp = {} if modified is None else {"Last-Modified": _http_date(modified)}
    return Reply(status, orjson.dumps(content), headers=stamp)


def page_reply(page: dict[str, Any], modified: datetime) -> Reply:
    """A page of products."""
    return Reply(
        200, orjson.dumps(page), headers={"Last-Modified": _http_date(modified)}, page=page
    )


def error_reply(error: Refused) -> Reply:
    """``{"error": code, "message": sentence}``."""
    return json_reply({"error": error.code, "message": error.message}, error.status)


def tagged(reply: Reply, if_none_match: str) -> Reply:
    """Add the strong ETag of the body to a good answer; 304 without body when it is known."""
    if reply.status != 200:
        return reply
    tag = f'"{hashlib.sha256(reply.body).hexdigest()[:40]}"'
    headers = {**reply.headers, "ETag": tag}
    known = [one.strip() for one in if_none_match.split(",")]
    if tag in known or known == ["*"]:
        return Reply(304, b"", reply.content_type, headers)
    return Reply(200, reply.body, reply.content_type, headers)


def _http_date(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)
