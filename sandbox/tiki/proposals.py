"""Product requests: taken in, tracked, listed, deleted (3.3, 3.5)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

import orjson

from sandbox.tiki import checks, products
from sandbox.tiki.call import Call
from sandbox.tiki.paging import limit_of, paged
from sandbox.tiki.refusals import Refused, bad, taken, unknown, unprocessable
from sandbox.tiki.switches import Switches
from sandbox.tiki.times import local, parsed
from sandbox.tiki.world import Request, World

FIRST_REQUEST = 1121448919994696893
"""19 digits: over 2^53 (trap 12)."""


def create(world: World, switches: Switches, call: Call) -> dict[str, Any]:
    """POST v2.1/requests: only begun (trap 1)."""
    seller, body = call.of_seller(), call.json()
    checks.new_product(body, seller, switches)
    if switches.duplicate_at_once:
        for variant in body["variants"]:
            if world.sku_taken(seller.sid, variant["sku"]):
                raise unprocessable(taken(variant["sku"], switches))
    return _begun(world, call, "create_product", body)


def update_info(world: World, switches: Switches, call: Call) -> dict[str, Any]:
    """POST v2/requests/updateProductInfo: content, through review (3.7, trap 10)."""
    body = call.json()
    product = products.named(world, call, body)
    allowed = {
        "product_id", "original_sku", "attributes", "image", "images", "description",
        "market_price",
    }  # fmt: skip
    if strange := sorted(set(body) - allowed):
        raise unprocessable(*(f"{name} can not be updated" for name in strange))
    problems = []
    if "image" in body or "images" in body:
        problems += checks.pictures({"images": [], **product.fields, **body})
    if "description" in body or "attributes" in body:
        problems += checks.content(
            {**product.fields, "images": [], **body}, product.category_id, switches
        )
    if "market_price" in body:
        problems += checks.price_problems(product.price, body["market_price"], switches)
    if problems:
        raise unprocessable(*dict.fromkeys(problems))
    body = {**body, "product_id": product.product_id}
    if not switches.update_review:
        products.apply_content(world, product, body, call.now)
        call.changed.append(product)
        return {"state": "approved"}
    return _begun(world, call, "update_product", body)


def _begun(world: World, call: Call, kind: str, body: dict[str, Any]) -> dict[str, Any]:
    request = Request(
        track_id=secrets.token_hex(16),
        sid=call.of_seller().sid,
        kind=kind,
        body=body,
        created=call.now,
        updated=call.now,
    )
    world.touch(request)
    call.changed.append(request)
    return {"track_id": request.track_id, "state": "queuing"}


# --- tracking ---------------------------------------------------------------------------------


def track(world: World, switches: Switches, call: Call, track_id: str) -> dict[str, Any]:
    return _tracked(_known_track(world, switches, call, track_id), switches)


def tracks(world: World, switches: Switches, call: Call) -> list[dict[str, Any]]:
    """A bare array, newest first, of at most ``limit`` (2)."""
    found = [
        r for r in world.requests_of(call.of_seller().sid) if _track_shows(r, switches, call.now)
    ]
    for name in ("created", "updated"):
        for end in ("min", "max"):
            text = call.query.get(f"{name}_at_{end}")
            if text is None:
                continue
            bound = parsed(f"{name}_at_{end}", text)
            if switches.tracking_filter:
                found = [r for r in found if _within(getattr(r, name), bound, end)]
    found.sort(key=lambda r: -r.created)
    return [_tracked(r, switches) for r in found[: limit_of(call, switches)]]


def _within(moment: float, bound: float, end: str) -> bool:
    """Bounds are whole seconds, both inclusive."""
    return moment >= bound if end == "min" else int(moment) <= bound


def replay(world: World, switches: Switches, call: Call, track_id: str) -> dict[str, Any]:
    """Restart from the beginning (3.5). What is decided for good stays so (3.4)."""
    request = _known_track(world, switches, call, track_id)
    if not request.open:
        raise unprocessable(f"Request is {request.state}")
    request.state, request.created, request.updated = "queuing", call.now, call.now
    request.request_id, request.by_hand = "", False
    world.touch(request)
    call.changed.append(request)
    return {"track_id": track_id, "state": "queuing"}


def _known_track(world: World, switches: Switches, call: Call, track_id: str) -> Request:
    request = world.requests.get(track_id)
    mine = request is not None and request.sid == call.of_seller().sid
    if request is None or not mine or not _track_shows(request, switches, call.now):
        raise unknown("Track")
    return request


def _track_shows(request: Request, switches: Switches, now: float) -> bool:
    age = now - request.created
    return switches.tracking_lag_s <= age < switches.track_life_s


def _tracked(request: Request, switches: Switches) -> dict[str, Any]:
    return {
        "track_id": request.track_id,
        "state": spelt(request.state, switches),
        "reason": reason(request),
        "request_id": request.request_id,
    }


def spelt(state: str, switches: Switches) -> str:
    """Two of the states in the spelling that the switch says (3.4)."""
    return f"{state}_{switches.spelling}_approve" if state in ("md", "bot") else state


def reason(request: Request) -> Any:
    """Plain, JSON within a text, empty or null (trap 6)."""
    if request.reason_form == "null":
        return None
    if not request.reason or request.reason_form == "empty":
        return ""
    if request.reason_form == "plain":
        return request.reason
    if request.reason_form == "list":
        return orjson.dumps([{"reason_name": request.reason}]).decode()
    entry = {"code": 420, "data": None, "description": request.reason,
             "msg": "Mã seller product không duy nhất" if "unique" in request.reason else "",
             "msg_eng": request.reason}  # fmt: skip
    body = {"errors": [entry], "message": request.reason, "trace_id": None}
    return orjson.dumps(body).decode()


# --- requests ---------------------------------------------------------------------------------


def requests(world: World, switches: Switches, call: Call) -> dict[str, Any]:
    """Only what was transformed (3.5), newest first."""
    found = [r for r in world.requests_of(call.of_seller().sid) if r.request_id]
    wanted = call.query.get("state")
    if wanted and switches.request_filter:
        found = [r for r in found if spelt(r.state, switches) == wanted]
    with_products = call.query.get("include") == "products" and switches.request_products
    found.sort(key=lambda r: -r.created)
    page = paged(call, found, switches)
    page["data"] = [_request(world, switches, r, with_products) for r in page["data"]]
    return page


def one(world: World, switches: Switches, call: Call, request_id: str) -> dict[str, Any]:
    return _request(world, switches, _known(world, call, request_id), True)


def find_by(world: World, switches: Switches, call: Call) -> dict[str, Any]:
    track_id = call.query.get("track_id")
    if not track_id:
        raise bad("track_id is required")
    found = [
        r
        for r in world.requests_of(call.of_seller().sid)
        if r.request_id and r.track_id == track_id
    ]
    return paged(call, [_request(world, switches, r, True) for r in found], switches)


def delete(world: World, switches: Switches, call: Call, request_id: str) -> dict[str, Any]:
    """Only what is not decided (3.5); the status of the refusal is doubtful."""
    request = _known(world, call, request_id)
    if not request.open and request.state != "deleted":
        raise Refused(switches.late_delete, f"Request is {request.state}, can not be deleted")
    request.state, request.updated = "deleted", call.now
    world.touch(request)
    call.changed.append(request)
    return {"request_id": request_id, "state": "deleted"}


def _known(world: World, call: Call, request_id: str) -> Request:
    for request in world.requests_of(call.of_seller().sid):
        if request.request_id and request.request_id == request_id:
            return request
    raise unknown("Request")


def _request(
    world: World, switches: Switches, request: Request, with_products: bool
) -> dict[str, Any]:
    approved = request.state == "approved"
    row: dict[str, Any] = {
        "request_id": request.request_id,
        "state": spelt(request.state, switches),
        "created_at": local(request.created),
        "created_by": "seller",
        "kind": request.kind,
        "approved_at": local(request.updated) if approved else None,
        "approved_by": "tiki" if approved else None,
        "reasons": [{"reason_name": request.reason}] if request.reason else [],
    }
    if with_products:
        row["products"] = _products(world, switches, request)
        if switches.asked_shown == "variants" and request.kind == "create_product":
            row["variants"] = [{"sku": sku} for sku in request.skus]
    return row


def _products(world: World, switches: Switches, request: Request) -> list[dict[str, Any]]:
    """Those that exist, else those that are asked for, which have no id yet. ``products[]`` hangs
    on ``product_id`` and may be empty until there is one (3.5)."""
    made = [world.products[i] for i in request.product_ids if i in world.products]
    if made:
        return [products.shown(p, switches, listed=False) for p in made]
    if switches.asked_shown in ("variants", "none"):
        return []
    variants = request.body.get("variants", [])
    return [_asked(request.body, variant, switches.asked_shown) for variant in variants]


def _asked(body: Mapping[str, Any], variant: Mapping[str, Any], shown: str) -> dict[str, Any]:
    return {
        "product_id": None,
        "sku": variant["sku"] if shown == "sku" else "",
        "original_sku": "" if shown == "sku" else variant["sku"],
        "name": body["name"],
        "active": 0,
        "price": variant["price"],
        "market_price": variant.get("market_price") or 0,
        "images": [],
        "categories": [{"id": body["category_id"], "is_primary": True}],
        "attributes": body["attributes"],
    }
