"""``ocop-sync keys``: the master keys that the shops' logins are encrypted with."""

from __future__ import annotations

from typing import Annotated

import typer

from config import secrets
from config.settings import get_settings
from console.cli.output import print_json, say
from console.program import program
from worker import keys as keeping
from worker.runtime import keys_of

app = typer.Typer(help="Khóa chính mã hóa đăng nhập của các gian hàng.", no_args_is_help=True)


@app.command("rotate")
def rotate(json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False) -> None:
    """Thay khóa chính: mã hóa lại mọi đăng nhập, chương trình đang chạy không phải dừng."""
    settings = get_settings()
    with program() as env:
        done = keeping.rotate(env.db, settings.home, keys_of(settings), env.now())
    if json:
        print_json(
            {
                "total": done.total,
                "renewed": done.renewed,
                "dropped": done.dropped,
                "links": done.links,
            }
        )
        return
    say(f"{done.total} đăng nhập nằm dưới khóa đầu tiên, {done.renewed} vừa được mã hóa lại.")
    if settings.keys:
        say(
            "Khóa nằm trong OCOP_KEYS: nay cơ sở dữ liệu chỉ cần khóa đầu tiên. Bỏ các khóa sau "
            "khỏi biến này ở lần khởi động lại tới; giữ một bản cho các bản sao lưu cũ."
        )
    elif done.dropped:
        say(
            f"Khóa cũ đã chuyển sang {done.dropped}: chỉ các bản sao lưu trước lúc này còn cần. "
            f"Chép khóa mới ({secrets.key_file(settings.home)}) ra nơi cất an toàn."
        )
    if done.links:
        say(
            f"{done.links} liên kết của chủ thể đang dùng chỉ mở được khi còn khóa đã ký chúng: "
            "khóa cũ không còn thì tạo liên kết mới ở trang Chủ thể."
        )


@app.command("new")
def new() -> None:
    """In một khóa mới, để đặt vào OCOP_KEYS."""
    typer.echo(secrets.new_key())
