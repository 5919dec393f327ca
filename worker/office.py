"""What the office decides about rules, mappings and whose goods are sold where: each decision is a
run, so that its log says who decided what, and an undo finds what stood before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from models import assortments, categories, outcomes, owners, rules, runs
from models.categories import MapRow
from models.facts import Market
from models.outcomes import EventRow
from models.shop import Shop
from worker.env import Env

RULE_SET, MAPPING_SET, ASSORTED, AGREED = "rule_set", "mapping_set", "assorted", "agreed"
"""Kinds of events; ``before`` and ``after`` are the rule's value, the mapping's row, what is said
of each product in a shop, and whether a producer agrees to the province's shops."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """A rule as somebody sets it; ``value`` None: there is to be none."""

    kind: str
    scope: str
    target: str
    channel: str
    value: Mapping[str, Any] | None


def begin(env: Env, session: Session, who: str, why: str) -> int:
    """A decision, as a run that has ended: what it wants is sent by whoever sends next."""
    run_id = runs.begin(session, "decision", env.now(), slot=None, who=who, why=why)
    assert run_id is not None  # noqa: S101 (only a slot can be taken)
    runs.end(session, run_id, "ok", {}, env.now())
    return run_id


def rule(
    env: Env, session: Session, ruling: Ruling, *, run_id: int, who: str, note: str = ""
) -> bool:
    """Set (or remove) a rule; returns whether anything changed."""
    place = (ruling.kind, ruling.scope, ruling.target, ruling.channel)
    before = rules.value_of(session, *place)
    if before == ruling.value:
        return False
    if ruling.value is None:
        rules.remove(session, *place)
    else:
        rules.set_rule(session, *place, ruling.value, by=who, note=note, now=env.now())
    keys = ("kind", "scope", "target", "channel")
    _log(env, session, RULE_SET, run_id, dict(zip(keys, place, strict=True)), before, ruling.value)
    return True


def mapping(env: Env, session: Session, market: Market, row: MapRow, *, run_id: int) -> bool:
    """Set a line of a market's mapping; returns whether anything changed."""
    known = {(r.kind, r.words): r for r in categories.rows_of(session, market)}
    before = known.get((row.kind, row.words))
    changed = bool(categories.put(session, market, [row]))
    if changed:
        keys = {"channel": market[0], "base_url": market[1]}
        old = _row_json(before) if before is not None else None
        _log(env, session, MAPPING_SET, run_id, keys, old, _row_json(row))
    return changed


def assort(
    env: Env, session: Session, shop: Shop, modes: Mapping[str, str | None], *, run_id: int
) -> bool:
    """Keep products (by code) out of a shop ("exclude"), put them into it ("include"), or say
    nothing of them (None); returns whether anything changed."""
    before = assortments.of_products(session, shop.id or 0, sorted(modes))
    changed = {code: mode for code, mode in modes.items() if before[code] != mode}
    if not changed:
        return False
    assortments.put(session, shop.id or 0, changed)
    old = {code: before[code] for code in changed}
    _log(env, session, ASSORTED, run_id, {"shop": shop.key}, old, changed)
    return True


def agree(
    env: Env, session: Session, producer_ids: Sequence[int], *, agreed: bool, run_id: int
) -> list[int]:
    """Producers agree that the province's shops sell their goods, or no longer do; returns those
    of whom that is new. An event names each."""
    changed = owners.agree(session, producer_ids, agreed=agreed)
    for producer_id, name in changed:
        place = {"producer": name, "id": str(producer_id)}
        _log(env, session, AGREED, run_id, place, not agreed, agreed)
    return [producer_id for producer_id, _name in changed]


def _row_json(row: MapRow) -> dict[str, Any]:
    return {
        "kind": row.kind, "words": row.words, "category_id": row.category_id,
        "attributes": [dict(a) for a in row.attributes], "name": row.name,
        "decided_by": row.decided_by,
    }  # fmt: skip


def _log(
    env: Env, session: Session, kind: str, run_id: int, place: Mapping[str, str], before: Any,
    after: Any,
) -> None:  # fmt: skip
    event = EventRow(
        kind=kind,
        run_id=run_id,
        before={**place, "value": before},
        after={**place, "value": after},
    )
    outcomes.log(session, [event], env.now())
