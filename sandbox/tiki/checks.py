"""What a product request must be to get a track id at all (3.3); each problem in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.tiki import catalogue
from sandbox.tiki.call import is_whole
from sandbox.tiki.refusals import unknown, unprocessable
from sandbox.tiki.switches import Switches
from sandbox.tiki.world import Seller

NAME = (3, 255)
PRICES = (1_000, 1_000_000_000)
"""The floor is our own caution (5)."""

_MIN_CODE = {
    "path": "variants => min_code is required", "sentence": "The min code field is required",
}  # fmt: skip
"""Whether it is wanted, and how that is said, is not settled (8)."""


def new_product(body: Mapping[str, Any], seller: Seller, switches: Switches) -> None:
    """Raises Refused with all problems at once; 404 for an unknown category (2)."""
    category = body.get("category_id")
    if not is_whole(category):
        raise unprocessable("category_id must be an integer")
    assert isinstance(category, int)  # noqa: S101 (is_whole said so)
    if category not in catalogue.CATEGORIES:
        raise unknown("Category")
    problems: list[str] = []
    if category not in catalogue.PRIMARY:
        problems.append("category_id must be a primary category")
    name = body.get("name")
    if not isinstance(name, str) or not NAME[0] <= len(name.strip()) <= NAME[1]:
        problems.append(f"name must have {NAME[0]} to {NAME[1]} characters")
    problems += content(body, category, switches)
    problems += _certificates(body)
    problems += _meta(body.get("meta_data"))
    problems += _variants(body, seller, switches)
    if problems:
        raise unprocessable(*problems)


def content(body: Mapping[str, Any], category: int, switches: Switches) -> list[str]:
    """Description, attributes, pictures: of a create, or of a change of content."""
    problems = []
    description = body.get("description")
    if not isinstance(description, str) or not description.strip():
        problems.append("description is required")
    elif "<" not in description:
        problems.append("description must be HTML")
    problems += _attributes(body.get("attributes"), category, switches)
    return problems + pictures(body)


def pictures(body: Mapping[str, Any]) -> list[str]:
    """Public addresses; ``images`` may be empty, never null (3.3)."""
    problems = []
    if not _address(body.get("image")):
        problems.append("image must be a valid url")
    images = body.get("images")
    if not isinstance(images, list):
        problems.append("images must be an array")
    elif not all(_address(i) for i in images):
        problems.append("images must contain valid urls")
    return problems


def _address(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(("http://", "https://")) and len(value) > 12


def _attributes(values: Any, category: int, switches: Switches) -> list[str]:
    """All mandatory codes, and only legal values of the chosen ones (3.2, 3.3)."""
    if not isinstance(values, dict):
        return ["attributes must be an object"]
    problems = []
    for row in catalogue.attributes_of(category):
        value = values.get(row["code"])
        if value in (None, ""):
            if row["required"]:
                problems.append(f"attributes => {row['code']} is required")
            continue
        if not isinstance(value, str | int | float):
            problems.append(f"attributes => {row['code']} must be a string or a number")
        elif _illegal(row, str(value), switches):
            problems.append(f"attributes => {row['code']} value is not valid")
        elif row["data_type"] in ("decimal", "integer") and not _number(value):
            problems.append(f"attributes => {row['code']} must be a number")
    return problems


def _illegal(row: Mapping[str, Any], value: str, switches: Switches) -> bool:
    kind = catalogue.input_type(row, switches)
    if "select" not in kind:
        return False
    chosen = value.split(", ") if kind == "multiselect" else [value]
    return not set(chosen) <= set(catalogue.values_of(row["id"], switches) or ())


def _number(value: Any) -> bool:
    try:
        return float(value) >= 0
    except (TypeError, ValueError):
        return False


def _certificates(body: Mapping[str, Any]) -> list[str]:
    files = body.get("certificate_files")
    if files is None:
        return []
    if not isinstance(files, list):
        return ["certificate_files must be an array"]
    problems = []
    for entry in files:
        good = isinstance(entry, dict) and _address(entry.get("url"))
        if not good or entry.get("type") not in ("category", "brand"):
            problems.append("certificate_files => url and type (category, brand) are required")
        elif entry["type"] == "category" and not is_whole(entry.get("document_id")):
            problems.append("certificate_files => document_id is required")
    return problems


def _meta(meta: Any) -> list[str]:
    if meta is None:
        return []
    if not isinstance(meta, dict) or not isinstance(meta.get("is_auto_turn_on", False), bool):
        return ["meta_data => is_auto_turn_on must be boolean"]
    return []


# --- variants ---------------------------------------------------------------------------------


def _variants(body: Mapping[str, Any], seller: Seller, switches: Switches) -> list[str]:
    """One for a simple product; each with its options (3.1, 3.3)."""
    options = body.get("option_attributes")
    if not isinstance(options, list) or len(options) > 2:
        return ["option_attributes must be an array of at most 2 codes"]
    variants = body.get("variants")
    if not isinstance(variants, list) or not variants:
        return ["variants must have at least 1 item"]
    if not all(isinstance(v, dict) for v in variants):
        return ["variants must be objects"]
    problems = []
    if not options and len(variants) != 1:
        problems.append("variants must have exactly 1 item when option_attributes is empty")
    if len({str(v.get("sku")) for v in variants}) != len(variants):
        problems.append("variants => sku must be unique")
    for variant in variants:
        problems += _variant(variant, len(options), seller, switches)
    return problems


def _variant(
    variant: Mapping[str, Any], options: int, seller: Seller, switches: Switches
) -> list[str]:
    problems = []
    if not isinstance(variant.get("sku"), str) or not variant["sku"].strip():
        problems.append("variants => sku is required")
    if switches.min_code and not variant.get("min_code"):
        problems.append(_MIN_CODE[switches.wording])
    problems += [
        f"variants don't match with option_attributes => variants option{number} missing"
        for number in range(1, options + 1)
        if not variant.get(f"option{number}")
    ]
    problems += price_problems(variant.get("price"), variant.get("market_price") or 0, switches)
    return problems + _inventory(variant, seller, switches)


def price_problems(price: Any, market_price: Any, switches: Switches) -> list[str]:
    """Whole đồng above 0, from a tenth of the list price up to it (3.7, 5)."""
    if not is_whole(price) or not is_whole(market_price):
        return ["price must be an integer"]
    if price <= 0:
        return ["variants should have price > 0"]
    if not PRICES[0] <= price <= PRICES[1]:
        return [f"price must be between {PRICES[0]} and {PRICES[1]}"]
    if market_price and price * 10 < market_price:
        return ["Price is not valid because less than ten percent listing price"]
    if market_price and price > market_price and switches.above_market == "refused":
        return ["Price is not valid because greater than listing price"]
    return []


def _inventory(variant: Mapping[str, Any], seller: Seller, switches: Switches) -> list[str]:
    """The model is one of the seller's; its warehouses are its own (3.3, 3.6)."""
    models = [switches.dropship if m == "dropship" else m for m in seller.operation_models]
    model = variant.get("inventory_type")
    if model is None and len(models) == 1:
        model = models[0]
    if model not in models:
        return [f"inventory_type must be one of {', '.join(models)}"]
    if model == "instock":
        return []
    stocks = variant.get("warehouse_stocks")
    if not isinstance(stocks, list) or not stocks:
        return ["variants => warehouse_stocks is required"]
    named = listed(variant.get("seller_warehouse"))
    problems = []
    for row in stocks:
        if not isinstance(row, dict) or set(row) != {"warehouseId", "qtyAvailable"}:
            problems.append("warehouse_stocks => warehouseId and qtyAvailable are required")
            continue
        problems += quantity_problems(row["warehouseId"], row["qtyAvailable"], named, seller)
    return problems


