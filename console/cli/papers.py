"""``ocop-sync papers``: food-safety papers, declarations, licences, trademarks."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from console.cli.naming import producer_named
from console.cli.output import complain, print_json, print_table, say
from console.program import program
from models import papers as paper_rows
from models import status
from worker import papers
from worker.certify import PAPER_NAMES
from worker.env import Env, local_day
from worker.papers import NewPaper

app = typer.Typer(help="Giấy tờ của sản phẩm và chủ thể.", no_args_is_help=True)


@app.command("list")
def list_papers(json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False) -> None:
    """Giấy tờ đã ghi, giấy sắp hết hạn ở trên."""
    with program() as env, env.db.transaction() as session:
        today = local_day(env.now())
        rows = paper_rows.listed(session)
    if json:
        print_json([row.as_json() for row in rows])
        return
    cells = [
        (
            str(r.id), PAPER_NAMES[r.kind], r.number, r.valid_until, _left(r.valid_until, today),
            r.product_code or r.producer, r.file,
        )
        for r in rows
    ]  # fmt: skip
    columns = ("số", "giấy", "số giấy", "đến ngày", "còn", "của", "có tệp")
    print_table(f"{len(rows)} giấy", columns, cells)


def _left(until: date | None, today: date) -> str:
    if until is None:
        return "không hạn"
    days = (until - today).days
    return "ĐÃ HẾT HẠN" if days < 0 else f"{days} ngày"


@app.command("add")
def add(
    kind: Annotated[str, typer.Argument(help=f"Loại: {', '.join(PAPER_NAMES)}.")],
    number: Annotated[str, typer.Argument(help="Số in trên giấy.")],
    product: Annotated[str, typer.Option(help="Mã sản phẩm hoặc SKU.")] = "",
    producer: Annotated[str, typer.Option(help="Chủ thể (giấy cho mọi sản phẩm của họ).")] = "",
    until: Annotated[str, typer.Option(help="Ngày hiệu lực cuối, dd/mm/yyyy.")] = "",
    file: Annotated[Path | None, typer.Option(help="Bản chụp: PDF, JPG hoặc PNG.")] = None,
    note: Annotated[str, typer.Option(help="Ghi chú.")] = "",
) -> None:
    """Ghi một giấy của một sản phẩm hoặc của một chủ thể."""
    if bool(product) == bool(producer):
        complain("nêu đúng một trong --product và --producer")
        raise typer.Exit(2)
    last = _day(until) if until else None
    with program() as env:
        new = NewPaper(
            kind=kind, number=number, valid_until=last,
            product_id=_product(env, product) if product else None,
            producer_id=producer_named(env, producer) if producer else None,
            file=file, note=note,
        )  # fmt: skip
        paper_id = papers.record(env, new, by="operator")
    say(f"Đã ghi giấy {paper_id}: {PAPER_NAMES[kind]} {number}.")


def _day(text: str) -> date:
    for form in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 (a day, no moment)
        except ValueError:
            continue
    complain(f"--until '{text}': cần ngày/tháng/năm, như 31/12/2027")
    raise typer.Exit(2)


def _product(env: Env, key: str) -> int:
    with env.db.transaction() as session:
        line = status.find_product(session, key)
    if line is None:
        complain(f"không có sản phẩm hay quy cách nào mang mã '{key}'")
        raise typer.Exit(2)
    return line.id


@app.command("remove")
def remove(number: Annotated[int, typer.Argument(help="Số thứ tự của giấy.")]) -> None:
    """Bỏ một giấy không còn hiệu lực."""
    with program() as env:
        done = papers.remove(env, number)
    if not done:
        complain(f"không có giấy số {number}; xem: ocop-sync papers list")
        raise typer.Exit(2)
    say(f"Đã bỏ giấy {number}.")
