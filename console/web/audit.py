"""Who did what, as the console writes it down."""

from __future__ import annotations

from typing import Any

from fastapi import Request

from models import operators


def noted(request: Request, action: str, subject: str, **detail: Any) -> None:
    """The visitor of this request has done something that commits by itself."""
    env = request.app.state.console.env
    with env.db.transaction() as session:
        operators.note(
            session, request.state.visitor.name, "web", action, subject, detail,
            request.state.request_id, env.now(),
        )  # fmt: skip
