"""``ocop-sync reconcile``: look at what the shops really show, now."""

from __future__ import annotations

from typing import Annotated

import typer

from console.cli.naming import shop_named
from console.cli.output import complain, print_json, print_table, say
from console.program import program
from models import shops, status
from worker.push import drain
from worker.reconcile import reconcile as mark


def reconcile(
    shop: Annotated[str, typer.Option(help="Chỉ gian hàng này.")] = "",
    json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False,
) -> None:
    """Đọc lại toàn bộ gian hàng: lệch giá, tồn, bị gỡ, bị khóa, bị xóa; sửa cái của ta."""
    with program(publishing=True) as env:
        with env.db.transaction() as session:
            keys = [s.key for s in shops.all_shops(session) if s.enabled]
        wanted = [shop_named(env, key) for key in ([shop] if shop else keys)]
        started = env.now()
        left = []
        for found in wanted:
            mark(env, found.id or 0, everything=True)
            result = drain(env, found.id or 0)
            while result.more:
                result = drain(env, found.id or 0)
            if result.why not in ("done", "slice"):
                left.append((found.key, result.why))
        with env.db.transaction() as session:
            rows = status.differences_since(session, started)
    if json:
        print_json([row.as_json() for row in rows])
    elif rows:
        cells = [(r.shop, r.product_code, r.kind, r.facet, r.before, r.after) for r in rows]
        columns = ("gian hàng", "sản phẩm", "gì", "phần", "đã biết", "thấy")
        print_table(f"{len(rows)} chỗ khác", columns, cells)
    else:
        say("Các gian hàng đúng như đã biết.")
    for key, why in left:
        complain(f"gian hàng {key} chưa đọc được ({why}); xem: ocop-sync log --shop {key}")
    if left:
        raise typer.Exit(1)
