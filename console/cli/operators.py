"""``ocop-sync operators``: who may use the web console."""

from __future__ import annotations

from typing import Annotated

import typer

from console.cli.audit import noted
from console.cli.output import complain, print_json, print_table, say
from console.program import program
from console.web import passwords
from models import operators as stored
from models.operator import OPERATOR, ROLES

app = typer.Typer(help="Người dùng trang web: thêm, đổi quyền, đổi mật khẩu.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Tên đăng nhập, cũng là tên ghi dưới các quyết định.")]
Role = Annotated[str, typer.Option(help=f"Một trong {', '.join(ROLES)}.")]


@app.command("add")
def add(name: Name, role: Role = OPERATOR) -> None:
    """Thêm một người; mật khẩu được hỏi hai lần (hoặc đọc từ đầu vào)."""
    with program() as env:
        try:
            passwords.make_operator(env, name, role, _password())
        except passwords.BadOperator as error:
            complain(str(error))
            raise typer.Exit(2) from None
        noted(env, "operator.add", name.strip(), role=role)
    say(f"Đã thêm '{name.strip()}' ({role}).")


def _password() -> str:
    return str(typer.prompt("Mật khẩu", hide_input=True, confirmation_prompt="Nhập lại"))


@app.command("list")
def list_operators(
    json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False,
) -> None:
    """Những ai có thể đăng nhập."""
    with program() as env, env.db.transaction() as session:
        found = stored.listed(session)
    if json:
        print_json([
            {"name": o.name, "role": o.role, "made_at": o.made_at, "disabled_at": o.disabled_at}
            for o in found
        ])  # fmt: skip
        return
    print_table(
        f"{len(found)} người",
        ("tên", "quyền", "từ lúc", "khóa lúc"),
        [(o.name, o.role, o.made_at, o.disabled_at) for o in found],
    )


@app.command("set")
def change(
    name: Name,
    role: Annotated[str | None, typer.Option(help="Quyền mới.")] = None,
    password: Annotated[bool, typer.Option("--password", help="Đổi mật khẩu.")] = False,
    off: Annotated[bool | None, typer.Option("--off/--on", help="Khóa, hoặc mở lại.")] = None,
) -> None:
    """Đổi quyền, mật khẩu, khóa hoặc mở lại; mọi phiên đang mở của người đó kết thúc."""
    with program() as env:
        with env.db.transaction() as session:
            found = next((o for o in stored.listed(session) if o.name == name), None)
        if found is None or found.id is None:
            complain(f"không có người tên '{name}'; xem ocop-sync operators list")
            raise typer.Exit(2)
        try:
            passwords.change_operator(
                env, found, role=role, password=_password() if password else None, off=off
            )
        except passwords.BadOperator as error:
            complain(str(error))
            raise typer.Exit(2) from None
        noted(env, "operator.change", name, role=role, password=password, off=off)
    say(f"Đã đổi '{name}'.")
