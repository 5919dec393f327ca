"""``ocop-sync doctor``: what keeps the program from working, one line a check."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Annotated

import typer
from rich.text import Text

from config import clock
from config.errors import SetupError
from config.settings import Settings, get_settings
from connectors.errors import ChannelError
from connectors.registry.contract import RegistryError
from console.cli.output import cell, out, print_json
from console.program import program
from models import holds, migrations, owners, shops, stops, unread
from models.shop import Shop
from worker import tokens
from worker.env import Env
from worker.runtime import NoSource, open_source

LOW_DISK_BYTES = 1 << 30
MUCH_SKEW_S = 120
"""Channels refuse calls whose time is five minutes off."""
SOON_DAYS = 14


@dataclass(frozen=True, slots=True)
class Finding:
    """``advice`` is empty where all is well."""

    what: str
    found: str
    advice: str = ""

    @property
    def good(self) -> bool:
        return not self.advice


def doctor(json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False) -> None:
    """Kiểm tra thư mục dữ liệu, máy chủ, sổ đăng ký và từng gian hàng."""
    findings = list(examine(get_settings()))
    if json:
        print_json([asdict(f) for f in findings])
    else:
        for f in findings:
            mark = ("tốt", "green") if f.good else ("LỖI", "red")
            advice = f". Cách sửa: {f.advice}" if f.advice else ""
            out.print(Text.assemble(mark, f"  {f.what}: {f.found}{advice}"))
    if not all(f.good for f in findings):
        raise typer.Exit(1)


def examine(settings: Settings) -> Iterator[Finding]:
    """Every check, cheapest first; without servers the later ones make no sense."""
    yield _folder(settings)
    yield _disk(settings)
    yield _registry(settings)
    try:
        with program() as env:
            yield Finding("máy chủ dữ liệu", "chạy được")
            yield _schema(env)
            yield from _halted(env)
            yield from _shops(env)
    except SetupError as error:
        yield Finding("máy chủ dữ liệu", str(error), "làm theo lời báo ở trên")


def _folder(settings: Settings) -> Finding:
    home = settings.home
    nearest = next(path for path in (home, *home.parents) if path.exists())
    if os.access(nearest, os.W_OK | os.X_OK):
        return Finding("thư mục dữ liệu", str(home))
    return Finding(
        "thư mục dữ liệu", f"{nearest} không ghi được", "đổi quyền, hoặc đặt OCOP_HOME chỗ khác"
    )


def _disk(settings: Settings) -> Finding:
    nearest = next(path for path in (settings.home, *settings.home.parents) if path.exists())
    free = shutil.disk_usage(nearest).free
    text = f"còn {free / 2**30:.1f} GB"
    return Finding("đĩa", text, "" if free > LOW_DISK_BYTES else "dọn đĩa: cần ít nhất 1 GB")


def _registry(settings: Settings) -> Finding:
    if not settings.registry:
        return Finding("sổ đăng ký", "chưa đặt", "đặt OCOP_REGISTRY là địa chỉ hoặc tệp của sổ")
    try:
        source = open_source(
            settings.registry,
            clock.today(clock.now()),
            private_hosts=settings.allowed_private_hosts,
        )
        page = next(iter(source.pages(None).pages))
    except (RegistryError, NoSource) as error:
        return Finding("sổ đăng ký", str(error), "sửa nguồn rồi chạy lại doctor")
    return Finding("sổ đăng ký", f"{settings.registry}: trang đầu {len(page.keys())} sản phẩm")


def _schema(env: Env) -> Finding:
    """Opening the program brought an older schema to ours; one revision ahead it works on too."""
    current, head = migrations.current(env.db.engine), migrations.head()
    if current == head:
        return Finding("lược đồ dữ liệu", head)
    found = f"phiên bản {current}, chương trình này là của {head}: chạy được, nhưng đã cũ"
    return Finding("lược đồ dữ liệu", found, "cập nhật chương trình")


def _halted(env: Env) -> Iterator[Finding]:
    """Standing stops, and the questions that wait: both keep something from being sent."""
    with env.db.transaction() as session:
        halted, owed = stops.standing(session), stops.owed_take_downs(session)
        waiting = len(holds.open_holds(session))
    for row in halted:
        name = f"gian hàng {row.shop}" if row.shop else "mọi gian hàng"
        found = f"đang dừng từ {cell(row.at)}, {row.by}{': ' + row.why if row.why else ''}"
        yield Finding(name, found, f"ocop-sync start {row.shop or ''}".rstrip())
    if owed:
        found = f"{owed} tin phải gỡ vẫn đang bán vì lệnh dừng"
        yield Finding("hàng phải gỡ", found, "gỡ tay trên sàn, hoặc ocop-sync start")
    if waiting:
        yield Finding("việc chờ người quyết", f"{waiting}, xem ocop-sync holds list")


def _shops(env: Env) -> Iterator[Finding]:
    with env.db.transaction() as session:
        found = [shop for shop in shops.all_shops(session) if shop.enabled]
        new = unread.among(session)
    if not found:
        yield Finding("gian hàng", "chưa kết nối gian hàng nào", "ocop-sync accounts add")
    yield from _nobody_agreed(env, found)
    for shop in found:
        yield from _shop(env, shop)
        if shop.key in new:
            yield _unfinished(shop)


def _nobody_agreed(env: Env, found: list[Shop]) -> Iterator[Finding]:
    """A shop of the province sells nothing while no producer agreed to it."""
    with env.db.transaction() as session:
        theirs = owners.listed(session)
    if theirs and not any(o.agreed for o in theirs) and any(s.producer_id is None for s in found):
        words = "chưa chủ thể nào đồng ý, nên chưa bán gì"
        yield Finding("gian hàng của tỉnh", words, "ocop-sync producers agree TÊN, hoặc --all")


def _shop(env: Env, shop: Shop) -> Iterator[Finding]:
    name = f"gian hàng {shop.key}"
    try:
        opened = tokens.fresh_account(env, shop)
        facts = env.connector(shop.channel, opened.account).check()
    except ChannelError as error:
        yield Finding(name, str(error), f"ocop-sync accounts check {shop.key}, hoặc {_again(shop)}")
        return
    yield Finding(name, "; ".join(facts.problems) or facts.name, "; ".join(facts.problems))
    if facts.clock_skew_s is not None and abs(facts.clock_skew_s) > MUCH_SKEW_S:
        yield Finding(name, f"đồng hồ lệch {facts.clock_skew_s:.0f} giây", "chỉnh giờ của máy")
    left = facts.consent_expires_at
    if left is not None and (left - env.now()).days < SOON_DAYS:
        yield Finding(name, f"quyền hết hạn {left:%d/%m/%Y}", f"trước ngày đó {_again(shop)}")


def _unfinished(shop: Shop) -> Finding:
    """Connected and not read through, or brought back from a backup: nothing is created in it."""
    advice = f"ocop-sync run tự làm tiếp; làm ngay: ocop-sync accounts check {shop.key}"
    return Finding(f"gian hàng {shop.key}", "chưa đọc xong nên chưa đăng hàng mới", advice)


def _again(shop: Shop) -> str:
    return f"kết nối lại: ocop-sync accounts add {shop.channel} --name {shop.key} --again"
