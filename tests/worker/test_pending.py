"""What a channel decides later: handles of creates and of single facets, taken back or gone on."""

from __future__ import annotations

from dataclasses import replace

from connectors.contract import Done, Failed, FoundItem, Pending, RemoteItem, RemoteStatus
from connectors.errors import Ambiguous, Rejected, Unavailable
from connectors.registry.contract import Tombstone
from tests.worker.fakes import source_product
from worker.planning import plan_products
from worker.push import drain

SKU = "OCOP-1-100G"
REVIEW = Pending({"track": "t1"}, 600.0, in_review=True)


def start(world, *answers):
    world.book.products = [source_product()]
    world.pull()
    shop = world.connect()
    world.market.script["create"] = list(answers)
    world.plan()
    world.drain(shop)
    return shop


def rename(world, name="Mỳ gạo tên khác"):
    world.book.products = [source_product(name=name)]
    world.pull()
    world.plan()


def wait(world, shop, seconds):
    world.time.forward(seconds=seconds)
    world.drain(shop)


def approved(world):
    """The channel's product, as ``resume`` answers it."""
    return Done(RemoteItem(world.market.make_of(SKU)))


def test_a_create_under_review_says_so_and_goes_on(world):
    shop = start(world, REVIEW)
    assert world.listing(SKU).state == "in_review"
    assert world.listing(SKU).reason["code"] == "IN_REVIEW"
    world.market.script["resume"] = [REVIEW, lambda _handle: approved(world)]
    wait(world, shop, 601)
    assert world.listing(SKU).state == "in_review"
    wait(world, shop, 601)
    world.sync()
    assert world.listing(SKU).state == "live"
    assert [row.state for row in world.rows()] == ["live"]


def test_a_take_down_during_review_takes_the_request_back(world):
    world.env.connectors["fake"].capabilities = replace(
        world.env.connectors["fake"].capabilities, cancellable=True
    )
    shop = start(world, REVIEW)
    world.book.products, world.book.tombstones = [], [Tombstone("OCOP-1", None)]
    world.pull(full=False)
    world.plan()
    world.drain(shop)
    assert world.market.writes("cancel") == [("cancel", shop.key, {"track": "t1"})]
    item = world.listing(SKU)
    assert (item.state, item.handle, item.facets) == ("blocked", None, {})
    assert world.due() == 0


def test_a_take_down_that_comes_too_late_is_the_next_look_s(world):
    world.env.connectors["fake"].capabilities = replace(
        world.env.connectors["fake"].capabilities, cancellable=True
    )
    shop = start(world, REVIEW)
    world.book.products, world.book.tombstones = [], [Tombstone("OCOP-1", None)]
    world.pull(full=False)
    world.plan()
    world.market.script["cancel"] = [Failed(Rejected("đã duyệt", code="late"))]
    world.market.script["resume"] = [lambda _handle: approved(world)]
    world.drain(shop)
    world.sync()
    assert world.market.on_sale(shop.key) == {}
    assert world.listing(SKU).state == "unlisted"
    assert world.listing(SKU).alarm is None


def test_without_a_way_back_the_review_is_waited_for_and_then_it_stays_off(world):
    shop = start(world, REVIEW)
    world.book.products, world.book.tombstones = [], [Tombstone("OCOP-1", None)]
    world.pull(full=False)
    world.market.script["resume"] = [lambda _handle: approved(world)]
    world.sync(shop)
    assert world.market.writes("cancel") == []
    assert world.market.on_sale(shop.key) == {}


def test_a_rejected_request_is_final_and_corrected_data_makes_a_new_one_once(world):
    shop = start(world, REVIEW)
    world.market.script["resume"] = [Failed(Rejected("ảnh mờ", hint="Thay ảnh."))]
    wait(world, shop, 601)
    assert world.listing(SKU).state == "rejected"
    assert "ảnh mờ" in world.rows()[0].reason
    for _ in range(3):
        wait(world, shop, 3600)
        world.plan()
    assert world.market.writes("create") == []
    rename(world)
    world.drain(shop)
    world.sync()
    assert len(world.market.writes("create")) == 1
    assert world.listing(SKU).state == "live"


