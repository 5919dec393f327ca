"""A product feed as Google's rules read it (feeds.md 3): attributes by name, each with its own
form and limit; a row that breaks one is disapproved, a file that is no feed is refused."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from urllib.parse import urlsplit
from xml.etree.ElementTree import ParseError, fromstring

from sandbox.floor.gtin import is_gtin, is_restricted
from sandbox.floor.sheets import BadFile, digest, is_url, text_problem
from sandbox.floor.world import Offer, Refusal

_G = "{http://base.google.com/ns/1.0}"
Values = Mapping[str, Sequence[str]]

NEEDED = ("id", "title", "description", "link", "image_link", "availability", "price")
KNOWN = frozenset({
    *NEEDED, "additional_image_link", "availability_date", "sale_price", "brand", "gtin", "mpn",
    "identifier_exists", "condition", "google_product_category", "product_type", "item_group_id",
    "size", "color", "material", "product_highlight", "product_detail", "shipping_weight",
    "shipping_length", "shipping_width", "shipping_height", "shipping", "shipping_label",
    "unit_pricing_measure", "unit_pricing_base_measure", "certification", "adult", "multipack",
    "is_bundle", "expiration_date", "custom_label_0",
})  # fmt: skip
_MANY = {"additional_image_link": 10, "product_highlight": 100, "product_detail": 1000, "gtin": 1}
_LONGEST = {
    "id": 50, "title": 150, "description": 5000, "link": 2000, "image_link": 2000, "brand": 70,
    "mpn": 70, "product_type": 750, "item_group_id": 50, "size": 100,
}  # fmt: skip
_WORDS = {
    "availability": ("in_stock", "out_of_stock", "preorder", "backorder"),
    "identifier_exists": ("yes", "no"),
    "condition": ("new", "refurbished", "used"),
}
_PARTS = ("section_name", "attribute_name", "attribute_value")


def tsv_offers(data: bytes, domain: str) -> Iterator[Offer | Refusal]:
    """The header names attributes; a row has as many cells as it."""
    lines = _decoded(data).split("\n")
    heads = lines[0].rstrip("\r").split("\t")
    missing = [name for name in NEEDED if name not in heads]
    unknown = [name for name in heads if name not in KNOWN]
    if missing or unknown:
        raise BadFile(f"sai cột: thiếu {missing}, lạ {unknown}")
    rows = []
    for line, text in enumerate(lines[1:], start=2):
        cells = text.rstrip("\r").split("\t")
        if text and len(cells) != len(heads):
            raise BadFile(f"dòng {line} có {len(cells)} ô, cần {len(heads)}")
        if text:
            rows.append((line, {h: _entries(h, c) for h, c in zip(heads, cells, strict=True) if c}))
    yield from _offers(iter(rows), domain, sheet=True)


def _entries(name: str, cell: str) -> list[str]:
    """Commas part the values of an attribute that may have several; quotes hold one together."""
    if cell.count('"') % 2:
        raise BadFile(f"{name}: dấu nháy không đóng")
    parts = next(csv.reader([cell], strict=True))
    return parts if name in _MANY else [",".join(parts)]


def xml_offers(data: bytes, domain: str) -> Iterator[Offer | Refusal]:
    try:
        root = fromstring(data)  # noqa: S314 (loopback)
    except ParseError as error:
        raise BadFile(f"XML hỏng: {error}") from None
    channel = root.find("channel")
    if root.tag != "rss" or channel is None or not channel.findtext("title"):
        raise BadFile("không phải RSS 2.0")
    rows = []
    for line, item in enumerate(channel.findall("item"), start=2):
        values: dict[str, list[str]] = {}
        for element in item:
            name = element.tag.removeprefix(_G)
            if name not in KNOWN or not element.tag.startswith(_G):
                raise BadFile(f"thuộc tính lạ {element.tag}")
            text = element.text or ""
            if name == "product_detail":
                text = ":".join(element.findtext(f"{_G}{part}") or "" for part in _PARTS)
            values.setdefault(name, []).append(text)
        rows.append((line, values))
    yield from _offers(iter(rows), domain, sheet=False)


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise BadFile("không phải UTF-8") from None


def _offers(
    rows: Iterator[tuple[int, Values]], domain: str, *, sheet: bool
) -> Iterator[Offer | Refusal]:
    seen: set[str] = set()
    for line, values in rows:
        sku = next(iter(values.get("id", ())), "")
        why = _problem(values, domain, sheet=sheet) or ("duplicate id" if sku in seen else "")
        seen.add(sku)
        yield Refusal(line, sku, why) if why else _offer(values)


def _offer(values: Values) -> Offer:
    """Google knows no stock: what is in stock counts as one unit there."""
    looked = [f"{n}={v}" for n in sorted(values) if n not in ("price", "availability")
              for v in values[n]]  # fmt: skip
    on = values["availability"][0] == "in_stock"
    return Offer(
        sku=values["id"][0],
        title=values["title"][0],
        price=int(values["price"][0].split(" ")[0].split(".")[0]),
        stock=1 if on else 0,
        on=on,
        link=values["link"][0],
        digest=digest(looked),
    )


def _problem(values: Values, domain: str, *, sheet: bool) -> str:
    for name in NEEDED:
        if not any(values.get(name, ())):
            return f"missing required attribute: {name}"
    for name, entries in values.items():
        if len(entries) > _MANY.get(name, 1):
            return f"too many values: {name}"
        for text in entries:
            why = text_problem(text, sheet=sheet) or _attribute(name, text)
            if why:
                return f"{name}: {why}"
    return _together(values, domain)


def _attribute(name: str, text: str) -> str:
    if len(text) > _LONGEST.get(name, 10_000):
        return f"too long ({len(text)})"
    if name in _WORDS and text not in _WORDS[name]:
        return f"unsupported value '{text}'"
    check = _CHECKS.get(name)
    return "" if check is None or check(text) else f"invalid value '{text}'"


def _is_price(text: str) -> bool:
    match = re.fullmatch(r"(\d+)(\.\d+)? VND", text)
    return match is not None and int(match[1]) > 0


def _is_detail(text: str) -> bool:
    parts = text.split(":", 2)
    longest = (140, 140, 1000)
    return len(parts) == 3 and all(0 < len(p) <= m for p, m in zip(parts, longest, strict=True))


_CHECKS: Mapping[str, Callable[[str], bool]] = {
    "id": lambda text: " " not in text,
    "price": _is_price,
    "link": is_url,
    "image_link": is_url,
    "additional_image_link": is_url,
    "gtin": lambda text: is_gtin(text) and not is_restricted(text),
    "shipping_weight": lambda text: bool(re.fullmatch(r"\d+(\.\d+)? (g|kg|lb|oz)", text)),
    "unit_pricing_measure": lambda text: bool(re.fullmatch(r"\d+(\.\d+)? ?(g|kg|ml|l|ct)", text)),
    "product_highlight": lambda text: 0 < len(text) <= 150,
    "product_detail": _is_detail,
    "certification": lambda text: text.startswith("EC:"),
    "brand": lambda text: text.lower() not in ("n/a", "generic", "no brand"),
}


def _together(values: Values, domain: str) -> str:
    """What several attributes have to agree on."""
    if len(values.get("product_highlight", ("", ""))) < 2:
        return "product_highlight: 2 to 100 values"
    if values.get("identifier_exists", ["yes"])[0] == "no" and values.get("gtin"):
        return "identifier_exists: no, but there is a gtin"
    if domain and urlsplit(values["link"][0]).hostname != domain:
        return "link: domain mismatch"
    return ""
