"""Tiki's misbehaviour: "expired_token" ends the token of the call before it."""

from __future__ import annotations

from sandbox import faults


class Fault(faults.Fault):
    kinds = faults.Fault.kinds | {"expired_token"}

    path: str = "/integration/"
