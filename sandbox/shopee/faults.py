"""Shopee's misbehaviour: "expired_token" ends every token of the call's shop before the call."""

from __future__ import annotations

from sandbox import faults


class Fault(faults.Fault):
    kinds = faults.Fault.kinds | {"expired_token"}

    path: str = "/api/v2/"
