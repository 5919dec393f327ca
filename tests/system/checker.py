"""What should be on sale, worked out from the book, the office's decisions and the rules alone.

Nothing of the program is used here: this is the second opinion. It reads the registry's file as
it lies in the sandbox, moves its dates, and says for each shop and SKU the price (đồng) and the
stock (units), and for every product that is nowhere on sale the reason.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson

SANDBOX = Path(__file__).resolve().parents[2] / "sandbox"
BOOK = SANDBOX / "registry" / "data" / "ocop-bac-giang.csv"
BOOK_DAY = date(2025, 6, 30)

Shown = dict[tuple[str, str], tuple[int, int]]
"""(shop id, SKU) → (price, stock) of what a buyer can see."""

REASONS = {
    "lapsed": 29,
    "waiting for a decision": 18,
    "decided against": 8,
    "not taken by the channel": 5,
    "restricted by the channel": 4,
    "no picture": 5,
    "no shop": 4,
}
"""Products that are not on sale on the first day, written down beforehand."""


@dataclass(frozen=True, slots=True)
class Pack:
    sku: str
    price: int
    stock: int


@dataclass(slots=True)
class Product:
    code: str
    name: str
    producer: str
    group: str
    expires: date
    pictured: bool
    packs: list[Pack] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Shop:
    shop_id: str
    producers: frozenset[str]
    province: bool


def book(shift_days: int) -> dict[str, Product]:
    """The registry on the day that the book's day was moved to."""
    products: dict[str, Product] = {}
    with BOOK.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            code = row["Mã sản phẩm"]
            day, month, year = map(int, row["Ngày hết hạn"].split("/"))
            expires = date(year, month, day)
            product = products.setdefault(
                code,
                Product(
                    code, row["Tên sản phẩm"], row["Chủ thể"], row["Nhóm sản phẩm"],
                    expires + timedelta(days=shift_days), bool(row["Ảnh"]),
                ),
            )  # fmt: skip
            price = int(row["Giá bán (đồng)"])
            product.packs.append(Pack(_sku(row), price, int(row["Tồn kho"])))
    return products


def _sku(row: Mapping[str, str]) -> str:
    """code-<net+unit[xn]>, the net of one unit where the pack counts its units."""
    pack, net = row["Quy cách đóng gói"].lower(), row["Khối lượng (g)"]
    if not net:
        return row["Mã sản phẩm"]
    counted = re.search(r"(?<![\d.,])(\d+) (?!g\b|kg\b|ml\b|lít\b|ngày\b)[^\W\d]+", pack)
    count = int(counted[1]) if counted else 1
    volume = re.search(r"(\d+) (ml|lít)\b", pack)
    if volume:
        each = int(volume[1]) * (1000 if volume[2] == "lít" else 1)
        size = f"{each}ML" + (f"X{count}" if count > 1 else "")
    elif count > 1 and int(net) % count == 0:
        size = f"{int(net) // count}GX{count}"
    else:
        size = f"{net}G"
    return f"{row['Mã sản phẩm']}-{size}"


def shops() -> list[Shop]:
    found = orjson.loads((SANDBOX / "data" / "shops.json").read_bytes())["shops"]
    return [
        Shop(
            s["shop_id"],
            frozenset(s["producers"]),
            s["owner"]["kind"] == "province",
        )
        for s in found
    ]


def decisions() -> dict[str, str]:
    rows = orjson.loads((SANDBOX / "data" / "decisions.json").read_bytes())["decisions"]
    return {row["product_code"]: row["decision"] for row in rows}


def why_not(product: Product, today: date, decided: Mapping[str, str]) -> str:
    """ "" when the product may be sold, else one of REASONS."""
    if product.expires < today:
        return "lapsed"
    if product.group.startswith(("Sinh vật", "Dịch vụ")) or product.name.endswith(" sống"):
        return "not taken by the channel"
    answer = decided.get(product.code)
    if answer == "waiting":
        return "waiting for a decision"
    if answer == "no":
        return "decided against"
    if not product.pictured:
        return "no picture"
    if not any(product.producer in shop.producers for shop in shops()):
        return "no shop"
    if "rượu" in product.name.lower():
        return "restricted by the channel"
    return ""


def expected(products: Mapping[str, Product], today: date) -> tuple[Shown, Counter[str]]:
    """What every shop should show, and why the other products are not on sale."""
    decided, reasons = decisions(), Counter[str]()
    shown: Shown = {}
    for product in products.values():
        reason = why_not(product, today, decided)
        if reason:
            reasons[reason] += 1
            continue
        selling = [shop for shop in shops() if product.producer in shop.producers]
        for pack in product.packs:
            stocks = _divided(pack.stock, selling)
            for shop in selling:
                shown[shop.shop_id, pack.sku] = (_price(pack.price, shop), stocks[shop.shop_id])
    return shown, reasons


def _price(base: int, shop: Shop) -> int:
    """The province adds 5 % and rounds up to 1 000 đ, producers round up to 500 đ."""
    if shop.province:
        return -(-base * 105 // 100_000) * 1000
    return -(-base // 500) * 500


def _divided(stock: int, selling: Sequence[Shop]) -> dict[str, int]:
    """Two units stay back; a producer's own shop counts double, the province shows 100 at most
    and leaves the rest to the other."""
    left = max(0, stock - 2)
    if len(selling) == 1:
        only = selling[0]
        return {only.shop_id: min(left, 100) if only.province else left}
    own = next(s for s in selling if not s.province)
    province = next(s for s in selling if s.province)
    theirs = min(left // 3, 100)
    return {own.shop_id: left - theirs, province.shop_id: theirs}


def shown(journal: Sequence[Mapping[str, Any]]) -> Shown:
    """What a buyer sees now, from the marketplace's journal alone."""
    items: dict[tuple[str, int], Mapping[str, Any]] = {}
    for entry in journal:
        for item in entry["effect"]:
            items[str(entry["shop_id"]), item["item_id"]] = item
    return {
        (shop_id, sku): (price, stock)
        for (shop_id, _item), item in items.items()
        if item["status"] == "NORMAL"
        for sku, price, stock in item["packs"]
    }


def twice(journal: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """SKUs that stand in two living items of one shop."""
    items: dict[tuple[str, int], Mapping[str, Any]] = {}
    for entry in journal:
        for item in entry["effect"]:
            items[str(entry["shop_id"]), item["item_id"]] = item
    held: defaultdict[tuple[str, str], int] = defaultdict(int)
    for (shop_id, _item), item in items.items():
        if "DELETE" not in item["status"]:
            for sku in {pack[0] for pack in item["packs"]} | {item["item_sku"]}:
                held[shop_id, sku] += 1
    return sorted(key for key, count in held.items() if count > 1)


def writes(journal: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Calls that asked for a change."""
    return [entry for entry in journal if entry["asks_change"]]
