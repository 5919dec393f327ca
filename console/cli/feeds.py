"""``ocop-sync feeds``: files for floors that have no API."""

from __future__ import annotations

from typing import Annotated, cast

import typer

from connectors.contract import FilePublisher
from console.cli.naming import not_stopped, shop_named
from console.cli.output import complain, print_json, print_table, say
from console.program import program
from models import shops
from models.shop import Shop
from worker import tokens
from worker.env import Env
from worker.planning import plan_products
from worker.push import drain

app = typer.Typer(help="Tệp hàng hóa cho các sàn không có API.", no_args_is_help=True)

ShopKey = Annotated[str, typer.Option("--shop", help="Chỉ gian hàng này.")]
Json = Annotated[bool, typer.Option("--json", help="In JSON.")]


@app.command("list")
def list_feeds(shop: ShopKey = "", json: Json = False) -> None:
    """Các tệp đang phục vụ, địa chỉ và số dòng."""
    with program() as env:
        rows = [
            {
                "shop": s.key, "channel": s.channel, "name": f.name, "url": f.url,
                "rows": f.rows, "size": f.size, "at": f.at,
            }
            for s in _file_shops(env, shop)
            for f in _publisher(env, s).published()
        ]  # fmt: skip
    if json:
        print_json(rows)
        return
    columns = ("shop", "channel", "name", "rows", "size", "at", "url")
    print_table(f"{len(rows)} tệp", columns, [[r[c] for c in columns] for r in rows])


@app.command("publish")
def publish(shop: ShopKey = "") -> None:
    """Ghi lại tệp ngay từ những gì sổ đăng ký đang nói."""
    with program(publishing=True) as env:
        plan_products(env)
        for found in not_stopped(env, _file_shops(env, shop)):
            result = drain(env, found.id or 0)
            while result.more:
                result = drain(env, found.id or 0)
            _publisher(env, found).finish()
            for file in _publisher(env, found).published():
                say(f"{found.key}: {file.name}, {file.rows} dòng, {file.url or 'chưa có địa chỉ'}")


@app.command("validate")
def validate(shop: ShopKey = "", json: Json = False) -> None:
    """Từng dòng mà sàn sẽ từ chối, vì sao, và phải làm gì."""
    with program() as env:
        rows = [
            {
                "shop": s.key, "where": p.where, "column": p.column, "found": p.found,
                "expected": p.expected, "advice": p.advice,
            }
            for s in _file_shops(env, shop)
            for p in _publisher(env, s).validate()
        ]  # fmt: skip
    if json:
        print_json(rows)
    elif rows:
        columns = ("shop", "where", "column", "found", "expected", "advice")
        print_table(f"{len(rows)} lỗi", columns, [[r[c] for c in columns] for r in rows])
    else:
        say("Mọi dòng đều hợp quy định của sàn.")
    if rows:
        raise typer.Exit(1)


def _publisher(env: Env, shop: Shop) -> FilePublisher:
    account = tokens.fresh_account(env, shop).account
    return cast("FilePublisher", env.connector(shop.channel, account))


def _file_shops(env: Env, key: str) -> list[Shop]:
    with env.db.transaction() as session:
        found = [s for s in shops.all_shops(session) if env.capabilities[s.channel].publishes]
    if key:
        wanted = shop_named(env, key)
        found = [s for s in found if s.key == wanted.key]
    if not found:
        complain("không có gian hàng nào nhận hàng bằng tệp; xem: ocop-sync channels")
        raise typer.Exit(2)
    return found
