"""What the server minds about a body, and what it swallows ("What the server accepts without a
word", "More that was seen")."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sandbox.woocommerce.refusals import Refused, invalid
from sandbox.woocommerce.switches import Switches
from sandbox.woocommerce.world import Product, World

STATUSES = ("draft", "pending", "private", "publish", "future", "auto-draft", "trash")
TYPES = ("simple", "grouped", "external", "variable")
BACKORDERS = ("no", "notify", "yes")
_TEXTS = ("name", "sku", "regular_price", "sale_price", "description", "short_description",
          "weight", "type", "status")  # fmt: skip
_LISTS = ("categories", "images", "attributes", "meta_data")
_TAGS = re.compile(r"</?(script|style|iframe|object|embed)\b[^>]*>", re.IGNORECASE)


def check_types(body: Mapping[str, Any], *, pack: bool = False) -> None:
    """Raises rest_invalid_param naming the first bad field; unknown fields are nobody's concern."""
    for name in _TEXTS:
        if name in body and not isinstance(body[name], str):
            raise invalid(name, "is not of type string.")
    for name in _LISTS:
        if name in body and not isinstance(body[name], list):
            raise invalid(name, "is not of type array.")
    quantity = body.get("stock_quantity")
    if quantity is not None and not _whole(quantity):
        raise invalid("stock_quantity", "is not of type integer.")
    manage = body.get("manage_stock")
    if manage is not None and not (isinstance(manage, bool) or manage in ("true", "false", 0, 1)):
        raise invalid("manage_stock", "is not of type boolean.")
    if body.get("backorders", "no") not in BACKORDERS:
        raise invalid("backorders", f"is not one of {', '.join(BACKORDERS)}.")
    if body.get("status", "draft") not in STATUSES:
        raise invalid("status", f"is not one of {', '.join(STATUSES)}.")
    if not pack and body.get("type", "simple") not in TYPES:
        raise invalid("type", f"is not one of {', '.join(TYPES)}.")


def _whole(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, str):
        return bool(re.fullmatch(r"-?\d+", value))
    return isinstance(value, int) or (isinstance(value, float) and value == int(value))


def decimal(text: str) -> str:
    """A price as it is kept: commas go, a point is a decimal point, words are nothing."""
    bare = re.sub(r"[^0-9.\-]", "", text.replace(",", ""))
    return bare if re.search(r"\d", bare) else ""


def stripped(text: str) -> str:
    """Dangerous tags go, the text between them stays."""
    return _TAGS.sub("", text)


def free_sku(
    world: World, switches: Switches, product: Product, sku: str, parent: Product | None
) -> None:
    """Raises what the server says to a SKU that is taken. "" is free."""
    if not sku:
        return
    if parent is not None and parent.sku and parent.sku.casefold() == sku.casefold():
        raise _invalid_sku(parent.product_id)
    owner = world.by_sku(product.site, sku)
    if owner is None or owner.product_id == product.product_id:
        return
    if owner.status != "trash":
        raise _invalid_sku(owner.product_id)
    if product.kind == "variation" and switches.trashed_pack_sku == "product_invalid_sku":
        raise _invalid_sku(None)
    words = f"The product with SKU ({sku}) you are trying to insert is already present in the lookup table"  # noqa: E501
    raise Refused(400, "woocommerce_rest_product_not_created", words)


def _invalid_sku(owner: int | None) -> Refused:
    data = {} if owner is None else {"resource_id": owner, "unique_sku": ""}
    return Refused(400, "product_invalid_sku", "Invalid or duplicated SKU.", **data)
