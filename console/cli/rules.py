"""``ocop-sync rules``: price, stock, packing, lapse, permit, template and paper rules."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
import typer
from sqlmodel import Session

from console.cli.holds import Who, person
from console.cli.naming import check_names
from console.cli.output import complain, print_json, print_table, say
from console.program import program
from models import rules as stored
from models import shops
from models.shop import RULE_KINDS, SCOPES
from worker import office, targets
from worker.env import Env
from worker.office import Ruling
from worker.planning import plan_products, preview
from worker.rules import BadRule, check_value
from worker.targets import BadTarget

app = typer.Typer(help="Luật giá, tồn kho, đóng gói, giấy phép…", no_args_is_help=True)


@app.command("list")
def list_rules(
    kind: Annotated[str, typer.Option(help=f"Chỉ loại này: {', '.join(RULE_KINDS)}.")] = "",
    json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False,
) -> None:
    """Các luật đang dùng; luật hẹp hơn thắng."""
    with program() as env, env.db.transaction() as session:
        rows = [
            {
                "kind": r.kind, "scope": r.scope, "target": r.target, "channel": r.channel,
                "value": r.value, "decided_by": r.decided_by, "note": r.note,
            }
            for name in RULE_KINDS
            if kind in ("", name)
            for r in stored.of_kind(session, name)
        ]  # fmt: skip
    if json:
        print_json(rows)
        return
    columns = ("kind", "scope", "target", "channel", "value", "decided_by", "note")
    print_table(f"{len(rows)} luật", columns, [[r[c] for c in columns] for r in rows])


@app.command("set")
def set_rule(
    kind: Annotated[str, typer.Argument(help=f"Loại: {', '.join(RULE_KINDS)}.")],
    value: Annotated[str, typer.Argument(help='Giá trị JSON, như {"answer": "yes"}.')],
    scope: Annotated[str, typer.Option(help=f"Phạm vi: {', '.join(SCOPES)}.")] = "default",
    target: Annotated[str, typer.Option(help="Kênh, gian hàng hoặc mã sản phẩm.")] = "",
    channel: Annotated[str, typer.Option(help="Luật của sản phẩm: chỉ trên kênh này.")] = "",
    note: Annotated[str, typer.Option(help="Vì sao.")] = "",
    who: Who = "",
) -> None:
    """Đặt một luật; đúng những sản phẩm bị ảnh hưởng được gửi lại."""
    _check_place(kind, scope, target, channel)
    decoded = _decoded(kind, value)
    with program() as env:
        check_names(env, "", channel)
        with env.db.transaction() as session:
            ruling = Ruling(kind, scope, _target(env, session, scope, target), channel, decoded)
            why = f"luật {kind} {ruling.target}".rstrip()
            run_id = office.begin(env, session, person(who), why)
            changed = office.rule(env, session, ruling, run_id=run_id, who=person(who), note=note)
        due = len(preview(env))
        plan_products(env, run_id=run_id)
    say(f"{'Đã đặt' if changed else 'Đã có sẵn'}; {due} thay đổi đang chờ gửi.")


def _check_place(kind: str, scope: str, target: str, channel: str) -> None:
    """Exits 2 for a place that no rule can have."""
    if kind not in RULE_KINDS or scope not in SCOPES or (scope == "default") == bool(target):
        complain(
            f"loại một trong {', '.join(RULE_KINDS)}; phạm vi một trong {', '.join(SCOPES)}; "
            "--target nêu đối tượng, trừ phạm vi default"
        )
        raise typer.Exit(2)
    if channel and scope != "product":
        complain(
            f"--channel {channel}: chỉ luật của một sản phẩm mới thu hẹp về một kênh được; luật "
            f"của cả kênh: --scope channel --target {channel}"
        )
        raise typer.Exit(2)


def _decoded(kind: str, value: str) -> dict[str, Any]:
    """The rule's value; exits 2 for what rules of the kind cannot have."""
    try:
        decoded = orjson.loads(value)
        if not isinstance(decoded, dict):
            raise BadRule(f"luật {kind}: cần một đối tượng JSON")
        check_value(kind, decoded)
    except (orjson.JSONDecodeError, BadRule) as error:
        complain(str(error) if isinstance(error, BadRule) else f"không phải JSON: {value}")
        raise typer.Exit(2) from None
    return decoded


def _target(env: Env, session: Session, scope: str, written: str) -> str:
    """What the rule is kept for; exits 2 where there is no such thing, with those that there are
    (of products there are too many)."""
    if scope == "default":
        return ""
    try:
        return targets.find(env, session, scope, written).key
    except BadTarget as error:
        known = {
            "channel": sorted(env.connectors),
            "shop": [shop.key for shop in shops.all_shops(session)],
        }.get(scope)
        more = "" if known is None else f" Đang có: {', '.join(known) or 'chưa có'}."
        complain(f"--target: {error}{more}")
        raise typer.Exit(2) from None
