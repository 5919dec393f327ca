"""The event queue: at least once, in order, seven days (4.3)."""

from __future__ import annotations

import secrets
from typing import Any

from sandbox.tiki.call import Call
from sandbox.tiki.refusals import bad, unknown, unprocessable
from sandbox.tiki.switches import Switches
from sandbox.tiki.world import Product, Queue, World

KEPT_S = 7 * 86400.0
CHUNK = 100
TYPES = (
    "ORDER_CREATED_SUCCESSFULLY", "ORDER_STATUS_UPDATED", "PRODUCT_PRICE_UPDATED",
    "PRODUCT_MARKET_PRICE_UPDATED", "PRODUCT_INVENTORY_UPDATED",
)  # fmt: skip


def create(world: World, switches: Switches, call: Call) -> dict[str, Any]:
    name = call.json().get("name")
    if not isinstance(name, str) or not name:
        raise unprocessable("name is required")
    queue = Queue(secrets.token_hex(16), name, _app(call))
    world.touch(queue)
    return _shown(queue)


def queue_list(world: World, switches: Switches, call: Call) -> list[dict[str, Any]]:
    return [_shown(q) for q in world.queues.values() if q.client_id == _app(call)]


def subscribe(world: World, switches: Switches, call: Call, code: str) -> dict[str, Any]:
    """With the token of the seller whose events are wanted."""
    queue, kind = _known(world, call, code), call.json().get("event_type")
    if kind not in TYPES:
        raise unprocessable("event_type is not supported")
    sid = call.of_seller().sid
    sids = queue.sids.setdefault(str(kind), [])
    if sid not in sids:
        sids.append(sid)
    world.touch(queue)
    return {"code": secrets.token_hex(16), "active": True, "event_type": kind, "sid": sid}


def pull(world: World, switches: Switches, call: Call, code: str) -> dict[str, Any]:
    """The last ``ack_id`` acknowledges its chunk; without it the same events come again."""
    queue, ack = _known(world, call, code), call.json().get("ack_id")
    if ack is not None and ack not in queue.given:
        raise bad("ack_id is unknown")
    if ack is not None:
        done = queue.given[ack]
        queue.events = [e for e in queue.events if e["number"] > done]
    oldest = call.now - KEPT_S
    queue.events = [e for e in queue.events if e["event"]["created_at"] / 1000 > oldest]
    chunk = queue.events[:CHUNK]
    ack_id = secrets.token_hex(8)
    queue.given = {ack_id: chunk[-1]["number"] if chunk else 0}
    world.touch(queue)
    return {"events": [e["event"] for e in chunk], "ack_id": ack_id}


def price_changed(world: World, product: Product, before: int, now: float) -> None:
    """Prices are texts in events (4.3)."""
    payload = {
        "product_id": product.product_id,
        "original_sku": product.original_sku,
        "price_from": str(before),
        "price_to": str(product.price),
    }
    _publish(world, product.sid, "PRODUCT_PRICE_UPDATED", payload, now)


def inventory_changed(world: World, product: Product, now: float) -> None:
    payload = {"product_id": product.product_id, "original_sku": product.original_sku}
    _publish(world, product.sid, "PRODUCT_INVENTORY_UPDATED", payload, now)


def _publish(world: World, sid: str, kind: str, payload: dict[str, Any], now: float) -> None:
    for queue in world.queues.values():
        if sid in queue.sids.get(kind, []):
            event = {
                "id": secrets.token_hex(8), "sid": sid, "created_at": int(now * 1000),
                "type": kind, "version": "v1", "payload": payload,
            }  # fmt: skip
            queue.events.append({"number": world.next_id("event", 1), "event": event})
            world.touch(queue)


def _app(call: Call) -> str:
    return call.token.client_id if call.token else ""


def _known(world: World, call: Call, code: str) -> Queue:
    queue = world.queues.get(code)
    if queue is None or queue.client_id != _app(call):
        raise unknown("Queue")
    return queue


def _shown(queue: Queue) -> dict[str, Any]:
    return {"code": queue.code, "name": queue.name, "status": "ACTIVE"}
