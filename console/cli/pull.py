"""``ocop-sync pull``: read the registry once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from config import clock
from config.settings import get_settings
from connectors.registry.contract import RowReport
from connectors.registry.spreadsheet.reports import read_rows, row_json
from console.cli.output import complain, print_json, print_table, say
from console.program import program
from worker import adopting
from worker.env import local_day
from worker.fetching import fetch_pictures
from worker.planning import plan_pulled
from worker.pull import Pulled, run_pull
from worker.runtime import open_source


def pull(
    source: Annotated[str, typer.Option(help="Tệp hoặc địa chỉ của sổ đăng ký.")] = "",
    full: Annotated[
        bool, typer.Option(help="Tệp này là toàn bộ sổ: sản phẩm vắng mặt được coi là đã rút.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Chỉ đọc, không ghi gì.")] = False,
    json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False,
) -> None:
    """Đọc sổ đăng ký và ghi những gì thay đổi."""
    location = source or get_settings().registry or ""
    if not location:
        complain("chưa có nguồn: dùng --source TỆP|ĐỊA_CHỈ hoặc đặt OCOP_REGISTRY")
        raise typer.Exit(2)
    if dry_run:
        _dry_run(location, json)
        return
    with program() as env:
        found = open_source(
            location, local_day(env.now()), full=full, private_hosts=env.private_hosts
        )
        run_id, result = run_pull(
            env, found, slot=None, who="operator", full=full, fetch=fetch_pictures
        )
        adopting.look_again(env)
        plan_pulled(env, result.touched, run_id)
    _report(result, json)
    if result.failure:
        complain(str(result.failure))
        raise typer.Exit(1)


def _dry_run(location: str, json: bool) -> None:
    """One object a sheet row; needs no servers and writes nothing."""
    if location.startswith(("http://", "https://")):
        complain("--dry-run đọc từng dòng của một tệp; nguồn qua mạng không có dòng")
        raise typer.Exit(2)
    rows = read_rows(Path(location), clock.today(clock.now()))
    if json:
        print_json([row_json(row) for row in rows])
        return
    products = [row for row in rows if row.status != "skip"]
    print_table(
        f"{location}: {len(products)} dòng sản phẩm",
        ("trang", "dòng", "kết quả", "lý do", "cảnh báo"),
        [(r.sheet, str(r.row), r.status, _reasons(r), ", ".join(r.warnings)) for r in products],
    )


def _reasons(row: RowReport) -> str:
    return ", ".join(f"{r['code']} ({r['field']})" for r in row.reasons)


def _report(result: Pulled, json: bool) -> None:
    if json:
        problems = [
            {"where": p.where, "code": p.code, "field": p.field, "found": p.found,
             "expected": p.expected, "advice": p.advice}
            for p in result.problems
        ]  # fmt: skip
        print_json({**result.counts(), "problem_list": problems})
        return
    counts = result.counts()
    say(
        f"Đã đọc {counts['seen']} sản phẩm: {counts['new']} mới, {counts['changed']} đổi, "
        f"{counts['withdrawn']} rút, {counts['rejected']} không dùng được, "
        f"{counts['held']} chờ người xác nhận."
    )
    for p in result.problems:
        say(f"- {p.where}: {p.found} [{p.code}]. Cần: {p.expected}. Cách sửa: {p.advice}")
