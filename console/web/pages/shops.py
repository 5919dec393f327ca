"""Shops: how each is, checked, stopped and started, switched off and on, connected again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from connectors.errors import ChannelError
from console.web.access import Posted, need
from console.web.audit import noted
from console.web.failures import Problem
from console.web.here import Console, Here
from console.web.language import _, told
from console.web.site import page, see
from console.web.waking import wake
from models import overview, owners, shops, stops
from models.operator import ADMIN, OPERATOR, VIEWER
from models.shop import Shop
from worker import checking, halting
from worker.connect import BadAccount, Connected, NewShop, connect
from worker.planning import plan_products

router = APIRouter(prefix="/shops")


@router.get("", dependencies=[need(VIEWER)])
def show(request: Request, console: Here) -> Response:
    with console.env.db.transaction() as session:
        lines = overview.shops(session, console.env.now())
        standing = stops.standing(session)
    labels = {name: c.label for name, c in console.env.capabilities.items()}
    return page(
        request, "shops.html", shops=lines, labels=labels,
        all_stopped=next((s for s in standing if s.shop is None), None),
    )  # fmt: skip


@router.get("/new", dependencies=[need(ADMIN)])
def new(request: Request, console: Here) -> Response:
    """The form for a shop that is not connected yet: first its channel, then what it needs."""
    query = request.query_params
    # A link may name the shop, never the address that its secrets would go to.
    typed = {name: query.get(name, "") for name in ("name", "owner")}
    return connect_form(request, console, channel=query.get("channel", ""), form=typed)


def connect_form(
    request: Request, console: Console, *, channel: str, shop: Shop | None = None,
    form: Mapping[str, Any] | None = None, trouble: str = "", status: int = 200,
) -> Response:  # fmt: skip
    """``shop``, or the one that the form names: it is connected again."""
    kinds = console.env.capabilities
    if channel and channel not in kinds:
        raise HTTPException(404)
    can = kinds[channel] if channel else None
    with console.env.db.transaction() as session:
        if shop is None and form is not None:
            shop = shops.by_key(session, str(form.get("again", "")))
        names = sorted(owners.names(session).items(), key=lambda pair: pair[1])
    return page(
        request, "connect.html", status=status, kinds=kinds, channel=channel, can=can, shop=shop,
        producers=names, trouble=trouble, typed=dict(form) if form else {},
    )  # fmt: skip


def wanted_shop(console: Console, form: FormData) -> NewShop:
    """The shop that a form describes."""
    channel, owner = str(form.get("channel", "")), _owner(console, str(form.get("owner", "")))
    can = console.env.capabilities.get(channel)
    if can is None:
        raise Problem(422, _("Không có kênh này."), channel)
    fields = sorted(can.credential_fields[0] | can.credential_fields[1])
    return NewShop(
        channel, str(form.get("name", "")).strip(), owner,
        str(form.get("base_url", "")).strip(),
        {name: value for name in fields if (value := str(form.get(f"c.{name}", "")).strip())},
        again=str(form.get("again", "")).strip(), keeps_owner="owner" not in form,
    )  # fmt: skip


def _owner(console: Console, text: str) -> int | None:
    """The producer whose shop it is; None: the province's. Raises Problem for nobody's number,
    which does not make it the province's."""
    if not text:
        return None
    with console.env.db.transaction() as session:
        known = owners.names(session)
    found = next((number for number in known if str(number) == text), None)
    if found is None:
        raise Problem(422, _("Không có chủ thể này."), _("Tìm lại trong danh sách chủ thể."))
    return found


@router.post("/connect", dependencies=[need(ADMIN)])
def connect_one(request: Request, console: Here, form: Posted) -> Response:
    """Connect (or connect again, where the form names a shop); what is wrong is said on the form,
    and what was typed stays but for the secrets."""
    wanted = wanted_shop(console, form)
    try:
        if not wanted.name:
            raise BadAccount(_("chưa có tên gian hàng"))
        done = connect(console.env, wanted)
    except (BadAccount, ChannelError) as error:
        said = told(error)
        return connect_form(
            request, console, channel=wanted.channel, form=form, trouble=said, status=422
        )
    plan_products(console.env)
    wake(console)
    noted(request, "shop.connect", done.key)
    return _back(request, done.key, connected(done))


