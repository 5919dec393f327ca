"""Which path is which handler, with the scope that it needs (1, 3)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.tiki import browse, products, proposals, queues

API, TOKEN, CONSENT = "/integration/", "/sc/oauth2/token", "/sc/oauth2/auth"


@dataclass(frozen=True, slots=True)
class Route:
    """``writes``: it asks to change what a buyer or seller notices."""

    method: str
    pattern: re.Pattern[str]
    handler: Callable[..., Any]
    scope: str = "product"
    writes: bool = False


def _route(
    method: str,
    path: str,
    handler: Callable[..., Any],
    scope: str = "product",
    *,
    writes: bool = False,
) -> Route:
    """``{}`` stands for an id; versions are each endpoint's own (1)."""
    escaped = re.escape(path).replace(r"\{\}", "([^/]+)").replace("V2x", r"v2(?:\.1)?")
    return Route(method, re.compile(escaped.replace("VN", r"v[12]")), handler, scope, writes)


ROUTES = (
    _route("GET", "v2/sellers/me", browse.me, ""),
    _route("GET", "v2/sellers/me/warehouses", browse.warehouses, "inventory"),
    _route("GET", "v1/sellers/me/inventories", browse.warehouses, "inventory"),
    _route("GET", "v2/categories", browse.categories),
    _route("GET", "v2/categories/{}", browse.category),
    _route("GET", "v2/categories/{}/attributes", browse.attributes),
    _route("GET", "v2/categories/{}/requiredDocuments", browse.documents),
    _route("GET", "v2/requiredDocuments", browse.documents),
    _route("GET", "v2/attributes/{}/values", browse.values),
    _route("POST", "v2.1/requests", proposals.create, writes=True),
    _route("POST", "v2/requests/updateProductInfo", proposals.update_info, writes=True),
    _route("GET", "v2/requests", proposals.requests),
    _route("GET", "v2/requests/findBy", proposals.find_by),
    _route("GET", "v2/requests/{}", proposals.one),
    _route("DELETE", "v2/requests/{}", proposals.delete, writes=True),
    _route("GET", "v2/tracking", proposals.tracks),
    _route("GET", "v2/tracking/{}", proposals.track),
    _route("POST", "v2/tracking/{}/replay", proposals.replay, writes=True),
    _route("GET", "V2x/products", products.product_list),
    _route("GET", "V2x/products/findBy", products.find_by),
    _route("GET", "V2x/products/hidden", products.hidden),
    _route("GET", "V2x/products/{}", products.one),
    _route("PUT", "V2x/products/updateSku", products.update_sku, writes=True),
    _route("PUT", "v2.1/products/updateSkus", products.update_skus, writes=True),
    _route("POST", "VN/products/updateOriginalSku", products.update_original_sku, writes=True),
    _route("POST", "v1/queues", queues.create),
    _route("GET", "v1/queues", queues.queue_list),
    _route("POST", "v1/queues/{}/subscriptions", queues.subscribe),
    _route("POST", "v1/queues/{}/events/pull", queues.pull),
)


def found(method: str, path: str) -> tuple[Route, tuple[str, ...]] | bool:
    """The route and the ids in its path; True when only the method is wrong, False when nothing
    is there. Names before ids: ``requests/findBy`` is no request."""
    other = False
    for route in ROUTES:
        match = route.pattern.fullmatch(path)
        if match and route.method == method:
            return route, match.groups()
        other = other or match is not None
    return other
