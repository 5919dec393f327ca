"""Our content and packs as WooCommerce's fields. Pure (docs: "Products", "Packs")."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from html import escape
from typing import Any

from connectors.contract import Content, Facts, NewListing, Paper, PricedVariant
from connectors.woocommerce.answers import (
    GROUP_SUFFIX,
    Row,
    clean,
    is_variable,
    objects,
    options,
    same,
)

GRAMS = {"kg": Decimal(1000), "g": Decimal(1), "lbs": Decimal("453.59237"),
         "oz": Decimal("28.349523125")}  # fmt: skip
MILLIMETRES = {"m": Decimal(1000), "cm": Decimal(10), "mm": Decimal(1), "in": Decimal("25.4"),
               "yd": Decimal("914.4")}  # fmt: skip

_PAPER_NAMES = {
    "food_safety": "Giấy an toàn thực phẩm",
    "alcohol_licence": "Giấy phép rượu",
    "trademark": "Nhãn hiệu",
}


def new_product(new: NewListing, category_id: int, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a create: a draft. Its packs, when there are several, come after it."""
    body: dict[str, Any] = {
        **content_fields(new.content, category_id, settings),
        "images": pictures(new.content, ()),
        "attributes": fact_attributes(new.content),
        "meta_data": [row for row in meta(new.content, gtin_of(new)) if row["value"]],
        "status": "draft",
    }
    if is_lone(new.item_sku, new.variants):
        return {"type": "simple", "sku": new.item_sku, **body, **amounts(new.variants[0])}
    labels = [p.variant.label for p in new.variants]
    choice = choice_attribute(None, new.variation_name, labels)
    return {
        "type": "variable",
        "sku": parent_sku(new.item_sku, skus_of(new.variants)),
        "manage_stock": False,
        **body,
        "attributes": [choice, *fact_attributes(new.content)],
    }


def is_lone(item_sku: str, packs: Sequence[PricedVariant]) -> bool:
    """One pack that is the listing itself needs no variations."""
    return len(packs) == 1 and same(packs[0].variant.sku, item_sku)


def skus_of(packs: Sequence[PricedVariant]) -> list[str]:
    return [p.variant.sku for p in packs]


def parent_sku(item_sku: str, skus: Iterable[str]) -> str:
    """A pack may not have its parent's SKU. Where one has the listing's, the parent steps aside,
    and the listing is still found by it: through that pack."""
    taken = any(same(sku, item_sku) for sku in skus)
    return item_sku + GROUP_SUFFIX if taken else item_sku


def gtin_of(new: NewListing) -> str:
    return (new.variants[0].variant.gtin or "") if len(new.variants) == 1 else ""


def amounts(pack: PricedVariant) -> dict[str, Any]:
    """Price (a text of whole đồng) and absolute stock."""
    return {**price(pack.price_vnd), **stock(pack.stock)}


def price(vnd: int) -> dict[str, Any]:
    """A promotion that somebody made in the shop ends with it: buyers would pay that instead."""
    return {"regular_price": str(vnd), "sale_price": ""}


def stock(units: int) -> dict[str, Any]:
    """Counting is switched on with it, and backorders off: a shop that does not count ignores the
    number, and one that takes orders for what is not there sells past it."""
    return {"manage_stock": True, "stock_quantity": units, "backorders": "no"}


# --- content ----------------------------------------------------------------------------------


