"""A shop that did not answer for hours is right again within two periods of the schedule, without a
person; and what must come down comes down with the first call that gets through."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from sandbox.shopee import Fault
from tests.model.laws import (
    KEY_OF,
    Ledger,
    none_stuck,
    nothing_uncertified,
    shows_the_offer,
    stock_as_known,
)
from tests.model.registry import Pack
from tests.model.truth import Truth
from tests.model.world import ACCOUNTS, OWN, Base, World

PERIOD_S, SWEEP_S, RECONCILE_S = 900, 30, 600

FAULTS = (
    Fault(kind="outage", times=None),
    Fault(kind="answer", status=500, body={}, times=None),
    Fault(kind="rate", times=None),
    Fault(kind="rate", retry_after=120, times=None),
    Fault(kind="html", times=None),
    Fault(kind="malformed", times=None),
    Fault(kind="truncated", times=None),
    Fault(kind="reset_before", times=None),
    Fault(kind="reset_after", times=None),
    Fault(kind="outage_after", times=None),
)


@dataclass
class Schedule:
    """What beat does, by the world's own clock."""

    world: World
    truth: Truth
    ledger: Ledger
    seconds: int = 0

    def run(self, seconds: int) -> None:
        for _ in range(0, seconds, SWEEP_S):
            self.seconds += SWEEP_S
            self.world.forward(SWEEP_S)
            if self.seconds % PERIOD_S == 0:
                self.pull()
            for key in ACCOUNTS:
                if self.seconds % RECONCILE_S == 0:
                    self.world.reconcile(key)
                self.world.drain(key)
            self.ledger.read()

    def pull(self) -> None:
        self.world.book.full = True
        self.ledger.stated(self.truth.read(self.world.book))
        self.world.pull()


@pytest.fixture
def schedule(model_base: Base) -> Schedule:
    """Everything is on sale."""
    world, truth = World(model_base), Truth()
    truth.read(world.book)
    made = Schedule(world, truth, Ledger(world, truth))
    made.run(2 * PERIOD_S)
    return made


def edit(schedule: Schedule) -> None:
    """A price, a stock, a pack; and a certificate is revoked."""
    book = schedule.world.book
    packs = (Pack(100, 22_000, 40), Pack(200, 40_000, 50), Pack(300, 60_000, 9))
    book.change("OCOP-1", packs=packs)
    book.change("OCOP-2", packs=(Pack(100, 21_000, 70),))
    book.change("OCOP-0", status="revoked")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f"{f.kind} {f.status} {f.retry_after}")
def test_two_periods_after_a_long_fault_all_is_right(schedule: Schedule, fault: Fault) -> None:
    world = schedule.world
    world.market.spoil(fault.model_copy(update={"path": "/api/v2/product"}))
    edit(schedule)
    schedule.run(4 * PERIOD_S)
    world.market.heal()
    schedule.run(2 * PERIOD_S)
    for key in ACCOUNTS:
        nothing_uncertified(schedule.ledger, key)
        shows_the_offer(schedule.ledger, key)
        stock_as_known(schedule.ledger, key)
    none_stuck(world)


def test_the_first_call_that_gets_through_takes_the_revoked_down(schedule: Schedule) -> None:
    world = schedule.world
    world.market.spoil(Fault(kind="outage", path="/api/v2/product", times=None))
    edit(schedule)
    schedule.run(3 * PERIOD_S)
    last = max(entry["seq"] for entry in world.market.journal(0))
    world.market.heal()
    schedule.run(PERIOD_S)
    through = [e for e in world.market.journal(last) if KEY_OF.get(e["shop_id"]) == OWN]
    assert through[0]["path"] == "/api/v2/product/unlist_item"
    (gone,) = through[0]["effect"]
    assert (gone["item_sku"], gone["status"]) == ("OCOP-0-100G", "UNLIST")
