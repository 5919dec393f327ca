"""``ocop-sync rules``: price, stock, packing, lapse, permit, template and paper rules."""

from __future__ import annotations

from typing import Annotated

import orjson
import typer

from console.cli.holds import Who, person
from console.cli.output import complain, print_json, print_table, say
from console.program import program
from models import rules as stored
from models.shop import RULE_KINDS, SCOPES
from worker import office
from worker.office import Ruling
from worker.planning import plan_products, preview
from worker.rules import BadRule, check_value

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
    if kind not in RULE_KINDS or scope not in SCOPES or (scope == "default") == bool(target):
        complain(
            f"loại một trong {', '.join(RULE_KINDS)}; phạm vi một trong {', '.join(SCOPES)}; "
            "--target nêu đối tượng, trừ phạm vi default"
        )
        raise typer.Exit(2)
    try:
        decoded = orjson.loads(value)
        if not isinstance(decoded, dict):
            raise BadRule(f"luật {kind}: cần một đối tượng JSON")
        check_value(kind, decoded)
    except (orjson.JSONDecodeError, BadRule) as error:
        complain(str(error) if isinstance(error, BadRule) else f"không phải JSON: {value}")
        raise typer.Exit(2) from None
    with program() as env:
        ruling = Ruling(kind, scope, target, channel, decoded)
        with env.db.transaction() as session:
            run_id = office.begin(env, session, person(who), f"luật {kind} {target}".rstrip())
            changed = office.rule(env, session, ruling, run_id=run_id, who=person(who), note=note)
        due = len(preview(env))
        plan_products(env, run_id=run_id)
    say(f"{'Đã đặt' if changed else 'Đã có sẵn'}; {due} thay đổi đang chờ gửi.")
