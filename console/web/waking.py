"""Ask the workers to look at once."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from kombu.exceptions import OperationalError
from redis import RedisError

from console.web.failures import Problem
from console.web.here import Console
from console.web.language import _
from models import runs

AWAY = (OperationalError, RedisError, OSError)
"""Redis does not answer."""


def wake(console: Console, *tasks: str) -> None:
    """What is owed is written already: where Redis is away, the schedule's next sweep or pull
    comes to it, and nobody's page fails."""
    for task in tasks or ("sweep",):
        try:
            console.send(task, {})
        except AWAY as error:
            log = structlog.get_logger(__name__)
            log.warning("no worker was asked", task=task, error=type(error).__name__)
            return


def carry_out(console: Console, run_id: int, shop_ids: Sequence[int]) -> None:
    """Ask for a push that somebody is to watch. Raises Problem where Redis is away: the run ends,
    and what it wanted is sent by the schedule later."""
    try:
        console.send("push_run", {"run_id": run_id, "shop_ids": list(shop_ids)})
    except AWAY:
        with console.env.db.transaction() as session:
            runs.end(session, run_id, "Redis không trả lời", {}, console.env.now(), failed=True)
        raise Problem(
            503, _("Redis không trả lời, chưa gọi được tiến trình gửi."),
            _("Không có gì bị mất: lịch gửi những gì còn nợ khi Redis trở lại."),
        ) from None  # fmt: skip
