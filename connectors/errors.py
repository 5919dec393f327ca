"""What can go wrong with a channel, grouped by what the caller has to do about it.

    ChannelError
    ├── RateLimited      wait; the call was not carried out
    ├── Unavailable      safe to repeat: the call did not happen, or repeating it does no harm
    ├── Ambiguous        it may have happened: read back before repeating
    ├── AuthExpired      refresh the token, then repeat
    ├── AuthRefused      a person must reconnect the shop
    ├── Rejected         the channel said no: change the data, the rule or the mapping first
    │                    (``passing``: or wait, it is the channel that changes)
    ├── NotFound         the remote item or variant does not exist
    └── ProtocolError    an answer that breaks the contract (kept, redacted, for a bug report)

Faults of the *shop* (``SHOP_FAULTS``) say nothing about the row that met them: they open the
shop's breaker and never raise the row's own backoff (design: "Retry has two levels").
"""

from __future__ import annotations

from connectors.secrecy import hide


class ChannelError(Exception):
    """Base of all. ``str()`` is one sentence for a person and never holds a secret: what the
    channel said is passed through :func:`connectors.secrecy.hide`.

    ``code`` is the channel's own code (module prefix stripped), ``request_id`` the channel's id
    of the call, both for the log.
    """

    def __init__(self, message: str, *, code: str = "", request_id: str = "") -> None:
        message = hide(message)
        super().__init__(message)
        self.message = message
        self.code = hide(code)
        self.request_id = request_id

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.code or '-'}: {self.message})"


class RateLimited(ChannelError):
    """The channel asks to slow down. ``retry_after`` is in seconds, None when it did not say."""

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None = None,
        code: str = "",
        request_id: str = "",
    ) -> None:
        super().__init__(message, code=code, request_id=request_id)
        self.retry_after = retry_after


class Unavailable(ChannelError):
    """Not carried out (never sent, or refused by an outage) or a read: repeat it later."""


class Ambiguous(ChannelError):
    """A write whose outcome is unknown: timeout, 5xx, broken answer, lost connection."""


class AuthExpired(ChannelError):
    """The access token is no longer accepted; the refresh token may still be."""


class AuthRefused(ChannelError):
    """Keys, consent or permission are refused: only a person can reconnect the shop."""


class Rejected(ChannelError):
    """The channel, or our own check before the call, refused this row.

    ``field`` names what to change (in our words: ``title``, ``price``, ``images`` …),
    ``hint`` is one Vietnamese sentence that tells a producer what to do. ``passing``: what stands
    in the way ends by itself or by somebody's hand in the shop (a promotion, a review, a vacation),
    and nothing that we know of changes then: it is tried again.
    """

    def __init__(
        self, message: str, *, code: str = "", field: str = "", hint: str = "",
        request_id: str = "", passing: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(message, code=code, request_id=request_id)
        self.field = field
        self.hint = hide(hint)
        self.passing = passing


class NotFound(ChannelError):
    """The channel does not know the item or variant (or no longer does)."""


class ProtocolError(ChannelError):
    """The answer is not what the channel's documentation promises.

    ``excerpt`` holds at most 2 KB of it, with secrets redacted.
    """

    def __init__(
        self, message: str, *, excerpt: str = "", code: str = "", request_id: str = ""
    ) -> None:
        super().__init__(message, code=code, request_id=request_id)
        self.excerpt = hide(excerpt)[:2048]


SHOP_FAULTS = (RateLimited, Unavailable, AuthExpired, AuthRefused)
"""Errors that tell about the shop or the line, not about the row."""
