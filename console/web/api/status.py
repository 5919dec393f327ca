"""Where every listing stands."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import Query

from console.web.api import paging
from console.web.api.access import Reader
from console.web.api.document import problems
from console.web.api.paging import Cursor, Limit
from console.web.api.place import new_router
from console.web.api.schemas import Listing, Page
from console.web.api.words import State, Words
from console.web.here import Here
from models import status_pages
from models.status_pages import Wanted
from models.text import fold

router = new_router()


@router.get("/status", summary="Where every listing stands", responses=problems())
def read_status(
    console: Here,
    token: Reader,
    shop: Annotated[Words, Query(description="The key of a shop.")] = "",
    producer: Annotated[Words, Query(description="A part of a producer's name.")] = "",
    state: Annotated[State | None, Query(description="Only listings in this state.")] = None,
    q: Annotated[Words, Query(description="A part of a product's name, code or SKU.")] = "",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Listing]:
    """Listings with their packs, in a lasting order. Names are found with or without accents."""
    after = paging.id_of("status", cursor, 0)
    wanted = Wanted(shop, fold(producer), state or "", fold(q))
    with console.env.db.transaction() as session:
        rows = status_pages.page(session, wanted, after, limit + 1)
    more = len(rows) > limit
    rows = rows[:limit]
    return Page(
        items=[Listing.model_validate(asdict(row)) for row in rows],
        next=paging.cursor("status", (rows[-1].id,)) if more else None,
    )
