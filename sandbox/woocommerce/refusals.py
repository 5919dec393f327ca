"""How the server says no: the envelope of "Error envelope", with the status in it too."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """``data`` is what stands beside the status."""

    def __init__(self, status: int, code: str, message: str, **data: Any) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.data = data

    def envelope(self) -> dict[str, Any]:
        data = {"status": self.status, **self.data}
        return {"code": self.code, "message": self.message, "data": data}


def invalid(name: str, why: str) -> Refused:
    """A field of the wrong type; ``params`` names it."""
    return Refused(
        400,
        "rest_invalid_param",
        f"Invalid parameter(s): {name}",
        params={name: f"{name} {why}"},
        details={},
    )


def no_product() -> Refused:
    return Refused(400, "woocommerce_rest_product_invalid_id", "Invalid ID.")


def no_route() -> Refused:
    words = "No route was found matching the URL and request method."
    return Refused(404, "rest_no_route", words)


def may_not_view() -> Refused:
    words = "Sorry, you cannot list resources."
    return Refused(401, "woocommerce_rest_cannot_view", words)


def bad_login(words: str) -> Refused:
    return Refused(401, "woocommerce_rest_authentication_error", words)
