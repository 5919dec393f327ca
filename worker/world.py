"""What every product is planned against: shops, rules, mappings, people's words, the day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlmodel import Session

from connectors.contract import Capabilities
from models import facts, holds, overrides, pairing
from models.facts import CategoryFacts, Market, ShopFacts
from models.holds import Standing, Subject
from models.overrides import Pin
from worker.reasons import Reason, reason
from worker.rules import RuleBook, active


@dataclass(frozen=True, slots=True)
class World:
    """What every product is planned against."""

    shops: tuple[ShopFacts, ...]
    capabilities: Mapping[str, Capabilities]
    rules: RuleBook
    public: bool
    """Channels can reach what we publish."""
    waiting: Mapping[tuple[int, int], Reason]
    """(shop, product) that a person has to judge first, and why."""
    categories: Mapping[Market, Sequence[CategoryFacts]]
    today: date
    now: datetime
    standing: Mapping[Subject, Standing] = field(default_factory=dict)
    """What people said, or have yet to say, of changes that waited."""
    pulled: Mapping[int, datetime] = field(default_factory=dict)
    """Products that a pull changed and no plan has judged, with the time of that pull."""
    pins: Mapping[int, Sequence[Pin]] = field(default_factory=dict)
    """Values that an undo put back, by listing."""
    run_id: int | None = None
    """The run that plans."""
    take_downs: str = "few"
    """What that pull takes down: few (it comes down), many (a person is asked), or uncounted (it
    waits for the plan that looks at all of the pull)."""


def load_world(
    session: Session,
    capabilities: Mapping[str, Capabilities],
    today: date,
    now: datetime,
    *,
    public: bool = False,
    run_id: int | None = None,
) -> World:
    """Shops, rules and mappings as they stand."""
    return World(
        shops=tuple(s for s in facts.load_shops(session) if s.channel in capabilities),
        capabilities=capabilities,
        rules=active(facts.load_rules(session)),
        public=public,
        waiting=_waiting(session),
        categories=facts.load_categories(session),
        today=today,
        now=now,
        standing=holds.standing(session),
        pulled=facts.unplanned(session),
        pins=overrides.standing(session),
        run_id=run_id,
    )


def _waiting(session: Session) -> dict[tuple[int, int], Reason]:
    """An item of the shop that may be the same, or one that vanished again and again."""
    lost = {key: reason("LOST_AGAIN") for key in holds.subjects(session, "repeated_loss")}
    like = {key: reason("ADOPT_WAITING", t) for key, t in pairing.undecided(session).items()}
    return lost | like
