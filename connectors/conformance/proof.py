"""What a connector was proven to do, as a data file in its package (``proof.json``).

The file holds a proof a channel, because one module may have connectors of several.

Levels, each with all of the ones before it:

*listed*: maps, validates, dry-runs; bad input is refused before a call.
*bronze*: create, update, price, stock, take down, round trip.
*silver*: limits, partial batches, no duplicate after an unknown outcome.
*gold*: crash at every step, clock skew, answers out of order, review life cycle, drift.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LEVELS = ("listed", "bronze", "silver", "gold")
FILE = "proof.json"


@dataclass(frozen=True, slots=True)
class Proof:
    """``checks`` names by level the checks that passed, under all ``answers``. ``absent``: checks
    of which (a part of) the channel has no case, with the reason. ``failed``: names of those that
    did not pass."""

    channel: str
    level: str = ""
    answers: tuple[str, ...] = ()
    checks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    absent: Mapping[str, str] = field(default_factory=dict)
    failed: tuple[str, ...] = ()

    def names(self) -> set[str]:
        """Every check that passed."""
        return {name for names in self.checks.values() for name in names}

    def body(self) -> dict[str, Any]:
        """As the file keeps it, under the channel's name."""
        return {
            "level": self.level,
            "answers": list(self.answers),
            "checks": {level: list(self.checks.get(level, ())) for level in LEVELS},
            "absent": dict(sorted(self.absent.items())),
            "failed": list(self.failed),
        }


def proven(connector: type) -> Proof:
    """The proof in the package of a connector's class; an empty one when there is none."""
    channel = connector.capabilities.channel  # type: ignore[attr-defined]
    return read(proof_path(connector)).get(channel, Proof(channel))


def read(path: Path) -> dict[str, Proof]:
    """The proofs of a file by channel, none when there is no file."""
    bodies = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return {channel: _proof(channel, body) for channel, body in bodies.items()}


def keep(path: Path, proof: Proof) -> None:
    """Put a proof into a file, beside those of other channels; the same proofs, the same text."""
    proofs = {**read(path), proof.channel: proof}
    bodies = {channel: proofs[channel].body() for channel in sorted(proofs)}
    path.write_text(json.dumps(bodies, ensure_ascii=False, indent=2) + "\n", "utf-8")


def _proof(channel: str, body: Mapping[str, Any]) -> Proof:
    return Proof(
        channel=channel,
        level=body["level"],
        answers=tuple(body["answers"]),
        checks={level: tuple(names) for level, names in body["checks"].items()},
        absent=body["absent"],
        failed=tuple(body["failed"]),
    )


def proof_path(connector: type) -> Path:
    """``proof.json`` beside the module that holds the class."""
    spec = importlib.util.find_spec(connector.__module__)
    if spec is None or spec.origin is None:
        raise ValueError(f"{connector.__module__} is not a file of a package")
    return Path(spec.origin).with_name(FILE)


def level_reached(wanted: Mapping[str, set[str]], passed: set[str]) -> str:
    """The highest level of which, and of all before it, every check passed."""
    reached = ""
    for level in LEVELS:
        if not wanted.get(level, set()) <= passed:
            break
        reached = level
    return reached
