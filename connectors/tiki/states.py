"""The states of a product request (3.4): one family of words in two spellings. Pure."""

from __future__ import annotations

from enum import Enum


class Stage(Enum):
    """``OPEN`` covers every word that is no end: also those that Tiki may add."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    DELETED = "deleted"


_ENDS = {
    "approved": Stage.APPROVED,
    "rejected": Stage.REJECTED,
    "deleted": Stage.DELETED,
    "cancelled": Stage.DELETED,
    "canceled": Stage.DELETED,
}

_BEFORE_PEOPLE = ("queuing", "queueing", "processing", "drafted")


def stage(state: str) -> Stage:
    return _ENDS.get(state.strip().lower(), Stage.OPEN)


def with_people(state: str) -> bool:
    """Whether the desk has it: ``md_waiting_approve``, ``awaiting_approve`` …"""
    return stage(state) is Stage.OPEN and state.strip().lower() not in _BEFORE_PEOPLE
