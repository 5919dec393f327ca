"""Rules and agreements as people set them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from models.shop import Rule


def set_rule(
    session: Session, kind: str, scope: str, target: str, channel: str, value: Mapping[str, Any],
    *, by: str, note: str, now: datetime,
) -> bool:  # fmt: skip
    """Set a rule where it holds; returns whether anything changed."""
    rule = session.exec(
        select(Rule).where(
            Rule.kind == kind, Rule.scope == scope, Rule.target == target, Rule.channel == channel
        )
    ).first()
    if rule is not None and rule.value == dict(value):
        return False
    rule = rule or Rule(kind=kind, scope=scope, target=target, channel=channel, value={})
    rule.value, rule.decided_by, rule.note, rule.decided_at = dict(value), by, note, now
    session.add(rule)
    return True


def of_kind(session: Session, kind: str) -> Sequence[Rule]:
    """All rules of a kind."""
    return session.exec(select(Rule).where(Rule.kind == kind).order_by(col(Rule.id))).all()
