"""What a check is: a level, one line of what it proves, and to whom it applies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.conformance.proof import LEVELS
from connectors.contract import Capabilities

Applies = Callable[[Capabilities], bool]
Cases = Callable[[Capabilities], Mapping[str, Any]]


class Absent(Exception):
    """Raised by a check when the channel turns out to have nothing that it could be tried on
    (a fault that its sandbox does not know, say). The proof names it with the reason."""


def always(_capabilities: Capabilities) -> bool:
    return True


def no_cases(_capabilities: Capabilities) -> Mapping[str, Any]:
    return {"": None}


@dataclass(frozen=True, slots=True)
class Check:
    """``cases``: what the check is parametrised over besides the channel's answers, by name;
    none at all means that it does not apply. ``every``: it runs under each answer to the
    channel's doubtful facts; otherwise under the likeliest only, because the check never gets
    as far as the channel, or is dear."""

    name: str
    level: str
    proves: str
    run: Callable[..., None]
    applies: Applies = always
    cases: Cases = no_cases
    every: bool = True

    def tried_on(self, capabilities: Capabilities) -> Mapping[str, Any]:
        """The cases for a channel, {} when the check does not apply to it."""
        return self.cases(capabilities) if self.applies(capabilities) else {}


@dataclass(slots=True)
class Checks:
    """The checks of one file, in its order."""

    level: str
    found: list[Check] = field(default_factory=list)

    def __call__(
        self,
        proves: str,
        *,
        applies: Applies = always,
        cases: Cases = no_cases,
        every: bool = True,
    ) -> Callable[[Callable[..., None]], Callable[..., None]]:
        """Make a function ``(world)`` or ``(world, case)`` a check, named like the function."""
        if self.level not in LEVELS:
            raise ValueError(self.level)

        def keep(run: Callable[..., None]) -> Callable[..., None]:
            name = run.__name__
            self.found.append(Check(name, self.level, proves, run, applies, cases, every))
            return run

        return keep
