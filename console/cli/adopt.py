"""``ocop-sync adopt``: what stood in a shop before us, and which of it is ours."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from console.cli.naming import shop_named
from console.cli.output import complain, print_json, print_table, say
from console.program import program
from worker import adopting
from worker.adopting import Busy
from worker.planning import plan_products

TITLES = {
    "waiting": "Chờ xác nhận",
    "same": "Giống, cùng giá",
    "differs": "Giống, khác giá",
    "only_here": "Chỉ có trong sổ",
    "only_there": "Chỉ có trên gian hàng (không đụng tới)",
}


def adopt(
    shop: Annotated[str, typer.Argument(help="Gian hàng.")],
    yes: Annotated[
        list[str] | None, typer.Option("--yes", help="Số thứ tự là hàng của ta, hoặc 'all'.")
    ] = None,
    no: Annotated[
        list[str] | None, typer.Option("--no", help="Số thứ tự không phải của ta, hoặc 'all'.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Đọc lại gian hàng trước.")] = False,
    json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False,
) -> None:
    """Hàng đã có sẵn trên gian hàng: giống, khác, chỉ có ở một bên; xác nhận cái nào là của ta."""
    problems: list[str] = []
    with program() as env:
        found = shop_named(env, shop)
        if again:
            problems += adopting.look_through(env, found)
        waiting = [int(row["id"]) for row in adopting.report(env, found).waiting]
        try:
            problems += adopting.adopt(env, found, _ids(yes, waiting), by="operator")
        except Busy as error:
            complain(str(error))
            raise typer.Exit(1) from None
        adopting.decline(env, _ids(no, waiting))
        plan_products(env)
        report = adopting.report(env, found)
    if json:
        print_json({**report.as_json(), "problems": problems})
    else:
        _print(report.as_json())
    for problem in problems:
        complain(problem)
    if problems:
        raise typer.Exit(1)


def _ids(words: list[str] | None, waiting: list[int]) -> list[int]:
    if not words:
        return []
    if words == ["all"]:
        return waiting
    wrong = [w for w in words if not w.isdigit() or int(w) not in waiting]
    if wrong:
        known = ", ".join(map(str, waiting)) or "không có gì"
        complain(f"không chờ xác nhận: {', '.join(wrong)}; đang chờ: {known}")
        raise typer.Exit(2)
    return [int(w) for w in words]


def _print(report: dict[str, list[dict[str, Any]]]) -> None:
    for name, title in TITLES.items():
        rows = report[name]
        if not rows:
            say(f"{title}: không có.")
        elif name == "only_here":
            cells = [(r["sku"], r["name"], r["pack"]) for r in rows]
            print_table(f"{title}: {len(rows)}", ("SKU", "sản phẩm", "quy cách"), cells)
        else:
            columns = ("số", "trên gian hàng", "giá", "của ta", "giá của ta", "giống", "kết luận")
            print_table(f"{title}: {len(rows)}", columns, [_cells(r) for r in rows])


def _cells(row: dict[str, Any]) -> tuple[Any, ...]:
    title = " – ".join(part for part in (row["title"], row["label"]) if part)
    like = f"{row['how']} {row['score']:.2f}" if row["how"] else None
    return (
        str(row["id"]), title, row["price"], row["sku"], row["our_price"], like, row["verdict"],
    )  # fmt: skip
