"""``ocop-sync mappings``: our kinds of goods and each channel's categories."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from console.cli.naming import shop_named, shop_of
from console.cli.output import complain, print_json, print_table, say
from console.program import program
from models import categories
from models.product import KINDS
from models.shop import Shop
from worker import mappings
from worker.env import Env

app = typer.Typer(help="Ánh xạ nhóm hàng sang ngành hàng của từng sàn.", no_args_is_help=True)

Channel = Annotated[str, typer.Option(help="Kênh.")]
ShopKey = Annotated[str, typer.Option("--shop", help="Gian hàng (khi kênh có nhiều).")]
Json = Annotated[bool, typer.Option("--json", help="In JSON.")]


@app.command("list")
def list_mappings(channel: Channel = "", json: Json = False) -> None:
    """Ánh xạ đang dùng, và loại hàng nào chưa có."""
    with program() as env:
        rows = [row for shop in mappings.markets(env, channel) for row in _rows(env, shop)]
    if json:
        print_json(rows)
        return
    columns = ("channel", "kind", "words", "category_id", "name", "decided_by")
    print_table(f"{len(rows)} dòng", columns, [[r[c] for c in columns] for r in rows])


def _rows(env: Env, shop: Shop) -> list[dict[str, object]]:
    market = mappings.market_of(shop)
    with env.db.transaction() as session:
        known = categories.rows_of(session, market)
    rows: list[dict[str, object]] = [
        {
            "channel": shop.channel, "base_url": shop.base_url, "kind": r.kind, "words": r.words,
            "category_id": r.category_id, "name": r.name, "attributes": list(r.attributes),
            "decided_by": r.decided_by or "starter",
        }
        for r in known
    ]  # fmt: skip
    closed = env.capabilities[shop.channel].closed_kinds
    mapped = {r.kind for r in known}
    rows += [
        {
            "channel": shop.channel, "base_url": shop.base_url, "kind": kind, "words": "",
            "category_id": None, "name": "chưa có ngành hàng", "attributes": [], "decided_by": "",
        }
        for kind in KINDS
        if kind not in mapped and closed.get(kind) != "block"
    ]  # fmt: skip
    return rows


@app.command("suggest")
def suggest(
    kind: Annotated[str, typer.Argument(help=f"Loại hàng: {', '.join(KINDS)}.")],
    words: Annotated[str, typer.Argument(help="Chữ trong tên mà dòng này dành cho.")] = "",
    channel: Channel = "shopee",
    shop: ShopKey = "",
    title: Annotated[str, typer.Option(help="Tên sản phẩm để hỏi sàn gợi ý.")] = "",
    json: Json = False,
) -> None:
    """Những ngành hàng giống nhất, kể cả gợi ý của chính sàn."""
    with program() as env:
        found = mappings.suggest(env, shop_of(env, shop, channel), kind, words, title)
    if json:
        print_json(
            [
                {"category_id": p.category_id, "name": p.name, "likeness": round(p.likeness, 3)}
                for p in found
            ]
        )
        return
    rows = [(p.category_id, p.name, f"{p.likeness:.2f}") for p in found]
    print_table("Giống nhất trước", ("mã", "ngành hàng", "độ giống"), rows)
    if found:
        say(f"Chọn: ocop-sync mappings set {kind} {found[0].category_id} --words '{words}'")


@app.command("set")
def set_mapping(
    kind: Annotated[str, typer.Argument(help="Loại hàng.")],
    category: Annotated[str, typer.Argument(help="Mã ngành hàng của sàn.")],
    words: Annotated[str, typer.Option(help="Chỉ cho tên có những chữ này.")] = "",
    channel: Channel = "shopee",
    shop: ShopKey = "",
) -> None:
    """Xác nhận ngành hàng cho một loại hàng; chỉ những sản phẩm đó được gửi lại."""
    with program() as env:
        found = shop_of(env, shop, channel)
        weak = mappings.set_one(env, found, kind, words, category, by="operator")
    say(f"Đã đặt {kind} '{words}' → {category}.")
    for name in weak:
        say(f"Chú ý: thuộc tính '{name}' chỉ có chữ giữ chỗ; sửa bằng mappings export/import.")


@app.command("export")
def export(
    file: Annotated[Path | None, typer.Argument(help="Tệp CSV; bỏ trống là in ra.")] = None,
) -> None:
    """Ghi toàn bộ ánh xạ ra CSV."""
    with program() as env:
        text = mappings.export(env)
    if file is None:
        sys.stdout.write(text)
        return
    try:
        file.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        complain(f"{file}: không ghi được ({error.strerror or error})")
        raise typer.Exit(2) from None
    say(f"Đã ghi {file}.")


@app.command("import")
def import_mappings(file: Annotated[Path, typer.Argument(help="Tệp CSV.")]) -> None:
    """Đặt ánh xạ theo một tệp CSV; dòng sai được nêu tên, dòng đúng vẫn vào."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        complain(f"{file}: không đọc được ({type(error).__name__}); cần CSV mã UTF-8")
        raise typer.Exit(2) from None
    with program() as env:
        changed, problems = mappings.import_(env, text, by="operator")
    say(f"Đã đổi {changed} dòng.")
    for problem in problems:
        complain(problem)
    if problems:
        raise typer.Exit(1)


@app.command("check")
def check(channel: Channel = "", shop: ShopKey = "", json: Json = False) -> None:
    """Ngành hàng nào đã mất trên sàn, thuộc tính bắt buộc nào đã đổi."""
    with program() as env:
        wanted = [shop_named(env, shop)] if shop else mappings.markets(env, channel)
        found = [
            {"channel": s.channel, "base_url": s.base_url, **f.as_json()}
            for s in wanted
            for f in mappings.check(env, s)
        ]
    if json:
        print_json(found)
    elif not found:
        say("Ánh xạ còn khớp với sàn.")
    else:
        columns = ("channel", "kind", "words", "problem", "advice")
        print_table(f"{len(found)} chỗ phải sửa", columns, [[r[c] for c in columns] for r in found])
    if found:
        raise typer.Exit(1)
