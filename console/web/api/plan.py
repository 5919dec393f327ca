"""What would be sent now."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from console.web.api import paging
from console.web.api.access import Reader
from console.web.api.document import problems
from console.web.api.paging import Cursor, Key, Limit
from console.web.api.place import new_router
from console.web.api.schemas import Change, Page
from console.web.api.words import Words
from console.web.here import Here
from models.status import ChangeRow
from worker.planning import preview

router = new_router()


@router.get("/plan", summary="What would be sent now", responses=problems())
def read_plan(
    console: Here,
    token: Reader,
    shop: Annotated[Words, Query(description="The key of a shop.")] = "",
    channel: Annotated[Words, Query(description="The name of a channel.")] = "",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Change]:
    """The most urgent first; nothing is written. Each page is planned anew, from what holds
    then."""
    after = None if cursor is None else paging.key("plan", cursor, (0, "", "", "", ""))
    rows = sorted(preview(console.env, shop=shop, channel=channel), key=_key)
    rows = [row for row in rows if after is None or _key(row) > after]
    found = rows[:limit]
    return Page(
        items=[Change.model_validate(row.as_json()) for row in found],
        next=paging.cursor("plan", _key(found[-1])) if len(rows) > limit else None,
    )


def _key(row: ChangeRow) -> Key:
    """A SKU is in one listing of a shop."""
    return (row.lane, row.product_code, row.shop, row.facet, row.skus[0] if row.skus else "")
