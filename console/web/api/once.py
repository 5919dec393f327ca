"""Actions are done once: a program that did not hear our answer asks again with the same
Idempotency-Key, and hears it (draft-ietf-httpapi-idempotency-key-header).

The key is claimed first, in a transaction of its own; the answer is written in the transaction
that does the thing. So whatever dies between, the thing was done and has its answer, or was not
done and its key is free.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import orjson
from fastapi import Depends, Header, Request, Response
from sqlmodel import Session

from console.web.api.access import Token, need
from console.web.api.schemas import Shape
from console.web.failures import Problem
from console.web.here import Console, Here
from console.web.language import _
from models import api_answers, operators
from models.api_answers import Key
from worker.env import Env

REPLAY = "Idempotent-Replay"
"""A header of answers that were given before."""

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,200}$",
        description="Any word of your own, another one for each action; kept for seven days.",
        examples=["7f9c2ba4-2026-02-09"],
    ),
]


@dataclass(frozen=True, slots=True)
class Action:
    """A program's request to do something. ``digest`` is the request's: another request under
    the same key is a mistake."""

    console: Console
    token: Token
    key: str
    digest: str
    request_id: str

    def note(self, session: Session, action: str, subject: str, detail: Mapping[str, Any]) -> None:
        """A line of the audit, in the transaction that does it."""
        now = self.console.env.now()
        operators.note(
            session, self.token.name, "api", action, subject, detail, self.request_id, now
        )


def acting(scope: str) -> Any:
    """A dependency: an action of a token that has this scope."""

    allowed = need(scope)

    async def made(
        request: Request, console: Here, key: IdempotencyKey, token: Token = allowed
    ) -> Action:
        body = _canonical(await request.body())
        place = f"{request.method} {request.url.path}\n".encode()
        number = getattr(request.state, "request_id", "")
        return Action(console, token, key, hashlib.sha256(place + body).hexdigest(), number)

    return Depends(made)


def _canonical(body: bytes) -> bytes:
    """Spaces and the order of members say nothing."""
    try:
        return orjson.dumps(orjson.loads(body), option=orjson.OPT_SORT_KEYS)
    except ValueError:
        return body


S = TypeVar("S", bound=Shape)
Act = Callable[[Session], S]


def once(action: Action, act: Act[S], shape: type[S], answer: Response, status: int = 200) -> S:
    """Do it, unless this key's request was done before; what is said in either case. ``answer``
    gets its headers. Raises Problem where the key is somebody's, and whatever ``act`` raises:
    then nothing was done, and the key is free."""
    env = action.console.env
    key = Key(action.token.id, action.key, action.digest, env.now())
    with env.db.transaction() as session:
        known = api_answers.claim(session, key)
    if known is None:
        return _first(env, key, act, status)
    if known.request_digest != action.digest:
        raise _another()
    if known.status is None:
        raise _still()
    answer.headers[REPLAY] = "true"
    return shape.model_validate(known.body)


def _first(env: Env, key: Key, act: Act[S], status: int) -> S:
    try:
        with env.db.transaction() as session:
            body = act(session)
            if not api_answers.answered(session, key, status, body.model_dump(mode="json")):
                raise _still()
    except BaseException:
        with env.db.transaction() as session:
            api_answers.give_back(session, key)
        raise
    return body


def forget(action: Action) -> None:
    """What was done under this key did not reach its end: the same request may do it anew."""
    with action.console.env.db.transaction() as session:
        api_answers.forget(session, action.token.id, action.key)


def _another() -> Problem:
    return Problem(
        422, _("Khóa Idempotency-Key này đã dùng cho một yêu cầu khác."),
        _("Mỗi việc một khóa mới; chỉ gửi lại khóa cũ khi gửi lại đúng yêu cầu cũ."),
    )  # fmt: skip


def _still() -> Problem:
    return Problem(
        409, _("Yêu cầu cùng Idempotency-Key đang được làm."),
        _("Đợi một lát rồi gửi lại đúng yêu cầu này để nhận câu trả lời."),
        headers={"Retry-After": "1"},
    )  # fmt: skip
