"""Misbehaviour on demand: a fault waits for calls and spoils them, before or after the write."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Kind = Literal[
    "rate", "outage", "reset_before", "hold_before", "redirect",
    "outage_after", "malformed", "truncated", "html", "array", "unknown_fields", "slow", "late",
    "silent", "reset_after",
]  # fmt: skip

BEFORE = frozenset({"rate", "outage", "reset_before", "hold_before", "redirect"})
"""Kinds that act instead of the call, or before it is carried out."""

BODIES = frozenset({"malformed", "truncated", "unknown_fields", "slow"})
"""Kinds that need a body to spoil: the call is answered as if it had asked without conditions."""


class Fault(BaseModel):
    """Spoil the next ``times`` calls (None: all) whose path holds ``path``, after letting
    ``after`` pass. ``seconds``: how long "hold_before", "late", "silent" and "slow" take;
    ``retry_after`` goes with "rate"; ``location`` with "redirect"."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    path: str = "/exports/"
    shop_id: str | None = None
    after: int = 0
    times: int | None = 1
    seconds: float = 1.0
    retry_after: int | None = None
    location: str = ""


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

    def take(self, path: str, shop_id: str | None) -> Fault | None:
        """The fault that spoils this call, counted down."""
        for fault in self._waiting:
            if fault.path not in path or fault.shop_id not in (None, shop_id):
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
