"""``ocop-sync plan`` and ``push``: what would change, and do it now."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from console.cli.naming import refuse_stopped
from console.cli.output import FACETS, complain, print_json, print_table, say
from console.program import program
from models import queue, runs, shops, status
from models.status import ChangeRow
from worker.env import Env
from worker.planning import plan_products, preview, push_again
from worker.push import drain

PATIENCE_S = 60.0
"""How long ``push`` waits for what asks again soon (a review, a second step), seconds."""


def plan(
    shop: Annotated[str, typer.Option(help="Chỉ gian hàng này.")] = "",
    channel: Annotated[str, typer.Option(help="Chỉ kênh này.")] = "",
    json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False,
) -> None:
    """Sẽ gửi những gì nếu đẩy bây giờ; không làm gì cả."""
    with program() as env:
        changes = preview(env, shop=shop, channel=channel)
    if json:
        print_json({"changes": [change.as_json() for change in changes]})
    elif not changes:
        say("Không có gì phải gửi.")
    else:
        _print_changes(changes)


def push(
    skus: Annotated[list[str] | None, typer.Argument(help="SKU hoặc mã sản phẩm.")] = None,
    shop: Annotated[str, typer.Option(help="Chỉ gian hàng này.")] = "",
    channel: Annotated[str, typer.Option(help="Chỉ kênh này.")] = "",
    json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False,
) -> None:
    """Gửi ngay những gì đang nợ; với SKU thì gửi lại cả giá, tồn kho và trạng thái của chúng."""
    with program(publishing=True) as env:
        _check_names(env, shop, channel)
        refuse_stopped(env, shop, channel)
        with env.db.transaction() as session:
            run_id = runs.begin(
                session, "push", env.now(), slot=None, who="operator", why=" ".join(skus or ())
            )
        plan_products(env, run_id=run_id)
        if skus:
            _again(env, skus, shop, channel)
        with env.db.transaction() as session:
            before = status.due_changes(session, shop=shop, channel=channel)
        _drain_all(env, shop, channel, run_id)
        with env.db.transaction() as session:
            left = status.due_changes(session, shop=shop, channel=channel)
            counts = {"sent": max(0, len(before) - len(left)), "left": len(left)}
            runs.end(session, run_id or 0, "ok" if not left else "còn nợ", counts, env.now())
    if json:
        print_json({"sent": len(before) - len(left), "left": [c.as_json() for c in left]})
    else:
        say(f"Đã gửi {max(0, len(before) - len(left))} thay đổi, còn {len(left)}.")
        if left:
            _print_changes(left)
    if left:
        raise typer.Exit(1)


def _check_names(env: Env, shop: str, channel: str) -> None:
    with env.db.transaction() as session:
        keys = [s.key for s in shops.all_shops(session)]
    if shop and shop not in keys:
        complain(f"không có gian hàng '{shop}'; đang có: {', '.join(keys) or 'chưa có'}")
        raise typer.Exit(2)
    if channel and channel not in env.connectors:
        complain(f"không có kênh '{channel}'; đang có: {', '.join(sorted(env.connectors))}")
        raise typer.Exit(2)


def _again(env: Env, skus: list[str], shop: str, channel: str) -> None:
    if not push_again(env, skus, shop=shop, channel=channel):
        complain(f"không có sản phẩm nào mang mã {', '.join(skus)} ở gian hàng đã chọn")
        raise typer.Exit(2)


def _drain_all(env: Env, shop: str, channel: str, run_id: int | None) -> None:
    """Drain the chosen shops until nothing asks within PATIENCE_S; a shop that a worker drains
    is left to it and waited for."""
    ends = time.monotonic() + 600
    while time.monotonic() < ends:
        with env.db.transaction() as session:
            chosen = [
                s.id
                for s in shops.all_shops(session)
                if (not shop or s.key == shop) and (not channel or s.channel == channel)
            ]
            waiting = [i for i in queue.waiting(session, env.now()) if i in chosen]
            next_at = queue.next_due(session, [i for i in chosen if i is not None])
        for shop_id in waiting:
            drain(env, shop_id, run_id)
        if not waiting:
            if next_at is None or (next_at - env.now()).total_seconds() > PATIENCE_S:
                return
            time.sleep(min(1.0, max(0.05, (next_at - env.now()).total_seconds())))


def _print_changes(changes: list[ChangeRow]) -> None:
    print_table(
        f"{len(changes)} thay đổi",
        ("sản phẩm", "gian hàng", "mặt", "đang có", "sẽ thành"),
        [
            (f"{c.product} ({c.product_code})", c.shop, FACETS[c.facet], _short(c.old),
             _short(c.new))
            for c in changes
        ],
    )  # fmt: skip


def _short(value: object) -> object:
    """Content is long: its title stands for it."""
    if isinstance(value, dict) and "title" in value:
        return value["title"]
    return value
