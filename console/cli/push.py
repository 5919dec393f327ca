"""``ocop-sync plan`` and ``push``: what would change, and do it now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from console.cli.naming import check_names, not_stopped, shops_in
from console.cli.output import FACETS, complain, print_json, print_table, say
from console.program import program
from models import shops, status
from models.status import ChangeRow
from worker import pushing
from worker.env import Env
from worker.planning import preview

LONGEST_S = 600.0
"""Whoever waits at a terminal waits no longer, seconds."""


def plan(
    shop: Annotated[str, typer.Option(help="Chỉ gian hàng này.")] = "",
    channel: Annotated[str, typer.Option(help="Chỉ kênh này.")] = "",
    json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False,
) -> None:
    """Sẽ gửi những gì nếu đẩy bây giờ; không làm gì cả."""
    with program() as env:
        check_names(env, shop, channel)
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
        check_names(env, shop, channel)
        not_stopped(env, shops_in(env, shop, channel))
        listings, chosen = _chosen(env, skus or [], shop, channel)
        run_id = pushing.begin(env, "operator", " ".join(skus or ()), listings, chosen)
        with env.db.transaction() as session:
            before = status.due_changes(session, shop=shop, channel=channel)
        pushing.carry_out(env, run_id, chosen, longest_s=LONGEST_S)
        with env.db.transaction() as session:
            left = status.due_changes(session, shop=shop, channel=channel)
    if json:
        print_json({"sent": len(before) - len(left), "left": [c.as_json() for c in left]})
    else:
        say(f"Đã gửi {max(0, len(before) - len(left))} thay đổi, còn {len(left)}.")
        if left:
            _print_changes(left)
    if left:
        raise typer.Exit(1)


def _chosen(
    env: Env, skus: list[str], shop: str, channel: str
) -> tuple[Sequence[int], Sequence[int]]:
    """(listings of these SKUs, shops that are to be drained)."""
    with env.db.transaction() as session:
        ids = status.listings_of_skus(session, skus, shop, channel) if skus else []
        chosen = [
            s.id
            for s in shops.all_shops(session)
            if s.id is not None and shop in ("", s.key) and channel in ("", s.channel)
        ]
    if skus and not ids:
        complain(f"không có sản phẩm nào mang mã {', '.join(skus)} ở gian hàng đã chọn")
        raise typer.Exit(2)
    return ids, chosen


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
