"""The registry as an ASGI app: each public call is journalled, spoilt if a fault waits, tagged."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from sandbox.registry import api, control
from sandbox.registry.errors import Refused
from sandbox.registry.faults import Fault, Faults, spoil
from sandbox.registry.office import Office
from sandbox.registry.reply import Reply, error_reply, tagged

Handler = Callable[[Office, Request], Reply]
SLOW_PIECES = 20

_CALLS: list[tuple[str, Handler]] = [
    ("/v1/products", api.products),
    ("/v1/products/{code}", api.product),
    ("/v1/products/{code}/certificates", api.certificates),
    ("/v1/changes", api.changes),
    ("/v1/health", api.health),
    ("/anh/{name}", api.picture),
    ("/{path:path}", api.unknown),
]


def make_app(office: Office, faults: Faults) -> Starlette:
    """The registry and, under ``/_sandbox``, its switches."""
    public = [Route(path, _endpoint(office, faults, handler)) for path, handler in _CALLS]
    return Starlette(routes=control.routes(office, faults) + public)


def _endpoint(
    office: Office, faults: Faults, handler: Handler
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(_answer, office, faults, handler, request)

    return endpoint


def _answer(office: Office, faults: Faults, handler: Handler, request: Request) -> Response:
    path = request.url.path
    number = office.store.begin_call(office.clock(), request.method, path, request.url.query)
    try:
        reply = handler(office, request)
    except Refused as error:
        reply = error_reply(error)
    fault = faults.take(path, is_page=reply.page is not None)
    if fault is not None:
        reply = spoil(reply, fault)
    reply = tagged(reply, request.headers.get("If-None-Match", ""))
    kind = None if fault is None else fault.kind
    office.store.end_call(number, reply.status, len(reply.body), kind)
    headers = {**reply.headers, "X-Request-Id": f"reg-{number:08d}"}
    if fault is not None and fault.kind == "slow":
        return _slowly(reply, headers, fault)
    return Response(reply.body, reply.status, headers, reply.content_type)


def _slowly(reply: Reply, headers: dict[str, str], fault: Fault) -> Response:
    """The same bytes in pieces, each after a pause."""
    step = max(1, -(-len(reply.body) // SLOW_PIECES))

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(reply.body), step):
            await asyncio.sleep(fault.pause_s)
            yield reply.body[start : start + step]

    return StreamingResponse(pieces(), reply.status, headers, reply.content_type)
