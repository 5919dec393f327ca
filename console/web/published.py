"""What channels and floors fetch from us, by unguessable addresses.

``/media/TOKEN.jpg`` is a picture or paper by its content, ``/files/TOKEN/NAME`` a file that a
shop's connector published (design: ``PUBLIC_BASE_URL``). Both answer with ETag and Last-Modified,
and nothing else of the data folder can be named. Safe to be reached by the public.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.staticfiles import NotModifiedResponse, StaticFiles

from models import public
from worker.env import Env

_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")

MONTH_S = 30 * 86400
TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".tsv": "text/tab-separated-values; charset=utf-8",
    ".xml": "application/xml; charset=utf-8",
    ".jsonld": "application/ld+json",
    ".json": "application/json",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def routes(env: Env) -> list[Route]:
    """The public addresses over one process's environment."""
    return [
        Route("/media/{name}", _media(env), methods=["GET", "HEAD"], name="media"),
        Route("/files/{token}/{name}", _files(env), methods=["GET", "HEAD"], name="files"),
    ]


Handler = Callable[[Request], object]


def _media(env: Env) -> Handler:
    def find(token: str) -> public.PublicFile | None:
        with env.db.transaction() as session:
            return public.by_token(session, token)

    async def media(request: Request) -> Response:
        token = request.path_params["name"].partition(".")[0]
        found = await run_in_threadpool(find, token) if _TOKEN.fullmatch(token) else None
        if found is None or not (env.images / found.sha256).is_file():
            return PlainTextResponse("không có tệp này", status_code=404)
        headers = {
            "ETag": f'"{found.sha256}"',
            "Cache-Control": f"public, max-age={MONTH_S}, immutable",
            "X-Content-Type-Options": "nosniff",
        }
        answer = FileResponse(
            env.images / found.sha256, media_type=found.content_type, headers=headers
        )
        return _unchanged(request, answer)

    return media


def _files(env: Env) -> Handler:
    def find(token: str) -> str | None:
        with env.db.transaction() as session:
            return public.shop_key(session, token)

    async def files(request: Request) -> Response:
        token, name = request.path_params["token"], request.path_params["name"]
        fits = _TOKEN.fullmatch(token) and _NAME.fullmatch(name) and env.files is not None
        key = await run_in_threadpool(find, token) if fits else None
        if key is None or env.files is None:
            return PlainTextResponse("không có tệp này", status_code=404)
        return await run_in_threadpool(_published, request, env.files / key / "public", name)

    return files


def _published(request: Request, folder: Path, name: str) -> Response:
    """The file, or its compressed twin where the client takes gzip."""
    path, packed = folder / name, folder / f"{name}.gz"
    headers = {"Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"}
    if "gzip" in request.headers.get("accept-encoding", "") and packed.is_file():
        path, headers["Content-Encoding"] = packed, "gzip"
    if not path.is_file():
        return PlainTextResponse("không có tệp này", status_code=404)
    kind = TYPES.get(Path(name).suffix, "application/octet-stream")
    answer = FileResponse(path, media_type=kind, headers=headers, stat_result=path.stat())
    return _unchanged(request, answer)


_static = StaticFiles(check_dir=False)


def _unchanged(request: Request, answer: Response) -> Response:
    """304 where the client has it already (the library judges ETag and Last-Modified)."""
    if _static.is_not_modified(answer.headers, request.headers):
        return NotModifiedResponse(answer.headers)
    return answer
