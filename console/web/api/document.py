"""The OpenAPI document tells the truth: every error that a route can answer with, as the problem
document that it is (RFC 9457)."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from console.web.api.once import REPLAY
from console.web.failures import PROBLEM

MEDIA = {"schema": {"$ref": "#/components/schemas/Problem"}}

ABOUT = """Where every listing stands, and the same actions as `ocop-sync` on the command line.

Every call has a token: `Authorization: Bearer ocop_…`. Its scopes say what it may do: `read`
looks, `push` pushes, stops and starts, `decide` answers holds.
"""

_NUMBER = {"X-Request-ID": {
    "schema": {"type": "string"}, "description": "The number under which our log has this call.",
}}  # fmt: skip
_WAIT = {"Retry-After": {"schema": {"type": "string"}, "description": "Seconds."}}
_WHO = {"WWW-Authenticate": {"schema": {"type": "string"}, "description": "RFC 6750."}}

_PROBLEMS: dict[int, tuple[str, str, dict[str, Any]]] = {
    400: ("The body is no text at all.", "There was an error parsing the body", {}),
    401: ("No token, or one that is unknown, expired or revoked.", "Thiếu mã truy cập.", _WHO),
    403: ("The token lacks the scope.", "Mã truy cập không có quyền làm việc này.", _WHO),
    404: ("There is no such thing.", "Không có việc chờ số 3.", {}),
    409: (
        "It cannot be done as things stand, or the same request is being carried out.",
        "Việc chờ này không còn mở.", {},
    ),
    413: ("The body is larger than 1 MiB.", "Gửi quá nhiều trong một lần.", {}),
    422: ("The request is not one that we understand.", "Yêu cầu không hợp lệ.", {}),
    503: ("Something that we need does not answer; try again.",
          "Cơ sở dữ liệu tạm thời không trả lời.", _WAIT),
}  # fmt: skip

_PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457. `title` and `detail` are sentences for people, in Vietnamese.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "scope": {"type": "string", "description": "403: the scope that is wanted."},
        "errors": {
            "type": "array",
            "description": "422: what is wrong, one place each.",
            "items": {
                "type": "object",
                "required": ["where", "what"],
                "properties": {"where": {"type": "string"}, "what": {"type": "string"}},
            },
        },
    },
    "additionalProperties": False,
}

Responses = dict[int | str, dict[str, Any]]


def problems(*statuses: int) -> Responses:
    """These errors, and those that every route has."""
    return {status: _problem(status) for status in sorted({401, 403, 422, 503, *statuses})}


def action(status: int, *statuses: int, headers: dict[str, Any] | None = None) -> Responses:
    """An action's answers: with what went wrong, the header of one that was given before."""
    replay = {REPLAY: {
        "schema": {"type": "string", "enum": ["true"]},
        "description": "It was done before: this is the answer of then.",
    }}  # fmt: skip
    return {
        status: {"headers": {**(headers or {}), **replay}},
        **problems(409, 413, *statuses),
    }


def _problem(status: int) -> dict[str, Any]:
    about, title, headers = _PROBLEMS[status]
    example = {"type": "about:blank", "title": title, "status": status, "detail": ""}
    return {
        "description": about,
        "headers": {**headers, **_NUMBER},
        "content": {PROBLEM: {**MEDIA, "example": example}},
    }


def install(app: FastAPI) -> None:
    """The application's document, made once."""

    def made() -> dict[str, Any]:
        if app.openapi_schema is None:
            found = get_openapi(
                title=app.title, version=app.version, description=ABOUT, routes=app.routes
            )
            found["components"]["schemas"]["Problem"] = _PROBLEM
            app.openapi_schema = found
        return app.openapi_schema

    app.openapi = made  # type: ignore[method-assign]
