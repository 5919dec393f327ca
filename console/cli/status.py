"""``ocop-sync status`` and ``explain``: where every listing stands, and why."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from console.cli.naming import check_names
from console.cli.output import (
    FACETS,
    STATES,
    cell,
    complain,
    headed,
    out,
    print_json,
    print_table,
    say,
)
from console.cli.stops import lines
from console.program import program
from models import holds, stops
from models import status as standing
from models.status import StatusRow
from models.text import fold
from worker.env import Env
from worker.explain import explain_product


def status(
    producer: Annotated[str, typer.Option(help="Một phần tên chủ thể, có dấu hay không.")] = "",
    shop: Annotated[str, typer.Option(help="Chỉ gian hàng này.")] = "",
    json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False,
) -> None:
    """Từng sản phẩm đang đứng ở đâu trên từng gian hàng."""
    with program() as env:
        check_names(env, shop, "")
        with env.db.transaction() as session:
            rows = standing.listings(session, producer=fold(producer), shop=shop)
            halted, owed = stops.standing(session), stops.owed_take_downs(session)
            waiting = len(holds.open_holds(session))
    for line in lines(halted, owed):
        say(line)
    if waiting:
        say(f"{waiting} việc chờ người quyết: ocop-sync holds list")
    if json:
        print_json([row.as_json() for row in rows])
        return
    print_table(
        f"{len(rows)} quy cách",
        ("mã", "sản phẩm", "gian hàng", "trạng thái", "giá", "tồn", "vì sao"),
        [
            (r.sku or r.product_code, r.product, r.shop, STATES[r.state], r.price, r.stock,
             _why(r))
            for r in rows
        ],
        right=("giá", "tồn"),
    )  # fmt: skip


def _why(row: StatusRow) -> str:
    if row.alarm:
        return f"BÁO ĐỘNG: vẫn đang bán trái quy định từ {row.alarm.get('since', '')}"
    return row.reason


def explain(
    sku: Annotated[str, typer.Argument(help="SKU hoặc mã sản phẩm.")],
    json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False,
) -> None:
    """Một sản phẩm: sổ đăng ký nói gì, muốn sàn hiện gì, sàn đã nhận gì, tiếp theo là gì."""
    with program() as env:
        story = _story(env, sku)
    if story is None:
        complain(f"không có sản phẩm hay quy cách nào mang mã '{sku}'")
        raise typer.Exit(2)
    if json:
        print_json(story)
    else:
        _tell(story)


def _story(env: Env, sku: str) -> dict[str, Any] | None:
    return explain_product(env, sku)


def _tell(story: dict[str, Any]) -> None:
    product = story["product"]
    out.print(headed(product["name"], f" ({product['code']}) – {product['producer']}"))
    for line in product["registry"]:
        out.print(f"  {line}")
    if not story["shops"]:
        out.print("  Không nằm trong danh mục của gian hàng nào.")
    for shop in story["shops"]:
        out.print(headed(shop["shop"], f" ({shop['channel']}): {STATES[shop['state']]}"))
        if shop["reason"]:
            out.print(f"  Vì sao: {shop['reason']['text']}")
            out.print(f"  Làm gì: {shop['reason']['advice']}")
        if shop["alarm"]:
            out.print(f"  BÁO ĐỘNG: {cell(shop['alarm'])}")
        for facet in shop["facets"]:
            name = FACETS[facet["facet"]]
            line = f"  {name}: muốn {cell(facet['wanted'])}; sàn đã nhận {cell(facet['acked'])}"
            out.print(line)
        for pin in shop["pinned"]:
            what = f"{FACETS[pin['kind']]} {pin['key']}".rstrip()
            line = (
                f"  Ghim {what} cũ: {pin['by']} hoàn tác; bỏ: ocop-sync overrides lift {pin['id']}"
            )
            out.print(line)
        out.print(f"  Tiếp theo: {shop['next']}")
