"""One call from the request to the answer and its journal entry; no HTTP here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from sandbox.wire import HTML, Reply
from sandbox.woocommerce import listing, settings, terms
from sandbox.woocommerce.call import Call
from sandbox.woocommerce.desk import Deed, carry_out
from sandbox.woocommerce.gate import Gate
from sandbox.woocommerce.refusals import Refused, may_not_view, no_route
from sandbox.woocommerce.shape import Shape, only
from sandbox.woocommerce.store import Store
from sandbox.woocommerce.switches import Switches
from sandbox.woocommerce.world import Product, Site, World
from sandbox.woocommerce.writing import Writer

JSON = "application/json; charset=UTF-8"
ROOT = "/wp-json"
API = "/wp-json/wc/v3/"
CONSENT = "/wc-auth/v1/authorize"
_CONSENT_FIELDS = ("app_name", "user_id", "return_url", "callback_url", "scope")

_NO_PAGE = Reply(404, b"<!doctype html><title>Not Found</title><h1>Not Found</h1>", HTML)
_FRONT_PAGE = Reply(200, b"<!doctype html><title>Cua hang</title><p>Xin chao", HTML)


class Channel:
    """The sites behind the API. Callers hold one lock around every method."""

    def __init__(self, store: Store, switches: Switches, clock: Callable[[], float]) -> None:
        self.store = store
        self.world: World = store.load()
        self.switches = switches
        self.clock = clock
        self.gate = Gate(switches)

    def site_of(self, path: str) -> Site | None:
        """By the folder that stands before the API's own path."""
        head = re.split(r"/wp-json|/wc-auth|/index\.php", path)[0].strip("/")
        return self.world.sites.get(head)

    def answer(self, call: Call, seq: int) -> Reply:
        """Carry a call out and journal it, in one transaction."""
        code = ""
        try:
            reply = self._carried_out(call)
        except Refused as refused:
            code = refused.code
            envelope = refused.envelope()
            if self.switches.language == "vi":
                envelope["message"] = "Xin lỗi, yêu cầu này không được chấp nhận."
            reply = Reply(refused.status, orjson.dumps(envelope), JSON)
        if self.switches.bom and reply.content_type == JSON:
            reply = Reply(reply.status, b"\xef\xbb\xbf" + reply.body, JSON, reply.headers)
        self._journal(call, seq, reply.status, code)
        return reply

    def _carried_out(self, call: Call) -> Reply:
        site = self.site_of(call.path)
        if site is None:
            return _NO_PAGE
        home = self._home(call, site)
        rest = call.path[len(f"/{site.folder}") if site.folder else 0 :]
        if rest == CONSENT:
            return _consent(call)
        if "rest_route" in call.query:
            raise may_not_view()  # a signature in the query does not survive plain permalinks
        if self.switches.permalinks != "pretty":
            return _NO_PAGE if self.switches.permalinks == "plain" else _FRONT_PAGE
        if rest.rstrip("/") == ROOT:
            return Reply(200, orjson.dumps(settings.root(self.switches, site, home)), JSON)
        if not rest.startswith(API):
            if rest.startswith(ROOT):
                raise no_route()
            return _NO_PAGE
        call.route = rest.removeprefix(API).strip("/")
        self.gate.admit(call, site)
        call.site = site
        return _Routes(self.world, self.switches, call, home).answer()

    def _home(self, call: Call, site: Site) -> str:
        folder = f"/{site.folder}" if site.folder else ""
        return f"http://{call.headers.get('host', 'localhost')}{folder}"

    # --- the journal ------------------------------------------------------------------------

    def _journal(self, call: Call, seq: int, status: int, code: str) -> None:
        body = _readable(call.body)
        entry = {
            "seq": seq,
            "at": iso(call.now),
            "shop_id": call.site.folder if call.site else None,
            "method": call.method,
            "path": call.path,
            "query": {k: v for k, v in call.query.items() if not k.startswith("oauth_")},
            "body": body,
            "status": status,
            "error": code,
            "asks_change": call.method != "GET" and call.route.startswith("products")
            and not call.route.startswith("products/categories") and body != {},
            "writes": bool(call.changed),
            "effect": self._effect(call.changed),
        }  # fmt: skip
        self.store.write(self.world, entry)

    def _effect(self, changed: Sequence[Product]) -> list[dict[str, Any]]:
        last = {p.product_id: p for p in changed}
        present = [self.world.products.get(i, p) for i, p in last.items()]
        return [self.world.shown(p) for p in present]

    def do(self, deed: Deed) -> list[Product]:
        """One deed of a person."""
        changed = carry_out(self.world, deed, self.clock())
        entry = {
            "seq": self.store.next_seq(),
            "at": iso(self.clock()),
            "shop_id": deed.shop_id,
            "method": "",
            "path": deed.deed,
            "status": 0,
            "error": "",
            "asks_change": False,
            "writes": bool(changed),
            "effect": self._effect(changed),
        }
        self.store.write(self.world, entry)
        return changed


