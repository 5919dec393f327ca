"""Rules and agreements as people set them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from models.shop import RULE_KINDS, SCOPES, Rule


def set_rule(
    session: Session, kind: str, scope: str, target: str, channel: str, value: Mapping[str, Any],
    *, by: str, note: str, now: datetime,
) -> bool:  # fmt: skip
    """Set a rule where it holds; returns whether anything changed."""
    rule = session.exec(_at(kind, scope, target, channel)).first()
    if rule is not None and rule.value == dict(value):
        return False
    rule = rule or Rule(kind=kind, scope=scope, target=target, channel=channel, value={})
    rule.value, rule.decided_by, rule.note, rule.decided_at = dict(value), by, note, now
    session.add(rule)
    return True


def value_of(
    session: Session, kind: str, scope: str, target: str, channel: str
) -> dict[str, Any] | None:
    """The value of the rule that is set there, None when there is none."""
    rule = session.exec(_at(kind, scope, target, channel)).first()
    return None if rule is None else dict(rule.value)


def remove(session: Session, kind: str, scope: str, target: str, channel: str) -> None:
    """Let there be no rule there: a wider one, or the program's own, holds."""
    rule = session.exec(_at(kind, scope, target, channel)).first()
    if rule is not None:
        session.delete(rule)
        session.flush()


def _at(kind: str, scope: str, target: str, channel: str) -> Any:
    return select(Rule).where(
        Rule.kind == kind, Rule.scope == scope, Rule.target == target, Rule.channel == channel
    )


def every(session: Session) -> list[Rule]:
    """All rules, the widest scope of a kind first."""
    found = session.exec(select(Rule).order_by(col(Rule.target), col(Rule.channel))).all()
    return sorted(found, key=lambda r: (RULE_KINDS.index(r.kind), SCOPES.index(r.scope)))


def of_kind(session: Session, kind: str) -> Sequence[Rule]:
    """All rules of a kind."""
    return session.exec(select(Rule).where(Rule.kind == kind).order_by(col(Rule.id))).all()
