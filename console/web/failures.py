"""What people see where something cannot be done: a page (or, below /api, a problem document) that
says what it is and what to do; nothing that they typed is lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response

from connectors.registry.spreadsheet.bounds import MAX_FILE_BYTES
from console.web import access, returning, terms
from console.web.access import FileTooBig, Forbidden, FormTooBig, LoginNeeded, NotOurForm
from console.web.language import _
from console.web.site import page, templates
from models.db import AWAY

API = "/api/"
PROBLEM = "application/problem+json"


class Problem(Exception):
    """Something a person (or a program) asked for cannot be done: ``title`` says what, ``detail``
    what was found and what to do; ``more`` are members of the problem document."""

    def __init__(
        self, status: int, title: str, detail: str = "", *,
        headers: Mapping[str, str] | None = None, **more: Any,
    ) -> None:  # fmt: skip
        super().__init__(title)
        self.status, self.title, self.detail, self.more = status, title, detail, more
        self.headers = headers or {}


def problem_json(status: int, title: str, detail: str = "", **more: Any) -> JSONResponse:
    """RFC 9457."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return JSONResponse(body, status, media_type=PROBLEM)


def install(app: FastAPI) -> None:
    """Every way in which a request can fail, answered."""
    app.add_exception_handler(LoginNeeded, _login)
    app.add_exception_handler(Forbidden, _forbidden)
    app.add_exception_handler(NotOurForm, _not_our_form)
    app.add_exception_handler(FileTooBig, _too_big)
    app.add_exception_handler(FormTooBig, _form_too_big)
    app.add_exception_handler(DataError, _unfit)
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    for away in AWAY:
        app.add_exception_handler(away, _away)
    app.add_exception_handler(Exception, _bug)


def _told(request: Request, status: int, title: str, detail: str, **more: Any) -> Response:
    if request.url.path.startswith(API):
        return problem_json(status, title, detail, **more)
    return page(request, "problem.html", status=status, title=title, detail=detail)


async def _login(request: Request, error: Exception) -> Response:
    """The login page; what was typed into a form travels with it, but for secrets."""
    from console.web.pages.login import login_page

    if request.method != "POST":
        return login_page(request, status=401)
    if _brings_a_file(request):
        return login_page(request, status=401, ended=returning.ANEW)
    try:
        form = await access.fields(request)
    except FormTooBig as too_big:
        return _form_too_big(request, too_big)
    kept, ended = returning.kept(form.multi_items())
    return login_page(request, status=401, kept=kept, ended=ended)


def _brings_a_file(request: Request) -> bool:
    """Such a form cannot be kept, and nobody whom we do not know fills our disk with one."""
    return request.headers.get("content-type", "").startswith("multipart/")


def _form_too_big(request: Request, error: Exception) -> Response:
    return _told(
        request, 413, _("Gửi quá nhiều trong một lần."), _("Chọn ít hơn, rồi gửi làm nhiều lần.")
    )


def _unfit(request: Request, error: Exception) -> Response:
    """What the tables cannot hold, wherever it came from: a character that is none, a number with
    too many digits. Nothing was written."""
    return _told(
        request, 422, _("Có ký tự hoặc con số không dùng được, chưa có gì được làm."),
        _("Xem lại những gì vừa nhập, hoặc địa chỉ của trang."),
    )  # fmt: skip


def _too_big(request: Request, error: Exception) -> Response:
    most = MAX_FILE_BYTES // 2**20
    return _told(
        request, 413, _("Tệp quá lớn, chưa có gì được nhận."),
        _("Tệp nhiều nhất được (MB): %(most)s. Xóa trang, ảnh và dòng thừa, hoặc chia làm nhiều "
          "tệp.") % {"most": most},
    )  # fmt: skip


def _forbidden(request: Request, error: Exception) -> Response:
    role = _(terms.ROLES[error.role]) if isinstance(error, Forbidden) else ""
    return _told(
        request, 403, _("Bạn không có quyền làm việc này."),
        _("Việc này cần quyền “%(role)s”; hỏi người quản trị.") % {"role": role},
    )  # fmt: skip


def _not_our_form(request: Request, error: Exception) -> Response:
    return _told(
        request, 403, _("Trang này đã cũ, chưa có gì được gửi."),
        _("Quay lại, tải lại trang rồi gửi lần nữa."),
    )  # fmt: skip


def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101 (registered for it)
    answer = _told(request, error.status, error.title, error.detail, **error.more)
    answer.headers.update(error.headers)
    return answer


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    known = {
        404: (_("Không có trang này."), _("Xem lại địa chỉ, hoặc bắt đầu từ trang Tổng quan.")),
        405: (_("Không làm được việc này ở đây."), ""),
    }
    title, detail = known.get(error.status_code, (str(error.detail), ""))
    answer = _told(request, error.status_code, title, detail)
    answer.headers.update(error.headers or {})
    return answer


def _invalid(request: Request, error: Exception) -> Response:
    """A part of the address that cannot be. Programs are told in its checker's English words,
    people in theirs which it is."""
    assert isinstance(error, RequestValidationError)  # noqa: S101
    found = [
        {"where": ".".join(str(part) for part in one["loc"]), "what": str(one["msg"])}
        for one in error.errors()
    ]
    words = "; ".join(f"{one['where']}: {one['what']}" for one in found)
    if not request.url.path.startswith(API):
        names = ", ".join(str(one["loc"][-1]) for one in error.errors())
        words = _("Giá trị này không dùng được: %(names)s. Xem lại địa chỉ của trang.") % {
            "names": names
        }
    return _told(request, 422, _("Yêu cầu không hợp lệ."), words, errors=found)


def _away(request: Request, error: Exception) -> Response:
    """The database does not answer, or takes nothing: a page without it, that tries again."""
    structlog.get_logger(__name__).warning("the database is away", error=type(error).__name__)
    title = _("Cơ sở dữ liệu tạm thời không trả lời.")
    detail = _("Không có gì bị mất; trang sẽ tự thử lại sau 10 giây.")
    if request.url.path.startswith(API):
        answer = problem_json(503, title, detail)
        answer.headers["Retry-After"] = "10"
        return answer
    text = templates().get_template("away.html").render(title=title, detail=detail)
    return HTMLResponse(text, 503, headers={"Retry-After": "10", "Refresh": "10"})


def _bug(request: Request, error: Exception) -> Response:
    """Ours to mend: the log has it, under the number that the page shows."""
    number = getattr(request.state, "request_id", "")
    structlog.get_logger(__name__).error("a page failed", exc_info=error)
    title = _("Chương trình gặp lỗi.")
    detail = _("Đã ghi vào nhật ký dưới số %(number)s; báo số này cho người phụ trách.") % {
        "number": number
    }
    if request.url.path.startswith(API):
        return problem_json(500, title, detail)
    text = templates().get_template("away.html").render(title=title, detail=detail)
    return HTMLResponse(text, 500)
