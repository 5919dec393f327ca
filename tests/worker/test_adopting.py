"""A shop that already sells: what is surely ours is adopted, the doubtful waits, strangers stay."""

from __future__ import annotations

import copy

import pytest

from connectors.contract import Failed, RemoteStatus
from connectors.errors import AuthExpired, Rejected, Unavailable
from models import leases, overview
from tests.worker.fakes import Item, source_product
from worker import adopting
from worker.adopting import Busy


def stand(world, title, sku, price=25000, stock=7, shop="shop-mot", status=RemoteStatus.LIVE):
    """An item that somebody made by hand before we came."""
    remote = world.market.make_of(sku, shop)
    item = world.market.items[shop, remote]
    item.title, item.status, item.packs = title, status, {sku: [price, stock]}
    return remote


@pytest.fixture
def full(world):
    """Three products of ours; a shop with one of our SKUs, one like name and a stranger."""
    world.book.products = [
        source_product("OCOP-1", name="Mỳ gạo Chũ Xuân Trường"),
        source_product("OCOP-2", name="Mật ong hoa vải Lục Ngạn"),
        source_product("OCOP-3", name="Trà hoa vàng Sơn Động"),
    ]
    world.pull()
    world.same = stand(world, "Mỳ chũ", "OCOP-1-100G")
    world.like = stand(world, "Mật ong hoa vải Lục Ngạn loại ngon 100g", "KHAC-1")
    world.stranger = stand(world, "Nước mắm Phú Quốc", "KHAC-2")
    world.before = copy.deepcopy(world.market.items["shop-mot", world.stranger].__dict__)
    return world


def verdicts(world, shop):
    report = adopting.report(world.env, shop)
    return {
        name: sorted(row.get("remote_id") or row["sku"] for row in rows)
        for name, rows in report.as_json().items()
    }


def test_connecting_adopts_the_sure_holds_the_doubtful_and_leaves_the_rest(full):
    shop = full.connect()
    full.sync()
    assert verdicts(full, shop) == {
        "same": [],
        "differs": [full.same, full.like],
        "only_here": ["OCOP-3-100G"],
        "only_there": [full.stranger],
        "waiting": [full.like],
    }
    assert full.market.on_sale(shop.key)["OCOP-1-100G"] == (20000, 100)
    assert [e[2] for e in full.market.writes("create")] == ["OCOP-3-100G"]
    waits = next(r for r in full.rows() if r.product_code == "OCOP-2")
    assert (waits.state, waits.reason_code) == ("blocked", "ADOPT_WAITING")
    assert "Mật ong" in waits.reason


def test_a_person_confirms_and_nothing_is_there_twice(full):
    shop = full.connect()
    full.sync()
    (row,) = adopting.report(full.env, shop).waiting
    assert adopting.adopt(full.env, shop, [row["id"]], by="operator") == []
    full.sync()
    on_sale = full.market.on_sale(shop.key)
    assert on_sale["OCOP-2-100G"] == (20000, 100)
    assert len(full.market.items) == 4
    assert full.market.items["shop-mot", full.like].sku == "OCOP-2-100G"
    assert full.market.items["shop-mot", full.stranger].__dict__ == full.before


def test_a_person_declines_and_ours_is_made_beside_it(full):
    shop = full.connect()
    full.sync()
    (row,) = adopting.report(full.env, shop).waiting
    adopting.decline(full.env, [row["id"]])
    full.sync()
    assert "OCOP-2-100G" in full.market.on_sale(shop.key)
    assert full.market.items["shop-mot", full.like].sku == "KHAC-1"


def test_adopting_twice_is_harmless(full):
    shop = full.connect()
    (row,) = adopting.report(full.env, shop).waiting
    for _ in range(2):
        assert adopting.adopt(full.env, shop, [row["id"]], by="operator") == []
    assert len([r for r in full.rows() if r.remote_id == full.like]) == 1


def test_what_cannot_be_marked_is_told_and_stays_undecided(full):
    shop = full.connect()
    (row,) = adopting.report(full.env, shop).waiting
    full.market.script["adopt"] = [Failed(Rejected("đang khuyến mãi"))]
    (problem,) = adopting.adopt(full.env, shop, [row["id"]], by="operator")
    assert "đang khuyến mãi" in problem
    assert [r["id"] for r in adopting.report(full.env, shop).waiting] == [row["id"]]


def test_a_login_that_ended_early_is_renewed_once(full):
    shop = full.connect(access_token="a", refresh_token="r")
    (row,) = adopting.report(full.env, shop).waiting
    ended = Failed(AuthExpired("Invalid access_token"))
    full.market.script["adopt"] = [ended, ended]
    with pytest.raises(AuthExpired):
        adopting.adopt(full.env, shop, [row["id"]], by="operator")
    assert len(full.market.writes("refresh")) == 1
    full.market.script["adopt"] = [ended]
    assert adopting.adopt(full.env, shop, [row["id"]], by="operator") == []
    assert full.market.items["shop-mot", full.like].sku == "OCOP-2-100G"


def test_a_login_that_ended_early_is_renewed_to_read_a_shop(full):
    shop = full.connect(access_token="a", refresh_token="r")
    full.market.script["read"] = [Failed(AuthExpired("Invalid access_token"))]
    assert adopting.look_through(full.env, shop) == []
    assert len(full.market.writes("refresh")) == 1


