"""What people do meanwhile: edits at the register, hands in the shops. Each says what to ask of
which sandbox; nothing is done here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chaos.register import Book
from tests.system import checker
from tests.system.checker import Product

CLOSE = 4.0
"""Packs of one product whose prices are further apart are left alone: a price that breaks a
channel's ratio (5) waits for a person."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A request to a sandbox's ``/_sandbox`` pages."""

    market: str
    path: str
    body: Mapping[str, Any]


def edit(which: str, pick: float, book: Book) -> Ask | None:
    """One edit at the register; ``pick`` in [0, 1) chooses the product and what it becomes."""
    chosen = _at(sorted(book), pick)
    product = book[chosen]
    path = f"products/{chosen}/edits"
    if which in ("withdrawn", "revoked"):
        return Ask("registry", path, {"edit": which, "reason": "Thử nghiệm"})
    fraction = pick * len(book) % 1
    pack = _at(product.packs, fraction)
    if which == "stock":
        stock = 3 + int(fraction * 997) % 180
        return Ask("registry", path, {"edit": "stock", "pack": pack.text, "stock": stock})
    if _apart(product):
        return None
    price = max(1000, round(pack.price * (0.94 + 0.12 * (fraction * 31 % 1)) / 500) * 500)
    return Ask("registry", path, {"edit": "price", "pack": pack.text, "price_vnd": price})


def _apart(product: Product) -> bool:
    prices = [pack.price for pack in product.packs]
    return max(prices) > CLOSE * min(prices)


def by_hand(
    which: str, market: str, pick: float, journals: checker.Journals, spared: set[str]
) -> Ask | None:
    """One deed in a shop of ``market`` on an item of one pack that is on sale, none of
    ``spared``: what is meddled with again and again waits for a person."""
    ((channel, journal),) = journals.items()
    items = [
        (shop, item)
        for (shop, item) in _on_sale({channel: journal})
        if len(item["packs"]) == 1 and item["packs"][0][0] not in spared
    ]
    if not items or which not in WORDS[market]:
        return None
    shop, item = _at(items, pick)
    sku, price, stock = item["packs"][0]
    if which == "sell" and (stock or 0) < 5:
        return None
    spared.add(sku)
    return Ask(market, "deeds", _BODIES[market](which, shop, item, sku, price + 1000))


def _on_sale(journals: checker.Journals) -> list[tuple[str, Mapping[str, Any]]]:
    return [
        (shop, item)
        for (_channel, shop), items in sorted(checker.items_of(journals).items())
        for item in items
        if checker.on_sale(item)
    ]


WORDS = {
    "shopee": {"price": "edit", "off": "unlist", "delete": "delete", "ban": "ban", "sell": "sell"},
    "tiki": {"price": "edit", "off": "off", "delete": "delete", "ban": "hide", "sell": "sell"},
    "woocommerce": {"price": "price", "off": "off", "delete": "trash", "sell": "sell"},
    "floor": {"price": "price", "off": "off", "delete": "delete", "ban": "ban", "sell": "sell"},
}
"""Each sandbox's own word for a deed."""


def _shopee(which: str, shop: str, item: Mapping[str, Any], sku: str, price: int) -> dict[str, Any]:
    body = {"shop_id": int(shop), "deed": WORDS["shopee"][which], "item_id": item["item_id"]}
    return body | ({"price": price} if which == "price" else {})


def _tiki(which: str, shop: str, item: Mapping[str, Any], sku: str, price: int) -> dict[str, Any]:
    body = {"shop_id": shop, "deed": WORDS["tiki"][which], "sku": sku}
    return body | ({"price": price} if which == "price" else {})


def _woo(which: str, shop: str, item: Mapping[str, Any], sku: str, price: int) -> dict[str, Any]:
    body = {"shop_id": shop, "deed": WORDS["woocommerce"][which], "sku": sku}
    return body | ({"price": str(price)} if which == "price" else {})


def _floor(which: str, shop: str, item: Mapping[str, Any], sku: str, price: int) -> dict[str, Any]:
    value = price if which == "price" else 1
    return {"shop_id": shop, "deed": WORDS["floor"][which], "sku": sku, "value": value}


_BODIES = {"shopee": _shopee, "tiki": _tiki, "woocommerce": _woo, "floor": _floor}


def _at(things: Sequence[Any], pick: float) -> Any:
    return things[int(pick * len(things))]
