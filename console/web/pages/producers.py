"""Producers, for the office: where their products stand, their links, where notices go."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Path, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from connectors.guard import Refused
from console.web import qr
from console.web.access import Posted, Visitor, need
from console.web.audit import noted
from console.web.cards import cards
from console.web.failures import Problem
from console.web.here import Console, Here
from console.web.language import _, day
from console.web.site import page, see
from console.web.waking import wake
from models import certified, notices, operators, producer_links, producers
from models.operator import OPERATOR, VIEWER
from models.producer_access import WAYS
from models.product import Producer
from worker import agreeing, links
from worker.env import local_day

router = APIRouter(dependencies=[need(VIEWER)])

Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
PAGE = 50
LASTS_DAYS = (30, 90, 180, 365)
"""How long a link may last."""
_EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


@router.get("/producers")
def listing(request: Request, console: Here, q: str = "", p: int = 1) -> Response:
    at = max(1, min(p, 10_000))
    with console.env.db.transaction() as session:
        found = producers.listed(
            session, q[:200], console.env.now(), PAGE + 1, offset=(at - 1) * PAGE
        )
    return page(
        request, "producers.html", q=q[:200], producers=found[:PAGE], at=at, more=len(found) > PAGE
    )


@router.get("/producers/{producer_id}")
def show(request: Request, console: Here, producer_id: Id) -> Response:
    return _page(request, console, producer_id)


@router.get("/producers/{producer_id}/qr/{product_id}.svg")
def pack_code(request: Request, console: Here, producer_id: Id, product_id: Id) -> Response:
    """What is printed on the pack: the address of the product's public page."""
    with console.env.db.transaction() as session:
        found = certified.of_producer(session, producer_id)
    code = next((one.trace_code for one in found if one.id == product_id), "")
    if not code:
        raise Problem(404, _("Không có mã QR này."), _("Sản phẩm chưa có mã truy xuất trong sổ."))
    return qr.picture(_base(request, console) + qr.trace_path(code))


@router.post("/producers/{producer_id}/agreed", dependencies=[need(OPERATOR)])
def set_agreed(request: Request, console: Here, producer_id: Id, form: Posted) -> Response:
    """Whether the province's shops may sell what is theirs."""
    agreed = str(form.get("agreed", "")) == "1"
    with console.env.db.transaction() as session:
        producer = _known(producers.by_id(session, producer_id))
    agreeing.agree(console.env, [producer_id], _visitor(request).name, agreed=agreed)
    wake(console)
    noted(request, "producers.agree", producer.key, agreed=agreed)
    words = _("Đã ghi: chủ thể đồng ý.") if agreed else _("Đã ghi: chủ thể không đồng ý nữa.")
    return _done(request, producer_id, words)


@router.post("/producers/{producer_id}/links", dependencies=[need(OPERATOR)])
def make_link(request: Request, console: Here, producer_id: Id, form: Posted) -> Response:
    env, visitor = console.env, _visitor(request)
    days = next((n for n in LASTS_DAYS if str(n) == form.get("days")), None)
    if days is None:
        return _page(request, console, producer_id, trouble=_("Chọn thời hạn của liên kết."))
    now = env.now()
    with env.db.transaction() as session:
        producer = _known(producers.by_id(session, producer_id))
        made = producer_links.make(
            session, producer_id, visitor.name, now, now + timedelta(days=days)
        )
        operators.note(
            session, visitor.name, "web", "producer_link_made", producer.key,
            {"link": made.id, "until": made.expires_at}, request.state.request_id, now,
        )  # fmt: skip
    return _done(request, producer_id, _("Đã tạo liên kết, dùng đến ngày:") + " " + day(_day(made)))


@router.post("/producers/{producer_id}/links/{link_id}/revoke", dependencies=[need(OPERATOR)])
def revoke_link(
    request: Request, console: Here, producer_id: Id, link_id: Id, form: Posted
) -> Response:
    env, visitor = console.env, _visitor(request)
    with env.db.transaction() as session:
        producer = _known(producers.by_id(session, producer_id))
        if not producer_links.revoke(session, producer_id, link_id, visitor.name, env.now()):
            raise Problem(409, _("Không hủy được: liên kết này đã hủy, hoặc không có."))
        operators.note(
            session, visitor.name, "web", "producer_link_revoked", producer.key,
            {"link": link_id}, request.state.request_id, env.now(),
        )  # fmt: skip
    return _done(request, producer_id, _("Đã hủy liên kết; ai mở nó sẽ không thấy gì nữa."))


