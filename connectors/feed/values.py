"""What a column may show of a row, by name. Pure.

Stars, decision and days of a certificate come only while the stars may be claimed
(``Facts.stars``); a GTIN is never made up; a row that is off sale has no stock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from connectors.contract import Facts
from connectors.feed.rows import Row
from connectors.feed.texts import day, one_line, plain

Detail = tuple[str, str, str]
"""Section, name, value."""
Value = str | int | tuple[str, ...] | tuple[Detail, ...] | None

MORE_IMAGES = 10
PACK_WORDS = frozenset({
    "gói", "túi", "hộp", "hũ", "lọ", "chai", "can", "bình", "lon", "thùng", "bao", "khay", "bó",
    "cây", "con", "quả", "chậu", "chiếc", "đôi", "khách",
})  # fmt: skip
"""Units of ocop-domain §7."""


@dataclass(frozen=True, slots=True)
class Shop:
    """What a row's values need beside the row. ``site``: scheme and domain of product pages, ""
    when there is none; ``codes``: the floor's code of a category by its path."""

    site: str
    public_url: str
    codes: Mapping[str, str]

    def link(self, sku: str) -> str:
        """The product's page, else the address of the files; "" when neither is known."""
        return f"{self.site}/p/{quote(sku, safe='')}" if self.site else self.public_url


def status(row: Row) -> str:
    """``on``, ``out`` (on sale, no stock) or ``off`` (hidden)."""
    if not row.on:
        return "off"
    return "on" if row.stock > 0 else "out"


def _title(row: Row, shop: Shop) -> str:
    return one_line(plain(row.content.title))


def _description(row: Row, shop: Shop) -> str:
    return plain(row.content.description)


def _short(row: Row, shop: Shop) -> str:
    return plain(row.content.description).split("\n", 1)[0]


def _stock(row: Row, shop: Shop) -> int:
    return row.stock if row.on else 0


def _unit(row: Row, shop: Shop) -> str:
    word = plain(row.variant.label).split(" ", 1)[0].lower()
    return word.capitalize() if word in PACK_WORDS else ""


def _net(row: Row, shop: Shop) -> str:
    if row.variant.net_g:
        return f"{row.variant.net_g} g"
    return f"{row.variant.net_ml} ml" if row.variant.net_ml else ""


def _weight(row: Row, shop: Shop) -> int | None:
    return row.variant.weight_g or row.content.weight_g or None


def _weight_text(row: Row, shop: Shop) -> str:
    grams = _weight(row, shop)
    return f"{grams} g" if grams else ""


def _size(side: int) -> Callable[[Row, Shop], str]:
    def centimetres(row: Row, shop: Shop) -> str:
        size = row.content.dims_mm[side]
        return f"{-(-size // 10)} cm" if size > 0 else ""

    return centimetres


def _fact(name: str) -> Callable[[Row, Shop], str]:
    return lambda row, shop: one_line(plain(getattr(row.content.facts, name)))


def _claimed(name: str) -> Callable[[Row, Shop], str]:
    """A field of the certificate, while its stars may be claimed."""
    read = _fact(name)
    return lambda row, shop: "" if row.content.facts.stars is None else read(row, shop)


def stars_text(facts: Facts) -> str:
    """ "OCOP 4 sao", or "" when there is nothing to claim."""
    return f"OCOP {facts.stars} sao" if facts.stars is not None else ""


def _paper(kind: str, name: str) -> Callable[[Row, Shop], str]:
    def field(row: Row, shop: Shop) -> str:
        paper = next((p for p in row.content.papers if p.kind == kind), None)
        return plain(getattr(paper, name)) if paper else ""

    return field


def _self_declaration(row: Row, shop: Shop) -> str:
    return _fact("self_declaration")(row, shop) or _paper("self_declaration", "number")(row, shop)


