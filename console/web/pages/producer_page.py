"""A producer's own page, by a signed link: where each product is on sale, and if not, what to do.

Made for a phone on a poor line: one small style sheet, no script, no picture, packed where the
browser takes it. The link opens one producer's page and can switch its notices; nothing else.
"""

from __future__ import annotations

import gzip
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from console.web.access import Posted
from console.web.cards import SOON_DAYS, cards
from console.web.here import Console, Here
from console.web.language import _
from console.web.site import page
from models import certified, notices, operators, producers
from models.producer_links import Link
from worker import links
from worker.env import local_day
from worker.links import BadLink, EndedLink

router = APIRouter()

PRIVATE = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}
"""The address is the key: it goes into no referrer and no search engine."""


@router.get("/p/{token}")
def show(request: Request, console: Here, token: str) -> Response:
    try:
        link = links.opened(console.env, token)
    except (BadLink, EndedLink) as error:
        return _refused(request, error)
    answer = page(request, "producer_page.html", token=token, **_facts(console, link))
    answer.headers.update(PRIVATE)
    return _packed(request, answer)


@router.post("/p/{token}/notices")
def switch(request: Request, console: Here, token: str, form: Posted) -> Response:
    """Notices on or off: the only thing that a producer's link can change."""
    try:
        link = links.opened(console.env, token)
    except (BadLink, EndedLink) as error:
        return _refused(request, error)
    on = str(form.get("on", "")) == "1"
    env = console.env
    with env.db.transaction() as session:
        producer = producers.by_id(session, link.producer_id)
        notices.switch(session, link.producer_id, on)
        operators.note(
            session, f"chủ thể {producer.name if producer else ''}", "web", "notices_switched",
            producer.key if producer else "", {"on": on, "link": link.id},
            request.state.request_id, env.now(),
        )  # fmt: skip
    return RedirectResponse(f"/p/{token}#notices", 303, headers=PRIVATE)


def _facts(console: Console, link: Link) -> dict[str, Any]:
    env = console.env
    today = local_day(env.now())
    labels = {name: found.label for name, found in env.capabilities.items()}
    with env.db.transaction() as session:
        producer = producers.by_id(session, link.producer_id)
        products = certified.of_producer(session, link.producer_id)
        listings = producers.listings_of(session, link.producer_id)
        papers = producers.papers_of(session, link.producer_id)
        ways = notices.of_producer(session, link.producer_id)
    found = cards(products, listings, papers, labels, today)
    return {
        "producer": producer,
        "cards": found,
        "on_sale": sum(card.on_sale for card in found),
        "papers": [paper for paper in papers if paper.product_id is None],
        "today": today,
        "soon": SOON_DAYS,
        "notices_on": all(way.enabled for way in ways),
        "notices_go": any(way.address for way in ways),
        "until": link.expires_at,
    }


def _refused(request: Request, error: BadLink | EndedLink) -> Response:
    ask = _("Xin cán bộ phụ trách OCOP một liên kết mới.")
    if isinstance(error, BadLink):
        status, title = 403, _("Liên kết này không đúng.")
        detail = _("Mở lại đúng liên kết hoặc quét lại mã QR đã nhận.") + " " + ask
    elif error.revoked:
        status, title, detail = 410, _("Liên kết này đã bị hủy."), ask
    else:
        status, title, detail = 410, _("Liên kết này đã hết hạn."), ask
    answer = page(request, "phone_note.html", status=status, title=title, detail=detail)
    answer.headers.update(PRIVATE)
    return answer


def _packed(request: Request, answer: Response) -> Response:
    """Packed with gzip where the browser takes it. What is packed repeats nothing that came with
    the request, so that its length tells nobody anything."""
    answer.headers["Vary"] = "Accept-Encoding, Cookie"
    if "gzip" in request.headers.get("accept-encoding", ""):
        answer.body = gzip.compress(bytes(answer.body), 6, mtime=0)
        answer.headers["Content-Encoding"] = "gzip"
        answer.headers["Content-Length"] = str(len(answer.body))
    return answer
