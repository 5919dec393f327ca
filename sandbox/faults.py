"""Misbehaviour on demand: a fault waits for calls and spoils them, before or after the write."""

from __future__ import annotations

from collections import Counter
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, field_validator

BEFORE = frozenset({"rate", "outage", "reset_before", "hold_before", "redirect", "answer"})
"""Kinds that act instead of the call, or before it is carried out."""

AFTER = frozenset({
    "outage_after", "malformed", "truncated", "html", "array", "unknown_fields", "slow", "late",
    "silent", "reset_after",
})  # fmt: skip
"""Kinds that spoil the answer of a call that was carried out."""


class Fault(BaseModel):
    """Spoil the next ``times`` calls (None: all) after letting ``after`` pass.

    ``path`` names calls by a part of "METHOD path", or by several parted by ``|``; one that ends
    in ``$`` is the call's end. ``shop_id`` and ``method`` narrow them further, None and "" being
    any. ``seconds``: how long "hold_before", "late", "silent" and "slow" take; ``retry_after``
    goes with "rate", ``location`` with "redirect", ``status`` and ``body`` (JSON) with "answer".
    """

    model_config = ConfigDict(extra="forbid")

    kinds: ClassVar[frozenset[str]] = BEFORE | AFTER
    """A channel adds its own, and says in its class what they do."""

    kind: str
    path: str = ""
    method: str = ""
    shop_id: int | str | None = None
    after: int = 0
    times: int | None = 1
    seconds: float = 1.0
    retry_after: int | None = None
    location: str = ""
    status: int = 400
    body: Any = None

    @field_validator("kind")
    @classmethod
    def _is_known(cls, kind: str) -> str:
        if kind not in cls.kinds:
            raise ValueError(f"no fault '{kind}': one of {', '.join(sorted(cls.kinds))}")
        return kind

    def meets(self, method: str, path: str, shop_id: object) -> bool:
        call = f"{method} {path}"
        return (
            self.shop_id in (None, shop_id)
            and self.method in ("", method)
            and any(_holds(call, part) for part in self.path.split("|"))
        )


def _holds(call: str, part: str) -> bool:
    return call.endswith(part[:-1]) if part.endswith("$") else part in call


class Faults:
    """The faults that wait, oldest first. The caller holds the lock."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self.spoilt: Counter[str] = Counter()
        """Calls that met a fault, by its kind."""

    def add(self, fault: Fault) -> None:
        self._waiting.append(fault.model_copy())

    def heal(self) -> None:
        self._waiting.clear()

    def waiting(self) -> list[Fault]:
        return [fault.model_copy() for fault in self._waiting]

    def take(self, method: str, path: str, shop_id: object) -> Fault | None:
        """The fault that spoils this call, counted down."""
        for fault in self._waiting:
            if not fault.meets(method, path, shop_id):
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            if fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    self._waiting.remove(fault)
            self.spoilt[fault.kind] += 1
            return fault
        return None