def content_fields(shown: Content, category_id: int, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Texts, category, weight and size: what never needs to know what stands."""
    length, width, height = (size(side, settings) for side in shown.dims_mm)
    return {
        "name": plain(shown.title),
        "description": html(shown.description),
        "short_description": html(shown.description.strip().split("\n", 1)[0]),
        "categories": [{"id": category_id}],
        "weight": weight(shown.weight_g, settings),
        "dimensions": {"length": length, "width": width, "height": height},
    }


def plain(text: str) -> str:
    """A line that is not HTML, where the shop would take it for such."""
    return clean(text).replace("<", "&lt;").replace(">", "&gt;")


def html(text: str) -> str:
    """Plain text as paragraphs and line breaks."""
    blocks = [b.strip() for b in text.replace("\r\n", "\n").split("\n\n") if b.strip()]
    lines = (b.split("\n") for b in blocks)
    return "\n".join(
        f"<p>{'<br />'.join(escape(clean(line), quote=False) for line in block)}</p>"
        for block in lines
    )


def weight(grams: int, settings: Mapping[str, Any]) -> str:
    """In the shop's unit, as text; never rounded to nothing."""
    return _in(Decimal(grams), GRAMS.get(str(settings.get("weight_unit")), GRAMS["kg"]))


def size(millimetres: int, settings: Mapping[str, Any]) -> str:
    unit = MILLIMETRES.get(str(settings.get("dimension_unit")), MILLIMETRES["cm"])
    return _in(Decimal(max(1, millimetres)), unit)


def _in(value: Decimal, unit: Decimal) -> str:
    number = (value / unit).quantize(Decimal("0.0001"))
    return format(max(number, Decimal("0.0001")).normalize(), "f")


# --- pictures ---------------------------------------------------------------------------------


def picture_key(address: str) -> str:
    """By which a picture that the shop has fetched already is known again."""
    return f"ocop-{hashlib.sha256(address.encode()).hexdigest()[:20]}"


def pictures(shown: Content, standing: Sequence[Row]) -> list[dict[str, Any]]:
    """By id what the shop has, by address what it has to fetch: fetching again would leave one
    more copy in its library each time."""
    known = {str(row.get("name") or ""): row.get("id") for row in standing}
    alt = clean(shown.title)
    return [
        {"id": known[key]} if known.get(key := picture_key(address))
        else {"src": address, "name": key, "alt": alt}
        for address in shown.image_ids
    ]  # fmt: skip


# --- facts ------------------------------------------------------------------------------------


def facts_of(facts: Facts, papers: Sequence[Paper] = ()) -> dict[str, str]:
    """What the certificate and the law say, by the name that the page shows it under. Only what
    may be claimed now is there."""
    stated = {
        "Hạng OCOP": f"{facts.stars} sao" if facts.stars else "",
        "Số quyết định": facts.decision,
        "Công nhận ngày": _day(facts.recognised_on),
        "Có giá trị đến": _day(facts.expires_on),
        "Chủ thể": facts.producer,
        "Xuất xứ": facts.origin,
        "Nhóm sản phẩm": facts.group,
        "Hạn sử dụng": facts.shelf_life,
        "Số tự công bố": facts.self_declaration,
        "Mã truy xuất": facts.trace_code,
    }
    for paper in papers:
        if paper.kind in _PAPER_NAMES:
            stated[_PAPER_NAMES[paper.kind]] = paper.number
    return {name: value for name, text in stated.items() if (value := one_option(text))}


FACT_NAMES = frozenset({
    "Hạng OCOP", "Số quyết định", "Công nhận ngày", "Có giá trị đến", "Chủ thể", "Xuất xứ",
    "Nhóm sản phẩm", "Hạn sử dụng", "Số tự công bố", "Mã truy xuất", *_PAPER_NAMES.values(),
})  # fmt: skip
"""Attributes that are ours to write and to take away."""


def fact_attributes(shown: Content) -> list[dict[str, Any]]:
    return [
        {"name": name, "visible": True, "variation": False, "options": [value]}
        for name, value in facts_of(shown.facts, shown.papers).items()
    ]


_OPTION = str.maketrans({"|": "/", "\\": "/", "<": "‹", ">": "›"})


def one_option(text: str) -> str:
    """A value that the parent and its pack keep alike: the shop holds a list as one text with
    bars, and takes tags, backslashes and escaped bytes out of a pack's, not of the parent's."""
    return clean(re.sub(r"%(?=[0-9a-fA-F]{2})", "% ", text.translate(_OPTION)))


def meta(shown: Content, gtin: str) -> list[dict[str, str]]:
    """Fields for other programs; "" takes away what may no longer be claimed."""
    facts = shown.facts
    values = {
        "ocop_product_code": facts.product_code,
        "ocop_stars": str(facts.stars or ""),
        "ocop_decision": facts.decision,
        "ocop_certificate_expires": facts.expires_on,
        "ocop_trace_code": facts.trace_code,
        "ocop_gtin": gtin,
    }
    return [{"key": key, "value": value} for key, value in values.items()]


def _day(iso: str) -> str:
    """A day as people write it; a text that is none is left as it is."""
    try:
        return date.fromisoformat(iso).strftime("%d/%m/%Y")
    except ValueError:
        return iso


def content_change(
    shown: Content, standing: Row, category_id: int, settings: Mapping[str, Any]
) -> dict[str, Any]:
    """The body of an update. The list of attributes is replaced as a whole by the shop, so what
    others put there, and the one that packs are chosen by, go along."""
    return {
        "id": standing["id"],
        "images": pictures(shown, objects(standing, "images")),
        **content_fields(shown, category_id, settings),
        "attributes": [*foreign_attributes(standing), *fact_attributes(shown)],
        "meta_data": [row for row in meta(shown, "") if row["key"] != "ocop_gtin"],
    }


def foreign_attributes(standing: Row) -> list[Row]:
    """Attributes that are not our facts."""
    return [
        a
        for a in objects(standing, "attributes")
        if a.get("variation") is True or clean(str(a.get("name") or "")) not in FACT_NAMES
    ]


# --- packs ------------------------------------------------------------------------------------


def choice_attribute(standing: Row | None, name: str, labels: Sequence[str]) -> dict[str, Any]:
    """What the buyer chooses by; a shop's own attribute for it is kept."""
    wanted: list[str] = []
    for label in labels:
        if (option := one_option(label)) not in wanted:
            wanted.append(option)
    return {
        **attribute_ref(standing, name),
        "position": 0,
        "visible": True,
        "variation": True,
        "options": wanted,
    }


def attribute_ref(standing: Row | None, name: str) -> dict[str, Any]:
    """By id where the attribute is the shop's own, by name where it is the product's."""
    if standing and standing.get("id"):
        return {"id": standing["id"]}
    return {"name": str(standing.get("name") or name) if standing else name}


def pack_fields(pack: PricedVariant, choice: Row, settings: Mapping[str, Any]) -> dict[str, Any]:
    """What a pack is, without price and stock. The GTIN is a field for other programs: the
    shop's own one checks for doubles in a way that was not measured."""
    fields: dict[str, Any] = {
        "sku": pack.variant.sku,
        "weight": weight(pack.variant.weight_g, settings),
        "attributes": [{**attribute_ref(choice, ""), "option": one_option(pack.variant.label)}],
    }
    if pack.variant.gtin:
        fields["meta_data"] = [{"key": "ocop_gtin", "value": pack.variant.gtin}]
    return fields


def same_choice(standing: Row, wanted: Row) -> bool:
    """Whether the parent offers these options already, in this order."""
    return (
        is_variable(standing)
        and any(a.get("variation") is True for a in objects(standing, "attributes"))
        and _offered(standing) == list(wanted["options"])
    )


def _offered(standing: Row) -> list[str]:
    return next(options(a) for a in objects(standing, "attributes") if a.get("variation") is True)
