"""``ocop-sync log``: what happened."""

from __future__ import annotations

from typing import Annotated

import typer

from console.cli.output import complain, print_json, print_table
from console.program import program
from models import runs, shops, status


def log(
    sku: Annotated[str, typer.Argument(help="SKU hoặc mã sản phẩm; bỏ trống là tất cả.")] = "",
    shop: Annotated[str, typer.Option(help="Chỉ gian hàng này.")] = "",
    most: Annotated[
        int, typer.Option("-n", "--most", min=1, help="Nhiều nhất bao nhiêu dòng.")
    ] = 50,
    json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False,
) -> None:
    """Nhật ký: từng lần gửi, từng câu trả lời của sàn."""
    with program() as env, env.db.transaction() as session:
        product = status.find_product(session, sku) if sku else None
        found = shops.by_key(session, shop) if shop else None
        if (sku and product is None) or (shop and found is None):
            complain(f"không tìm thấy '{sku or shop}'")
            raise typer.Exit(2)
        names = {s.id: s.key for s in shops.all_shops(session)}
        events = runs.events(
            session,
            most,
            product_code=product.code if product else "",
            shop_id=found.id if found else None,
        )
        rows = [
            {
                "at": e.at, "kind": e.kind, "shop": names.get(e.shop_id or 0), "facet": e.facet,
                "product_code": e.product_code, "before": e.before, "after": e.after,
                "code": e.code, "message": e.message, "request_id": e.request_id,
                "duration_ms": e.duration_ms, "run_id": e.run_id,
            }
            for e in events
        ]  # fmt: skip
    if json:
        print_json(rows)
        return
    columns = ("at", "kind", "shop", "product_code", "facet", "before", "after", "message")
    print_table(f"{len(rows)} dòng", columns, [[r[c] for c in columns] for r in rows])
