"""How the channel says no: a code, a message, and the class that decides the HTTP status."""

from __future__ import annotations

from typing import Any, Literal

Kind = Literal["business", "auth", "rate", "gateway"]


class Refused(Exception):
    """``gateway`` and ``auth`` codes carry no module prefix; ``response`` goes with some
    refusals all the same (shopee reference, trap 1)."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        kind: Kind = "business",
        response: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.kind = kind
        self.response = response


def missing(field: str) -> Refused:
    """A required field is absent (2.1: Go-style names, two blanks)."""
    name = "".join(part.capitalize() for part in field.split("_"))
    return Refused("error_param", f"invalid field {name}: value must  Not Null")


def mistyped(field: str) -> Refused:
    name = "".join(part.capitalize() for part in field.split("_"))
    return Refused("error_param", f"invalid field {name}: type is wrong")


def too_long(field: str, size: int, most: int) -> Refused:
    name = "".join(part.capitalize() for part in field.split("_"))
    return Refused(
        "error_param", f"invalid field {name}: value '{size}' must be less than '{most + 1}'"
    )


def no_item() -> Refused:
    return Refused("error_item_not_found", "Product is not found.")


def uneditable() -> Refused:
    return Refused("error_item_uneditable", "Item status does not allow editing.")
