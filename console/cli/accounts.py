"""``ocop-sync accounts`` and ``channels``: which shops are connected, and to what."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from connectors.conformance import proven
from connectors.contract import Connector
from console.cli.naming import producer_named, shop_named
from console.cli.output import complain, print_json, print_table, say
from console.program import program
from models import owners, shops, stops, unread
from models.shop import Shop
from models.stops import StopRow
from worker import checking
from worker.connect import Connected, NewShop, connect, key_of
from worker.env import Env, find_connectors
from worker.planning import plan_products

app = typer.Typer(help="Gian hàng: kết nối, kiểm tra, tắt.", no_args_is_help=True)

UNFINISHED = "chưa đọc xong nên chưa đăng hàng mới"

PROVINCE = ("tinh", "province", "tỉnh")


@app.command("list")
def list_accounts(
    json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False,
) -> None:
    """Các gian hàng đã kết nối."""
    with program() as env, env.db.transaction() as session:
        owner_names = owners.names(session)
        halted = {row.shop: row for row in stops.standing(session)}
        new = unread.among(session)
        rows = [
            {**_row(shop, owner_names, new), "stopped": _stopped(halted, shop.key)}
            for shop in shops.all_shops(session)
        ]
    if json:
        print_json(rows)
        return
    columns = ("key", "channel", "owner", "base_url", "enabled", "stopped", "problem")
    print_table(f"{len(rows)} gian hàng", columns, [[r[c] for c in columns] for r in rows])


def _stopped(halted: dict[str | None, StopRow], key: str) -> str:
    """Who stopped a shop (or all) and why; "" where nobody did."""
    row = halted.get(key) or halted.get(None)
    return f"{row.by}: {row.why}" if row else ""


def _row(shop: Shop, owner_names: dict[int, str], new: set[str]) -> dict[str, object]:
    """``new``: the shops that were not read through yet."""
    unfinished = UNFINISHED if shop.key in new else ""
    return {
        "key": shop.key,
        "name": shop.name,
        "channel": shop.channel,
        "owner": owner_names.get(shop.producer_id or 0, "tỉnh"),
        "base_url": shop.base_url,
        "enabled": shop.enabled,
        "problem": shop.paused_reason or shop.breaker_reason or unfinished,
        "consent_expires_at": shop.consent_expires_at,
        "checked_at": shop.checked_at,
    }


@app.command("add")
def add(
    channel: Annotated[str, typer.Argument(help="Kênh, ví dụ shopee.")],
    name: Annotated[str, typer.Option(help="Tên gian hàng.")],
    credentials: Annotated[Path, typer.Option(help="Tệp JSON chứa thông tin đăng nhập.")],
    owner: Annotated[
        str, typer.Option(help="Tên chủ thể, hoặc 'tinh'; bỏ trống là tỉnh, với --again là như cũ.")
    ] = "",
    base_url: Annotated[
        str, typer.Option(help="Địa chỉ API; bỏ trống là địa chỉ thật, với --again là như cũ.")
    ] = "",
    again: Annotated[
        bool, typer.Option("--again", help="Kết nối lại gian hàng đã có tên (hoặc khóa) này.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False,
) -> None:
    """Kết nối (--again: kết nối lại) một gian hàng: thử đăng nhập ngay, rồi lập kế hoạch."""
    secrets = _read_credentials(credentials)
    with program() as env:
        province = owner.lower() in ("", *PROVINCE)
        new = NewShop(
            channel, name, None if province else producer_named(env, owner), base_url, secrets,
            again=key_of(name) if again or _as_before(env, channel, name, base_url) else "",
            keeps_owner=not owner,
        )  # fmt: skip
        done = connect(env, new)
        plan_products(env)
        unasked = _unasked(env, done.key)
    _report(done, unasked, json)
    if done.settled.left:
        raise typer.Exit(1)


def _report(done: Connected, unasked: str, json: bool) -> None:
    """What the connection found; ``unasked`` says whose goods the shop may not sell yet. What is
    left of it is no failure of the connection."""
    settled = done.settled
    problems = [*done.facts.problems, *settled.not_adopted]
    if json:
        print_json({
            "key": done.key, "name": done.facts.name, "region": done.facts.region,
            "mapped": settled.mapped, "unmapped": list(settled.unmapped), "problems": problems,
            "adopted": settled.adopted, "waiting": settled.waiting, "left": settled.left,
            "unasked": unasked,
        })  # fmt: skip
        return
    mapped = "" if settled.left else f", ánh xạ {settled.mapped} nhóm hàng"
    say(f"Đã kết nối '{done.key}' ({done.facts.name}){mapped}.")
    if unasked:
        say(unasked)
    if settled.unmapped:
        say(f"Chưa có ngành hàng cho: {', '.join(settled.unmapped)}.")
    if settled.adopted:
        say(f"Nhận lại {settled.adopted} quy cách đã có sẵn trên gian hàng.")
    if settled.waiting:
        waiting = f"{settled.waiting} quy cách giống hàng đã có"
        say(f"{waiting}, chờ xác nhận: ocop-sync adopt {done.key}")
    for problem in filter(None, [*problems, settled.left]):
        say(f"Chú ý: {problem}")


def _unasked(env: Env, key: str) -> str:
    """What to say where a shop of the province may not sell the goods of all; "" where it may, and
    of a producer's shop."""
    with env.db.transaction() as session:
        shop = shops.by_key(session, key)
        theirs = [o for o in owners.listed(session) if o.products]
    agreed = sum(o.agreed for o in theirs)
    if shop is None or shop.producer_id is not None or agreed == len(theirs):
        return ""
    return (
        f"Gian hàng của tỉnh chỉ bán hàng của chủ thể đã đồng ý: {agreed}/{len(theirs)} chủ thể. "
        "Ghi nhận: ocop-sync producers agree TÊN (hoặc --all)"
    )


