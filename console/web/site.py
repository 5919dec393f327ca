"""How a page is made: Jinja templates, the words of the request's language, and our own few files
(no address of another host is ever named)."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jinja2
from fastapi import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from console.web import access, language, returning, terms
from console.web.hashing import hashed
from console.web.here import Console
from models import holds

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"


@cache
def templates() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]
        language._, language.plural, newstyle=True
    )
    made.globals.update(
        static=static,
        tr=language._,
        counted=language.counted,
        terms=terms,
        languages=language.LANGUAGES,
        **_FORMATS,
    )
    made.filters.update(_FORMATS)
    return made


_FORMATS = {
    "number": language.number, "money": language.money, "day": language.day,
    "moment": language.moment, "shown": language.shown,
}  # fmt: skip


@cache
def static(name: str) -> str:
    """The address of one of our files; another content has another address."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def page(request: Request, template: str, /, *, status: int = 200, **facts: Any) -> Response:
    """A whole page of the console, for the visitor of this request."""
    visitor: access.Visitor | None = getattr(request.state, "visitor", None)
    console: Console = request.app.state.console
    text = (
        templates()
        .get_template(template)
        .render(
            request=request,
            path=request.url.path,
            visitor=visitor,
            form_token=access.form_token(request),
            language=language.current.get(),
            held=_held(console) if visitor is not None else 0,
            seen_again=_seen_again(request),
            questions=_questions(request),
            link=_link(request),
            notice=_notice(request),
            **facts,
        )
    )
    answer = HTMLResponse(text, status, headers={"Cache-Control": "no-store"})
    access.set_cookie(request, answer)
    return answer


def fragment(template: str, /, **facts: Any) -> str:
    """A part of a page, as the page itself would show it."""
    return templates().get_template(template).render(**facts)


def see(request: Request, path: str, said: str) -> Response:
    """After a form: the page to look at next, which says once what was done. The mark shows that
    the words are ours; a link of somebody else's cannot make a page say anything."""
    query = urlencode({"done": said, "mark": _mark(request, said)})
    answer = RedirectResponse(f"{path}?{query}", 303)
    access.set_cookie(request, answer)
    return answer


def _mark(request: Request, said: str) -> str:
    return hashed(f"{access.form_token(request)}{said}")[:16]


def _notice(request: Request) -> str:
    said = request.query_params.get("done", "")
    return said if request.query_params.get("mark") == _mark(request, said) else ""


def _held(console: Console) -> int:
    with console.env.db.transaction() as session:
        return len(holds.open_holds(session))


def _questions(request: Request) -> Any:
    """This page's questions with some changed, None takes one away: "?a=b", or "" for none."""

    def questions(**changed: Any) -> str:
        query = {**request.query_params, **changed}
        kept = {name: value for name, value in query.items() if value not in (None, "")}
        kept.pop("done", None)
        kept.pop("mark", None)
        return f"?{urlencode(kept)}" if kept else ""

    return questions


def _link(request: Request) -> Any:
    """This page's address with some of its questions changed."""
    questions = _questions(request)
    return lambda **changed: questions(**changed) or request.url.path


def _seen_again(request: Request) -> str:
    """Where this page is seen again in another language; what answered a form cannot be asked
    for again, and the page that the form is on stands for it."""
    path = request.url.path
    if request.method == "POST":
        return returning.place(path)
    return path + str(_questions(request)())
