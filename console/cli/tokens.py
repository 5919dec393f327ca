"""``ocop-sync tokens``: what programs may do through the API."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from console.cli.audit import noted
from console.cli.holds import person
from console.cli.output import complain, print_json, print_table, say
from console.program import program
from console.web import tokens
from models import api_tokens as stored
from models.operator import SCOPES

app = typer.Typer(help="Mã truy cập API: tạo, xem, thu hồi.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Tên của chương trình dùng mã, ghi dưới các việc.")]
Scopes = Annotated[
    list[str] | None, typer.Option("--scope", help=f"{', '.join(SCOPES)}; nêu được nhiều lần.")
]
Days = Annotated[int, typer.Option(help="Dùng được bao nhiêu ngày; 0 là mãi mãi.")]


@app.command("add")
def add(name: Name, scope: Scopes = None, days: Days = 90) -> None:
    """Tạo mã; mã chỉ được in ra một lần này."""
    with program() as env:
        try:
            token = tokens.issue(env, name, scope or ["read"], days, person(""))
        except tokens.BadToken as error:
            complain(str(error))
            raise typer.Exit(2) from None
        noted(env, "token.add", name.strip(), scopes=scope or ["read"])
    sys.stdout.write(f"{token}\n")
    say("Cất mã này ngay: chương trình chỉ giữ dấu băm và không in lại được.")


@app.command("list")
def list_tokens(
    json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False,
) -> None:
    """Mọi mã truy cập, kể cả đã thu hồi."""
    with program() as env, env.db.transaction() as session:
        found = stored.listed(session)
    if json:
        print_json([
            {"name": t.name, "scopes": t.scopes, "made_by": t.made_by, "made_at": t.made_at,
             "expires_at": t.expires_at, "revoked_at": t.revoked_at, "used_at": t.used_at}
            for t in found
        ])  # fmt: skip
        return
    print_table(
        f"{len(found)} mã truy cập",
        ("tên", "quyền", "ai tạo", "từ lúc", "hết hạn", "thu hồi", "dùng lần cuối"),
        [(t.name, t.scopes, t.made_by, t.made_at, t.expires_at, t.revoked_at, t.used_at)
         for t in found],
    )  # fmt: skip


@app.command("revoke")
def revoke(name: Name) -> None:
    """Thu hồi: từ bây giờ mã không mở được gì nữa."""
    with program() as env:
        with env.db.transaction() as session:
            done = stored.revoke(session, name, env.now())
        if not done:
            complain(f"không có mã truy cập nào đang dùng tên '{name}'; xem ocop-sync tokens list")
            raise typer.Exit(2)
        noted(env, "token.revoke", name)
    say(f"Đã thu hồi '{name}'.")
