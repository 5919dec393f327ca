"""Our content and packs as Tiki's request fields (3.3, 3.7). Pure; texts come composed."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.contract import Content, PricedVariant
from connectors.tiki.fields import wire_id

Settings = Mapping[str, Any]


def product(
    content: Content,
    pack: PricedVariant,
    attributes: Mapping[str, Any],
    files: Sequence[Mapping[str, Any]],
    settings: Settings,
) -> dict[str, Any]:
    """The body of a product request: one pack, no options, off until it is switched on.

    No list price is named: Tiki would hold every later price against it (3.7), and only a reviewed
    request could raise it again.
    """
    return {
        "category_id": wire_id(content.category_id),
        "name": content.title.strip(),
        **texts_and_pictures(content, attributes),
        "option_attributes": [],
        "variants": [_variant(pack, settings)],
        "certificate_files": list(files),
        "meta_data": {"is_auto_turn_on": False},
    }


def texts_and_pictures(content: Content, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """What a create and a change of content share. ``images`` is a list also when it is empty,
    and does not repeat the avatar (3.3, trap 4)."""
    avatar, *others = dict.fromkeys(content.image_ids)
    return {
        "description": as_html(content.description),
        "attributes": dict(attributes),
        "image": avatar,
        "images": others,
    }


def _variant(pack: PricedVariant, settings: Settings) -> dict[str, Any]:
    """Create writes ``warehouseId``, updates write ``warehouse_id`` (trap 3)."""
    row: dict[str, Any] = {
        "sku": pack.variant.sku,
        "price": pack.price_vnd,
        "inventory_type": settings.get("inventory_type") or "dropship",
    }
    if pack.variant.gtin:
        row["min_code"] = pack.variant.gtin
    chosen = settings.get("warehouse")
    if chosen is not None:
        row["seller_warehouse"] = str(chosen)
        row["warehouse_stocks"] = [{"warehouseId": chosen, "qtyAvailable": pack.stock}]
    return row


def with_min_code(body: Mapping[str, Any]) -> dict[str, Any]:
    """The same with the SKU for a minimum code, for a Tiki that insists on one (8)."""
    (variant,) = body["variants"]
    return {**body, "variants": [{**variant, "min_code": variant["sku"]}]}


def stock(units: int, settings: Settings) -> dict[str, Any]:
    """The fields of updateSku. Every active warehouse is named, because one that is left out is
    set to 0 (3.7): the chosen one holds the units, the others nothing."""
    chosen = settings.get("warehouse")
    known = [w for w in settings.get("warehouses") or () if w != chosen]
    named = [chosen, *known]
    return {
        "seller_warehouse": ", ".join(str(w) for w in named),
        "warehouse_quantities": [
            {"warehouse_id": w, "qty_available": units if w == chosen else 0} for w in named
        ],
    }


def as_html(text: str) -> str:
    """Plain text as Tiki's HTML: a paragraph for each block, everything escaped."""
    blocks = [block.strip() for block in re.split(r"\n\s*\n", text.strip().replace("\r\n", "\n"))]
    return "".join(
        f"<p>{'<br>'.join(html.escape(line.strip()) for line in block.splitlines())}</p>"
        for block in blocks
        if block
    )
