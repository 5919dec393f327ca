"""Who did what to the people and programs that may use the console: the commands' part of it."""

from __future__ import annotations

from typing import Any

from console.cli.holds import person
from models import operators
from worker.env import Env


def noted(env: Env, action: str, subject: str, **detail: Any) -> None:
    """Written beside what the pages do, signed by whoever the machine says is there."""
    with env.db.transaction() as session:
        operators.note(session, person(""), "cli", action, subject, detail, "", env.now())
