"""Undo of a run: old prices, contents and decisions come back; stock and the shelf never do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from connectors.contract import Category
from connectors.registry.contract import SourceCertificate, Tombstone
from models import holds, overrides, rules
from tests.worker.conftest import World
from tests.worker.fakes import source_product
from worker import assorting, mappings, office, undo
from worker.deciding import decide
from worker.office import Ruling
from worker.planning import plan_products, plan_pulled
from worker.pull import run_pull
from worker.undo import BadUndo, Undone

SKU, LARGE = "OCOP-1-100G", "OCOP-1-200G"


def pull(world: World) -> int:
    """A pull with its plan, as the schedule does them."""
    run_id, result = run_pull(world.env, world.book, slot=None, who="schedule")
    assert run_id is not None
    plan_pulled(world.env, result.touched, run_id)
    return run_id


@pytest.fixture
def sold(world: World) -> World:
    """Two packs at 20.000 and 40.000 đ, on sale in one shop."""
    world.book.products = [source_product(prices=(20_000, 40_000))]
    world.pull()
    world.connect()
    world.sync()
    return world


def restate(world: World, **changes: object) -> int:
    """The registry says otherwise; pulled, planned and sent."""
    world.book.products = [replace(p, **changes) for p in world.book.products]  # type: ignore[arg-type]
    run_id = pull(world)
    world.sync()
    return run_id


def repriced(world: World, *prices: int) -> int:
    world.book.products = [source_product(prices=prices)]
    run_id = pull(world)
    world.sync()
    return run_id


def prices(world: World) -> list[int]:
    return [price for _sku, (price, _stock) in sorted(world.market.on_sale("shop-mot").items())]


def why(done: Undone, kind: str) -> str:
    return next(k.why for k in done.kept if k.kind == kind)


def test_prices_come_back_and_stand_until_the_registry_says_another(sold: World) -> None:
    run_id = repriced(sold, 25_000, 40_000)
    assert prices(sold) == [25_000, 40_000]
    done = undo.undo(sold.env, run_id, "chị Lan")
    assert [(b.kind, b.key, b.now, b.back) for b in done.back] == [("price", SKU, 25_000, 20_000)]
    sold.sync()
    assert prices(sold) == [20_000, 40_000]
    restated = repriced(sold, 25_000, 41_000)  # the other pack: the override stands
    assert prices(sold) == [20_000, 41_000] and restated > run_id
    repriced(sold, 26_000, 41_000)
    assert prices(sold) == [26_000, 41_000]
    with sold.env.db.transaction() as session:
        assert overrides.shown(session) == []


def test_a_preview_says_the_same_and_writes_nothing(sold: World) -> None:
    run_id = repriced(sold, 25_000, 40_000)
    before = sold.sql("SELECT count(*) FROM run"), sold.sql("SELECT count(*) FROM event")
    seen = undo.preview(sold.env, run_id)
    assert (sold.sql("SELECT count(*) FROM run"), sold.sql("SELECT count(*) FROM event")) == before
    assert sold.due() == 0
    assert seen.back == undo.undo(sold.env, run_id, "t").back


def test_an_undo_is_a_run_and_can_be_undone(sold: World) -> None:
    first = undo.undo(sold.env, repriced(sold, 25_000, 40_000), "chị Lan")
    sold.sync()
    assert sold.sql("SELECT kind, who, status FROM run WHERE id = :i", i=first.run_id) == [
        ("undo", "chị Lan", "ended")
    ]
    pushed = sold.sql(
        "SELECT after FROM event WHERE kind = 'pushed' AND run_id = :i", i=first.run_id
    )
    assert pushed == [({SKU: 20_000, LARGE: 40_000},)]
    undo.undo(sold.env, first.run_id, "anh Ba")
    sold.sync()
    assert prices(sold) == [25_000, 40_000]


def test_a_person_lifts_an_override(sold: World) -> None:
    undo.undo(sold.env, repriced(sold, 25_000, 40_000), "t")
    sold.sync()
    with sold.env.db.transaction() as session:
        (row,) = overrides.shown(session)
    assert (row.key, row.value, row.made_by) == (SKU, 20_000, "t")
    undo.lift(sold.env, row.id, "t")
    sold.sync()
    assert prices(sold) == [25_000, 40_000]
    with pytest.raises(BadUndo, match="không có giá trị ghim"):
        undo.lift(sold.env, row.id, "t")


def test_a_jump_that_is_undone_is_not_asked_about_again(sold: World) -> None:
    repriced(sold, 200_000, 40_000)
    with sold.env.db.transaction() as session:
        (hold,) = holds.open_holds(session)
    decide(sold.env, hold.id or 0, approve=True, who="chị Lan")
    sold.sync()
    assert prices(sold) == [40_000, 200_000] or prices(sold) == [200_000, 40_000]
    ((run_id,),) = sold.sql("SELECT max(id) FROM run WHERE kind = 'decision'")
    undo.undo(sold.env, int(str(run_id)), "chị Lan")
    sold.sync()
    assert prices(sold) == [20_000, 40_000]
    with sold.env.db.transaction() as session:
        assert holds.open_holds(session) == []


def test_a_rejected_question_is_asked_again(sold: World) -> None:
    repriced(sold, 200_000, 40_000)
    with sold.env.db.transaction() as session:
        (hold,) = holds.open_holds(session)
    decide(sold.env, hold.id or 0, approve=False, who="t")
    ((run_id,),) = sold.sql("SELECT max(id) FROM run WHERE kind = 'decision'")
    undo.undo(sold.env, int(str(run_id)), "t")
    with sold.env.db.transaction() as session:
        assert [h.kind for h in holds.open_holds(session)] == ["price_jump"]


def test_stock_is_never_put_back(sold: World) -> None:
    world = sold
    world.book.products = [source_product(prices=(25_000, 40_000), stock=60)]
    run_id = pull(world)
    world.sync()
    stock = {sku: units for sku, (_price, units) in world.market.on_sale("shop-mot").items()}
    done = undo.undo(world.env, run_id, "t")
    assert "có thể đã bán" in why(done, "stock")
    world.sync()
    assert {s: u for s, (_p, u) in world.market.on_sale("shop-mot").items()} == stock
    assert prices(world) == [20_000, 40_000]


def test_what_was_taken_down_stays_down(sold: World) -> None:
    revoked = SourceCertificate(
        "1/QĐ-UBND", 4, date(2025, 6, 1), date(2028, 6, 1), status="revoked"
    )
    run_id = restate(sold, certificate=revoked)
    assert sold.market.on_sale("shop-mot") == {}
    done = undo.undo(sold.env, run_id, "t")
    assert not done.back and "giấy chứng nhận" in why(done, "availability")
    sold.sync()
    assert sold.market.on_sale("shop-mot") == {}


def test_a_content_comes_back_unless_it_says_what_is_no_longer_so(sold: World) -> None:
    def title() -> object:
        return sold.listing(SKU).facets["content"].acked["title"]

    was = title()
    run_id = restate(sold, name="Mỳ gạo đổi tên")
    assert title() != was
    done = undo.undo(sold.env, run_id, "t")
    assert [b.kind for b in done.back] == ["content"]
    sold.sync()
    assert title() == was
    fewer = SourceCertificate("2/QĐ-UBND", 3, date(2026, 6, 1), date(2029, 6, 1))
    run_id = restate(sold, certificate=fewer)
    assert "3 sao" in str(title())
    done = undo.undo(sold.env, run_id, "t")
    assert not done.back and "hạng sao" in why(done, "content")


def test_what_another_run_changed_since_is_left_alone(sold: World) -> None:
    first = repriced(sold, 25_000, 40_000)
    repriced(sold, 26_000, 40_000)
    done = undo.undo(sold.env, first, "t")
    assert not done.back and "lượt khác" in why(done, "price")


def test_a_spread_that_the_channel_does_not_take_stays(sold: World) -> None:
    """20.000 beside a new pack at 150.000 is more than five times: the plan has the last word."""
    run_id = repriced(sold, 35_000, 40_000, 150_000)
    assert prices(sold) == [35_000, 40_000, 150_000]
    done = undo.undo(sold.env, run_id, "t")
    assert not done.back and "hơn mức sàn cho phép" in why(done, "price")
    assert "quy cách khác" in why(done, "content")
    sold.sync()
    assert prices(sold) == [35_000, 40_000, 150_000]
    with sold.env.db.transaction() as session:
        assert overrides.shown(session) == [] and holds.open_holds(session) == []


def test_parts_of_a_product_are_told_apart(world: World) -> None:
    """20.000 and 150.000 stand in two items of one shop; both prices come back."""
    world.book.products = [source_product(prices=(20_000, 150_000))]
    world.pull()
    world.connect()
    world.sync()
    assert len(world.market.items) == 2
    run_id = repriced(world, 25_000, 160_000)
    done = undo.undo(world.env, run_id, "t")
    assert sorted((b.key, b.back) for b in done.back) == [(SKU, 20_000), (LARGE, 150_000)]
    world.sync()
    assert prices(world) == [20_000, 150_000]


def test_a_rule_comes_back(sold: World) -> None:
    def ruled(pct: int) -> int:
        with sold.env.db.transaction() as session:
            run_id = office.begin(sold.env, session, "t", "luật giá")
            ruling = Ruling("price", "default", "", "", {"markup_pct": pct})
            assert office.rule(sold.env, session, ruling, run_id=run_id, who="t")
        plan_products(sold.env, run_id=run_id)
        sold.sync()
        return run_id

    first = ruled(10)
    assert prices(sold) == [22_000, 44_000]
    second = ruled(50)
    done = undo.undo(sold.env, first, "t")
    assert not done.back and "đã được đặt lại" in why(done, "rule")
    undo.undo(sold.env, second, "t")
    sold.sync()
    assert prices(sold) == [22_000, 44_000]
    undo.undo(sold.env, first, "t")
    sold.sync()
    assert prices(sold) == [20_000, 40_000]
    with sold.env.db.transaction() as session:
        assert rules.value_of(session, "price", "default", "", "") is None


def test_a_mapping_comes_back(sold: World) -> None:
    (shop,) = sold.shops()
    sold.market.categories.append(Category("4", "1", "Đặc sản", True))
    before = sold.listing(SKU).facets["content"].wanted["category_id"]
    mappings.set_one(sold.env, shop, "dry", "", "4", by="t")
    sold.sync()
    ((run_id,),) = sold.sql("SELECT max(id) FROM run WHERE kind = 'decision'")
    done = undo.undo(sold.env, int(str(run_id)), "t")
    assert [(b.kind, b.now, b.back) for b in done.back] == [("mapping", "4", before)]
    sold.sync()
    assert sold.listing(SKU).facets["content"].acked["category_id"] == before


def test_a_rejected_mass_take_down_is_asked_again(world: World) -> None:
    """…and takes nothing down meanwhile."""
    world.book.products = [replace(source_product(f"OCOP-{n}"), version=1) for n in range(20)]
    world.pull()
    world.connect()
    world.sync()
    world.book.tombstones = [Tombstone(f"OCOP-{n}", 2, "Ngừng sản xuất") for n in range(10)]
    world.book.products = world.book.products[10:]
    world.pull(full=False)
    world.plan()
    ((hold,),) = world.sql("SELECT id FROM hold WHERE status = 'open'")
    decide(world.env, int(str(hold)), approve=False, who="t")
    ((run_id,),) = world.sql("SELECT max(id) FROM run WHERE kind = 'decision'")
    undo.undo(world.env, int(str(run_id)), "t")
    world.sync()
    assert world.sql("SELECT count(*) FROM hold WHERE status = 'open'") == [(1,)]
    assert len(world.market.on_sale("shop-mot")) == 20


def test_what_was_kept_out_of_a_shop_is_let_in_and_planned_at_once(sold: World) -> None:
    ((listing,),) = sold.sql("SELECT id FROM listing")
    run_id = assorting.keep_out(sold.env, [int(str(listing))], "t")
    assert sold.listing(SKU).facets["availability"].wanted == {"on": False}
    done = undo.undo(sold.env, run_id, "t")
    assert [(b.kind, b.now, b.back) for b in done.back] == [("assortment", "exclude", None)]
    assert sold.listing(SKU).facets["availability"].wanted == {"on": True}


def test_a_run_that_is_not_there_is_named(sold: World) -> None:
    with pytest.raises(BadUndo, match="không có lượt số 999"):
        undo.preview(sold.env, 999)
    sold.sql("INSERT INTO run (kind, who, why, started_at, status, outcome, counts) VALUES"
             " ('pull', 't', '', now(), 'running', '', '{}') RETURNING id")  # fmt: skip
    ((run_id,),) = sold.sql("SELECT max(id) FROM run")
    with pytest.raises(BadUndo, match="chưa xong"):
        undo.preview(sold.env, int(str(run_id)))
