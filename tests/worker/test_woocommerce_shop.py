"""The worker against a shop that lived before us: what stood there by hand, what lies in its trash,
and a second pack for a product that sells already. No SKU is ever there twice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.contract import Account, Credentials
from connectors.http import Http
from connectors.woocommerce import client
from connectors.woocommerce.connector import WooCommerceConnector
from models import shops
from models.db import Database
from models.shop import Shop
from sandbox.serving import serving
from sandbox.woocommerce import Fault, Switches, WooCommerceSandbox
from tests.worker.conftest import PICTURE, World
from tests.worker.fakes import Time, source_product
from worker.connect import Connected, NewShop, connect
from worker.env import Env
from worker.planning import plan_in
from worker.reconcile import reconcile

LOGIN = {"consumer_key": "ck_tho_0001", "consumer_secret": "cs_tho_0001"}

ONE, TWO = (25_000,), (25_000, 45_000)
SMALL, LARGE = "OCOP-1-100G", "OCOP-1-200G"
OURS = {SMALL: (25_000, 100), LARGE: (45_000, 100)}


class ShopWorld(World):
    """One real sandbox shop over HTTP. ``told`` is what connecting it said."""

    market: Any
    url: str
    told: Connected

    def plan(self) -> None:
        with self.env.db.transaction() as session:
            plan_in(self.env, session, None)

    def sells(self, prices: tuple[int, ...], **changes: Any) -> None:
        """The registry says so."""
        self.book.products = [source_product("OCOP-1", prices, **changes)]
        self.pull()

    def opened(self) -> Shop:
        self.told = connect(self.env, NewShop("woocommerce", "Shop làng", None, self.url, LOGIN))
        with self.env.db.transaction() as session:
            shop = shops.by_key(session, self.told.key)
            assert shop is not None
            return shop

    def by_hand(self, *skus: str) -> int:
        """The owner makes a product of these packs in the dashboard, at prices of his own; its
        id."""
        account = Account("chủ", self.url, Credentials(LOGIN))
        calls = client.Client(account, Http(), self.time)
        own = {"regular_price": "19000", "manage_stock": True, "stock_quantity": 3}
        body = {"name": "Mỳ nhà làm", "type": "simple", "sku": skus[0], **own}
        if len(skus) > 1:
            choice = {"name": "Cỡ", "variation": True, "options": list(skus)}
            body = {"name": "Mỳ nhà làm", "type": "variable", "attributes": [choice],
                    "sku": "OCOP-1"}  # fmt: skip
        made = calls.once("products", body)
        for sku in skus if len(skus) > 1 else ():
            chosen = {"attributes": [{"name": "Cỡ", "option": sku}]}
            calls.once(f"products/{made['id']}/variations", {"sku": sku, **own, **chosen})
        return int(made["id"])

    def standing(self) -> list[dict[str, Any]]:
        """Products that are there, the trash aside."""
        return [item for item in self.market.shown() if item["status"] != "trash"]

    def the_item(self) -> dict[str, Any]:
        """The one product that stands; no SKU is there twice, among packs and trash neither."""
        skus = Counter(p.sku for p in self.market.products())
        assert [sku for sku, times in skus.items() if times > 1] == []
        (item,) = self.standing()
        return item

    def on_sale(self) -> dict[str, tuple[int, int]]:
        """Price and stock of what a buyer can put into the basket."""
        item = self.the_item()
        return (
            {sku: (price, stock) for sku, price, stock in item["packs"]} if item["on_sale"] else {}
        )

    def pictures(self) -> list[dict[str, Any]]:
        """What the one product shows."""
        held = {p.product_id: p for p in self.market.products()}
        shown: list[dict[str, Any]] = held[self.the_item()["item_id"]].fields.get("images", [])
        return shown

    def by_option(self) -> list[str]:
        """The SKUs that the page's options lead to, in their order."""
        held = {p.product_id: p for p in self.market.products()}
        parent = held[self.the_item()["item_id"]]
        (choice,) = [a for a in parent.fields["attributes"] if a.get("variation")]
        packs = [p for p in held.values() if p.parent_id == parent.product_id]
        found = {p.fields["attributes"][0]["option"]: p.sku for p in packs}
        assert len(found) == len(packs), "two packs for one option"
        return [found[option] for option in choice["options"]]


