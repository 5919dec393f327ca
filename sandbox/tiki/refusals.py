"""Refusals as the channel words them: strings and a status, no code (2)."""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.tiki.switches import Switches


class Refused(Exception):
    """``errors`` in words; the status says the rest."""

    def __init__(self, status: int, *errors: str) -> None:
        super().__init__("; ".join(errors))
        self.status = status
        self.errors: Sequence[str] = errors


class OAuthRefused(Exception):
    """RFC 6749's form, of the token endpoint alone (1)."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status, self.error, self.description = status, error, description


def taken(sku: str, switches: Switches) -> str:
    """The words for a code that another product has (3.3, 8)."""
    if switches.wording == "sentence":
        return f"Original SKU {sku} has been used"
    return f"Product code {sku} is not unique"


def bad(*errors: str) -> Refused:
    return Refused(400, *errors)


def unprocessable(*errors: str) -> Refused:
    return Refused(422, *errors)


def unknown(what: str) -> Refused:
    return Refused(404, f"{what} not found")