def quantity_problems(warehouse: Any, units: Any, named: list[int], seller: Seller) -> list[str]:
    """Raises nothing: words for what is wrong with units of one warehouse."""
    usable = {w.id for w in seller.warehouses if w.status == 1 and w.type == 1}
    if not is_whole(warehouse) or warehouse not in usable:
        return [f"warehouse {warehouse} is not an active warehouse of the seller"]
    if warehouse not in named:
        return [f"seller_warehouse does not contain warehouse {warehouse}"]
    if not is_whole(units) or units < 0:
        return ["quantity must be an integer >= 0"]
    return []


def listed(text: Any) -> list[int]:
    """``"1034, 1015"`` as numbers (3.3). Raises Refused."""
    if not isinstance(text, str) or not text.strip():
        raise unprocessable("seller_warehouse is required")
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdigit() for part in parts):
        raise unprocessable("seller_warehouse must be comma separated ids")
    return [int(part) for part in parts]


def papers_missing(body: Mapping[str, Any]) -> str:
    """The name of a demanded paper that was not sent; "" when all are there. The desk's question,
    not the gateway's (3.4: ``md``)."""
    sent = {
        f.get("document_id") for f in body.get("certificate_files") or () if isinstance(f, dict)
    }
    for document in catalogue.documents_of(int(body["category_id"])):
        if document["required"] and document["document_id"] not in sent:
            return str(document["name"])
    return ""
