"""``ocop-sync runs``, ``undo`` and ``overrides``: what was done by whom, and taking it back."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from console.cli.holds import Who, person
from console.cli.output import FACETS, complain, out, print_json, print_table, say
from console.program import program
from models import overrides as stored
from models import runs as stored_runs
from worker import undo as undoing
from worker.env import Env
from worker.undo import Back, BadUndo, Undone

app = typer.Typer(help="Giá trị cũ do hoàn tác ghim lại: xem, bỏ ghim.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="In JSON.")]

KINDS = {
    "pull": "đọc sổ", "plan": "lập kế hoạch", "push": "gửi tay", "reconcile": "đối chiếu",
    "certify": "ngày mới", "decision": "người quyết", "undo": "hoàn tác",
}  # fmt: skip
THINGS = FACETS | {
    "rule": "luật",
    "mapping": "ánh xạ",
    "hold": "việc chờ",
    "assortment": "danh mục gian hàng",
    "agreement": "chủ thể đồng ý",
}


def runs(
    most: Annotated[
        int, typer.Option("-n", "--most", min=1, help="Nhiều nhất bao nhiêu dòng.")
    ] = 30,
    json: Json = False,
) -> None:
    """Các lượt đã chạy: đọc sổ, quyết định, gửi tay, hoàn tác; số của lượt để undo."""
    with program() as env, env.db.transaction() as session:
        rows = [
            {
                "id": r.id, "kind": r.kind, "who": r.who, "why": r.why, "started_at": r.started_at,
                "ended_at": r.ended_at, "status": r.status, "outcome": r.outcome,
                "counts": r.counts,
            }
            for r in stored_runs.latest(session, most)
        ]  # fmt: skip
    if json:
        print_json(rows)
        return
    print_table(
        f"{len(rows)} lượt",
        ("số", "loại", "ai", "vì sao", "bắt đầu", "kết quả", "đếm"),
        [(str(r["id"]), KINDS[str(r["kind"])], r["who"], r["why"], r["started_at"],
          r["outcome"] or r["status"], r["counts"]) for r in rows],
    )  # fmt: skip


def undo(
    run: Annotated[int, typer.Argument(help="Số của lượt, như trong ocop-sync runs.")],
    yes: Annotated[bool, typer.Option("--yes", help="Làm luôn, không hỏi lại.")] = False,
    who: Who = "",
    json: Json = False,
) -> None:
    """Trả lại giá, nội dung và quyết định cũ của một lượt; in trước sẽ trả lại những gì.

    Tồn kho không bao giờ trả lại số cũ; không gỡ và không mở bán gì. Giá trị cũ được ghim cho đến
    khi sổ hoặc luật đổi sang giá trị khác, hoặc có người bỏ ghim (overrides lift).
    """
    try:
        with program() as env:
            done = undoing.preview(env, run)
            sure = done.back and (yes or _sure(done, json))
            if sure:
                done = undoing.undo(env, run, person(who))
    except BadUndo as error:
        complain(str(error))
        raise typer.Exit(2) from None
    if json:
        print_json(_as_json(done, done_now=bool(sure)))
    elif yes or not done.back:
        _tell(done)
    if sure:
        say(f"Đã hoàn tác lượt {run} (lượt {done.run_id}); gửi ở lần kế tiếp, hoặc ocop-sync push.")
    elif not done.back:
        say(f"Lượt {run}: không có gì để trả lại.")
        raise typer.Exit(1)


def _sure(done: Undone, json: bool) -> bool:
    """A person looks at the plan first; with ``--json`` only ``--yes`` acts."""
    if json:
        return False
    _tell(done)
    return typer.confirm("Hoàn tác?", default=False, err=True)


def _tell(done: Undone) -> None:
    if done.back:
        print_table(
            f"Trả lại {len(done.back)} giá trị",
            ("gian hàng", "mã", "cái gì", "đang là", "trở lại"),
            [(b.shop or "–", b.product_code or "–", _what(b), _short(b.now), _short(b.back))
             for b in done.back],
        )  # fmt: skip
        sent = ", ".join(f"{count} {FACETS[facet]}" for facet, count in done.changes.items())
        out.print(f"Trên các tin sẽ đổi: {sent or 'không có gì'}.")
    for kind, why, some in undoing.grouped(done.kept):
        example = ", ".join(sorted({k.product_code for k in some if k.product_code})[:5])
        of = f" ({example}{'…' if len(some) > 5 else ''})" if example else ""
        out.print(f"Giữ nguyên {len(some)} {THINGS[kind]}: {why}{of}")


def _what(back: Back) -> str:
    return f"{THINGS[back.kind]} {back.key}".rstrip()


def _short(value: Any) -> Any:
    """Content is long: its title stands for it."""
    return value["title"] if isinstance(value, dict) and "title" in value else value


def _as_json(done: Undone, *, done_now: bool) -> dict[str, Any]:
    return {
        "done": done_now,
        "run": done.run_id if done_now else None,
        "back": [
            {"shop": b.shop, "product_code": b.product_code, "kind": b.kind, "key": b.key,
             "now": b.now, "back": b.back}
            for b in done.back
        ],
        "changes": dict(done.changes),
        "kept": [
            {"shop": k.shop, "product_code": k.product_code, "kind": k.kind, "why": k.why}
            for k in done.kept
        ],
    }  # fmt: skip


@app.command("list")
def list_overrides(json: Json = False) -> None:
    """Giá trị cũ đang ghim thay cho giá trị của sổ và luật."""
    with program() as env:
        rows = _standing(env)
    if json:
        print_json(rows)
        return
    print_table(
        f"{len(rows)} giá trị ghim",
        ("số", "gian hàng", "mã", "sản phẩm", "cái gì", "giá trị", "ai", "từ lúc"),
        [(str(r["id"]), r["shop"], r["product_code"], r["product"],
          f"{THINGS[str(r['kind'])]} {r['key']}".rstrip(), _short(r["value"]), r["made_by"],
          r["made_at"]) for r in rows],
    )  # fmt: skip
    if rows:
        say("Bỏ ghim: ocop-sync overrides lift SỐ")


def _standing(env: Env) -> list[dict[str, Any]]:
    with env.db.transaction() as session:
        found = stored.shown(session)
    return [{name: getattr(row, name) for name in row.__slots__} for row in found]


@app.command("lift")
def lift(
    number: Annotated[int, typer.Argument(help="Số của giá trị ghim, như trong overrides list.")],
    who: Who = "",
) -> None:
    """Bỏ ghim: giá trị của sổ và luật trở lại ở lần gửi kế tiếp."""
    try:
        with program() as env:
            row = undoing.lift(env, number, person(who))
    except BadUndo as error:
        complain(str(error))
        raise typer.Exit(2) from None
    say(f"Đã bỏ ghim {THINGS[row.kind]} {row.key} của {row.product} ở {row.shop}.")
