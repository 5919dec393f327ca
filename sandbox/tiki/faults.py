"""Misbehaviour on demand: a fault waits for calls and spoils them, before or after the write."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Kind = Literal[
    "rate", "outage", "reset_before", "hold_before", "expired_token", "redirect",
    "outage_after", "malformed", "truncated", "html", "slow", "late", "silent", "reset_after",
    "array", "unknown_fields",
]  # fmt: skip

BEFORE = frozenset({"rate", "outage", "reset_before", "hold_before", "expired_token", "redirect"})
"""Kinds that act instead of the call, or before it is carried out."""


class Fault(BaseModel):
    """Spoil the next ``times`` calls (None: all) whose "METHOD path" holds one of ``paths`` (or
    ``path``), after letting ``after`` pass. ``seconds``: how long "hold_before", "late", "silent"
    and "slow" take; ``retry_after`` goes with "rate"; ``location`` with "redirect"."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    path: str = "/integration/"
    paths: list[str] = []
    shop_id: str | None = None
    after: int = 0
    times: int | None = 1
    seconds: float = 1.0
    retry_after: int | None = None
    location: str = ""

    def meets(self, call: str, shop_id: str | None) -> bool:
        named = self.paths or [self.path]
        return self.shop_id in (None, shop_id) and any(_holds(call, name) for name in named)


def _holds(call: str, name: str) -> bool:
    """A name with ``$`` at its end is the call's end."""
    return call.endswith(name[:-1]) if name.endswith("$") else name in call


class Faults:
    """The faults that wait, oldest first. The caller holds the lock."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._waiting.append(fault.model_copy())

    def heal(self) -> None:
        self._waiting.clear()

    def waiting(self) -> list[Fault]:
        return [fault.model_copy() for fault in self._waiting]

    def take(self, call: str, shop_id: str | None) -> Fault | None:
        """The fault that spoils this call ("METHOD path"), counted down."""
        for fault in self._waiting:
            if not fault.meets(call, shop_id):
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            if fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    self._waiting.remove(fault)
            return fault
        return None