def _as_before(env: Env, channel: str, name: str, base_url: str) -> bool:
    """The same command once more, for a shop of exactly this name and address, connects it again:
    its account is compared all the same."""
    kind = env.connectors.get(channel)
    if kind is None:
        return False
    with env.db.transaction() as session:
        shop = shops.by_key(session, key_of(name))
    address = (base_url or kind.capabilities.default_base_url).rstrip("/")
    known = shop is not None and (shop.channel, shop.name, shop.base_url)
    return known == (channel, name, address)


def _read_credentials(path: Path) -> dict[str, str]:
    try:
        value = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        complain(f"không có tệp {path}")
        raise typer.Exit(2) from None
    except (OSError, orjson.JSONDecodeError) as error:
        complain(f"{path}: không đọc được ({type(error).__name__}); cần một đối tượng JSON")
        raise typer.Exit(2) from None
    if not isinstance(value, dict):
        complain(f"{path}: có {type(value).__name__}, cần một đối tượng JSON tên → giá trị")
        raise typer.Exit(2)
    return value


@app.command("check")
def check(key: Annotated[str, typer.Argument(help="Gian hàng.")]) -> None:
    """Thử đăng nhập và đọc lại những gì gian hàng cho phép."""
    with program() as env:
        shop = shop_named(env, key)
        facts = checking.check(env, shop)
    say(f"'{key}' tốt: {facts.name}, vùng {facts.region}, tiền {facts.currency}.")
    for problem in facts.problems:
        say(f"Chú ý: {problem}")


@app.command("disable")
def disable(
    key: Annotated[str, typer.Argument(help="Gian hàng.")],
    on: Annotated[bool, typer.Option("--on", help="Bật lại.")] = False,
) -> None:
    """Tắt (hoặc bật lại) một gian hàng: từ đó không gọi sàn nữa, hàng trên sàn giữ nguyên."""
    with program() as env:
        shop = shop_named(env, key)
        with env.db.transaction() as session:
            shops.set_enabled(session, shop.id or 0, on=on)
        if on:
            plan_products(env)
    say(f"'{key}' {'đã bật' if on else 'đã tắt'}.")


def channels(
    proofs: Annotated[
        bool, typer.Option("--proofs", help="Kèm từng phép thử đã chứng minh.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False,
) -> None:
    """Các kênh đã cài, làm được gì, và đã được chứng minh đến mức nào."""
    rows = [_channel(name, kind) for name, kind in sorted(find_connectors().items())]
    if json:
        print_json(rows)
        return
    columns = ("channel", "label", "level", "checks", "max_variants", "price_ratio", "reviewed")
    print_table("Kênh", columns, [[r[c] for c in columns] for r in rows])
    if proofs:
        for row in rows:
            for level, names in row["proved_by"].items():
                say(f"{row['channel']} {level}: {', '.join(names)}")


def _channel(name: str, kind: type[Connector]) -> dict[str, Any]:
    can, proof = kind.capabilities, proven(kind)
    return {
        "channel": name, "label": can.label, "region": can.region, "level": proof.level,
        "checks": sum(len(names) for names in proof.checks.values()),
        "proved_by": dict(proof.checks), "answers": list(proof.answers),
        "max_variants": can.max_variants, "price_ratio": can.price_ratio,
        "reviewed": can.reviewed, "base_url": can.default_base_url,
    }  # fmt: skip
