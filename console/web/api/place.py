"""Where the API lives, and how much it reads."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.routing import APIRoute
from starlette.types import Message

PREFIX = "/api/v1"
BODY_MOST = 1 << 20
"""Bytes: ten thousand codes are half of it."""


class Bounded(APIRoute):
    """A route that reads a body no further than BODY_MOST, and then answers 413 as a problem
    document (FastAPI's own limit answers in plain text)."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def bounded(request: Request) -> Response:
            seen = 0

            async def receive() -> Message:
                nonlocal seen
                message = await request.receive()
                seen += len(message.get("body", b""))
                if seen > BODY_MOST:
                    raise HTTPException(413)
                return message

            return await handle(Request(request.scope, receive))

        return bounded


def _name(route: APIRoute) -> str:
    return route.name


def new_router() -> APIRouter:
    """The router of one subject. Its routes know their whole path, which the log and the measures
    name; an operation's id is its function's name."""
    return APIRouter(prefix=PREFIX, generate_unique_id_function=_name, route_class=Bounded)
