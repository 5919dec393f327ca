"""What should be on sale, worked out from the book, the office's decisions and the rules alone.

Nothing of the program is used here: this is the second opinion. It reads the registry's file as
it lies in the sandbox, moves its dates, and says for each shop and SKU the price (đồng) and the
stock (units), and for every product that is nowhere on sale the reason.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson

SANDBOX = Path(__file__).resolve().parents[2] / "sandbox"
BOOK = SANDBOX / "registry" / "data" / "ocop-bac-giang.csv"
BOOK_DAY = date(2025, 6, 30)

Key = tuple[str, str, str]
"""Channel, the account there, SKU."""

Shown = dict[Key, tuple[int, int]]
"""Price (đồng) and stock (units) of what a buyer can see."""

ASKED = {
    "shopee": ("listed",),
    "tiki": ("listed",),
    "woocommerce": ("alcohol", "tourism"),
    "san24h": ("alcohol", "tourism", "live", "plant"),
}
"""What a channel takes only when a person said yes (ocop-domain §5): "listed" are the products
that the office was asked about for the marketplaces."""

CLOSED = {
    "shopee": ("live", "tourism"),
    "tiki": ("live", "tourism", "plant"),
    "woocommerce": ("live",),
    "san24h": (),
}

REASONS = {
    "shopee": {
        "lapsed": 29, "waiting for a decision": 19, "decided against": 8,
        "not taken by the channel": 4, "strength not in the book": 4, "no picture": 5,
        "no shop": 4,
    },
    "tiki": {
        "lapsed": 29, "waiting for a decision": 18, "decided against": 8,
        "not taken by the channel": 5, "strength not in the book": 2, "no picture": 5,
        "scan of a paper missing": 1, "no shop": 10,
    },
    "woocommerce": {
        "lapsed": 29, "waiting for a decision": 10, "not taken by the channel": 1,
        "no picture": 6, "no shop": 10,
    },
    "san24h": {"lapsed": 29, "waiting for a decision": 12, "no picture": 6, "no shop": 10},
}  # fmt: skip
"""Products that are not on sale on the first day, by channel, written down beforehand."""


@dataclass(frozen=True, slots=True)
class Pack:
    """``text`` is how the book names it within its product."""

    sku: str
    price: int
    stock: int
    text: str


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
    """``producer`` "": the province's, which sells for those who agreed."""

    channel: str
    shop_id: str
    name: str
    producer: str


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
            product.pictured |= bool(row["Ảnh"])
            price = int(row["Giá bán (đồng)"])
            stock, text = int(row["Tồn kho"]), row["Quy cách đóng gói"]
            product.packs.append(Pack(_sku(row), price, stock, text))
    return products


def _sku(row: Mapping[str, str]) -> str:
    """code-<net+unit[xn]>, the net of one unit where the pack counts its units."""
    pack, net = row["Quy cách đóng gói"].lower(), row["Khối lượng (g)"]
    if not net:
        return row["Mã sản phẩm"]
    counted = re.search(r"(?<![\d.,])(\d+) (?!g\b|kg\b|ml\b|lít\b|ngày\b|cành\b)[^\W\d]+", pack)
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
            s["channel"],
            s["shop_id"],
            s["name"],
            s["owner"]["name"] if s["owner"]["kind"] == "producer" else "",
        )
        for s in found
    ]


def agreed() -> frozenset[str]:
    return frozenset(orjson.loads((SANDBOX / "data" / "shops.json").read_bytes())["agreed"])


def decisions() -> dict[tuple[str, str], str]:
    """By product and channel."""
    data = orjson.loads((SANDBOX / "data" / "decisions.json").read_bytes())
    return {
        (row["product_code"], channel): row["decision"]
        for row in data["decisions"]
        for channel in row.get("channels", data["channels"])
    }


