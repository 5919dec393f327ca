"""Connecting: a new shop takes nobody's place, and one that is connected again stays as it was
until its new login is known to be good."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connectors.contract import Connector
from connectors.errors import AuthExpired, AuthRefused, Unavailable
from models import shops
from models.shop import Shop
from tests.worker.conftest import World
from tests.worker.fakes import source_product
from worker import tokens
from worker.connect import RESERVED, BadAccount, NewShop, connect

OTHER = "http://khac.example"


@pytest.fixture
def shop(world: World) -> Shop:
    """A producer's shop that sells."""
    world.book.products = [source_product()]
    world.pull()
    found = world.connect(producer="HTX A", base_url="http://cu.example", access_token="tốt")
    world.sync()
    return found


def standing(world: World) -> list[tuple[object, ...]]:
    """All that a connection could change of the shops, with their logins as they are opened."""
    said = world.sql(
        "SELECT key, name, base_url, producer_id, remote_key, enabled, paused_reason FROM shop "
        "ORDER BY key"
    )
    return [*said, *(tuple(sorted(login(world, s).items())) for s in world.shops())]


def login(world: World, shop: Shop) -> dict[str, str]:
    return dict(tokens.open_account(world.env, shop).account.credentials)


def refusing(world: World, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def check(_self: Connector) -> Any:
        raise error

    monkeypatch.setattr(world.env.connectors["fake"], "check", check)


def test_a_name_that_is_taken_is_refused_and_its_shop_is_as_it_was(
    world: World, shop: Shop
) -> None:
    before = standing(world)
    with pytest.raises(BadAccount, match=r"'shop-mot'.*--again"):
        world.connect("SHOP MOT", base_url=OTHER, shop_id="another")
    assert standing(world) == before


@pytest.mark.parametrize("error", [AuthRefused("sai khóa"), Unavailable("không trả lời")])
def test_a_login_that_does_not_work_leaves_the_shop_as_it_was(
    world: World, shop: Shop, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    before = standing(world)
    refusing(world, monkeypatch, error)
    with pytest.raises(type(error)):
        world.connect("Tên khác", base_url=OTHER, again=shop.key, access_token="xấu")
    assert standing(world) == before


def test_another_account_is_not_put_in_a_shop_s_place(world: World, shop: Shop) -> None:
    before = standing(world)
    with pytest.raises(BadAccount, match="tài khoản another"):
        world.connect(again=shop.key, shop_id="another", base_url=OTHER)
    assert standing(world) == before


def test_a_shop_is_connected_again_with_a_new_login(world: World, shop: Shop) -> None:
    with world.env.db.transaction() as session:
        shops.pause(session, shop.id or 0, "hết quyền")
    again = world.connect("Shop mới", "HTX A", again=shop.key, shop_id="Shop một", base_url=OTHER,
                          access_token="mới")  # fmt: skip
    assert (again.id, again.key, again.name, again.base_url, again.paused_reason) == (
        shop.id, "shop-mot", "Shop mới", OTHER, "",
    )  # fmt: skip
    assert login(world, again)["access_token"] == "mới"
    assert again.public_token == shop.public_token


def test_what_nobody_says_of_a_shop_that_is_connected_again_stays(world: World, shop: Shop) -> None:
    secrets = {"shop_id": "Shop một"}
    connect(world.env, NewShop("fake", shop.key, None, "", secrets, shop.key, keeps_owner=True))
    (again,) = world.shops()
    assert (again.name, again.base_url, again.producer_id) == (
        "Shop một", "http://cu.example", shop.producer_id,
    )  # fmt: skip
    connect(world.env, NewShop("fake", shop.key, None, "", secrets, shop.key))
    assert world.shops()[0].producer_id is None


def test_an_attempt_that_never_came_through_holds_no_name(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        refusing(world, patch, AuthRefused("sai khóa"))
        with pytest.raises(AuthRefused):
            world.connect(base_url=OTHER)
    (left,) = world.shops()
    assert (left.enabled, left.checked_at) == (False, None)
    assert world.connect().base_url == "http://fake.example"
    assert [s.enabled for s in world.shops()] == [True]


def test_a_new_pair_outlives_a_first_check_that_fails(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The code that it was traded for is spent."""
    refusing(world, monkeypatch, Unavailable("không trả lời"))
    with pytest.raises(Unavailable):
        world.connect(access_token="old", refresh_token="r1")
    assert login(world, world.shops()[0])["refresh_token"] == "r1+"


def test_what_was_switched_while_the_channel_was_asked_stays(
    world: World, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = world.env.connectors["fake"]
    good = kind.check

    def check(self: Connector) -> Any:
        with world.env.db.transaction() as session:
            shops.set_enabled(session, shop.id or 0, on=False)
        return good(self)

    monkeypatch.setattr(kind, "check", check)
    assert not world.connect(again=shop.key).enabled


@pytest.mark.parametrize(
    ("other", "account"), [("Shop một", "7"), ("Shop một", "8"), ("Shop hai", "7")]
)
def test_of_two_who_connect_at_once_one_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch, other: str, account: str
) -> None:
    """A button pressed twice: the first is still asking the channel when the second comes."""
    kind = world.env.connectors["fake"]
    good, asked = kind.check, [other]

    def check(self: Connector) -> Any:
        if asked:
            world.connect(asked.pop(), shop_id=account)
        return good(self)

    monkeypatch.setattr(kind, "check", check)
    with pytest.raises(BadAccount, match=r"nơi khác|đã kết nối"):
        world.connect(shop_id="7", access_token="người chậm")
    (won,) = [s for s in world.shops() if s.enabled]
    assert (won.name, won.remote_key) == (other, account)
    assert login(world, won) == {"shop_id": account}


@pytest.mark.parametrize("name", ["", "!!!", "店", *sorted(RESERVED), "Stop  ALL"])
def test_a_name_that_makes_no_key_is_refused(world: World, name: str) -> None:
    with pytest.raises(BadAccount, match="đặt tên khác"):
        world.connect(name)
    assert world.shops() == []


def test_only_a_shop_that_is_there_is_connected_again(world: World) -> None:
    with pytest.raises(BadAccount, match="không có gian hàng 'shop-hai'"):
        world.connect(again="shop-hai")
    assert world.shops() == []


def test_an_account_of_ours_that_moved_is_the_same_shop(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A floor without accounts is told by where our files lie."""
    kind = world.env.connectors["fake"]
    good = kind.check
    monkeypatch.setattr(kind, "check", lambda self: replace(good(self), account_moves=True))
    shop = world.connect(shop_id="chỗ cũ")
    world.connect(again=shop.key, shop_id="chỗ mới")
    assert world.sql("SELECT key, remote_key FROM shop") == [("shop-mot", "chỗ mới")]


def test_a_shop_that_could_not_be_read_through_creates_nothing_until_it_was(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may sell our goods already: a create would double them."""
    world.book.products = [source_product()]
    world.pull()
    theirs = world.market.make_of("OCOP-1-100G")
    connector = world.env.connectors["fake"]
    reads = connector.changed_since

    def fails_once(self: Connector, cursor: str | None) -> Any:
        monkeypatch.setattr(connector, "changed_since", reads)
        raise Unavailable("không trả lời")

    monkeypatch.setattr(connector, "changed_since", fails_once)
    world.connect()
    assert world.market.writes("create") == []
    world.sync()
    assert world.market.writes("create") == []
    assert list(world.market.items) == [("shop-mot", theirs)]
    assert world.market.on_sale("shop-mot") == {"OCOP-1-100G": (20_000, 100)}
    world.book.products = [source_product(), source_product("OCOP-2")]
    world.pull()
    world.sync()
    assert [sku for _verb, _shop, sku in world.market.writes("create")] == ["OCOP-2-100G"]


def test_an_access_token_that_has_lapsed_is_traded_before_a_shop_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file of a login does not say until when its access token is good."""
    connector = world.env.connectors["fake"]
    answers = connector.check

    def check(self: Any) -> Any:
        if self.account.credentials["access_token"] == "lapsed":
            raise AuthExpired("hết hạn")
        return answers(self)

    monkeypatch.setattr(connector, "check", check)
    shop = world.connect(access_token="lapsed", refresh_token="r")
    assert login(world, shop)["access_token"] == "new"
    assert shop.enabled


@pytest.mark.parametrize(
    "url", ["HTTP://Cu.example/", "http://cu.example:80", " http://cu.example// "]
)
def test_one_address_is_one_shop_however_it_is_spelt(world: World, shop: Shop, url: str) -> None:
    with pytest.raises(BadAccount, match="'shop-mot'"):
        world.connect("Tên khác", base_url=url, shop_id="Shop một")
    assert [s.base_url for s in world.shops()] == ["http://cu.example"]
