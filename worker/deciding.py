"""A person's word on a hold: what each kind is about, what yes and no do, and doing it.

A decision is written with who and when, is an event, and is planned in the same transaction, so
that the next drain sends it. A change that was approved goes on; one that was rejected leaves the
last good state, and is not asked about again while it is the very same change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from models import holds, outcomes, queue, reconciling, registry, shops, stops
from models.copies import TWO_ITEMS
from models.holds import ItemRow
from models.outcomes import EventRow
from models.run import Hold
from worker import guards, office, refusals
from worker.env import Env
from worker.planning import plan_in, plan_refused_in
from worker.pull import ABSENCE, NOT_IN_REGISTER
from worker.reading import DRIFT, LOSS
from worker.saying import say


class BadDecision(ValueError):
    """There is no such question any more (Vietnamese message)."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a kind of hold says to people. ``next`` is the one thing to do before deciding."""

    about: str
    approve: str
    reject: str
    next: str


WORDS = {
    guards.TAKE_DOWN: Words(
        "Một lần đọc sổ đăng ký khiến nhiều sản phẩm đang bán phải gỡ cùng lúc; giống một sự cố "
        "của sổ hơn là ý muốn. Giấy chứng nhận hết hạn hay bị thu hồi không bao giờ chờ ở đây.",
        "Gỡ các tin trong danh sách ở lần gửi kế tiếp.",
        "Giữ các tin này trên sàn như đang có, chừng nào lý do gỡ chưa đổi.",
        "So danh sách này với sổ đăng ký.",
    ),
    ABSENCE: Words(
        "Lần đọc đầy đủ sổ đăng ký không thấy nhiều sản phẩm; có thể sổ đọc thiếu.",
        "Coi các sản phẩm này là đã rút khỏi sổ: gỡ khỏi mọi gian hàng ở lần gửi kế tiếp.",
        "Coi là sổ đọc thiếu: giữ nguyên các sản phẩm này, cho đến khi sổ nói đến chúng.",
        "Mở nguồn của sổ đăng ký xem các mã này còn đó không.",
    ),
    guards.PRICE: Words(
        "Giá đổi quá lớn so với giá sàn đang có; giống gõ nhầm số hoặc nhầm đơn vị. Giá cũ vẫn "
        "bán, các phần khác của tin vẫn được gửi.",
        "Gửi giá mới ở lần gửi kế tiếp.",
        "Giữ giá cũ, chừng nào giá trong sổ (hoặc luật giá) chưa đổi sang mức khác.",
        "Hỏi chủ thể giá đúng là bao nhiêu.",
    ),
    guards.RATIO: Words(
        "Giá mới giữa các quy cách chênh hơn mức sàn cho phép trong một tin; sàn không nhận cả bộ "
        "giá này. Giá cũ vẫn bán.",
        "Thôi bán theo giá cũ: gỡ tin này khỏi gian hàng cho đến khi giá vừa mức của sàn.",
        "Giữ giá cũ đang bán, chừng nào giá trong sổ chưa đổi sang mức khác.",
        "Hỏi chủ thể có sửa lại giá được không.",
    ),
    refusals.KIND: Words(
        "Mọi lần gửi gần đây của gian hàng đều bị sàn từ chối; gửi tiếp chỉ tốn lượt gọi. Gian "
        "hàng tạm chờ, riêng việc gỡ hàng và đọc lại vẫn chạy.",
        "Gửi lại tất cả những gì đã bị từ chối.",
        "Dừng hẳn gian hàng này như ocop-sync stop, cho đến khi có người ocop-sync start.",
        "Đọc lời sàn ở lần từ chối cuối và sửa nguyên nhân.",
    ),
    TWO_ITEMS: Words(
        "Trên gian hàng có hai sản phẩm cùng mã SKU; chương trình chỉ quản được một, cái kia không "
        "được gỡ khi hết chứng nhận.",
        "Tìm lại theo mã SKU; chỉ còn một thì nhận làm của mình, vẫn hai thì hỏi lại.",
        "Để yên: cái đang quản thì vẫn quản, cái chưa quản thì không đụng tới và không nhận.",
        "Xóa bớt một sản phẩm trên trang người bán.",
    ),
    LOSS: Words(
        "Sản phẩm cứ biến mất trên sàn dù đã đăng lại nhiều lần trong ngày.",
        "Đăng lại một lần nữa; còn biến mất thì hỏi lại.",
        "Không đăng lại ở gian hàng này, cho đến khi có người chạy ocop-sync push mã đó.",
        "Hỏi người giữ gian hàng ai đã xóa và vì sao.",
    ),
    DRIFT: Words(
        "Có người (hoặc chính sàn) cứ đổi lại trên gian hàng dù đã sửa nhiều lần trong ngày.",
        "Gửi lại giá trị của chương trình; còn bị đổi lại thì hỏi lại.",
        "Để yên giá trị đang thấy trên sàn; đổi sang giá trị khác thì lại được sửa.",
        "Hỏi người giữ gian hàng vì sao đổi.",
    ),
}