class _Routes:
    """One admitted call."""

    def __init__(self, world: World, switches: Switches, call: Call, home: str) -> None:
        self._world = world
        self._switches = switches
        self._call = call
        self._shape = Shape(world, switches, home)
        self._writer = Writer(world, switches, call, home)

    def answer(self) -> Reply:
        route, method = self._call.route, self._call.method
        if route == "products":
            return self._products() if method == "GET" else self._created(method)
        if route == "products/batch" and method in ("POST", "PUT", "PATCH"):
            done: Any = self._batch(*self._product_verbs())
            return self._ok([] if not done and self._switches.empty_batch == "list" else done)
        if route == "products/categories":
            return self._categories(method)
        if match := re.fullmatch(r"products/(\d+)", route):
            return self._product(int(match[1]), method)
        if match := re.fullmatch(r"products/(\d+)/variations(?:/(batch|\d+))?", route):
            return self._variations(int(match[1]), match[2] or "", method)
        if match := re.fullmatch(r"settings/(\w+)/(\w+)", route):
            return self._ok(settings.setting(self._switches, match[1], match[2]))
        if route == "system_status" and method == "GET":
            return self._ok(settings.report(self._switches))
        raise no_route()

    def _ok(self, value: Any, status: int = 200, headers: listing.Headers = ()) -> Reply:
        cut = only(value, self._call.parts("_fields"))
        return Reply(status, orjson.dumps(cut), JSON, headers)

    # --- products ---------------------------------------------------------------------------

    def _products(self) -> Reply:
        found = listing.products(self._world, self._switches, self._call)
        part, headers = listing.page(found, self._switches, self._call)
        return self._ok([self._shape.product(p) for p in part], headers=headers)

    def _created(self, method: str) -> Reply:
        if method != "POST":
            raise no_route()
        self._call.rows = 1
        return self._ok(self._shape.product(self._writer.create(self._call.json())), 201)

    def _product(self, product_id: int, method: str) -> Reply:
        self._call.rows = int(method != "GET")
        if method == "GET":
            return self._ok(self._shape.product(self._writer.living(product_id)))
        if method in ("PUT", "POST", "PATCH"):
            changed = self._writer.update(product_id, self._call.json())
            return self._ok(self._shape.product(changed))
        if method == "DELETE":
            force = self._call.flag("force")
            return self._ok(self._writer.delete(product_id, force=force))
        raise no_route()

    def _product_verbs(self) -> tuple[Any, Any, Any]:
        writer, shape = self._writer, self._shape
        return (
            lambda row: shape.product(writer.create(row)),
            lambda row: shape.product(writer.update(_id(row), row)),
            lambda gone: writer.delete(gone, force=True),
        )

    # --- packs ------------------------------------------------------------------------------

    def _variations(self, product_id: int, which: str, method: str) -> Reply:
        parent = self._writer.parent(product_id)
        if which == "batch" and method in ("POST", "PUT", "PATCH"):
            return self._ok(self._batch(*self._pack_verbs(parent)))
        if which == "" and method == "GET":
            found = listing.packs(self._world, parent, self._call)
            part, headers = listing.page(found, self._switches, self._call)
            return self._ok([self._shape.variation(p) for p in part], headers=headers)
        self._call.rows = 1
        if which == "" and method == "POST":
            made = self._writer.create_pack(parent, self._call.json())
            return self._ok(self._shape.variation(made), 201)
        if which.isdigit() and method == "GET":
            return self._ok(self._shape.variation(self._writer.pack(parent, int(which))))
        if which.isdigit() and method in ("PUT", "POST", "PATCH"):
            changed = self._writer.update_pack(parent, int(which), self._call.json())
            return self._ok(self._shape.variation(changed))
        if which.isdigit() and method == "DELETE":
            force = self._call.flag("force")
            return self._ok(self._writer.delete_pack(parent, int(which), force=force))
        raise no_route()

    def _pack_verbs(self, parent: Product) -> tuple[Any, Any, Any]:
        writer, shape = self._writer, self._shape
        return (
            lambda row: shape.variation(writer.create_pack(parent, row)),
            lambda row: shape.variation(writer.update_pack(parent, _id(row), row)),
            lambda gone: writer.delete_pack(parent, gone, force=True),
        )

    # --- batches ----------------------------------------------------------------------------

    def _batch(
        self,
        create: Callable[[Mapping[str, Any]], Any],
        update: Callable[[Mapping[str, Any]], Any],
        delete: Callable[[int], Any],
    ) -> dict[str, Any]:
        """200 whatever becomes of the rows; none is touched when there are too many."""
        body = self._call.json()
        given = {k: body[k] for k in ("create", "update", "delete") if body.get(k)}
        for name, rows in given.items():
            if not isinstance(rows, list):
                raise Refused(400, "rest_invalid_param", f"Invalid parameter(s): {name}")
        self._call.rows = sum(len(rows) for rows in given.values())
        if self._call.rows > self._switches.rows_max:
            words = f"Unable to accept more than {self._switches.rows_max} items for this request."
            raise Refused(413, "woocommerce_rest_request_entity_too_large", words)
        verbs = {"create": create, "update": update}
        answer: dict[str, Any] = {}
        for name, rows in given.items():
            if name == "delete":
                answer[name] = [self._row(delete, int(gone), int(gone)) for gone in rows]
            else:
                answer[name] = [
                    self._row(verbs[name], row, _id(row) if name == "update" else 0) for row in rows
                ]
        return answer

    def _row(self, verb: Callable[[Any], Any], row: Any, row_id: int) -> Any:
        try:
            if self._call.first_row_down:
                self._call.first_row_down = False
                raise Refused(500, "db_update_error", "Could not update post in the database.")
            return verb(row)
        except Refused as refused:
            return {"id": row_id, "error": refused.envelope()}

    def _categories(self, method: str) -> Reply:
        if method == "GET":
            found = terms.found(self._world, self._call)
            part, headers = listing.page(found, self._switches, self._call)
            return self._ok(part, headers=headers)
        if method == "POST":
            site = self._call.of_site().folder
            return self._ok(terms.create(self._world, site, self._call.json()), 201)
        raise no_route()


def _id(row: Mapping[str, Any]) -> int:
    value = str(row.get("id", "0"))
    return int(value) if value.isdigit() else 0


def _consent(call: Call) -> Reply:
    """The page where the owner agrees (documented, not measured)."""
    lacking = [name for name in _CONSENT_FIELDS if not call.query.get(name)]
    if lacking:
        text = f"Error: Missing parameter {', '.join(lacking)}"
        return Reply(401, text.encode(), HTML)
    return Reply(200, b"<!doctype html><title>Approve</title><p>Approve?", HTML)


def _readable(body: bytes) -> Any:
    try:
        return orjson.loads(body) if body else None
    except ValueError:
        return None


def iso(now: float) -> str:
    """Unix seconds as ISO 8601 UTC, for the journal."""
    return datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds")
