"""What a channel brings to the conformance kit: a rig that opens its sandbox.

A rig belongs to the channel's tests, because a connector knows no sandbox. The kit drives the
connector through the contract and looks at the truth through the bench: what really stands in the
shop, and which calls asked for a change. Nothing here sleeps: ``pass_time`` moves the clock that
sandbox and connector share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, Protocol

from connectors.contract import Account, Connector
from connectors.errors import ChannelError


class Fault(StrEnum):
    """Ways a channel misbehaves. *Before*: the call is not carried out. *After*: it is, and only
    its answer is spoilt."""

    RATE_LIMITED = "rate_limited"
    """Before: too many requests, in the channel's own way, without Retry-After."""
    RATE_LIMITED_UNTIL = "rate_limited_until"
    """Before: the same with ``Retry-After: 7``."""
    UNAVAILABLE = "unavailable"
    """Before: HTTP 503 with an HTML body."""
    RESET_BEFORE = "reset_before"
    """Before: the connection is closed without an answer."""
    EXPIRED_TOKEN = "expired_token"  # noqa: S105 (a fault's name)
    """Before: the access token is no longer accepted, from this call on."""
    REDIRECT = "redirect"
    """Before: HTTP 302 to another host."""
    BAD_GATEWAY = "bad_gateway"
    """After: HTTP 502 with an HTML body."""
    LOST_ANSWER = "lost_answer"
    """After: the connection is closed without an answer."""
    NEVER = "never"
    """After: the answer does not come while anybody waits."""
    SLOW = "slow"
    """After: the body drips, byte by byte, for longer than anybody waits."""
    TRUNCATED = "truncated"
    """After: half of the promised bytes, then the connection is closed."""
    MALFORMED = "malformed"
    """After: a whole answer whose body is half of the JSON."""
    HTML = "html"
    """After: HTTP 200 with an HTML page."""
    ARRAY = "array"
    """After: HTTP 200 with ``[]`` where an object belongs."""
    UNKNOWN_FIELDS = "unknown_fields"
    """After: the right answer with fields that nobody knows in each of its objects."""
    ROW_DOWN = "row_down"
    """Of a call for several rows, the first is not carried out and is answered with an error of
    the channel's own (a 5xx); the call itself and its other rows succeed."""
    SHORTENED = "shortened"
    """After: a whole list that has lost most of its rows."""
    CLIPPED = "clipped"
    """After: a list whose last row lacks its end, where the channel's form of it lets that look
    like a shorter value."""
    STALE = "stale"
    """After: the answer of an earlier time, by its own marks older than one given since."""


BEFORE = frozenset({
    Fault.RATE_LIMITED, Fault.RATE_LIMITED_UNTIL, Fault.UNAVAILABLE, Fault.RESET_BEFORE,
    Fault.EXPIRED_TOKEN, Fault.REDIRECT,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Refusal:
    """One of the channel's own errors, as its page has it: the whole answer (``status`` and JSON
    ``body``) to a call of ``verb``, and what it is to us. ``field``: of a Rejected, in our words;
    ``says``: words that the error or its hint has for a producer.
    """

    status: int
    body: Any
    kind: type[ChannelError]
    field: str = ""
    verb: str = "set_price"
    says: str = ""


@dataclass(frozen=True, slots=True)
class SeenPack:
    """``stock`` is what was written (absolute), before sales are taken off where the channel
    keeps both."""

    price_vnd: int | None
    stock: int | None


@dataclass(frozen=True, slots=True)
class Seen:
    """An item as the channel itself holds it. ``on_sale``: a buyer can see it."""

    remote_id: str
    item_sku: str
    on_sale: bool
    title: str
    packs: Mapping[str, SeenPack]


Deed = Literal["price", "stock", "off", "delete", "sell"]
"""What a person does in the shop by hand; ``value`` is a price in đồng or a number of units."""


class Bench(Protocol):
    """One open sandbox with one connected shop."""

    def now(self) -> datetime:
        """The moment that sandbox and connector share (aware, UTC)."""

    def pass_time(self, seconds: float) -> None: ...

    def account(self) -> Account:
        """The connected shop, with secrets that work and the settings that ``check`` found."""

    def wrong_account(self) -> Account:
        """The same with a secret that the channel refuses."""

    def category(self) -> str:
        """A category that takes a dry food product without further papers."""

    def spoil(self, fault: Fault, *, verb: str = "", after: int = 0, times: int = 1) -> bool:
        """Spoil the next ``times`` calls that ``verb`` makes (any verb's when ""), letting
        ``after`` of them pass. False: this channel has no such fault."""

    def refuse(self, refusal: Refusal) -> None:
        """Answer every call of its verb so, and carry none out, until healed. Asked only where
        the rig has ``refusals``."""

    def heal(self) -> None: ...

    def asked_changes(self) -> int:
        """How many calls so far asked the channel to change something, refused ones too."""

    def stands(self) -> Sequence[Seen]:
        """Everything that stands in the shop, hidden and under review too, deleted not."""

    def decide(self, sku: str, verdict: Literal["approve", "reject", "ban"], why: str = "") -> bool:
        """The review desk's word on the item (or the create under review) of this SKU. False:
        this channel's desk has no such word."""

    def by_hand(self, sku: str, deed: Deed, value: int = 0) -> bool | None:
        """A person changes the pack of this SKU in the shop itself. False: here nobody can, or
        nobody could tell it from another deed."""


class Rig(Protocol):
    """``answers``: the doubtful facts of the channel by a name for the test report, each as the
    words with which ``open`` gives the sandbox that answer; the first is the likeliest world.

    A rig may have ``refusals``, the :class:`Refusal` for each error code or text that the channel's
    page names, and ``fixed``, a set of names: what the channel never changes of an item once it
    stands, by its own rules (``title``, ``sku``), so that no check asks for it.
    """

    connector: type[Connector]
    answers: Mapping[str, Sequence[str]]

    def open(self, words: Sequence[str]) -> AbstractContextManager[Bench]: ...
