"""What the channel holds: apps, sellers with their tokens, product requests, products, queues.

Money is đồng, times unix seconds.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

OPEN = frozenset({"queuing", "processing", "drafted", "md", "bot", "awaiting_approve"})
"""States before a decision; ``md`` and ``bot`` are spelt by a switch."""


@dataclass(slots=True)
class App:
    """``seller``: whose own app it is (in-house); "" for a public one. ``method``: how it was
    registered to name its secret (1)."""

    client_id: str
    secret: str
    seller: str = ""
    method: str = "client_secret_basic"
    scopes: list[str] = field(default_factory=lambda: ["product", "order", "inventory"])
    redirects: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Token:
    """An access token: until when, by which app, for what."""

    value: str
    ends: float
    client_id: str
    scopes: list[str]


@dataclass(slots=True)
class Warehouse:
    """``type`` 1 is for pick-up, 2 for returns; ``status`` 1 is active (3.2)."""

    id: int
    name: str
    status: int = 1
    type: int = 1


@dataclass(slots=True)
class Seller:
    sid: str
    seller_id: int
    name: str
    active: bool = True
    can_update_product: bool = True
    operation_models: list[str] = field(default_factory=lambda: ["dropship"])
    registration_status: str | None = "completed"
    warehouses: list[Warehouse] = field(default_factory=list)
    tokens: list[Token] = field(default_factory=list)
    refresh: dict[str, list[str]] = field(default_factory=dict)
    """Refresh token → app and scopes; spent ones have no app."""
    codes: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(slots=True)
class Request:
    """A create ("create_product") or a change of content ("update_product"). ``body`` is what was
    sent; ``decided`` when it came to its end; ``history`` is empty before it was transformed."""

    track_id: str
    sid: str
    kind: str
    body: dict[str, Any]
    created: float
    updated: float
    state: str = "queuing"
    reason: str = ""
    reason_form: str = "plain"
    request_id: str = ""
    product_ids: list[int] = field(default_factory=list)
    by_hand: bool = False
    """The desk took it up: time alone decides nothing any more."""

    @property
    def open(self) -> bool:
        return self.state in OPEN

    @property
    def skus(self) -> list[str]:
        return [str(v.get("sku", "")) for v in self.body.get("variants", [])]

    def shown(self) -> dict[str, Any]:
        """A create that is no product yet, as the journal shows it."""
        packs = [
            [v["sku"], v["price"], sum(w["qtyAvailable"] for w in v.get("warehouse_stocks", []))]
            for v in self.body["variants"]
        ]
        return {
            "item_id": f"request:{self.track_id}",
            "item_sku": self.skus[0],
            "title": self.body["name"],
            "status": self.state,
            "on_sale": False,
            "packs": packs,
        }


@dataclass(slots=True)
class Product:
    """A seller's product. ``stock`` is what is available by warehouse; ``reserved`` of it is in
    orders (3.6)."""

    product_id: int
    sid: str
    original_sku: str
    sku: str
    name: str
    category_id: int
    price: int
    market_price: int
    inventory_type: str
    created: float
    updated: float
    fields: dict[str, Any] = field(default_factory=dict)
    stock: dict[str, int] = field(default_factory=dict)
    reserved: int = 0
    active: bool = False
    hidden: str = ""
    deleted: bool = False
    master_id: int = 0
    visible_from: float = 0.0

    @property
    def available(self) -> int:
        return sum(self.stock.values())

    @property
    def status(self) -> str:
        if self.deleted:
            return "deleted"
        return "hidden" if self.hidden else "active" if self.active else "inactive"

    def shown(self) -> dict[str, Any]:
        on_sale = self.status == "active" and self.available > self.reserved
        return {
            "item_id": str(self.product_id),
            "item_sku": self.original_sku,
            "title": self.name,
            "status": self.status,
            "on_sale": on_sale,
            "packs": [[self.original_sku, self.price, self.available]],
        }


@dataclass(slots=True)
class Queue:
    """An event queue of an app (4.3). ``sids``: event type → sellers; events by number."""

    code: str
    name: str
    client_id: str
    sids: dict[str, list[str]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    given: dict[str, int] = field(default_factory=dict)
    """ack_id → number of the last event of that chunk."""


@dataclass(slots=True)
class World:
    """Everything in memory; ``touched`` names what one call changed, for the store."""

    apps: dict[str, App] = field(default_factory=dict)
    sellers: dict[str, Seller] = field(default_factory=dict)
    requests: dict[str, Request] = field(default_factory=dict)
    products: dict[int, Product] = field(default_factory=dict)
    queues: dict[str, Queue] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)
    touched: set[tuple[str, str]] = field(default_factory=set)

    def next_id(self, name: str, first: int) -> int:
        number = self.counters.get(name, first)
        self.counters[name] = number + 1
        self.touched.add(("counter", name))
        return number

    def touch(self, thing: App | Seller | Request | Product | Queue) -> None:
        if isinstance(thing, App):
            self.apps[thing.client_id] = thing
            self.touched.add(("app", thing.client_id))
        elif isinstance(thing, Seller):
            self.sellers[thing.sid] = thing
            self.touched.add(("seller", thing.sid))
        elif isinstance(thing, Request):
            self.requests[thing.track_id] = thing
            self.touched.add(("request", thing.track_id))
        elif isinstance(thing, Product):
            self.products[thing.product_id] = thing
            self.touched.add(("product", str(thing.product_id)))
        else:
            self.queues[thing.code] = thing
            self.touched.add(("queue", thing.code))

    def products_of(self, sid: str) -> list[Product]:
        """In the order in which they were made, deleted ones not."""
        return [p for p in self.products.values() if p.sid == sid and not p.deleted]

    def requests_of(self, sid: str) -> list[Request]:
        return [r for r in self.requests.values() if r.sid == sid]

    def sku_taken(self, sid: str, sku: str, but: Request | None = None) -> bool:
        """By a product, or by a request that came before (3.3: unique for a seller)."""
        if any(p.original_sku == sku for p in self.products_of(sid)):
            return True
        for request in self.requests_of(sid):
            if request is but:
                return False
            if request.open and request.kind == "create_product" and sku in request.skus:
                return True
        return False

    def by_token(self, value: str) -> tuple[Seller, Token] | None:
        for seller in self.sellers.values():
            for token in seller.tokens:
                if token.value == value:
                    return seller, token
        return None

    def body_of(self, kind: str, key: str) -> Any:
        """What the store keeps of a touched thing."""
        if kind == "counter":
            return self.counters[key]
        if kind == "product":
            return asdict(self.products[int(key)])
        things: dict[str, dict[str, Any]] = {
            "app": self.apps, "seller": self.sellers, "request": self.requests,
            "queue": self.queues,
        }  # fmt: skip
        return asdict(things[kind][key])

    def load(self, kind: str, key: str, body: Any) -> None:
        """Put back what the store kept."""
        if kind == "counter":
            self.counters[key] = body
        elif kind == "app":
            self.apps[key] = App(**body)
        elif kind == "request":
            self.requests[key] = Request(**body)
        elif kind == "product":
            self.products[int(key)] = Product(**body)
        elif kind == "queue":
            self.queues[key] = Queue(**body)
        else:
            tokens = [Token(**t) for t in body.pop("tokens")]
            places = [Warehouse(**w) for w in body.pop("warehouses")]
            self.sellers[key] = Seller(**body, tokens=tokens, warehouses=places)
