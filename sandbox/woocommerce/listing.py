"""Lists: pages, filters, orders ("Reading back")."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from sandbox.woocommerce.call import Call
from sandbox.woocommerce.checks import STATUSES
from sandbox.woocommerce.refusals import invalid
from sandbox.woocommerce.shape import LOCAL
from sandbox.woocommerce.switches import Switches
from sandbox.woocommerce.world import Product, World

Thing = TypeVar("Thing")
Headers = tuple[tuple[str, str], ...]

_ORDERS: dict[str, Callable[[Product], Any]] = {
    "date": lambda p: (p.created, p.product_id),
    "modified": lambda p: (int(p.modified), p.product_id),
    "id": lambda p: p.product_id,
    "title": lambda p: (str(p.fields.get("name", "")), p.product_id),
}


def products(world: World, switches: Switches, call: Call) -> list[Product]:
    """``status=any`` leaves the trash out; packs are listed only when a SKU is asked for."""
    status = _status(call)
    skus = {s.casefold() for s in call.parts("sku")}
    found = [
        p
        for p in world.of_site(call.of_site().folder)
        if _shows(p, status)
        and (p.sku.casefold() in skus if "sku" in call.query else p.kind != "variation")
    ]
    if "include" in call.query:
        ids = call.ids("include")
        found = [p for p in found if p.product_id in ids]
        if status == "trash" and not switches.trash_by_id:
            found = []
    return _ordered(_after(found, call), call)


def packs(world: World, parent: Product, call: Call) -> list[Product]:
    status = _status(call)
    found = [p for p in world.packs(parent) if _shows(p, status)]
    return _ordered(_after(found, call), call)


def _status(call: Call) -> str:
    status = call.query.get("status", "any")
    if status not in ("any", *STATUSES):
        raise invalid("status", f"is not one of any, {', '.join(STATUSES)}.")
    return status


def _shows(product: Product, status: str) -> bool:
    return product.status != "trash" if status == "any" else product.status == status


def _after(found: Sequence[Product], call: Call) -> list[Product]:
    """``modified_after`` is a moment of the site's own zone unless ``dates_are_gmt``."""
    text = call.query.get("modified_after")
    if text is None:
        return list(found)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise invalid("modified_after", "is not a date.") from None
    at = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    limit = at.timestamp()
    if moment.tzinfo is None and not call.flag("dates_are_gmt"):
        limit -= LOCAL.total_seconds()
    return [p for p in found if int(p.modified) > limit]


def _ordered(found: Sequence[Product], call: Call) -> list[Product]:
    order = call.query.get("orderby", "date")
    if order not in (*_ORDERS, "include"):
        raise invalid("orderby", f"is not one of {', '.join(_ORDERS)}.")
    key = _ORDERS.get(order, _ORDERS["id"])
    return sorted(found, key=key, reverse=call.query.get("order", "desc") != "asc")


def page(rows: Sequence[Thing], switches: Switches, call: Call) -> tuple[list[Thing], Headers]:
    """One page with the headers that say how many there are. What the key's owner may not see is
    counted, and taken from the page after it was cut."""
    size = call.number("per_page", 10, 1, 100)
    number = call.number("page", 1, 1, 10**9)
    part = list(rows[(number - 1) * size : number * size])
    pages = -(-len(rows) // size)
    if number == switches.page_drops:
        part = part[:-1]
    if not switches.total_headers:
        return part, ()
    headers = [("X-WP-Total", str(len(rows))), ("X-WP-TotalPages", str(pages))]
    if number < pages:
        headers.append(("Link", f'<{call.path}?page={number + 1}>; rel="next"'))
    return part, tuple(headers)