def sorts(product: Product) -> set[str]:
    """What a product is to a channel, as far as it matters here."""
    found = set()
    if "rượu" in product.name.lower():
        found.add("alcohol")
    if product.name.endswith(" sống"):
        found.add("live")
    if product.group.startswith("Dịch vụ"):
        found.add("tourism")
    if product.group.startswith("Sinh vật"):
        found.add("plant")
    return found


def why_not(
    product: Product, channel: str, today: date, decided: Mapping[tuple[str, str], str]
) -> str:
    """ "" when the product may be sold there, else one of the REASONS."""
    if product.expires < today:
        return "lapsed"
    what = sorts(product)
    if what & set(CLOSED[channel]):
        return "not taken by the channel"
    answer = decided.get((product.code, channel))
    if answer == "no":
        return "decided against"
    asked = what & set(ASKED[channel]) or ("listed" in ASKED[channel] and answer is not None)
    if asked and answer != "yes":
        return "waiting for a decision"
    if not product.pictured:
        return "no picture"
    if not selling(product, channel):
        return "no shop"
    if channel in ("shopee", "tiki") and "alcohol" in what:
        return "strength not in the book"
    if channel == "tiki" and "Trà an xoa" in product.name:
        return "scan of a paper missing"
    return ""


def selling(product: Product, channel: str) -> list[Shop]:
    willing = product.producer in agreed()
    return [
        s for s in shops()
        if s.channel == channel and (s.producer == product.producer or (willing and not s.producer))
    ]  # fmt: skip


def expected(
    products: Mapping[str, Product], today: date
) -> tuple[dict[Key, int], dict[str, Counter[str]]]:
    """The price of everything that should be on sale, and why the rest is not, by channel."""
    decided = decisions()
    reasons: dict[str, Counter[str]] = {channel: Counter() for channel in REASONS}
    prices: dict[Key, int] = {}
    for product in products.values():
        for channel in REASONS:
            reason = why_not(product, channel, today, decided)
            if reason:
                reasons[channel][reason] += 1
                continue
            for pack in product.packs:
                for shop in selling(product, channel):
                    prices[channel, shop.shop_id, pack.sku] = _price(pack.price, shop)
    return prices, reasons