def test_what_stands_half_made_is_ours_and_is_mended(world):
    shop = start(world, Pending({"track": "t1"}, 1.0))
    made = world.market.make_of(SKU)
    world.market.items[shop.key, made].packs = {SKU: [1, 1]}
    world.market.script["resume"] = [
        Failed(Rejected("quy cách lạ"), made=RemoteItem(made)),
    ]
    wait(world, shop, 2)
    world.sync()
    assert world.listing(SKU).remote_id == made
    assert world.market.on_sale(shop.key) == {SKU: (20000, 100)}


def test_an_unclear_create_that_is_found_under_review_is_gone_on_with(world):
    shop = start(world, Failed(Ambiguous("hết giờ")))
    found = FoundItem("", SKU, RemoteStatus.IN_REVIEW, handle={"track": "t9"})
    world.market.script["find_by_sku"] = [Done((found,))]
    world.market.script["resume"] = [lambda _handle: approved(world)]
    world.sync(shop)
    assert [e for e in world.market.journal if e[0] == "create"] == []
    assert world.listing(SKU).state == "live"


def test_a_refused_create_goes_out_again_when_its_data_changes(world):
    shop = start(world, Failed(Rejected("tên có từ cấm", field="title")))
    wait(world, shop, 3600)
    assert world.market.writes("create") == []
    rename(world)
    world.sync(shop)
    assert len(world.market.writes("create")) == 1


def listed(world):
    world.book.products = [source_product()]
    world.pull()
    shop = world.connect()
    world.sync()
    return shop


def test_content_under_review_is_asked_about_and_not_sent_again(world):
    shop = listed(world)
    world.market.script["update_content"] = [Pending({"track": "c1"}, 60.0)]
    rename(world)
    world.drain(shop)
    world.drain(shop)
    assert world.market.writes("update_content") == []
    world.market.script["resume"] = [
        Pending({"track": "c1"}, 60.0),
        Failed(Unavailable("bận")),
        Done(RemoteItem("1")),
    ]
    for _ in range(3):
        wait(world, shop, 400)
    assert world.listing(SKU).facets["content"].settled
    assert world.market.script["resume"] == []
    assert world.market.writes("update_content") == []


def test_newer_content_goes_out_instead_of_the_one_under_review(world):
    shop = listed(world)
    world.market.script["update_content"] = [Pending({"track": "c1"}, 60.0)]
    rename(world)
    world.drain(shop)
    rename(world, "Mỳ gạo tên thứ ba")
    world.drain(shop)
    titles = [entry[2] for entry in world.market.writes("update_content")]
    assert len(titles) == 1
    assert titles[0].startswith("Mỳ gạo tên thứ ba")


def test_a_drain_that_wrote_lets_the_channel_make_it_visible(world):
    shop = listed(world)
    before = world.market.finished
    world.drain(shop)
    assert world.market.finished == before
    rename(world)
    world.market.script["finish"] = [Unavailable("đĩa đầy")]
    assert drain(world.env, shop.id).why == "fault"
    plan_products(world.env)


def test_what_cannot_be_taken_back_yet_is_taken_back_later(world):
    world.env.connectors["fake"].capabilities = replace(
        world.env.connectors["fake"].capabilities, cancellable=True
    )
    shop = start(world, REVIEW)
    world.book.products, world.book.tombstones = [], [Tombstone("OCOP-1", None)]
    world.pull(full=False)
    world.plan()
    world.market.script["cancel"] = [Pending({"track": "t1"}, 5.0)]
    world.drain(shop)
    assert world.listing(SKU).handle is not None
    wait(world, shop, 6)
    assert [e[2] for e in world.market.writes("cancel")] == [{"track": "t1"}]
    assert world.listing(SKU).state == "blocked"
    assert world.shops()[0].breaker_trips == 0


def test_a_price_that_was_decided_later_is_known(world):
    """Or the next reading would call it a drift, and it would be sent once more."""
    start(world)
    world.sync()
    shop = world.shops()[0]

    def later(change):
        world.market.items["shop-mot", change.item.remote_id].packs[SKU][0] = change.prices[SKU]
        return Pending({"price": 21_000}, 600.0)

    world.market.script["set_price"] = [later]
    world.market.script["resume"] = [lambda _handle: Done(RemoteItem("1"))]
    world.book.products = [source_product(prices=(21_000,))]
    world.pull()
    world.plan()
    world.drain(shop)
    wait(world, shop, 601)
    (pack,) = world.listing(SKU).variants
    assert (pack.price_acked, world.due()) == (21_000, 0)
    assert world.market.writes("set_price") == []
