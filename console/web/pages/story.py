"""One listing's story: what the register says, what holds, what the shop shows, what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from console.web import why
from console.web.access import need
from console.web.here import Here
from console.web.language import _
from console.web.site import page
from models import browse, categories, log
from models.operator import VIEWER
from worker.explain import explain_product
from worker.preview import preview_product

router = APIRouter(prefix="/listings")

EVENTS = 100


@dataclass(frozen=True, slots=True)
class PackLine:
    """A pack's price (đồng) and stock: what the register says, what we want the shop to show, and
    what it took."""

    sku: str
    name: str
    register_price: int | None
    wanted_price: int | None
    shown_price: int | None
    register_stock: int | None
    wanted_stock: int | None
    shown_stock: int | None

    @property
    def differs(self) -> bool:
        return (self.wanted_price, self.wanted_stock) != (self.shown_price, self.shown_stock)


@router.get("/{listing_id}", dependencies=[need(VIEWER)])
def show(request: Request, console: Here, listing_id: int) -> Response:
    env = console.env
    with env.db.transaction() as session:
        line = browse.one(session, listing_id)
        if line is None:
            raise HTTPException(404)
        events = log.of_listing(session, listing_id, EVENTS)
        market_rows = categories.names(session, line.channel)
    story = explain_product(env, line.code, _)
    mine = next((s for s in _shops(story) if s["item_sku"] == line.item_sku
                 and s["shop"] == line.shop), None)  # fmt: skip
    pages = preview_product(env, line.code, line.channel) or []
    shown = next((p for p in pages if p["shop"] == line.shop), None)
    content = (shown or {}).get("content") or {}
    return page(
        request, "story.html", line=line, story=story, mine=mine, events=events,
        packs=_packs(mine, shown), content=content, why=why,
        category=market_rows.get(str(content.get("category_id"))),
        pictures=[_ours(url) for url in content.get("images", [])],
        label=env.capabilities[line.channel].label,
    )  # fmt: skip


def _shops(story: Mapping[str, Any] | None) -> Sequence[Mapping[str, Any]]:
    return story["shops"] if story else ()


def _ours(url: str) -> str:
    """The picture from this very server, wherever the public address is."""
    return "/media/" + url.rsplit("/media/", 1)[-1]


def _packs(mine: Mapping[str, Any] | None, shown: Mapping[str, Any] | None) -> list[PackLine]:
    """The packs that the register has, and those that the shop still knows."""
    facets = {f["facet"]: f for f in mine["facets"]} if mine else {}

    def of(facet: str, side: str) -> Mapping[str, Any]:
        value = facets.get(facet, {}).get(side)
        return value if isinstance(value, Mapping) else {}

    packs = {p["sku"]: p for p in (shown or {}).get("packs", ())}
    ours = list(of("price", "wanted")) or list(packs)
    return [
        PackLine(
            sku, str(packs.get(sku, {}).get("pack", "")),
            packs.get(sku, {}).get("base_price"), of("price", "wanted").get(sku),
            of("price", "acked").get(sku), packs.get(sku, {}).get("stock"),
            of("stock", "wanted").get(sku), of("stock", "acked").get(sku),
        )
        for sku in dict.fromkeys([*ours, *of("price", "acked")])
    ]  # fmt: skip
