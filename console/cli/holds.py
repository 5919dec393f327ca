"""``ocop-sync holds``: what waits for a person, and the person's word."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from console.cli.output import cell, complain, out, print_json, print_table, say
from console.program import program
from console.web.terms import FACETS, HOLD_DETAILS
from models import holds as stored
from models import shops
from models.run import Hold
from worker.deciding import WORDS, BadDecision, decide

app = typer.Typer(help="Việc chờ người quyết: xem, đồng ý, từ chối.", no_args_is_help=True)

HoldId = Annotated[int, typer.Argument(help="Số của việc chờ, như trong holds list.")]
Who = Annotated[str, typer.Option("--who", help="Ai quyết; bỏ trống là người dùng của máy.")]
Json = Annotated[bool, typer.Option("--json", help="In JSON.")]

STATUSES = {
    "open": "chờ quyết", "approved": "đã đồng ý", "rejected": "đã từ chối", "solved": "đã tự hết",
}  # fmt: skip


def person(who: str) -> str:
    """The name that a decision is written with."""
    return who.strip() or getpass.getuser()


@app.command("list")
def list_holds(json: Json = False) -> None:
    """Việc đang chờ, và việc đã bị từ chối mà sự từ chối còn hiệu lực."""
    with program() as env, env.db.transaction() as session:
        keys = {shop.id: shop.key for shop in shops.all_shops(session)}
        found = stored.open_holds(session) + stored.rejected_holds(session)
        rows = [_row(hold, keys) for hold in found]
    if json:
        print_json(rows)
        return
    print_table(
        f"{sum(row['status'] == 'open' for row in rows)} việc chờ",
        ("số", "loại", "gian hàng", "việc gì", "từ lúc", "trạng thái"),
        [(str(r["id"]), r["kind"], r["shop"], r["message"], r["opened_at"], STATUSES[r["status"]])
         for r in rows],
    )  # fmt: skip
    if rows:
        say("Xem một việc: ocop-sync holds show SỐ")


def _row(hold: Hold, keys: dict[int | None, str]) -> dict[str, Any]:
    return {
        "id": hold.id, "kind": hold.kind, "shop": keys.get(hold.shop_id), "message": hold.message,
        "status": hold.status, "opened_at": hold.opened_at, "decided_at": hold.decided_at,
        "decided_by": hold.decided_by,
    }  # fmt: skip


@app.command("show")
def show(number: HoldId, json: Json = False) -> None:
    """Một việc chờ: về cái gì, đồng ý thì sao, từ chối thì sao, làm gì trước."""
    with program() as env, env.db.transaction() as session:
        hold = stored.get(session, number)
        if hold is None:
            complain(f"không có việc chờ số {number}; xem ocop-sync holds list")
            raise typer.Exit(2)
        keys = {shop.id: shop.key for shop in shops.all_shops(session)}
        items = stored.items(session, number)
        row = _row(hold, keys)
    words = WORDS[hold.kind]
    if json:
        print_json({
            **row, "about": words.about, "approve": words.approve, "reject": words.reject,
            "next": words.next, "items": [_item(item) for item in items],
        })  # fmt: skip
        return
    _tell(hold, items)


def _item(item: stored.ItemRow) -> dict[str, Any]:
    return {
        "shop": item.shop, "product_code": item.product_code, "product": item.product,
        "change": item.change, "detail": dict(item.detail), "live": item.live,
    }  # fmt: skip


def _details(detail: Mapping[str, Any]) -> str:
    told = {**detail, "facet": FACETS.get(detail.get("facet", ""))}
    parts = [f"{name} {cell(told[key])}" for key, name in HOLD_DETAILS.items() if key in detail]
    return "; ".join(parts)


def _tell(hold: Hold, items: list[stored.ItemRow]) -> None:
    words = WORDS[hold.kind]
    out.print(f"Việc chờ số {hold.id}: {hold.message}")
    out.print(f"  {words.about}")
    print_table(
        f"{len(items)} mục",
        ("gian hàng", "mã", "sản phẩm", "chi tiết"),
        [(i.shop, i.product_code, i.product, _details(i.detail)) for i in items],
    )
    if hold.status != "open":
        when = cell(hold.decided_at)
        out.print(f"  {STATUSES[hold.status]} lúc {when} {hold.decided_by}")
        return
    out.print(f"  Làm trước: {words.next}")
    out.print(f"  ocop-sync holds approve {hold.id}: {words.approve}")
    out.print(f"  ocop-sync holds reject {hold.id}: {words.reject}")


@app.command("approve")
def approve(number: HoldId, who: Who = "") -> None:
    """Đồng ý: thay đổi được thực hiện ở lần gửi kế tiếp."""
    _decide(number, who, approve=True)


@app.command("reject")
def reject(number: HoldId, who: Who = "") -> None:
    """Từ chối: giữ nguyên như đang có; đúng thay đổi đó thì không hỏi lại."""
    _decide(number, who, approve=False)


def _decide(number: int, who: str, *, approve: bool) -> None:
    try:
        with program() as env:
            hold = decide(env, number, approve=approve, who=person(who))
    except BadDecision as error:
        complain(str(error))
        raise typer.Exit(2) from None
    words = WORDS[hold.kind]
    say(f"{STATUSES[hold.status].capitalize()} ({hold.decided_by}). "
        f"{words.approve if approve else words.reject}")  # fmt: skip