@router.post("/producers/{producer_id}/notices", dependencies=[need(OPERATOR)])
def set_notices(request: Request, console: Here, producer_id: Id, form: Posted) -> Response:
    """Where notices go, and whether."""
    env, visitor = console.env, _visitor(request)
    typed = {way: str(form.get(way, "")).strip() for way in WAYS}
    trouble = _wrong_address(console, typed)
    if trouble:
        return _page(request, console, producer_id, trouble=trouble, typed=form)
    on = str(form.get("on", "")) == "1"
    with env.db.transaction() as session:
        producer = _known(producers.by_id(session, producer_id))
        for way, address in typed.items():
            notices.set_address(session, producer_id, way, address)
        notices.switch(session, producer_id, on)
        operators.note(
            session, visitor.name, "web", "notices_set", producer.key,
            {"email": typed["email"], "webhook": _host(typed["webhook"]), "on": on},
            request.state.request_id, env.now(),
        )  # fmt: skip
    return _done(request, producer_id, _("Đã lưu nơi nhận tin."))


def _wrong_address(console: Console, typed: dict[str, str]) -> str:
    """What is the matter with what was typed; "" when nothing is. A name that leads to a private
    address is found out when it is asked."""
    mail, hook = typed["email"], typed["webhook"]
    if mail and (len(mail) > 254 or not _EMAIL.fullmatch(mail)):
        return _("E-mail này không đúng; cần dạng ten@mien.vn.")
    if not hook:
        return ""
    if len(hook) > 2000 or not hook.isprintable() or " " in hook:
        return _("Địa chỉ webhook này không đúng.")
    try:
        console.env.guard.check(hook)
    except Refused as error:
        return _("Không dùng được webhook này:") + " " + _(error.pattern) % error.given
    return ""


def _host(address: str) -> str | None:
    """The host of an address, also of one that is none: it may have been typed just now."""
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def _page(
    request: Request, console: Console, producer_id: Id, *, trouble: str = "",
    typed: FormData | None = None,
) -> Response:  # fmt: skip
    """The producer's page in the office; after a wrong form with what was typed."""
    env = console.env
    now = env.now()
    with env.db.transaction() as session:
        producer = _known(producers.by_id(session, producer_id))
        products = certified.of_producer(session, producer_id)
        listings = producers.listings_of(session, producer_id)
        papers = producers.papers_of(session, producer_id)
        kept = producer_links.of_producer(session, producer_id)
        ways = {way.way: way for way in notices.of_producer(session, producer_id)}
    labels = {name: found.label for name, found in env.capabilities.items()}
    today = local_day(now)
    on = all(way.enabled for way in ways.values())
    fields = {way: ways[way].address if way in ways else "" for way in WAYS}
    if typed is not None:
        fields = {way: str(typed.get(way, ""))[:2000] for way in WAYS}
        on = str(typed.get("on", "")) == "1"
    return page(
        request, "producer.html", status=422 if trouble else 200, producer=producer,
        cards=cards(products, listings, papers, labels, today), today=today, now=now,
        papers=[paper for paper in papers if paper.product_id is None], links=kept,
        addresses=_addresses(request, console, kept), lasts=LASTS_DAYS, ways=ways, on=on,
        fields=fields, host=_host(fields["webhook"]) or "", trouble=trouble,
        mail=env.mail is not None, trace_path=qr.trace_path, drawn=qr.drawn,
    )  # fmt: skip


def _addresses(
    request: Request, console: Console, kept: list[producer_links.Link]
) -> dict[int, str]:
    """The address of each living link, for who may make one."""
    if not _visitor(request).may(OPERATOR):
        return {}
    base, now = _base(request, console), console.env.now()
    return {link.id: base + links.path(console.env, link) for link in kept if link.lives(now)}


def _base(request: Request, console: Console) -> str:
    """Where the public reaches us, else where this browser did."""
    return console.env.public_base_url or str(request.base_url).rstrip("/")


def _visitor(request: Request) -> Visitor:
    visitor: Visitor = request.state.visitor
    return visitor


def _known(producer: Producer | None) -> Producer:
    if producer is None:
        raise Problem(404, _("Không có chủ thể này."), _("Tìm lại trong danh sách chủ thể."))
    return producer


def _day(link: producer_links.Link) -> Any:
    return local_day(link.expires_at)


def _done(request: Request, producer_id: Id, words: str) -> Response:
    return see(request, f"/producers/{producer_id}", words)
