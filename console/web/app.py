"""The web application: pages for people, ``/api/v1`` for programs, and what channels fetch."""

from __future__ import annotations

import time
import uuid
from typing import Any

import structlog
from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.web import api, failures, health, language, published
from console.web.api import document
from console.web.here import Console
from console.web.pages import ROUTERS
from console.web.site import STATIC

POLICY = "; ".join((
    "default-src 'none'", "img-src 'self'", "style-src 'self'", "script-src 'self'",
    "connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
))  # fmt: skip
"""A page asks no other host for anything, and runs nothing that is not our file."""


def make_app(console: Console) -> FastAPI:
    """The application over one process's environment."""
    app = FastAPI(
        title="ocop-sync", version="1", openapi_url="/api/v1/openapi.json", docs_url=None,
        redoc_url=None,
    )  # fmt: skip
    app.state.console = console
    app.state.measures = health.Measures(console.env)
    app.router.routes.extend(published.routes(console.env))
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.include_router(health.router)
    for router in ROUTERS:
        app.include_router(router, include_in_schema=False)
    for router in api.ROUTERS:
        app.include_router(router)
    document.install(app)
    failures.install(app)
    app.add_middleware(_Wrapping, console=console, measures=app.state.measures)
    return app


class _Wrapping:
    """Around every request: its number, its language, its headers, its measure and its line in
    the log."""

    def __init__(self, app: ASGIApp, console: Console, measures: health.Measures) -> None:
        self._app, self._console, self._measures = app, console, measures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        number = uuid.uuid4().hex[:12]
        scope.setdefault("state", {})["request_id"] = number
        language.current.set(language.wanted(request.cookies, self._console.language))
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=number)
        began, status = time.perf_counter(), 500

        async def answered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _dress(MutableHeaders(scope=message), number)
            await send(message)

        try:
            await self._app(scope, receive, answered)
        finally:
            self._count(scope, status, time.perf_counter() - began)

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        route: Any = scope.get("route")
        name = getattr(route, "path", "") or "other"
        self._measures.requests.labels(scope["method"], name, str(status)).inc()
        self._measures.seconds.labels(name).observe(seconds)
        structlog.get_logger("console.web").info(
            "request", method=scope["method"], route=name, status=status,
            ms=round(seconds * 1000),
        )  # fmt: skip


def _dress(headers: MutableHeaders, number: str) -> None:
    headers["X-Request-ID"] = number
    headers.setdefault("Content-Security-Policy", POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
