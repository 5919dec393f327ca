"""Many rows in one call: each with its own answer, in order (docs: "Batches").

The call says 200 even when rows fail, and 413 to too many rows, of which none is carried out: the
rest goes in halves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from connectors.errors import Ambiguous, ChannelError, ProtocolError
from connectors.woocommerce.answers import int_of
from connectors.woocommerce.capabilities import ROWS_MAX
from connectors.woocommerce.client import Client, Row, TooLarge
from connectors.woocommerce.error_codes import error_for

Verb = Literal["create", "update"]
Told = Row | ChannelError
"""What the shop says of one row: the thing as it stands now, or why not."""


def batch(
    client: Client, path: str, verb: Verb, rows: Sequence[Row], *, once: bool = False
) -> list[Told]:
    """One answer a row. A fault of a whole call is the answer to each of its rows. ``once``: not to
    be repeated blindly, as no create is."""
    send = client.once if once or verb == "create" else client.post
    told: list[Told] = []
    for start in range(0, len(rows), ROWS_MAX):
        told += _halving(send, path, verb, rows[start : start + ROWS_MAX])
    return told


def _halving(
    send: Callable[[str, Row], Row], path: str, verb: Verb, rows: Sequence[Row]
) -> list[Told]:
    try:
        body = send(path, {verb: list(rows)})
    except TooLarge as error:
        half = len(rows) // 2
        if not half:
            return [error]
        return [
            *_halving(send, path, verb, rows[:half]),
            *_halving(send, path, verb, rows[half:]),
        ]
    except ChannelError as error:
        return [error for _ in rows]
    return answers(body, verb, rows)


def answers(body: Row, verb: Verb, rows: Sequence[Row]) -> list[Told]:
    """The answers to ``rows`` in a batch's body. What it does not speak of stays unknown."""
    given = body.get(verb)
    if not isinstance(given, list) or len(given) != len(rows):
        words = "WooCommerce không trả lời từng dòng của lô"
        return [Ambiguous(words, code="rows") for _ in rows]
    return [_told(answer, row) for answer, row in zip(given, rows, strict=True)]


def _told(answer: Any, row: Row) -> Told:
    if not isinstance(answer, dict):
        return Ambiguous("WooCommerce trả lời một dòng không đọc được", code="row")
    refused = answer.get("error")
    if isinstance(refused, dict):
        return _refusal(refused)
    if refused or not answer.get("id"):
        return Ambiguous("WooCommerce không nói sản phẩm nào đã được ghi", code="row")
    if row.get("id") and int_of(answer["id"]) != int_of(row["id"]):
        return ProtocolError("WooCommerce trả lời các dòng sai thứ tự", code="order")
    return answer


def _refusal(refused: Mapping[str, Any]) -> ChannelError:
    data = refused.get("data")
    data = data if isinstance(data, dict) else {}
    status = data.get("status")
    return error_for(
        str(refused.get("code") or ""),
        str(refused.get("message") or ""),
        data,
        status if isinstance(status, int) else 400,
    )