def _highlights(row: Row, shop: Shop) -> tuple[str, ...]:
    facts = row.content.facts
    year = (
        f" ({facts.recognised_on[:4]})" if facts.stars is not None and facts.recognised_on else ""
    )
    told = (
        ("Xuất xứ: ", facts.origin), ("Chủ thể: ", facts.producer),
        ("Quy cách: ", row.variant.label), ("Hạn sử dụng: ", facts.shelf_life),
    )  # fmt: skip
    stars = stars_text(facts)
    lines = [f"{stars}{year}"] if stars else []
    return tuple(lines + [f"{name}{one_line(plain(text))}" for name, text in told if text])


def _details(row: Row, shop: Shop) -> tuple[Detail, ...]:
    facts = row.content.facts
    certificate = (
        ("Hạng", f"{facts.stars} sao"), ("Quyết định", facts.decision),
        ("Ngày công nhận", day(facts.recognised_on, "%d/%m/%Y")),
        ("Có giá trị đến", day(facts.expires_on, "%d/%m/%Y")),
    )  # fmt: skip
    source = (
        ("Xuất xứ", facts.origin), ("Chủ thể", facts.producer),
        ("Mã truy xuất", facts.trace_code), ("Số tự công bố", _self_declaration(row, shop)),
        ("Hạn sử dụng", facts.shelf_life),
    )  # fmt: skip
    parts = [("OCOP", n, v) for n, v in certificate if v] if facts.stars is not None else []
    parts += [("Nguồn gốc", n, one_line(plain(v))) for n, v in source if v]
    return tuple(parts)


def _image(number: int) -> Callable[[Row, Shop], str]:
    def address(row: Row, shop: Shop) -> str:
        images = row.content.image_ids
        return images[number - 1] if len(images) >= number else ""

    return address


VALUES: Mapping[str, Callable[[Row, Shop], Value]] = {
    "blank": lambda row, shop: None,
    "sku": lambda row, shop: row.sku,
    "title": _title,
    "description": _description,
    "short_description": _short,
    "category": lambda row, shop: row.content.category_id,
    "category_code": lambda row, shop: shop.codes.get(row.content.category_id, ""),
    "pack": lambda row, shop: one_line(plain(row.variant.label)),
    "unit": _unit,
    "net": _net,
    "net_g": lambda row, shop: row.variant.net_g,
    "net_ml": lambda row, shop: row.variant.net_ml,
    "weight_g": _weight,
    "weight": _weight_text,
    "length": _size(0),
    "width": _size(1),
    "height": _size(2),
    "price": lambda row, shop: row.price_vnd,
    "currency": lambda row, shop: "VND",
    "stock": _stock,
    "status": lambda row, shop: status(row),
    "condition": lambda row, shop: "new",
    "gtin": lambda row, shop: row.variant.gtin or "",
    "identifier_exists": lambda row, shop: "yes" if row.variant.gtin else "no",
    "link": lambda row, shop: shop.link(row.sku),
    "image": _image(1),
    "images": lambda row, shop: row.content.image_ids,
    "more_images": lambda row, shop: row.content.image_ids[1 : 1 + MORE_IMAGES],
    **{f"image.{n}": _image(n) for n in range(2, 13)},
    "product_code": _fact("product_code"),
    "name": _fact("name"),
    "producer": _fact("producer"),
    "origin": _fact("origin"),
    "group": _fact("group"),
    "shelf_life": _fact("shelf_life"),
    "trace_code": _fact("trace_code"),
    "self_declaration": _self_declaration,
    "stars": lambda row, shop: row.content.facts.stars,
    "stars_text": lambda row, shop: stars_text(row.content.facts),
    "decision": _claimed("decision"),
    "recognised_on": _claimed("recognised_on"),
    "expires_on": _claimed("expires_on"),
    "food_safety": _paper("food_safety", "number"),
    "food_safety_until": _paper("food_safety", "valid_until"),
    "alcohol_licence": _paper("alcohol_licence", "number"),
    "trademark": _paper("trademark", "number"),
    "highlights": _highlights,
    "details": _details,
}

NAMES = frozenset(VALUES)
