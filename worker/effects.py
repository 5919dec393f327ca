"""What a rule or a mapping does to listings. Before it is set: it is set and planned in a
transaction that is rolled back. What waited for a plan anyway (a new day) is planned first, so
that only the change's own doing is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from models import effects, holds, status, turns
from models.categories import MapRow
from models.effects import ShownRow
from models.facts import Market
from worker import office
from worker.env import Env
from worker.office import Ruling
from worker.plan import plan
from worker.planning import plan_in, world_now

FIRST = 20
"""Listings that are shown one by one."""


@dataclass(frozen=True, slots=True)
class Differing:
    """One value before and after. ``what``: price, stock (by ``sku``), on, state or title."""

    what: str
    before: Any
    after: Any
    sku: str = ""


@dataclass(frozen=True, slots=True)
class Touched:
    """One listing; ``reason`` as it is kept, None where it stays."""

    listing_id: int
    product_code: str
    product: str
    shop: str
    facets: tuple[str, ...]
    values: tuple[Differing, ...]
    reason: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Effects:
    """``listings``: how many are touched; ``facets`` of them, ``channels`` they stand on;
    ``questions``: what would wait for a person (Vietnamese)."""

    listings: int
    facets: Counter[str]
    channels: Counter[str]
    first: tuple[Touched, ...]
    questions: tuple[str, ...]


def of_rule(env: Env, ruling: Ruling) -> Effects:
    """What setting (or removing) a rule would do."""

    def change(session: Session, run_id: int) -> None:
        office.rule(env, session, ruling, run_id=run_id, who="preview")

    with env.db.preview() as session:
        return _effects(env, session, change, _products(session, ruling))


def of_mapping(env: Env, market: Market, row: MapRow) -> Effects:
    """What setting a line of a market's mapping would do."""

    def change(session: Session, run_id: int) -> None:
        office.mapping(env, session, market, row, run_id=run_id)

    with env.db.preview() as session:
        return _effects(env, session, change, None)


def set_rule(
    env: Env, session: Session, ruling: Ruling, *, who: str, note: str = ""
) -> tuple[int, bool]:
    """Set (or remove) a rule and plan what it changes; the decision's run, and whether anything
    changed."""
    products = _products(session, ruling)
    turns.take(session, products)
    why = " ".join(part for part in ("luật", ruling.kind, ruling.target, ruling.channel) if part)
    run_id = office.begin(env, session, who, why)
    changed = office.rule(env, session, ruling, run_id=run_id, who=who, note=note)
    if changed:
        session.flush()
        plan_in(env, session, products, run_id)
    return run_id, changed


def _products(session: Session, ruling: Ruling) -> list[int] | None:
    """The products that a rule may reach; None: any."""
    if ruling.scope != "product":
        return None
    found = status.find_product(session, ruling.target)
    return [found.id] if found else []


def _effects(
    env: Env, session: Session, change: Callable[[Session, int], None], products: list[int] | None
) -> Effects:
    turns.take(session, products)
    plan(session, world_now(env, session), products)
    asked = {hold.id for hold in holds.open_holds(session)}
    effects.note_down(session)
    run_id = office.begin(env, session, "preview", "preview")
    change(session, run_id)
    session.flush()
    plan(session, world_now(env, session, run_id), products)
    touched = effects.differing(session)
    return Effects(
        len(touched),
        Counter(facet for row in touched for facet in row.facets),
        Counter(row.channel for row in touched),
        tuple(map(_touched, effects.shown(session, touched[:FIRST]))),
        tuple(h.message for h in holds.open_holds(session) if h.id not in asked),
    )


def _touched(row: ShownRow) -> Touched:
    values: list[Differing] = []
    if row.state_before != row.state:
        values.append(Differing("state", row.state_before, row.state))
    on, off = _on(row.before), _on(row.after)
    if on != off:
        values.append(Differing("on", on, off))
    for facet in ("price", "stock"):
        old, new = row.before.get(facet) or {}, row.after.get(facet) or {}
        values += [
            Differing(facet, old.get(sku), new.get(sku), sku)
            for sku in sorted({*old, *new})
            if old.get(sku) != new.get(sku)
        ]
    old, new = row.before.get("content") or {}, row.after.get("content") or {}
    if old.get("title") != new.get("title"):
        values.append(Differing("title", old.get("title"), new.get("title")))
    return Touched(
        row.listing_id, row.product_code, row.product, row.shop, tuple(row.facets),
        tuple(values), row.reason,
    )  # fmt: skip


def _on(wanted: Any) -> bool | None:
    shelf = wanted.get("availability")
    return None if shelf is None else bool(shelf["on"])
