"""What the code on a pack opens: the product, its producer, and whether its certificate is valid
now. Open to everybody, so two indexed queries, no cookie, and cached by whoever stands between."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from datetime import time as clock_time

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from console.web import language
from console.web.cards import standing
from console.web.here import Console, Here
from console.web.jsonld import as_script, product_data
from console.web.qr import trace_path
from console.web.site import templates
from models import certified
from models.certified import Certified, OnSale
from worker.env import HOME_ZONE, local_day
from worker.offer import GROUP_NAMES

router = APIRouter()

LONGEST = 200
"""Characters of a code: a longer one is nobody's."""
CACHED_S = 300
"""How long an answer may be shown again without asking, but never into the next day."""


@router.api_route("/t/{code:path}", methods=["GET", "HEAD"])
def show(request: Request, console: Here, code: str) -> Response:
    found, places = _looked_up(console, code)
    status = 200 if found else 404
    text = _page(request, console, code, found, places)
    return _cached(request, text, status, console.env.now())


def _looked_up(console: Console, code: str) -> tuple[list[Certified], list[OnSale]]:
    if not code or len(code) > LONGEST or not code.isprintable():
        return [], []
    with console.env.db.transaction() as session:
        found = certified.by_trace_code(session, code)
        today = local_day(console.env.now())
        ids = [product.id for product in found if standing(product, today)[0] is not None]
        return found, certified.where_to_buy(session, ids) if ids else []


def _page(
    request: Request, console: Console, code: str, found: Sequence[Certified],
    places: Sequence[OnSale],
) -> str:  # fmt: skip
    env = console.env
    today, base = local_day(env.now()), env.public_base_url
    shown = [
        (product, *standing(product, today), [p for p in places if p.product_id == product.id])
        for product in found
    ]
    data = [product_data(product, good, mine, base) for product, good, _why, mine in shown]
    return (
        templates()
        .get_template("trace.html")
        .render(
            language=language.current.get(),
            path=trace_path(code),
            shown=shown,
            today=today,
            groups=GROUP_NAMES,
            labels={name: c.label for name, c in env.capabilities.items()},
            data=as_script(data) if data else "",
        )
    )


def _cached(request: Request, text: str, status: int, now: datetime) -> Response:
    """With its fingerprint, and 304 for who has this very page."""
    body = text.encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {
        "ETag": tag,
        "Cache-Control": f"public, max-age={min(CACHED_S, _left_of_day(now))}",
        "Vary": "Cookie",
    }
    known = {part.strip().removeprefix("W/") for part in _asked(request).split(",")}
    if status == 200 and (tag in known or "*" in known):
        return Response(status_code=304, headers=headers)
    return HTMLResponse(body, status, headers=headers)


def _asked(request: Request) -> str:
    return request.headers.get("if-none-match", "")


def _left_of_day(now: datetime) -> int:
    """Seconds until tomorrow in Vietnam, when a certificate may lapse."""
    tomorrow = local_day(now) + timedelta(days=1)
    return int((datetime.combine(tomorrow, clock_time(), HOME_ZONE) - now).total_seconds())
