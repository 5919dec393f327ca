"""Attributes that follow from what we know of a product (3.3). Pure.

``ALWAYS`` go with every product, because Tiki's own example sends them and a category may demand
them without listing them; the others only where the category lists them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from connectors.composed import composed, composed_content
from connectors.contract import Content
from connectors.tiki.words import fold

HOME = "Việt Nam"
NO_BRAND = "OEM"
BULKY_G = 50_000
"""A parcel heavier than this is bulky."""

ALWAYS = (
    "brand", "brand_country", "origin", "product_weight_kg", "product_length", "product_width",
    "product_height", "bulky", "is_warranty_applied", "require_expiry_date",
)  # fmt: skip

WHERE_LISTED = ("brand_origin", "product_top_features")

KNOWN = frozenset((*ALWAYS, *WHERE_LISTED))
"""Codes that nobody has to fill in by hand, unless they are chosen from a list that lacks ours."""

POSSIBLE: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("brand_country", "brand_origin", "origin"), (HOME,)),
    **dict.fromkeys(("bulky", "is_warranty_applied", "require_expiry_date"), ("0", "1")),
}
"""All that we may say of an attribute; of the others it is the product's own."""


def legal(names: Sequence[str], value: Any) -> str | None:
    """The value as a list spells it: "Vietnam" for "Việt Nam" (3.2 has one, 3.3 the other)."""
    wanted = _plain(str(value))
    return next((name for name in names if _plain(name) == wanted), None)


def _plain(text: str) -> str:
    return "".join(fold(text).split())


def composed_whole(content: Content) -> Content:
    """Composed in all that goes out: facts become attributes, which a buyer reads too."""
    facts = replace(
        content.facts,
        producer=composed(content.facts.producer),
        origin=composed(content.facts.origin),
        shelf_life=composed(content.facts.shelf_life),
    )
    return replace(composed_content(content), facts=facts)


def filled(content: Content, listed: Collection[str]) -> dict[str, Any]:
    """Attributes by code; what a person chose for the category wins over what we know."""
    known = _known(content)
    own = {code: value for code in ALWAYS if (value := known[code]) is not None}
    more = {code: known[code] for code in WHERE_LISTED if code in listed and known[code]}
    return {**own, **more, **_chosen(content)}


def _known(content: Content) -> Mapping[str, Any]:
    length, width, height = (max(1, -(-side // 10)) for side in content.dims_mm)
    return {
        "brand": content.facts.producer or NO_BRAND,
        "brand_country": HOME,
        "brand_origin": HOME,
        "origin": HOME,
        "product_weight_kg": round(content.weight_g / 1000, 3),
        "product_length": length,
        "product_width": width,
        "product_height": height,
        "bulky": int(content.weight_g > BULKY_G),
        "is_warranty_applied": 0,
        "require_expiry_date": int(bool(content.facts.shelf_life)),
        "product_top_features": _features(content),
    }


def _features(content: Content) -> str:
    """One line each; nothing that may not be claimed (stars are absent then)."""
    facts = content.facts
    lines = [
        f"Sản phẩm OCOP {facts.stars} sao" if facts.stars else "",
        f"Xuất xứ: {facts.origin}" if facts.origin else "",
        f"Chủ thể sản xuất: {facts.producer}" if facts.producer else "",
        f"Hạn sử dụng: {facts.shelf_life}" if facts.shelf_life else "",
    ]
    return "\n".join(line for line in lines if line)


def _chosen(content: Content) -> dict[str, str]:
    """Chosen values go by name, several of one attribute joined."""
    values: dict[str, list[str]] = {}
    for value in content.attributes:
        text = value.value_id or f"{value.text} {value.unit}".strip()
        if text:
            values.setdefault(value.attribute_id, []).append(text)
    return {code: ", ".join(texts) for code, texts in values.items()}
