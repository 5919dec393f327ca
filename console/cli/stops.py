"""``ocop-sync stop`` and ``start``: leave every shop, or one, as it is; go on."""

from __future__ import annotations

from typing import Annotated

import typer

from console.cli.holds import Who, person
from console.cli.naming import shop_named
from console.cli.output import cell, say
from console.program import program
from models import stops as stored
from models.stops import StopRow
from worker import halting
from worker.env import Env

ShopKey = Annotated[str, typer.Argument(help="Gian hàng; bỏ trống là tất cả.")]


def stop(
    shop: ShopKey = "",
    why: Annotated[str, typer.Option(help="Vì sao.")] = "",
    who: Who = "",
) -> None:
    """Dừng ngay: sau lượt gửi đang dở, không gửi và không đọc gì trên sàn nữa.

    Dừng là dừng tất cả, KỂ CẢ GỠ HÀNG: sản phẩm hết chứng nhận vẫn nằm trên sàn cho đến khi chạy
    tiếp hoặc có người gỡ tay; status và doctor đếm chúng. Vẫn đọc sổ, lập kế hoạch, giữ đăng nhập.
    """
    with program() as env:
        found = shop_named(env, shop) if shop else None
        done = halting.stop(env, found, who=person(who), why=why)
    name = f"gian hàng {shop}" if shop else "mọi gian hàng"
    say(f"{'Đã dừng' if done.changed else 'Đang dừng sẵn'} {name}.")
    if done.owed:
        say(_owed(done.owed))
    say(f"Chạy tiếp: ocop-sync start {shop}".rstrip())


def start(shop: ShopKey = "", who: Who = "") -> None:
    """Chạy tiếp sau stop; việc phải gỡ được gửi trước tiên."""
    with program() as env:
        found = shop_named(env, shop) if shop else None
        done = halting.start(env, found, who=person(who))
        left = standing(env)
    name = f"gian hàng {shop}" if shop else "các gian hàng"
    say(f"Đã chạy tiếp {name}." if done.changed else f"Không có lệnh dừng nào cho {name}.")
    for line in lines(left, done.owed):
        say(line)


def standing(env: Env) -> list[StopRow]:
    """The stops that stand."""
    with env.db.transaction() as session:
        return stored.standing(session)


def lines(stops: list[StopRow], owed: int) -> list[str]:
    """What to say of standing stops, a sentence each; ``owed``: take-downs that wait for them."""
    said = [
        f"ĐANG DỪNG {f'gian hàng {s.shop}' if s.shop else 'mọi gian hàng'} từ {cell(s.at)} "
        f"({s.by}{': ' + s.why if s.why else ''}); chạy tiếp: "
        f"ocop-sync start {s.shop or ''}".rstrip()
        for s in stops
    ]
    return said + ([_owed(owed)] if stops and owed else [])


def _owed(count: int) -> str:
    return f"CHÚ Ý: {count} tin phải gỡ vẫn đang bán vì lệnh dừng; gỡ tay, hoặc chạy tiếp."
