"""What the registry says of a certificate now is what counts, from the pull to the shop."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from connectors.registry.contract import SourceCertificate
from tests.worker.conftest import World
from tests.worker.fakes import source_product
from worker import planning
from worker.planning import plan_day

IN_DATE = SourceCertificate("1/QĐ", 4, date(2025, 6, 1), date(2028, 6, 1))


def on_sale(world: World, certificate: SourceCertificate) -> None:
    world.book.products = [source_product(stock=30, certificate=certificate)]
    world.pull()
    world.connect()
    world.sync()
    assert world.market.on_sale("shop-mot")


def stated(world: World, certificate: SourceCertificate | None) -> None:
    world.book.products = [replace(world.book.products[0], certificate=certificate)]
    world.pull()
    world.sync()


@pytest.mark.parametrize(
    "corrected",
    [
        replace(IN_DATE, recognised_on=date(2021, 6, 1), expires_on=date(2024, 6, 1)),
        replace(IN_DATE, decision="9/QĐ", recognised_on=date(2021, 6, 1),
                expires_on=date(2024, 6, 1)),
        replace(IN_DATE, decision="1/QĐ-UBND", status="revoked"),
        replace(IN_DATE, decision="9/QĐ", recognised_on=date(2026, 6, 1), status="revoked"),
        replace(IN_DATE, status="suspended"),
        None,
    ],
    ids=["its day", "all of it", "its number, and it is revoked", "a newer one is revoked",
         "suspended", "none any more"],
)  # fmt: skip
def test_an_older_word_on_a_certificate_sells_nothing(
    world: World, corrected: SourceCertificate | None
) -> None:
    on_sale(world, IN_DATE)
    stated(world, corrected)
    assert world.market.on_sale("shop-mot") == {}


def test_a_renewal_that_has_not_begun_leaves_the_present_one_in_force(world: World) -> None:
    on_sale(world, IN_DATE)
    stated(world, SourceCertificate("9/QĐ", 5, date(2027, 1, 1), date(2030, 1, 1)))
    assert world.market.on_sale("shop-mot")


def test_a_lapsed_one_is_kept_to_say_when_it_lapsed(world: World) -> None:
    lapsed = replace(IN_DATE, recognised_on=date(2021, 6, 1), expires_on=date(2024, 6, 1))
    world.book.products = [source_product(certificate=lapsed)]
    world.pull()
    world.connect()
    stated(world, None)
    assert world.sql("SELECT reason->>'code' FROM listing") == [("EXPIRED",)]


def test_a_day_whose_plan_failed_is_planned_by_the_next_who_asks(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The slot was taken, the plan was a transaction later, and the worker died between."""
    on_sale(world, replace(IN_DATE, expires_on=world.time.at.date()))
    world.time.forward(days=1)
    slot = f"certify:{world.time.at.date()}"
    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):

        def dies(*_anything: object) -> None:
            raise KeyboardInterrupt

        broken.setattr(planning, "plan_in", dies)
        plan_day(world.env, slot)
    assert plan_day(world.env, slot)
    assert not plan_day(world.env, slot)
    for shop in world.shops():
        world.drain(shop)
    assert world.market.on_sale("shop-mot") == {}