def decide(env: Env, hold_id: int, *, approve: bool, who: str) -> Hold:
    """Approve or reject an open hold. Raises BadDecision where it is not open."""
    with env.db.transaction() as session:
        return decide_in(env, session, hold_id, approve=approve, who=who)


def decide_in(env: Env, session: Session, hold_id: int, *, approve: bool, who: str) -> Hold:
    """The same within a transaction that does more, and that BadDecision must end."""
    status = guards.APPROVED if approve else guards.REJECTED
    hold = holds.decide(session, hold_id, status, who, env.now())
    if hold is None:
        raise BadDecision(_not_open(session, hold_id))
    items = [item for item in holds.items(session, hold_id) if item.live]
    run_id = office.begin(env, session, who, f"việc chờ số {hold_id}: {status}")
    effects = _APPROVE if approve else _REJECT
    effects.get(hold.kind, _stands)(env, session, hold, items)
    outcomes.log(session, [_event(hold, status, who, run_id)], env.now())
    products = {i.product_id for i in items if i.product_id is not None}
    plan_in(env, session, products, run_id)
    return hold


def _not_open(session: Session, hold_id: int) -> str:
    hold = holds.get(session, hold_id)
    if hold is None:
        return say("không có việc chờ số %(hold)s; xem ocop-sync holds list", hold=hold_id)
    if hold.status == "solved":
        return say(
            "việc chờ số %(hold)s đã tự hết hoặc đã đổi; xem ocop-sync holds list", hold=hold_id
        )
    facts = {"hold": hold_id, "who": hold.decided_by}
    if hold.status == "approved":
        return say("việc chờ số %(hold)s đã do %(who)s quyết: đồng ý", **facts)
    return say("việc chờ số %(hold)s đã do %(who)s quyết: từ chối", **facts)


def _event(hold: Hold, status: str, who: str, run_id: int) -> EventRow:
    return EventRow(
        kind=f"hold_{status}",
        run_id=run_id,
        shop_id=hold.shop_id,
        before="open",
        after={"hold": hold.id, "who": who},
        code=hold.kind,
        message=hold.message,
    )


# --- what a word does beside standing ---------------------------------------------------------

Effect = Callable[[Env, Session, Hold, Sequence[ItemRow]], None]


def _stands(env: Env, session: Session, hold: Hold, items: Sequence[ItemRow]) -> None:
    """Nothing more: the plan reads what was said of each change."""


def _withdraw(env: Env, session: Session, hold: Hold, items: Sequence[ItemRow]) -> None:
    ids = [item.product_id for item in items if item.product_id is not None]
    reason = f"{NOT_IN_REGISTER}, {hold.decided_by} xác nhận"
    registry.withdraw(session, ids, reason, env.now(), judged=True)
    holds.end_hold(session, hold.id or 0, env.now())


def _try_again(env: Env, session: Session, hold: Hold, items: Sequence[ItemRow]) -> None:
    plan_refused_in(env, session, hold.shop_id or 0)
    shops.set_refused_in_row(session, hold.shop_id or 0, 0)
    holds.end_hold(session, hold.id or 0, env.now())


def _stop_shop(env: Env, session: Session, hold: Hold, items: Sequence[ItemRow]) -> None:
    shops.set_refused_in_row(session, hold.shop_id or 0, 0)
    why = f"từ chối việc chờ số {hold.id}: {hold.message}"
    stops.stop(session, hold.shop_id, hold.decided_by, why, env.now())
    holds.end_hold(session, hold.id or 0, env.now())


def _look_up(env: Env, session: Session, hold: Hold, items: Sequence[ItemRow]) -> None:
    ids = [int(item.detail["listing"]) for item in items]
    for listing_id in ids:
        queue.look_up_again(session, listing_id, env.now())
    reconciling.mark(session, ids, env.now())
    holds.end_hold(session, hold.id or 0, env.now())


def _over(env: Env, session: Session, hold: Hold, items: Sequence[ItemRow]) -> None:
    """Nothing waits any more: the plan makes what is missing."""
    holds.end_hold(session, hold.id or 0, env.now())


def _mend(env: Env, session: Session, hold: Hold, items: Sequence[ItemRow]) -> None:
    rows = [{"listing_id": item.detail["listing"], "facet": item.detail["facet"]} for item in items]
    outcomes.drifted(session, rows, env.now())
    holds.end_hold(session, hold.id or 0, env.now())


_APPROVE: dict[str, Effect] = {
    ABSENCE: _withdraw,
    refusals.KIND: _try_again,
    TWO_ITEMS: _look_up,
    LOSS: _over,
    DRIFT: _mend,
}
_REJECT: dict[str, Effect] = {refusals.KIND: _stop_shop}