@pytest.fixture(params=["likely", "the trash is not read by id"])
def shop_world(
    db: Database, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ShopWorld]:
    monkeypatch.setattr(client, "sleep", lambda _seconds: None)
    time = Time()
    market = WooCommerceSandbox(None, Switches(trash_by_id=request.param == "likely"), time)
    market.add_site(LOGIN["consumer_key"], LOGIN["consumer_secret"])
    (tmp_path / PICTURE).write_bytes(b"picture")
    env = Env(
        db=db,
        clock=time,
        images=tmp_path,
        encrypt=lambda secrets: json.dumps(dict(secrets)).encode(),
        decrypt=lambda data: dict(json.loads(data)),
        connectors={"woocommerce": WooCommerceConnector},
        public_base_url="https://ocop.example",
        private_hosts=frozenset({"127.0.0.1"}),
    )
    with serving(market.app) as url:
        world = ShopWorld(env, market, time)
        world.url = url
        yield world
    market.close()


@pytest.mark.parametrize("packs", [(SMALL,), (SMALL, LARGE)])
@pytest.mark.parametrize("connected", [False, True])
def test_a_product_made_by_hand_is_adopted_and_takes_our_amounts(
    shop_world: ShopWorld, packs: tuple[str, ...], connected: bool
) -> None:
    """By connecting the shop, or, made since then (``connected``), by the refusal of a create."""
    if connected:
        shop_world.opened()
    theirs = shop_world.by_hand(*packs)
    shop_world.sells(TWO[: len(packs)])
    if not connected:
        shop_world.opened()
    settled = shop_world.told.settled
    assert (settled.adopted, settled.waiting) == (0 if connected else len(packs), 0)
    shop_world.sync()
    assert shop_world.on_sale() == {sku: OURS[sku] for sku in packs}
    assert shop_world.the_item()["item_id"] == theirs
    if len(packs) > 1:
        assert shop_world.by_option() == [SMALL, LARGE]
    assert {row.state for row in shop_world.rows()} == {"live"}


@pytest.mark.parametrize("packs", [(SMALL,), (SMALL, LARGE)])
@pytest.mark.parametrize("hindered", [False, True])
def test_what_lies_in_the_trash_is_found_adopted_and_sold(
    shop_world: ShopWorld, packs: tuple[str, ...], hindered: bool
) -> None:
    """Our SKUs are taken and nothing is there: a create is refused, what holds them is found, and
    is made whole. Under an outage just then (``hindered``) it is asked for again."""
    theirs = shop_world.by_hand(*packs)
    shop_world.market.do("trash", item_id=theirs)
    shop_world.sells(TWO[: len(packs)])
    shop_world.opened()
    settled = shop_world.told.settled
    assert (settled.adopted, settled.waiting) == (0, 0)
    if hindered:
        shop_world.market.spoil(
            Fault(kind="outage", path="products/batch", method="POST", after=1, times=3)
        )
    shop_world.sync()
    assert shop_world.on_sale() == {sku: OURS[sku] for sku in packs}
    assert shop_world.the_item()["item_id"] == theirs
    if len(packs) > 1:
        assert shop_world.by_option() == [SMALL, LARGE]
    assert {row.state for row in shop_world.rows()} == {"live"}


def test_what_is_thrown_away_under_our_hands_comes_back_once(shop_world: ShopWorld) -> None:
    """A price that meets the trash brings nothing back; the reading tells it, a create does."""
    shop_world.sells(ONE)
    shop_world.opened()
    shop_world.sync()
    first = shop_world.the_item()
    shop_world.market.do("trash", item_id=first["item_id"])
    mark = shop_world.market.journal()[-1]["seq"]
    shop_world.sells((26_000,))
    shop_world.sync()
    shop_world.time.forward(hours=1)
    shop_world.sync()
    assert shop_world.on_sale() == {SMALL: (26_000, 100)}
    assert shop_world.the_item()["item_id"] == first["item_id"]
    states = [e["effect"][0]["status"] for e in shop_world.market.journal(mark) if e["effect"]]
    assert "draft" in states[: states.index("publish")], "it came back visible"


