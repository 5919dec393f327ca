"""Laws that hold after any sequence of edits and for any size of page."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.registry import (
    Certify,
    Describe,
    Expire,
    RegistrySandbox,
    Rename,
    Revoke,
    Suspend,
    Withdraw,
)
from sandbox.registry.edits import Edit
from tests.sandbox.registry.conftest import BOOK_DAY, Client, Stage, TurnedClock

CODES = [item["code"] for item in RegistrySandbox(None, BOOK_DAY, TurnedClock()).products()]

EDITS: st.SearchStrategy[Edit] = st.one_of(
    st.builds(Rename, name=st.text(min_size=1, max_size=20)),
    st.builds(Describe, description=st.text(max_size=20)),
    st.builds(Revoke),
    st.builds(Suspend),
    st.builds(Expire),
    st.builds(Certify, decision=st.just("1/QĐ-UBND"), stars=st.integers(3, 5)),
    st.builds(Withdraw),
)
Plan = list[tuple[str, Edit, int]]
PLANS: st.SearchStrategy[Plan] = st.lists(
    st.tuples(st.sampled_from(CODES[:6] + CODES[-3:]), EDITS, st.integers(0, 90)), max_size=12
)


def carry_out(registry: RegistrySandbox, clock: TurnedClock, plan: Plan) -> dict[str, int]:
    """Edit, with seconds between; returns the newest version of each product that was edited."""
    versions: dict[str, int] = {}
    gone: set[str] = set()
    for code, edit, seconds in plan:
        if code not in gone:
            clock.turn(seconds=seconds)
            versions[code] = registry.edit(code, edit)
            if isinstance(edit, Withdraw):
                gone.add(code)
    return versions


@settings(max_examples=25, deadline=None)
@given(plan=PLANS, limit=st.integers(8, 200), middle=PLANS)
def test_a_walk_sees_each_once_and_the_next_finds_exactly_the_edited(
    stage: Stage, plan: Plan, limit: int, middle: Plan
) -> None:
    clock = TurnedClock()
    registry = RegistrySandbox(None, BOOK_DAY, clock)
    http = stage.play(registry)
    carry_out(registry, clock, plan)
    expected = {item["code"]: item["version"] for item in registry.products()}
    gone = {item["code"] for item in registry.products() if item["deleted"]}
    pages = [http.page(limit=limit)]
    edited = carry_out(registry, clock, [step for step in middle if step[0] not in gone])
    pages += rest_of(http, pages[0])
    found = http.items(updated_since=pages[0]["snapshot"], limit=1)
    http.close()
    registry.close()

    items = [item for page in pages for item in page["items"]]
    assert [(item["updated_at"], item["code"]) for item in items] == sorted(
        (item["updated_at"], item["code"]) for item in items
    )
    assert len(items) == pages[0]["total"] == len(CODES)
    assert {item["code"]: item["version"] for item in items} == expected
    assert all(item["updated_at"] >= pages[0]["snapshot"] for item in found)
    newer = {i["code"]: i["version"] for i in found if i["version"] > expected[i["code"]]}
    assert newer == edited


def rest_of(http: Client, page: dict[str, Any]) -> list[dict[str, Any]]:
    """The pages after ``page``, with another limit: that is free within a walk."""
    pages = []
    while page["next_cursor"] is not None:
        page = http.page(cursor=page["next_cursor"], limit=33)
        pages.append(page)
    return pages
