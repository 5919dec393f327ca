"""The province's website reads schema.org products (JSON-LD) of one file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import orjson

from sandbox.floor.gtin import is_gtin
from sandbox.floor.sheets import BadFile, digest, is_url, text_problem
from sandbox.floor.world import Offer, Refusal

_STATES = {
    "https://schema.org/InStock": True,
    "https://schema.org/OutOfStock": True,
    "https://schema.org/Discontinued": False,
}


def offers(data: bytes, domain: str) -> Iterator[Offer | Refusal]:
    try:
        body = orjson.loads(data)
        products = body["@graph"]
        fine = body["@context"] == "https://schema.org" and isinstance(products, list)
    except (ValueError, KeyError, TypeError) as error:
        raise BadFile(f"JSON-LD hỏng: {error}") from None
    if not fine or b"</script" in data.lower():
        raise BadFile("không phải đồ thị schema.org")
    seen: set[str] = set()
    for line, product in enumerate(products, start=2):
        sku = str(product.get("sku", ""))
        why = _problem(product, domain) or ("mã bị trùng" if sku in seen else "")
        seen.add(sku)
        yield Refusal(line, sku, why) if why else _offer(product)


def _offer(product: dict[str, Any]) -> Offer:
    offer = product["offers"]
    looked = {k: v for k, v in product.items() if k != "offers"}
    return Offer(
        sku=product["sku"],
        title=product["name"],
        price=offer["price"],
        stock=offer["inventoryLevel"]["value"],
        on=_STATES[offer["availability"]],
        link=product["url"],
        digest=digest([orjson.dumps(looked, option=orjson.OPT_SORT_KEYS).decode()]),
    )


def _problem(product: dict[str, Any], domain: str) -> str:
    offer = product.get("offers")
    if product.get("@type") != "Product" or not isinstance(offer, dict):
        return "không phải sản phẩm có giá"
    for name, most in (("sku", 50), ("name", 150), ("description", 5000), ("category", 750)):
        text = product.get(name)
        if not isinstance(text, str) or not 0 < len(text) <= most:
            return f"{name}: bắt buộc, tối đa {most} ký tự"
        if text_problem(text, sheet=False):
            return f"{name}: {text_problem(text, sheet=False)}"
    images = product.get("image", [])
    if not images or not all(isinstance(i, str) and is_url(i) for i in images):
        return "image: địa chỉ ảnh sai"
    if "gtin" in product and not is_gtin(str(product["gtin"])):
        return "gtin: mã vạch sai"
    link = str(product.get("url", ""))
    if not is_url(link) or (domain and urlsplit(link).hostname != domain):
        return "url: liên kết sai tên miền"
    return _offer_problem(offer)


def _offer_problem(offer: dict[str, Any]) -> str:
    price, stock = offer.get("price"), offer.get("inventoryLevel", {}).get("value")
    if not isinstance(price, int) or price <= 0 or offer.get("priceCurrency") != "VND":
        return "offers.price: giá sai"
    if not isinstance(stock, int) or stock < 0:
        return "offers.inventoryLevel: tồn kho sai"
    return "" if offer.get("availability") in _STATES else "offers.availability: giá trị lạ"