def test_nobody_adopts_while_the_shop_is_drained(full):
    shop = full.connect()
    (row,) = adopting.report(full.env, shop).waiting
    with full.env.db.transaction() as session:
        leases.take(session, shop.id, "t", 60, 20)
    with pytest.raises(Busy):
        adopting.adopt(full.env, shop, [row["id"]], by="operator")


def test_a_product_that_comes_later_is_looked_for_among_the_strangers(full):
    shop = full.connect()
    full.sync()
    full.book.products.append(source_product("OCOP-4", name="Nước mắm Phú Quốc"))
    full.pull()
    adopting.look_again(full.env)
    full.sync()
    assert full.market.writes("create")[1:] == []
    (late,) = [r for r in adopting.report(full.env, shop).waiting if r["sku"] == "OCOP-4-100G"]
    assert late["remote_id"] == full.stranger


def test_a_new_product_with_the_sku_of_a_stranger_is_adopted_at_the_next_pull(full):
    """…or the one after, when the shop was being drained just then; until then it is counted."""
    shop = full.connect()
    full.market.make_of("OCOP-7-100G")
    adopting.survey(full.env, shop)
    full.book.products = [*full.book.products, source_product("OCOP-7")]
    full.pull()
    with full.env.db.transaction() as session:
        fence = leases.take(session, shop.id, "a drain", 60.0, 1.0)
        before = overview.tasks(session, full.time.at).adopt
    adopting.look_again(full.env)
    with full.env.db.transaction() as session:
        assert overview.tasks(session, full.time.at).adopt == before + 1
        leases.give_back(session, shop.id, fence)
    adopting.look_again(full.env)
    full.sync()
    assert [i.sku for i in full.market.items.values()].count("OCOP-7-100G") == 1
    assert full.listing("OCOP-7-100G").state == "live"


def test_what_the_channel_refuses_is_tried_ever_more_seldom(full):
    """…by itself; a person's word, and a shop that is read anew, are tried at once."""
    full.market.script["adopt"] = [Failed(Rejected("bị cấm")) for _ in range(9)]
    shop = full.connect()
    left = full.market.script["adopt"]
    tried = []
    for _quarter in range(24):
        before = len(left)
        for _ in range(3):
            adopting.look_again(full.env)
        tried.append(before - len(left))
        full.time.forward(minutes=15)
    assert tried == [int(quarter in (2, 6, 14)) for quarter in range(24)]
    adopting.look_through(full.env, shop)
    assert len(left) == 4
    left.clear()
    full.time.forward(hours=6)
    adopting.look_again(full.env)
    assert full.listing("OCOP-1-100G").remote_id == full.same
    assert full.sql("SELECT name FROM cursor WHERE name LIKE 'adoption%'") == []


def test_a_fault_of_the_shop_is_no_refusal_of_an_item(full):
    full.market.script["adopt"] = [Failed(Unavailable("bận"))]
    full.connect()
    adopting.look_again(full.env)
    assert full.listing("OCOP-1-100G").remote_id == full.same


def test_reconnecting_finds_nothing_new(full):
    shop = full.connect()
    full.sync()
    before = verdicts(full, shop), len(full.market.journal)
    full.connect(again=shop.key)
    assert (verdicts(full, shop), len(full.market.journal)) == before
    assert isinstance(full.market.items["shop-mot", full.same], Item)


def test_an_item_is_judged_as_a_whole_when_it_is_looked_at_again(world):
    """The register names its other pack as well: now all of it is ours, and no pack is lost."""
    world.book.products = [source_product()]
    world.pull()
    remote = stand(world, "Mỳ chũ", "OCOP-1-100G")
    world.market.items["shop-mot", remote].packs["OCOP-1-200G"] = [30_000, 5]
    shop = world.connect()
    world.sync()
    assert verdicts(world, shop)["waiting"] == [remote]
    assert world.market.writes("adopt", "create", "set_stock", "update_variants") == []
    world.book.products = [source_product(prices=(20_000, 40_000))]
    world.pull()
    adopting.look_again(world.env)
    world.sync()
    assert verdicts(world, shop)["waiting"] == []
    assert world.market.writes("create") == []
    assert world.market.on_sale(shop.key) == {
        "OCOP-1-100G": (20_000, 100), "OCOP-1-200G": (40_000, 100),
    }  # fmt: skip


def test_what_is_made_while_a_shop_is_read_is_no_find(world, monkeypatch):
    """Somebody has a working shop read once more, and its worker makes a product meanwhile."""
    world.book.products = [source_product()]
    world.pull()
    shop = world.connect()
    world.sync()
    world.book.products = [source_product(), source_product("OCOP-2")]
    world.pull()
    connector = world.env.connectors["fake"]
    reads = connector.changed_since

    def meanwhile(self, cursor):
        monkeypatch.setattr(connector, "changed_since", reads)
        world.sync()
        return reads(self, cursor)

    monkeypatch.setattr(connector, "changed_since", meanwhile)
    adopting.survey(world.env, shop)
    assert verdicts(world, shop)["waiting"] == []
    world.sync()
    assert set(world.market.on_sale(shop.key)) == {"OCOP-1-100G", "OCOP-2-100G"}
