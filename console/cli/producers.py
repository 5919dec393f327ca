"""``ocop-sync producers``: whose goods the province's shops may sell."""

from __future__ import annotations

from typing import Annotated

import typer

from console.cli.holds import Who, person
from console.cli.naming import producer_named
from console.cli.output import complain, print_json, print_table, say
from console.program import program
from models import owners
from worker import agreeing

app = typer.Typer(help="Chủ thể, và ai đồng ý cho gian hàng của tỉnh bán.", no_args_is_help=True)


@app.command("list")
def list_producers(json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False) -> None:
    """Các chủ thể trong sổ, số sản phẩm, và đã đồng ý chưa."""
    with program() as env, env.db.transaction() as session:
        found = owners.listed(session)
    if json:
        keys = ("id", "name", "products", "agreed")
        print_json([{key: getattr(owner, key) for key in keys} for owner in found])
        return
    columns = ("chủ thể", "sản phẩm", "đồng ý cho gian hàng của tỉnh bán")
    cells = [(o.name, str(o.products), "có" if o.agreed else "chưa") for o in found]
    print_table(f"{len(found)} chủ thể", columns, cells)


@app.command("agree")
def agree(
    names: Annotated[list[str] | None, typer.Argument(help="Tên chủ thể, hoặc phần tên.")] = None,
    everybody: Annotated[bool, typer.Option("--all", help="Tất cả chủ thể trong sổ.")] = False,
    no: Annotated[bool, typer.Option("--no", help="Thôi không đồng ý nữa: hàng được gỡ.")] = False,
    who: Who = "",
) -> None:
    """Ghi nhận chủ thể đồng ý cho các gian hàng của tỉnh bán hàng của mình.

    Gian hàng riêng của chủ thể không cần ghi. Lấy lại được: --no, hoặc ocop-sync undo.
    """
    if bool(names) == everybody:
        complain("nêu tên chủ thể, hoặc --all cho tất cả; xem ocop-sync producers list")
        raise typer.Exit(2)
    with program() as env:
        chosen = [producer_named(env, name) for name in names or []]
        if everybody:
            with env.db.transaction() as session:
                chosen = [owner.id for owner in owners.listed(session)]
        changed = agreeing.agree(env, chosen, person(who), agreed=not no)
    word = "thôi đồng ý" if no else "đồng ý"
    say(f"{len(changed)} chủ thể {word}; {len(chosen) - len(changed)} đã ghi như vậy từ trước.")
