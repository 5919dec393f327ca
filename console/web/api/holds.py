"""What waits for a person, and a person's word by a program."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query, Response
from sqlmodel import Session

from console.web.api import paging
from console.web.api.access import Reader
from console.web.api.document import action, problems
from console.web.api.once import Action, acting, once
from console.web.api.paging import BIGGEST, Cursor, Limit
from console.web.api.place import new_router
from console.web.api.schemas import Hold, HoldItem, HoldStory, Page
from console.web.api.words import HoldStatus
from console.web.failures import Problem
from console.web.here import Here
from console.web.language import _, told
from models import holds as stored
from models import run as rows
from models import shops
from worker.deciding import WORDS, BadDecision, decide_in

router = new_router()

HoldId = Annotated[int, Path(ge=1, le=BIGGEST)]
Deciding = Annotated[Action, acting("decide")]


@router.get("/holds", summary="What waits for a person", responses=problems())
def read_holds(
    console: Here,
    token: Reader,
    status: Annotated[HoldStatus, Query(description="Holds of this status.")] = "open",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Hold]:
    """Questions, the first asked first."""
    after = paging.id_of("holds", cursor, 0)
    with console.env.db.transaction() as session:
        found = stored.page(session, status, after, limit + 1)
        keys = _keys(session)
    more, found = len(found) > limit, found[:limit]
    return Page(
        items=[_shown(hold, keys) for hold in found],
        next=paging.cursor("holds", (found[-1].id or 0,)) if more else None,
    )


@router.get("/holds/{hold_id}", summary="One question", responses=problems(404))
def read_hold(
    console: Here, token: Reader, hold_id: HoldId, limit: Limit = 50, cursor: Cursor = None
) -> HoldStory:
    """A hold with a page of what it is about, what yes and no do, and what to do first."""
    after = "" if cursor is None else str(paging.key("items", cursor, ("",))[0])
    with console.env.db.transaction() as session:
        hold = _found(session, hold_id)
        keys = _keys(session)
        found = sorted(stored.items(session, hold_id), key=lambda item: item.key)
    found = [item for item in found if cursor is None or item.key > after]
    more, found = len(found) > limit, found[:limit]
    items = Page[HoldItem](
        items=[_item(item) for item in found],
        next=paging.cursor("items", (found[-1].key,)) if more else None,
    )
    words = WORDS[hold.kind]
    return HoldStory(
        **_shown(hold, keys).model_dump(), about=_(words.about), approve=_(words.approve),
        reject=_(words.reject), first=_(words.next), items=items,
    )  # fmt: skip


@router.post("/holds/{hold_id}/approve", summary="Say yes", responses=action(200, 404))
def approve(hold_id: HoldId, answer: Response, doing: Deciding) -> Hold:
    """The change that waits goes on with the next sending. Scope: decide."""
    return _decide(hold_id, answer, doing, yes=True)


@router.post("/holds/{hold_id}/reject", summary="Say no", responses=action(200, 404))
def reject(hold_id: HoldId, answer: Response, doing: Deciding) -> Hold:
    """The last good state stays, and this very change is not asked about again. Scope: decide."""
    return _decide(hold_id, answer, doing, yes=False)


def _decide(hold_id: int, answer: Response, doing: Action, *, yes: bool) -> Hold:
    def act(session: Session) -> Hold:
        _found(session, hold_id)
        try:
            hold = decide_in(doing.console.env, session, hold_id, approve=yes, who=doing.token.name)
        except BadDecision as error:
            raise Problem(409, _("Việc chờ này không còn mở."), told(error)) from None
        session.refresh(hold)
        detail = {"kind": hold.kind, "message": hold.message}
        doing.note(session, f"hold_{hold.status}", f"hold {hold_id}", detail)
        return _shown(hold, _keys(session))

    return once(doing, act, Hold, answer)


def _found(session: Session, hold_id: int) -> rows.Hold:
    hold = stored.get(session, hold_id)
    if hold is None:
        raise Problem(404, _("Không có việc chờ này."), _("Việc đang chờ: GET /api/v1/holds."))
    return hold


def _keys(session: Session) -> dict[int | None, str]:
    return {shop.id: shop.key for shop in shops.all_shops(session)}


def _shown(hold: rows.Hold, keys: dict[int | None, str]) -> Hold:
    return Hold(
        id=hold.id or 0, kind=hold.kind, shop=keys.get(hold.shop_id), message=hold.message,
        status=hold.status, opened_at=hold.opened_at, decided_at=hold.decided_at,
        decided_by=hold.decided_by,
    )  # fmt: skip


def _item(item: stored.ItemRow) -> HoldItem:
    return HoldItem(
        shop=item.shop, product_code=item.product_code, product=item.product, change=item.change,
        detail=dict(item.detail), live=item.live,
    )  # fmt: skip
