"""The states of a listing and the one table of legal transitions between them.

A producer sees these words. ``pending`` waits to be made; ``creating`` is being made (or its
outcome is not known yet); ``in_review`` was accepted by the channel and not yet seen live after
the last write; ``live`` was seen live after the last write; ``unlisted`` was taken off by us;
``rejected`` and ``banned`` are the channel's no; ``blocked`` is ours; ``missing`` was lost by
the channel. (design: "Tables")
"""

from __future__ import annotations

PENDING = "pending"
CREATING = "creating"
IN_REVIEW = "in_review"
LIVE = "live"
UNLISTED = "unlisted"
REJECTED = "rejected"
BANNED = "banned"
BLOCKED = "blocked"
MISSING = "missing"

STATES = (PENDING, CREATING, IN_REVIEW, LIVE, UNLISTED, REJECTED, BANNED, BLOCKED, MISSING)

ON_THE_CHANNEL = (IN_REVIEW, LIVE, UNLISTED, REJECTED, BANNED)
"""States in which a remote item may exist."""

_AFTER: dict[str, frozenset[str]] = {
    PENDING: frozenset({CREATING, BLOCKED, REJECTED, IN_REVIEW, UNLISTED}),
    BLOCKED: frozenset({PENDING, CREATING, IN_REVIEW, UNLISTED}),
    CREATING: frozenset({PENDING, IN_REVIEW, UNLISTED, REJECTED, BANNED, LIVE, BLOCKED}),
    IN_REVIEW: frozenset({LIVE, UNLISTED, REJECTED, BANNED, MISSING, PENDING, CREATING, BLOCKED}),
    LIVE: frozenset({IN_REVIEW, UNLISTED, REJECTED, BANNED, MISSING}),
    UNLISTED: frozenset({IN_REVIEW, LIVE, REJECTED, BANNED, MISSING}),
    REJECTED: frozenset({PENDING, CREATING, IN_REVIEW, LIVE, UNLISTED, BANNED, BLOCKED, MISSING}),
    BANNED: frozenset({IN_REVIEW, LIVE, UNLISTED, REJECTED, MISSING}),
    MISSING: frozenset({PENDING, CREATING, IN_REVIEW, LIVE, UNLISTED, BANNED, BLOCKED}),
}


class IllegalTransition(ValueError):
    """A listing was about to go where no listing goes: a bug, never a user's mistake."""


def check_transition(before: str, after: str) -> str:
    """Return ``after`` when a listing may go there from ``before`` (or stay); else raise."""
    if after != before and after not in _AFTER[before]:
        raise IllegalTransition(f"a listing cannot go from {before} to {after}")
    return after


def sources_of(after: str) -> tuple[str, ...]:
    """The states from which ``after`` may be reached (for a set-based ``UPDATE … WHERE``)."""
    return tuple(s for s in STATES if s == after or after in _AFTER[s])
