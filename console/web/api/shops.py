"""Shops as programs name them."""

from __future__ import annotations

from sqlmodel import Session

from console.web.failures import Problem
from console.web.language import _
from models import shops, stops
from models.shop import Shop


def named(session: Session, key: str) -> Shop | None:
    """The shop of that key; None for "". Raises Problem where there is none."""
    if not key:
        return None
    shop = shops.by_key(session, key)
    if shop is None:
        raise _no_shop(session)
    return shop


def chosen(session: Session, key: str, channel: str) -> tuple[list[Shop], list[str]]:
    """The shops of that key and channel ("": any) that may be sent to, and the keys of those that
    somebody stopped. Raises Problem where there is none, or all of them are stopped."""
    found = [
        shop for shop in shops.all_shops(session)
        if key in ("", shop.key) and channel in ("", shop.channel)
    ]  # fmt: skip
    if not found:
        raise _no_shop(session)
    halted = [shop.key for shop in found if stops.is_stopped(session, shop.id or 0)]
    if len(halted) == len(found):
        raise Problem(
            409, _("Gian hàng đang dừng, không gửi gì."),
            _("Đang dừng: %(shops)s. Chạy tiếp: POST /api/v1/start.") % {"shops": _some(halted)},
        )  # fmt: skip
    return [shop for shop in found if shop.key not in halted], halted


def _no_shop(session: Session) -> Problem:
    keys = [shop.key for shop in shops.all_shops(session)]
    return Problem(
        422, _("Không có gian hàng nào như vậy."),
        _("Đang có: %(shops)s.") % {"shops": _some(keys) or _("chưa có")},
    )  # fmt: skip


def _some(keys: list[str]) -> str:
    return ", ".join(keys[:20]) + (", …" if len(keys) > 20 else "")
