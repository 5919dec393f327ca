"""Shops and producers as people name them on the command line."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from console.cli.output import complain
from models import owners, shops, stops
from models.shop import Shop
from worker.env import Env


def shop_named(env: Env, key: str) -> Shop:
    """The shop of that key; exits 2 with the keys that there are."""
    with env.db.transaction() as session:
        shop = shops.by_key(session, key)
        keys = [s.key for s in shops.all_shops(session)]
    if shop is None:
        complain(f"không có gian hàng '{key}'; đang có: {', '.join(keys) or 'chưa có'}")
        raise typer.Exit(2)
    return shop


def check_names(env: Env, shop: str, channel: str) -> None:
    """Exits 2 for a shop or a channel that is not there ("" is none named): "nothing to do" would
    be said of it."""
    if shop:
        shop_named(env, shop)
    if channel and channel not in env.connectors:
        complain(f"không có kênh '{channel}'; đang có: {', '.join(sorted(env.connectors))}")
        raise typer.Exit(2)


def shop_of(env: Env, key: str, channel: str) -> Shop:
    """The shop of that key, or the only market of that channel; exits 2 with what to say."""
    if key:
        return shop_named(env, key)
    with env.db.transaction() as session:
        found = [s for s in shops.all_shops(session) if s.channel == channel]
    if len({s.base_url for s in found}) != 1:
        keys = ", ".join(s.key for s in found) or "chưa kết nối"
        complain(f"kênh '{channel}': {keys}; nêu đúng một gian hàng bằng --shop")
        raise typer.Exit(2)
    return found[0]


def shops_in(env: Env, shop: str, channel: str) -> list[Shop]:
    """The shop of that key, those of that channel; "" is any."""
    with env.db.transaction() as session:
        found = shops.all_shops(session)
    return [s for s in found if shop in ("", s.key) and channel in ("", s.channel)]


def not_stopped(env: Env, chosen: Sequence[Shop]) -> list[Shop]:
    """Those of the chosen shops that nobody stopped; the others are named, and where that is all of
    them it exits 1."""
    with env.db.transaction() as session:
        halted = [s.key for s in chosen if stops.is_stopped(session, s.id or 0)]
    if halted:
        complain(f"đang dừng, không gửi gì: {', '.join(halted)}. Chạy tiếp: ocop-sync start")
        if len(halted) == len(chosen):
            raise typer.Exit(1)
    return [s for s in chosen if s.key not in halted]


def producer_named(env: Env, name: str) -> int:
    """The producer's id; exits 2 unless exactly one fits."""
    with env.db.transaction() as session:
        found = owners.find(session, name)
    if len(found) != 1:
        names = ", ".join(name for _id, name in found[:5])
        complain(
            f"chủ thể '{name}': tìm thấy {len(found)}{': ' + names if names else ''}; "
            "cần đúng một. Hãy pull sổ đăng ký trước, hoặc viết đủ tên"
        )
        raise typer.Exit(2)
    return found[0][0]