def test_a_second_pack_joins_a_product_that_sells(shop_world: ShopWorld) -> None:
    """One variable product with both; what was sold meanwhile stays sold."""
    shop_world.sells(ONE)
    shop = shop_world.opened()
    shop_world.sync()
    first = shop_world.the_item()
    shop_world.market.do("sell", sku=SMALL, units=7)
    shop_world.time.forward(hours=1)
    reconcile(shop_world.env, shop.id or 0, everything=True)
    shop_world.sync()
    shop_world.sells(TWO)
    shop_world.sync()
    assert shop_world.on_sale() == {SMALL: (25_000, 93), LARGE: OURS[LARGE]}
    assert shop_world.the_item()["item_id"] == first["item_id"]
    assert shop_world.by_option() == [SMALL, LARGE]
    assert {row.state for row in shop_world.rows()} == {"live"}


@pytest.mark.parametrize("packs", [1, 2])
def test_a_picture_that_the_shop_cannot_fetch_keeps_nothing_off_sale(
    shop_world: ShopWorld, packs: int
) -> None:
    """It sells without, a person sees why, it is tried again, and is whole at last."""
    shop_world.sells(TWO[:packs])
    shop_world.market.spoil(Fault(kind="pictures_down", path="products/batch", times=None))
    shop_world.opened()
    shop_world.sync()
    on_sale = {sku: OURS[sku] for sku in (SMALL, LARGE)[:packs]}
    assert shop_world.on_sale() == on_sale
    assert shop_world.pictures() == []
    error = shop_world.listing(SMALL).facets["content"].error
    assert error is not None
    assert (error["kind"], error["field"]) == ("Rejected", "images")
    shop_world.time.forward(hours=7)
    shop_world.sync()
    assert shop_world.pictures() == []
    shop_world.market.heal()
    shop_world.time.forward(hours=7)
    shop_world.sync()
    assert len(shop_world.pictures()) == 1
    assert shop_world.on_sale() == on_sale


@pytest.mark.parametrize("packs", [1, 2])
def test_a_promotion_by_hand_is_put_right(shop_world: ShopWorld, packs: int) -> None:
    """The registry says the price, and what buyers pay is compared with it."""
    shop_world.sells(TWO[:packs])
    shop = shop_world.opened()
    shop_world.sync()
    shop_world.market.do("sale", sku=SMALL, price="9000")
    assert shop_world.on_sale()[SMALL] == (9_000, 100)
    shop_world.time.forward(hours=1)
    reconcile(shop_world.env, shop.id or 0, everything=True)
    shop_world.sync()
    assert shop_world.on_sale() == {sku: OURS[sku] for sku in (SMALL, LARGE)[:packs]}


@pytest.mark.parametrize("deed", ["uncounted", "backorders"])
@pytest.mark.parametrize("packs", [1, 2])
def test_what_sells_without_a_limit_is_counted_again(
    shop_world: ShopWorld, deed: str, packs: int
) -> None:
    """Somebody in the shop switched it so: the next reading finds it."""
    shop_world.sells(TWO[:packs])
    shop = shop_world.opened()
    shop_world.sync()
    shop_world.market.do(deed, sku=SMALL)
    shop_world.time.forward(hours=1)
    reconcile(shop_world.env, shop.id or 0, everything=True)
    shop_world.sync()
    assert shop_world.on_sale() == {sku: OURS[sku] for sku in (SMALL, LARGE)[:packs]}
    (held,) = [p for p in shop_world.market.products() if p.sku == SMALL]
    assert (held.manage_stock, held.stock, held.backorders) == (True, 100, "no")