def connected(done: Connected) -> str:
    """What is said of a connection, and of what is left of it."""
    said = _("Đã kết nối: %(name)s.") % {"name": done.facts.name}
    return " ".join(filter(None, [said, _(done.settled.left)]))


@router.get("/{key}", dependencies=[need(VIEWER)])
def one(request: Request, console: Here, key: str) -> Response:
    env = console.env
    with env.db.transaction() as session:
        shop = _found(shops.by_key(session, key))
        (line,) = overview.shops(session, env.now(), key)
        owner = owners.names(session).get(shop.producer_id or 0)
        standing = [s for s in stops.standing(session) if s.shop in (None, key)]
        calls = overview.calls(session, shop.id or 0, env.now() - timedelta(days=1))
    return page(
        request, "shop.html", shop=line, stored=shop, owner=owner, standing=standing,
        calls=calls, can=env.capabilities[shop.channel],
    )  # fmt: skip


def _found(shop: Shop | None) -> Shop:
    if shop is None:
        raise HTTPException(404)
    return shop


def _named(console: Console, key: str) -> Shop:
    with console.env.db.transaction() as session:
        return _found(shops.by_key(session, key))


@router.post("/{key}/check", dependencies=[need(OPERATOR)])
def check(request: Request, console: Here, key: str, form: Posted) -> Response:
    try:
        facts = checking.check(console.env, _named(console, key))
    except ChannelError as error:
        raise Problem(409, _("Gian hàng không kiểm tra được."), told(error)) from None
    noted(request, "shop.check", key)
    wake(console)
    said = _("Tốt: %(name)s, tiền %(currency)s.") % {
        "name": facts.name, "currency": facts.currency,
    }  # fmt: skip
    return _back(request, key, " ".join([said, *map(_, facts.problems)]))


@router.post("/{key}/again", dependencies=[need(ADMIN)])
def connect_again(request: Request, console: Here, key: str, form: Posted) -> Response:
    """The form of a shop that is connected, to be filled in with a new login."""
    shop = _named(console, key)
    return connect_form(request, console, channel=shop.channel, shop=shop)


@router.post("/{key}/switch", dependencies=[need(ADMIN)])
def switch(request: Request, console: Here, key: str, form: Posted) -> Response:
    """Off: nothing of it is touched any more, and what stands there stays."""
    shop, on = _named(console, key), form.get("on") == "1"
    with console.env.db.transaction() as session:
        shops.set_enabled(session, shop.id or 0, on=on)
    plan_products(console.env)
    noted(request, "shop.on" if on else "shop.off", key)
    wake(console)
    return _back(request, key, _("Đã bật.") if on else _("Đã tắt: từ đó không gọi sàn nữa."))


@router.post("/{key}/stop", dependencies=[need(OPERATOR)])
def stop(request: Request, console: Here, key: str, form: Posted) -> Response:
    why = str(form.get("why", "")).strip()[:300]
    halting.stop(console.env, _named(console, key), who=request.state.visitor.name, why=why)
    noted(request, "shop.stop", key)
    return _back(request, key, _("Đã dừng: không gửi và không đọc gì nữa, kể cả gỡ hàng."))


@router.post("/{key}/start", dependencies=[need(OPERATOR)])
def start(request: Request, console: Here, key: str, form: Posted) -> Response:
    halting.start(console.env, _named(console, key), who=request.state.visitor.name)
    noted(request, "shop.start", key)
    wake(console)
    return _back(request, key, _("Đã chạy tiếp; việc phải gỡ được gửi trước."))


@router.post("/stop-all", dependencies=[need(OPERATOR)])
def stop_all(request: Request, console: Here, form: Posted) -> Response:
    why = str(form.get("why", "")).strip()[:300]
    halting.stop(console.env, None, who=request.state.visitor.name, why=why)
    noted(request, "shop.stop", "*")
    return RedirectResponse("/shops", 303)


@router.post("/start-all", dependencies=[need(OPERATOR)])
def start_all(request: Request, console: Here, form: Posted) -> Response:
    halting.start(console.env, None, who=request.state.visitor.name)
    noted(request, "shop.start", "*")
    wake(console)
    return RedirectResponse("/shops", 303)


def _back(request: Request, key: str, said: str) -> Response:
    return see(request, f"/shops/{key}", said)
