"""Forty items made by hand stood in a Shopee shop before it was connected: all over HTTP."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date

import pytest

from connectors.contract import (
    Account,
    Content,
    Credentials,
    Done,
    ImageFile,
    NewListing,
    PricedVariant,
    Variant,
)
from connectors.http import Http
from connectors.registry.contract import (
    SourceCertificate,
    SourceImage,
    SourceProducer,
    SourceProduct,
    SourceVariant,
)
from connectors.shopee.connector import ShopeeConnector
from models import owners, shops
from sandbox.serving import serving
from sandbox.shopee import ShopeeSandbox, Switches
from tests.connectors.shopee.conftest import ATTRIBUTES, CATEGORY, KEY, PARTNER, SHOP
from tests.worker.conftest import PICTURE, World
from worker import adopting
from worker.connect import NewShop, connect

NAMES = (
    "Mỳ gạo Xuân Trường", "Mật ong hoa nhãn", "Trà hoa vàng", "Bánh đa nem Thổ Hà", "Tương",
    "Chè kho Mỹ Độ", "Vải sấy Giáp Sơn", "Hạt dẻ Nghĩa Phương", "Miến dong Sơn Động", "Bún khô",
    "Gạo nếp Phì Điền", "Măng khô An Lạc", "Kẹo lạc Bích Động", "Bột sắn Lục Nam", "Dầu lạc",
    "Muối vừng Hiệp Hòa", "Trà xạ đen", "Nấm hương khô", "Mộc nhĩ khô", "Đỗ đen xanh lòng",
    "Lạc đỏ Yên Dũng", "Ngũ cốc dinh dưỡng", "Cốm khô làng Vân", "Bánh khoai lang", "Ô mai mơ",
    "Hồng treo gió", "Chuối sấy dẻo", "Khoai gieo", "Trà gừng mật", "Trà dây",
    "Tinh bột nghệ", "Hạt sen khô", "Long nhãn", "Kẹo dồi", "Bánh gai",
)  # fmt: skip
STRANGERS = tuple(f"{what} giá rẻ {n}" for n, what in enumerate(
    ("Áo thun", "Giày thể thao", "Nồi cơm điện", "Sạc điện thoại", "Ba lô học sinh", "Đèn bàn",
     "Chăn bông", "Ghế xoay", "Vợt cầu lông", "Nước hoa")))  # fmt: skip


def gtin(number: int) -> str:
    digits = f"893000{number:06d}"
    total = sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(digits))
    return f"{digits}{-total % 10}"


def product(number: int, name: str) -> SourceProduct:
    return SourceProduct(
        code=f"OCOP-24-900-{number:04d}",
        name=name,
        producer=SourceProducer("htx a", "HTX A"),
        group="thuc-pham",
        variants=(
            SourceVariant("Gói 500 g", 40_000 + number * 500, 50, net_g=500, gtin=gtin(number)),
        ),
        certificate=SourceCertificate("1/QĐ", 4, date(2025, 1, 1), date(2028, 1, 1)),
        description="Làm từ nông sản địa phương, không phẩm màu, phơi khô tự nhiên. " * 3,
        images=(SourceImage("http://anh.example/1.jpg"),),
    )


class Before:
    """The shop as its owner left it, before us."""

    def __init__(self, market: ShopeeSandbox, shop: ShopeeConnector) -> None:
        self._market, self._shop = market, shop
        data = b"\xff\xd8\xff by hand"
        file = ImageFile(hashlib.sha256(data).hexdigest(), "image/jpeg", data)
        (sent,) = shop.upload_images([file])
        assert isinstance(sent, Done)
        self._image = sent.value

    def stand(self, title: str, sku: str, code: str = "") -> None:
        said = "Hàng nhà làm, ai mua nhắn tin cho mình nhé, giao nhanh trong ngày. " * 3
        content = Content(title, said, CATEGORY, ATTRIBUTES, (self._image,), 600, (200, 100, 80))
        pack = PricedVariant(Variant(sku, "Gói", 600, code or None), 39_000, 9)
        (made,) = self._shop.create([NewListing(sku, content, (pack,))])
        assert isinstance(made, Done)
        self._market.do(SHOP, "relist", item_id=int(made.value.remote_id))


@pytest.fixture
def market(world: World) -> ShopeeSandbox:
    market = ShopeeSandbox(None, Switches(rate_per_s=None, init_after_s=0), world.time)
    market.add_partner(PARTNER, KEY)
    market.add_shop(SHOP, PARTNER)
    return market


@pytest.fixture
def login(market: ShopeeSandbox) -> Iterator[tuple[str, Credentials]]:
    with serving(market.app) as url:
        code = market.consent(SHOP)
        secrets = Credentials(
            partner_id=str(PARTNER), partner_key=KEY, shop_id=str(SHOP), code=code
        )
        yield url, secrets


def test_thirty_are_adopted_none_doubled_and_the_strangers_untouched(
    world: World, market: ShopeeSandbox, login: tuple[str, Credentials]
) -> None:
    url, secrets = login
    world.env.connectors = {"shopee": ShopeeConnector}
    (world.env.images / PICTURE).write_bytes(b"\xff\xd8\xff from the register")
    world.book.products = [product(n, name) for n, name in enumerate(NAMES)]
    world.pull()
    secrets = _fill(market, world, url, secrets)
    strangers = {
        i.item_id: asdict(i) for i in market.items(SHOP) if i.fields["item_name"] in STRANGERS
    }
    assert len(market.items(SHOP)) == 40
    with world.env.db.transaction() as session:
        owner = owners.find(session, "HTX A")[0][0]
    done = connect(world.env, NewShop("shopee", "Quán cũ", owner, url, secrets))
    assert (done.settled.adopted, done.settled.waiting) == (20, 10)
    with world.env.db.transaction() as session:
        shop = shops.by_key(session, done.key)
    assert shop is not None
    report = adopting.report(world.env, shop)
    assert len(report.only_there) == 10
    assert adopting.adopt(world.env, shop, [r["id"] for r in report.waiting], by="operator") == []
    world.sync()
    rows = world.rows()
    assert Counter(row.state for row in rows) == {"live": 35}
    items = market.items(SHOP)
    assert len(items) == 40 + 5
    assert max(Counter(i.sku for i in items).values()) == 1
    assert {i.item_id: asdict(i) for i in items if i.item_id in strangers} == strangers
    prices = {i.sku: i.price for i in items if i.item_id not in strangers}
    assert set(prices.values()) == {40_000 + n * 500 for n in range(35)}


def _fill(market: ShopeeSandbox, world: World, url: str, secrets: Credentials) -> Credentials:
    """12 with our SKUs, 8 with only our GTINs, 10 with only like names, 10 strangers; returns the
    login that is left."""
    owner = ShopeeConnector(Account("x", url, secrets), Http(), world.env.clock)
    fresh = owner.refresh()
    shop = ShopeeConnector(Account("x", url, fresh), Http(), world.env.clock)
    settings = shop.check().settings
    shop = ShopeeConnector(Account("x", url, fresh, settings), Http(), world.env.clock)
    before = Before(market, shop)
    skus = {
        str(code): str(sku)
        for code, sku in world.sql("SELECT c.code, v.sku FROM variant v"
                                   " JOIN product_code c ON c.product_id = v.product_id")
    }  # fmt: skip
    for number in range(12):
        before.stand(f"{NAMES[number]} loại 1", skus[f"OCOP-24-900-{number:04d}"])
    for number in range(12, 20):
        before.stand(f"{NAMES[number]} nhà làm", f"NHA-{number}", gtin(number))
    for number in range(20, 30):
        before.stand(f"{NAMES[number]} gói 500g", f"NHA-{number}")
    for number, title in enumerate(STRANGERS):
        before.stand(title, f"LA-{number}")
    return fresh
