"""Categories, attributes, values, papers, the seller and its warehouses (1, 3.2)."""

from __future__ import annotations

from typing import Any

from sandbox.tiki import catalogue
from sandbox.tiki.call import Call
from sandbox.tiki.paging import paged
from sandbox.tiki.refusals import unknown
from sandbox.tiki.switches import Switches
from sandbox.tiki.world import World


def me(world: World, switches: Switches, call: Call) -> dict[str, Any]:
    """Answers also a seller that is off: that is what one asks it for."""
    seller = call.of_seller()
    models = [switches.dropship if m == "dropship" else m for m in seller.operation_models]
    return {
        "id": seller.seller_id,
        "sid": seller.sid,
        "name": seller.name,
        "active": int(seller.active),
        "logo": "",
        "operation_models": models,
        "can_update_product": int(seller.can_update_product),
        "registration_status": seller.registration_status,
        "live_at": "2024-01-01 08:00:00",
    }


def warehouses(world: World, switches: Switches, call: Call) -> dict[str, Any]:
    """Needs the scope ``inventory`` (1)."""
    if switches.warehouses_at != ("v1" if call.path.startswith("v1/") else "v2"):
        raise unknown("Path")
    rows = [
        {"id": w.id, "name": w.name, "status": w.status, "type": w.type}
        for w in call.of_seller().warehouses
    ]
    for name in ("status", "type"):
        if name in call.query and switches.warehouse_filter:
            rows = [row for row in rows if str(row[name]) == call.query[name]]
    return paged(call, rows, switches)


def categories(world: World, switches: Switches, call: Call) -> list[dict[str, Any]]:
    """A bare array (2)."""
    found = list(catalogue.CATEGORIES.values())
    wanted = call.query.get("isPrimary")
    if wanted is not None:
        found = [c for c in found if bool(c["primary"]) == (wanted == "true")]
    elif not switches.whole_tree:
        found = [c for c in found if not c["primary"]]
    if "parent" in call.query:
        found = [c for c in found if str(c["parent"]) == call.query["parent"]]
    if "name" in call.query:
        found = [c for c in found if call.query["name"].lower() in c["name"].lower()]
    return [_category(c, switches) for c in found]


def category(world: World, switches: Switches, call: Call, category_id: str) -> dict[str, Any]:
    return _category(catalogue.CATEGORIES[_known(category_id)], switches)


def attributes(
    world: World, switches: Switches, call: Call, category_id: str
) -> list[dict[str, Any]]:
    """404 where there are none (2)."""
    rows = catalogue.attributes_of(_known(category_id))
    if not rows:
        raise unknown("Attributes of the category")
    return [
        {
            "id": row["id"],
            "code": row["code"],
            "display_name": row["display_name"] if switches.display_names else None,
            "is_required": int(row["required"]),
            "example": row["example"],
            "input_type": catalogue.input_type(row, switches),
            "data_type": row["data_type"],
            "default_value": None,
            "description": "",
        }
        for row in rows
    ]


def values(world: World, switches: Switches, call: Call, attribute_id: str) -> dict[str, Any]:
    known = attribute_id.isdigit()
    names = catalogue.values_of(int(attribute_id), switches) if known else None
    if names is None:
        raise unknown("Attribute")
    words = call.query.get("q", "").lower()
    rows = [
        {"id": int(attribute_id) * 1000 + n, "value": name}
        for n, name in enumerate(names)
        if words in name.lower()
    ]
    return paged(call, rows, switches)


def documents(
    world: World, switches: Switches, call: Call, category_id: str = ""
) -> list[dict[str, Any]]:
    """Under one of two paths, or nowhere (3.2, 8)."""
    if switches.documents != ("category" if category_id else "query"):
        raise unknown("Path")
    name = "en" if switches.document_names == "en" else "name"
    return [
        {"document_id": d["document_id"], "name": d[name], "is_required": int(d["required"])}
        for d in catalogue.documents_of(_known(category_id or call.query.get("category_id", "")))
    ]


def _known(category_id: str) -> int:
    if not category_id.isdigit() or int(category_id) not in catalogue.CATEGORIES:
        raise unknown("Category")
    return int(category_id)


def _category(row: dict[str, Any], switches: Switches) -> dict[str, Any]:
    primary: Any = row["primary"]
    if switches.primary_name == "isPrimary":
        primary = bool(primary)
    return {
        "id": row["id"],
        "name": row["name"],
        switches.parent_name: row["parent"],
        switches.primary_name: primary,
    }
