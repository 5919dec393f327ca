"""A register file that a person accepts: pulled like any other source, once."""

from __future__ import annotations

from pathlib import Path

from models import runs
from worker import adopting
from worker.env import Env, local_day
from worker.planning import plan_pulled
from worker.pull import run_pull
from worker.runtime import open_source


def accept(env: Env, path: Path, upload_id: str, *, full: bool, who: str) -> int:
    """Pull the file and plan what it touched; returns the run. Sent twice (a button pressed
    twice), it is one run. What the pull could not read is the run's to say."""
    slot = f"upload:{upload_id}{':full' if full else ''}"
    source = open_source(str(path), local_day(env.now()), full=full)
    run_id, result = run_pull(env, source, slot=slot, who=who, full=full)
    if run_id is None:
        with env.db.transaction() as session:
            before = runs.of_slot(session, slot)
        assert before is not None  # noqa: S101 (a slot is taken by its run)
        return before
    adopting.look_again(env)
    plan_pulled(env, result.touched, run_id)
    return run_id
