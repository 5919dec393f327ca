"""``ocop-sync``: the command line. Vietnamese first; every listing command takes ``--json``.

Exit codes: 0 done (blocked, rejected and held are results), 1 something failed or is still being
retried, 2 wrong use.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer

from config.errors import SetupError
from connectors.errors import ChannelError
from connectors.registry.contract import RegistryError
from console.cli import (
    accounts,
    adopt,
    backup,
    doctor,
    feeds,
    holds,
    keys,
    log,
    mappings,
    operators,
    papers,
    preview,
    producers,
    pull,
    push,
    reconcile,
    rules,
    run,
    status,
    stops,
    tokens,
    undo,
)
from console.cli.output import complain
from models.db import AWAY
from worker.connect import BadAccount
from worker.mappings import BadMapping
from worker.papers import BadPaper
from worker.restore import BadBackup
from worker.runtime import NoSource

app = typer.Typer(
    name="ocop-sync",
    help="Giữ mọi gian hàng đúng với sổ đăng ký OCOP của tỉnh.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("run")(run.run)
app.command("pull")(pull.pull)
app.command("plan")(push.plan)
app.command("push")(push.push)
app.command("status")(status.status)
app.command("explain")(status.explain)
app.command("preview")(preview.preview)
app.command("reconcile")(reconcile.reconcile)
app.command("adopt")(adopt.adopt)
app.command("stop")(stops.stop)
app.command("start")(stops.start)
app.command("log")(log.log)
app.command("runs")(undo.runs)
app.command("undo")(undo.undo)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("channels")(accounts.channels)
app.command("doctor")(doctor.doctor)
app.add_typer(accounts.app, name="accounts")
app.add_typer(mappings.app, name="mappings")
app.add_typer(rules.app, name="rules")
app.add_typer(holds.app, name="holds")
app.add_typer(undo.app, name="overrides")
app.add_typer(operators.app, name="operators")
app.add_typer(tokens.app, name="tokens")
app.add_typer(producers.app, name="producers")
app.add_typer(papers.app, name="papers")
app.add_typer(feeds.app, name="feeds")
app.add_typer(keys.app, name="keys")

EXPECTED = (
    SetupError, BadAccount, BadBackup, BadMapping, BadPaper, NoSource, RegistryError, ChannelError,
)  # fmt: skip
"""Errors that are somebody's to mend: one message, no traceback."""


def main() -> None:
    """The console script."""
    sys.exit(guarded(lambda: app(standalone_mode=True)))


def guarded(work: Callable[[], int | None]) -> int:
    """Run ``work``; an expected error is one message and exit code 1, never a traceback."""
    try:
        return work() or 0
    except EXPECTED as error:
        complain(str(error))
        return 1
    except AWAY as error:
        told = str(getattr(error, "orig", None) or error).partition("\n")[0]
        complain(f"cơ sở dữ liệu không trả lời, hoặc lúc này chỉ cho đọc ({told}); thử lại sau")
        return 1
    except KeyboardInterrupt:
        return 130
