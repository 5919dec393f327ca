"""``ocop-sync backup`` and ``restore``: everything that cannot be made again, in one file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from config import clock, logging, secrets
from config.embedded import Embedded
from config.settings import Settings, get_settings
from console.cli.output import cell, complain, err, print_json, say
from console.program import program
from models.db import Database
from worker import backup as backing_up
from worker import restore as restoring
from worker.backup import Manifest
from worker.keys import unreadable
from worker.restore import Backup, BadBackup
from worker.runtime import folders_of, keys_of

File = Annotated[Path, typer.Argument(help="Tệp sao lưu.")]
Json = Annotated[bool, typer.Option("--json", help="In JSON.")]


def backup(
    file: File,
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="Kèm khóa chính: ai có tệp sẽ mở được mọi bí mật.")
    ] = False,
    json: Json = False,
) -> None:
    """Sao lưu dữ liệu, ảnh, giấy tờ, tệp đã công bố vào một tệp, cả khi đang chạy."""
    if file.exists():
        complain(f"{file} đã có; sao lưu không ghi đè, hãy đặt tên khác")
        raise typer.Exit(2)
    settings = get_settings()
    with program() as env:
        keys = "\n".join(secrets.keys_in(settings.home, keys_of(settings))) if with_keys else None
        made = backing_up.write(env.db.engine, folders_of(settings), file, env.now(), keys)
    if json:
        print_json(_facts(file, made))
        return
    say(f"Đã sao lưu vào {file} ({cell(file.stat().st_size // 1024)} KB): {_counted(made)}.")
    _tell_of_keys(settings, made)


def _tell_of_keys(settings: Settings, made: Manifest) -> None:
    if made.with_keys:
        err.print(
            "CHÚ Ý: tệp này chứa khóa chính. Ai có tệp mở được đăng nhập của mọi gian hàng: "
            "cất như cất mật khẩu.",
            style="bold red",
        )
        return
    where = "biến OCOP_KEYS" if settings.keys else str(secrets.key_file(settings.home))
    err.print(
        f"CHÚ Ý: khóa chính KHÔNG nằm trong tệp này. Chép riêng {where} và cất ở nơi khác: thiếu "
        "khóa, khôi phục xong phải kết nối lại từng gian hàng.",
        style="bold yellow",
    )


def restore(
    file: File,
    replace: Annotated[
        bool, typer.Option("--replace", help="Xóa dữ liệu đang có ở nơi này và thay bằng bản này.")
    ] = False,
    json: Json = False,
) -> None:
    """Khôi phục một bản sao lưu vào OCOP_HOME (một nơi chưa có dữ liệu)."""
    found = restoring.check(file)
    settings = get_settings()
    with _place(settings) as database:
        now = clock.now()
        restoring.fill(database.engine, folders_of(settings), found, now, replace=replace)
        locked = _locked(settings, database, found)
    if json:
        print_json({**_facts(file, found.manifest), "locked": locked})
        return
    say(f"Đã khôi phục vào {settings.home}: {_counted(found.manifest)}.")
    say(
        f"Dữ liệu là của lúc {cell(found.manifest.moment)}. Khi chạy, chương trình đọc lại mọi "
        "gian hàng trước khi đăng gì mới. Chắc chắn chương trình ở nơi cũ đã dừng hẳn: hai nơi "
        "cùng chạy sẽ ghi đè lẫn nhau."
    )
    for key in locked:
        complain(
            f"gian hàng {key}: không có khóa mở được đăng nhập đã lưu. Chép khóa cũ vào "
            f"{secrets.key_file(settings.home)} (quyền 0600) hoặc đặt OCOP_KEYS; mất khóa thì "
            f"kết nối lại: ocop-sync accounts add KÊNH --name {key} --again --credentials TỆP"
        )


@contextmanager
def _place(settings: Settings) -> Iterator[Database]:
    """The database of this home, used by nobody else."""
    embedded = Embedded(settings)
    urls = embedded.start()
    try:
        if embedded.attached:
            raise BadBackup(
                f"chương trình đang chạy trong {settings.home}; dừng nó (Ctrl-C) rồi chạy lại"
            )
        logging.set_up(settings.home, "cli", settings.log_level)
        database = Database(urls.database_url)
        try:
            yield database
        finally:
            database.close()
    finally:
        embedded.stop()


def _locked(settings: Settings, database: Database, found: Backup) -> list[str]:
    """Shops whose login no key here opens. Keys that came with the backup are put behind ours."""
    keys = found.keys()
    if keys is not None and not settings.keys:
        secrets.keep_keys(settings.home, keys.split())
    with database.transaction() as session:
        return unreadable(session, secrets.find_vault(settings.home, keys_of(settings)))


def _facts(file: Path, made: Manifest) -> dict[str, object]:
    return {
        "file": str(file), "made_at": made.made_at, "revision": made.revision,
        "tables": len(made.tables), "rows": sum(t["rows"] for t in made.tables),
        "files": _files(made), "keys": made.with_keys,
    }  # fmt: skip


def _files(made: Manifest) -> int:
    return len(made.parts) - len(made.tables) - made.with_keys


def _counted(made: Manifest) -> str:
    rows = sum(t["rows"] for t in made.tables)
    return f"{len(made.tables)} bảng, {cell(rows)} dòng, {cell(_files(made))} tệp"