def _price(base: int, shop: Shop) -> int:
    """On Shopee the province adds 5 % and rounds up to 1 000 đ, on Tiki everybody 8 %; elsewhere
    prices are rounded up to 500 đ."""
    if shop.channel == "tiki":
        return -(-base * 108 // 100_000) * 1000
    if shop.channel == "shopee" and not shop.producer:
        return -(-base * 105 // 100_000) * 1000
    return -(-base // 500) * 500


def wrongly_there_or_not(
    products: Mapping[str, Product], prices: Mapping[Key, int], seen: Shown
) -> list[str]:
    """What may not be on sale and is, what should be and is not, and what costs something else.
    A pack of which a shop's fair share is less than one unit may be there or not."""
    due = shares(products, prices)
    there = {key for key, (_, stock) in seen.items() if stock > 0}
    wrong = [f"{key} may not be on sale" for key in sorted(there - set(prices))]
    wrong += [f"{k} is not on sale" for k, s in sorted(due.items()) if s >= 1 and k not in there]
    wrong += [
        f"{key} costs {seen[key][0]}, not {prices[key]}"
        for key in sorted(there & set(prices))
        if seen[key][0] != prices[key]
    ]
    return wrong


def shares(products: Mapping[str, Product], keys: Collection[Key]) -> dict[Key, float]:
    """Each shop's fair share of a pack's pool, as if units could be cut, where ``keys`` sell it."""
    by_pack: defaultdict[str, list[Key]] = defaultdict(list)
    for key in keys:
        by_pack[key[2]].append(key)
    found: dict[Key, float] = {}
    for product in products.values():
        for pack in product.packs:
            weights = {key: _weight(key) for key in by_pack[pack.sku]}
            found |= _fair(max(0, pack.stock - 2), weights)
    return found


def wrong_stock(products: Mapping[str, Product], seen: Shown) -> list[str]:
    """Where the stock that buyers see is not a fair division of the pool: two units stay back,
    shares are by weight, capped, all is given out, nobody is two units off."""
    by_pack: defaultdict[str, dict[Key, int]] = defaultdict(dict)
    for key, (_, stock) in seen.items():
        by_pack[key[2]][key] = stock
    wrong = []
    for product in products.values():
        for pack in product.packs:
            given = by_pack.get(pack.sku, {})
            fair = _fair(max(0, pack.stock - 2), {k: _weight(k) for k in given})
            total = sum(given.values())
            if total != round(sum(fair.values())) or total > max(0, pack.stock - 2):
                wrong.append(f"{pack.sku}: {total} of {pack.stock} are on sale")
            wrong += [
                f"{key}: {given[key]}, fair is {fair[key]:.1f}"
                for key in given
                if abs(given[key] - fair[key]) >= 2
            ]
    return wrong


def _weight(key: Key) -> tuple[int, int]:
    """Share and cap of a shop."""
    channel, shop_id, _ = key
    owner = next(s.producer for s in shops() if (s.channel, s.shop_id) == (channel, shop_id))
    if channel == "tiki":
        return 1, 10**9
    if channel == "san24h":
        return 1, 50
    if channel == "shopee" and not owner:
        return 1, 100
    return 2, 10**9


def _fair(pool: float, weights: Mapping[Key, tuple[int, int]]) -> dict[Key, float]:
    """The pool by weight, as if units could be cut; what a cap keeps out goes to the others."""
    fair: dict[Key, float] = dict.fromkeys(weights, 0.0)
    left, open_ = float(pool), dict(weights)
    while left > 1e-9 and open_:
        each = left / sum(share for share, _cap in open_.values())
        left = 0.0
        for key, (share, cap) in list(open_.items()):
            room = cap - fair[key]
            fair[key] += min(room, share * each)
            left += max(0.0, share * each - room)
            if share * each >= room:
                del open_[key]
    return fair


Journals = Mapping[str, Sequence[Mapping[str, Any]]]
"""Each marketplace's journal, by channel."""


def shown(journals: Journals) -> Shown:
    """What a buyer sees now, from the marketplaces' journals alone."""
    return {
        (channel, shop_id, sku): (price, stock)
        for (channel, shop_id), items in items_of(journals).items()
        for item in items
        if on_sale(item)
        for sku, price, stock in item["packs"]
    }


def items_of(journals: Journals) -> dict[tuple[str, str], list[Mapping[str, Any]]]:
    """Every item as it was after the last entry that names it."""
    last: dict[tuple[str, str, str], Mapping[str, Any]] = {}
    for channel, journal in journals.items():
        for entry in journal:
            for item in entry["effect"]:
                last[channel, str(entry["shop_id"]), str(item["item_id"])] = item
    grouped: defaultdict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for (channel, shop_id, _item), item in last.items():
        grouped[channel, shop_id].append(item)
    return grouped


def on_sale(item: Mapping[str, Any]) -> bool:
    return bool(item.get("on_sale", item["status"] == "NORMAL"))


def stands(item: Mapping[str, Any]) -> bool:
    word = str(item["status"]).lower()
    return "delete" not in word and word not in ("trash", "gone", "approved", "rejected")


def twice(journals: Journals) -> list[Key]:
    """SKUs that stand in two living items of one account."""
    held: defaultdict[Key, int] = defaultdict(int)
    for (channel, shop_id), items in items_of(journals).items():
        for item in items:
            if stands(item):
                for sku in {pack[0] for pack in item["packs"]} | {item["item_sku"]}:
                    held[channel, shop_id, sku] += 1
    return sorted(key for key, count in held.items() if count > 1)


def ever_on_sale(journals: Journals) -> set[Key]:
    return {
        (channel, str(entry["shop_id"]), pack[0])
        for channel, journal in journals.items()
        for entry in journal
        for item in entry["effect"]
        if on_sale(item)
        for pack in item["packs"]
    }


def writes(journal: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Calls that asked for a change."""
    return [entry for entry in journal if entry["asks_change"]]
