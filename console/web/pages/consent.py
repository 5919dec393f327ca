"""Connecting a shop by the channel's own consent page: sent there, and come back from there.

The state that the channel hands back is random, kept as a hash, and bound to the browser that was
sent; what the shop is to be is kept encrypted meanwhile. Some channels post the login to us by
themselves and only then send the person back: the same state says whose it is.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping

import orjson
from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response

from connectors.errors import ChannelError
from console.web import access
from console.web.access import Posted, need
from console.web.audit import noted
from console.web.failures import Problem
from console.web.hashing import hashed
from console.web.here import Here
from console.web.language import _, told
from console.web.pages.shops import connect_form, connected, wanted_shop
from console.web.site import page, see
from console.web.waking import wake
from models import consent
from models.operator import ADMIN
from worker import consenting
from worker.connect import BadAccount
from worker.planning import plan_products

router = APIRouter(prefix="/shops")

BODY_MOST = 16_384
"""Bytes that a channel's server may post."""


@router.post("/consent", dependencies=[need(ADMIN)])
def begin(request: Request, console: Here, form: Posted) -> Response:
    """Where the seller is to agree: a page with the way there."""
    new, env = wanted_shop(console, form), console.env
    state = secrets.token_urlsafe(24)
    back = f"{env.public_base_url or str(request.base_url).rstrip('/')}/shops/consented"
    try:
        if not new.name:
            raise BadAccount(_("chưa có tên gian hàng"))
        there = consenting.address(env, new, back, state)
    except (BadAccount, ChannelError) as error:
        return connect_form(
            request, console, channel=new.channel, form=form, trouble=told(error), status=422
        )
    browser = hashed(access.token_of(request))
    with env.db.transaction() as session:
        secret = env.encrypt(consenting.packed(new))
        consent.begin(session, hashed(state), browser, secret, env.now())
    return page(request, "consent.html", there=there, name=new.name)


@router.post("/consented")
async def handed_over(request: Request, console: Here) -> Response:
    """A channel's server posts a login; whose it is, its state says."""
    try:
        told = orjson.loads(await access.bounded(request, BODY_MOST).body())
        answer = {str(k): str(v) for k, v in told.items()}
    except (access.FileTooBig, orjson.JSONDecodeError, AttributeError):
        answer = {}
    env, state = console.env, hashed(_state(answer))
    with env.db.transaction() as session:
        secret = consent.kept(session, state, env.now())
        if secret is None:
            raise HTTPException(404)
        packed = env.decrypt(secret) | {"answer": orjson.dumps(answer).decode()}
        consent.keep(session, state, env.encrypt(packed))
    return PlainTextResponse("ok")


@router.get("/consented", dependencies=[need(ADMIN)])
def finish(request: Request, console: Here) -> Response:
    """The person is back: trade what the channel handed over, and connect."""
    env, query = console.env, dict(request.query_params)
    browser = hashed(access.token_of(request))
    with env.db.transaction() as session:
        secret = consent.end(session, hashed(_state(query)), browser, env.now())
    if secret is None:
        raise Problem(
            410, _("Không nhận ra lần cấp quyền này."),
            _("Nó đã cũ, đã dùng rồi, hoặc bắt đầu từ trình duyệt khác; kết nối lại từ đầu."),
        )  # fmt: skip
    packed = env.decrypt(secret)
    answer = orjson.loads(packed.get("answer", "{}")) | query
    try:
        done = consenting.finish(env, consenting.unpacked(packed), answer)
    except (BadAccount, ChannelError) as error:
        raise Problem(409, _("Chưa kết nối được."), told(error)) from None
    plan_products(env)
    wake(console)
    noted(request, "shop.connect", done.key)
    return see(request, f"/shops/{done.key}", connected(done))


def _state(answer: Mapping[str, str]) -> str:
    return answer.get("state") or answer.get("user_id", "")
