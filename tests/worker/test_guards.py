"""Guards: what looks like an accident waits, the law never does, and yes means what it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.registry.contract import Tombstone
from models.facts import CategoryFacts, RuleFacts
from models.holds import Standing
from models.listings import FacetState, ListingState, VariantState
from tests.worker import facts
from tests.worker.conftest import World
from tests.worker.fakes import CAPABILITIES, source_product
from worker.certify import forbidden, valid_certificate
from worker.deciding import decide
from worker.draft import Draft
from worker.drafting import drafts
from worker.guards import jumps, may_wait, too_many
from worker.planning import plan_products, plan_pulled
from worker.reasons import reason
from worker.rules import GuardRule, active
from worker.world import World as Planned

MANY, ALL = 10, 20


# --- laws -------------------------------------------------------------------------------------


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.floats(1.1, 1000))
def test_a_jump_is_one_both_ways(before: int, after: int, factor: float) -> None:
    assert jumps(before, after, factor) == jumps(after, before, factor)
    assert not jumps(before, before, factor)
    assert not jumps(None, after, factor)


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 100), st.integers(0, 10))
def test_a_few_never_wait_and_more_never_wait_less(
    down: int, on_sale: int, pct: int, few: int
) -> None:
    rule = GuardRule(down_pct=pct, few=few)
    if down <= few:
        assert not too_many(down, down, on_sale, rule)
    if too_many(down, down, on_sale, rule):
        assert too_many(down + 1, down + 1, on_sale, rule)


DAYS = st.integers(-900, 900).map(lambda n: facts.TODAY + timedelta(days=n))
CERTIFICATES = st.builds(
    facts.certificate,
    status=st.sampled_from(["valid", "revoked", "suspended"]),
    recognised_on=DAYS,
    expires_on=DAYS,
    revoked_reason=st.sampled_from(["", "vi phạm an toàn thực phẩm"]),
)
REASONS = ("NOT_ASSIGNED", "WITHDRAWN", "EXPIRED", "REVOKED", "NO_PRICE", "NO_CATEGORY", "FLAGGED")


@given(st.lists(CERTIFICATES, max_size=3), st.sampled_from(REASONS))
def test_nothing_without_a_certificate_in_force_ever_waits(
    certificates: list[Any], code: str
) -> None:
    product = facts.product(certificates=tuple(certificates))
    law = forbidden(product, facts.shop(), CAPABILITIES, active([]), facts.TODAY)
    if valid_certificate(certificates, facts.TODAY) is None:
        assert not may_wait(reason(code), law)
    elif code in ("WITHDRAWN", "NO_PRICE"):
        assert may_wait(reason(code), law)


def test_a_recall_never_waits() -> None:
    product = facts.product(withdrawn_at=facts.NOW, withdrawn_reason="Thu hồi sản phẩm lô 3")
    law = forbidden(product, facts.shop(), CAPABILITIES, active([]), facts.TODAY)
    assert not may_wait(reason("WITHDRAWN"), law)


PRICES = st.integers(1_000, 2_000_000)


def listed(acked: dict[str, int]) -> ListingState:
    """Our one product, on sale at these prices."""
    variants = tuple(
        VariantState(n, sku, sku, price, 10, 10, 1, 1, 0, removed=False)
        for n, (sku, price) in enumerate(acked.items(), 1)
    )
    on = FacetState({"on": True}, "d", {"on": True}, "d", True, False, None)
    return ListingState(
        1, 1, 1, 0, "SKU", "r1", "live", facts.NOW, None, None, None, None, None, 0, facts.NOW,
        facts.NOW, 0, False, {"availability": on}, variants,
    )  # fmt: skip


def drafted(
    new: dict[str, int], acked: dict[str, int], withdrawn: bool, **changes: Any
) -> list[Draft]:
    """The drafts of one listing that was on sale, as a pull of many changed its product."""
    product = facts.product(
        variants=tuple(
            facts.variant(id=n, sku=sku, price_vnd=price)
            for n, (sku, price) in enumerate(new.items(), 1)
        ),
        withdrawn_at=facts.NOW if withdrawn else None,
    )
    shop = facts.shop(channel="fake")
    world = Planned(
        shops=(shop,),
        capabilities={"fake": CAPABILITIES},
        rules=active([]),
        public=True,
        waiting={},
        categories={shop.market: [CategoryFacts("dry", "", "2", ())]},
        today=facts.TODAY,
        now=facts.NOW,
        pulled={1: facts.NOW},
        take_downs="many",
    )
    return list(drafts(product, replace(world, **changes), {(1, 1): [listed(acked)]}))


def shows(drafts: list[Draft]) -> list[Any]:
    return [(d.part, d.verdict, d.held, d.prices, d.on and d.content) for d in drafts]


@given(st.data(), st.booleans())
def test_approving_then_planning_is_planning_without_the_guard(
    data: st.DataObject, withdrawn: bool
) -> None:
    skus = [f"S-{n}" for n in range(data.draw(st.integers(1, 4)))]
    acked = {sku: data.draw(PRICES) for sku in skus}
    new = {sku: data.draw(PRICES) for sku in skus}
    guarded = drafted(new, acked, withdrawn)
    standing: dict[Any, Any] = {}
    for _asked in range(3):  # a price that is let go may break the channel's ratio
        waits = [w for d in drafted(new, acked, withdrawn, standing=standing) for w in d.waits]
        jumping = [w for w in waits if w[0] != "ratio"]
        standing = {(k, i.key): Standing(i.change, "approved") for k, i in jumping}
    free = {"rules": active([RuleFacts("guard", "default", "", "", {"price_factor": 1000})])}
    approved = drafted(new, acked, withdrawn, standing=standing)
    unguarded = drafted(new, acked, withdrawn, take_downs="few", **free)
    if all(not jumps(acked[sku], new[sku], 1000) for sku in skus):
        assert shows(approved) == shows(unguarded)
    for draft in guarded:
        assert all(price in (acked[sku], new[sku]) for sku, price in draft.prices.items())
        assert (draft.held is not None) == withdrawn


@pytest.mark.parametrize("status", ["open", "approved", "rejected"])
def test_a_word_is_about_the_very_change_that_was_shown(status: str) -> None:
    (draft,) = drafted({"S": 90_000}, {"S": 20_000}, withdrawn=False)
    ((kind, item),) = draft.waits
    said = {(kind, item.key): Standing(item.change, status)}
    (same,) = drafted({"S": 90_000}, {"S": 20_000}, withdrawn=False, standing=said)
    assert same.prices == {"S": 90_000 if status == "approved" else 20_000}
    (other,) = drafted({"S": 95_000}, {"S": 20_000}, withdrawn=False, standing=said)
    assert other.waits[0][1].change != item.change
    assert other.prices == {"S": 20_000}


# --- on real tables ---------------------------------------------------------------------------


def start(world: World, count: int = ALL) -> None:
    world.book.products = [replace(source_product(f"OCOP-{n}"), version=1) for n in range(count)]
    world.pull()
    world.connect()
    world.sync()
    assert len(world.market.on_sale("shop-mot")) == count


def bury(world: World, count: int) -> None:
    world.book.tombstones = [Tombstone(f"OCOP-{n}", 2, "Ngừng sản xuất") for n in range(count)]
    world.book.products = world.book.products[count:]
    world.pull(full=False)


def holds(world: World) -> list[tuple[Any, ...]]:
    return world.sql("SELECT kind, status FROM hold ORDER BY id")


def hold_id(world: World) -> int:
    ((number,),) = world.sql("SELECT id FROM hold WHERE status = 'open'")
    return int(str(number))


def test_many_that_one_pull_takes_down_wait_in_one_hold(world: World) -> None:
    start(world)
    bury(world, MANY)
    world.sync()
    assert len(world.market.on_sale("shop-mot")) == ALL
    assert holds(world) == [("mass_take_down", "open")]
    assert world.sql("SELECT count(*) FROM hold_item") == [(MANY,)]
    assert world.sql("SELECT count(*) FROM event WHERE kind = 'held'") == [(1,)]
    assert decide(world.env, hold_id(world), approve=True, who="Lan").decided_by == "Lan"
    world.sync()
    assert len(world.market.on_sale("shop-mot")) == ALL - MANY
    world.plan()
    assert holds(world) == [("mass_take_down", "approved")]
    assert world.sql("SELECT count(*) FROM hold_item WHERE ended_at IS NULL") == [(0,)]


def test_a_few_that_one_pull_takes_down_come_down(world: World) -> None:
    start(world)
    bury(world, 3)
    world.sync()
    assert len(world.market.on_sale("shop-mot")) == ALL - 3
    assert holds(world) == []


def test_certificates_never_wait_however_many(world: World) -> None:
    start(world)
    world.sql("UPDATE certificate SET status = 'revoked' RETURNING 1")
    world.sql("UPDATE product SET unplanned_since = now() RETURNING 1")
    world.sync()
    assert world.market.on_sale("shop-mot") == {}
    assert holds(world) == []


def test_what_waits_comes_down_when_the_law_says_so(world: World) -> None:
    start(world)
    bury(world, MANY)
    world.plan()
    world.sql("""UPDATE certificate SET status = 'revoked' WHERE product_id =
        (SELECT product_id FROM product_code WHERE code = 'OCOP-0') RETURNING 1""")
    world.sync()
    assert set(world.market.on_sale("shop-mot")) == {f"OCOP-{n}-100G" for n in range(1, ALL)}


def test_what_was_rejected_stays_on_sale_and_is_not_asked_again(world: World) -> None:
    start(world)
    bury(world, MANY)
    world.plan()
    decide(world.env, hold_id(world), approve=False, who="Lan")
    bury(world, 0)
    world.sync()
    assert len(world.market.on_sale("shop-mot")) == ALL
    assert holds(world) == [("mass_take_down", "rejected")]


def test_a_register_that_mends_itself_solves_the_hold(world: World) -> None:
    start(world)
    before = list(world.book.products)
    bury(world, MANY)
    world.plan()
    world.book.tombstones = []
    world.book.products = [replace(p, version=3) for p in before]
    world.pull()
    world.sync()
    assert holds(world) == [("mass_take_down", "solved")]
    assert len(world.market.on_sale("shop-mot")) == ALL


def test_a_plan_of_some_products_does_not_let_the_pull_through_bit_by_bit(world: World) -> None:
    start(world)
    bury(world, MANY)
    for product_id in range(1, MANY + 1):
        plan_products(world.env, [product_id])
    assert world.due() == 0
    assert holds(world) == []
    plan_pulled(world.env, ())
    assert holds(world) == [("mass_take_down", "open")]
    assert world.due() == 0


def test_what_waits_keeps_its_share_of_the_stock(world: World) -> None:
    start(world, 5)
    world.connect("Shop hai", producer="HTX A")
    world.sync()
    world.sql("""INSERT INTO assortment (shop_id, mode, scope, value)
        SELECT id, 'exclude', 'group', 'thuc-pham' FROM shop WHERE key = 'shop-mot' RETURNING 1""")
    world.book.products = [
        replace(source_product(f"OCOP-{n}", stock=40), version=2) for n in range(5)
    ]
    world.pull()
    world.sync()
    assert holds(world) == [("mass_take_down", "open")]
    shops = [world.market.on_sale(key) for key in ("shop-mot", "shop-hai")]
    assert [len(shop) for shop in shops] == [5, 5]
    assert sum(shop["OCOP-0-100G"][1] for shop in shops) == 40


@pytest.mark.parametrize("approve", [True, False])
def test_a_price_that_jumps_waits_and_the_rest_goes_on(world: World, approve: bool) -> None:
    start(world, 2)
    world.book.products = [
        replace(source_product("OCOP-0", prices=(200_000,), stock=7), version=2),
        replace(source_product("OCOP-1", prices=(30_000,)), version=2),
    ]
    world.pull()
    world.sync()
    assert world.market.on_sale("shop-mot") == {
        "OCOP-0-100G": (20_000, 7),
        "OCOP-1-100G": (30_000, 100),
    }
    assert holds(world) == [("price_jump", "open")]
    decide(world.env, hold_id(world), approve=approve, who="Lan")
    world.sync()
    price = world.market.on_sale("shop-mot")["OCOP-0-100G"][0]
    assert price == (200_000 if approve else 20_000)
    assert len(holds(world)) == 1


def test_a_price_that_was_let_go_asks_again_the_next_time(world: World) -> None:
    start(world, 1)
    for version, price in enumerate((200_000, 20_000, 200_000), 2):
        world.book.products = [replace(source_product("OCOP-0", prices=(price,)), version=version)]
        world.pull()
        world.sync()
        decide(world.env, hold_id(world), approve=True, who="Lan")
        world.sync()
        assert world.market.on_sale("shop-mot")["OCOP-0-100G"][0] == price
    assert len(holds(world)) == 3


def test_a_rejected_price_is_not_asked_about_again_and_another_is(world: World) -> None:
    start(world, 1)
    for version, (price, asked) in enumerate(((200_000, 1), (200_000, 1), (210_000, 2)), 2):
        world.book.products = [
            replace(source_product("OCOP-0", prices=(price,), stock=version), version=version)
        ]
        world.pull()
        world.sync()
        assert len(holds(world)) == asked
        if holds(world)[-1][1] == "open":
            decide(world.env, hold_id(world), approve=False, who="Lan")
    assert world.market.on_sale("shop-mot")["OCOP-0-100G"] == (20_000, 4)
    live = world.sql("SELECT change FROM hold_item WHERE ended_at IS NULL")
    assert live == [("20000→210000",)]


def test_a_rule_behind_many_prices_is_one_hold(world: World) -> None:
    start(world, 6)
    world.sql("""INSERT INTO rule (kind, scope, target, channel, value, decided_by, note)
        VALUES ('price', 'default', '', '', '{"markup_pct": 400}', 'x', '') RETURNING 1""")
    world.sync()
    assert holds(world) == [("price_jump", "open")]
    assert world.sql("SELECT count(*) FROM hold_item") == [(6,)]
    assert {price for price, _stock in world.market.on_sale("shop-mot").values()} == {20_000}
