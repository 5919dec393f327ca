"""One call from the request to the answer and its journal entry; no HTTP here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import orjson

from sandbox.tiki import oauth, queues, routes
from sandbox.tiki.call import Call
from sandbox.tiki.desk import Deed, Thing, carry_on, carry_out
from sandbox.tiki.gate import Gate, RateRefused
from sandbox.tiki.refusals import OAuthRefused, Refused
from sandbox.tiki.store import Store
from sandbox.tiki.switches import Switches
from sandbox.tiki.times import iso
from sandbox.tiki.world import Product, Request, World
from sandbox.wire import HTML, JSON, Reply


class Channel:
    """The world behind the API. Callers hold one lock around every method."""

    def __init__(self, store: Store, switches: Switches, clock: Callable[[], float]) -> None:
        self.store = store
        self.world: World = store.load()
        self.switches = switches
        self.clock = clock
        self.gate = Gate(self.world, switches)
        self.rejects: dict[str, str] = {}

    def answer(self, call: Call, seq: int) -> Reply:
        """Carry a call out and journal it, in one transaction."""
        self.carry_on()
        words: list[str] = []
        try:
            reply = self._carried_out(call)
        except OAuthRefused as refused:
            words = [refused.error]
            body = {"error": refused.error, "error_description": refused.description}
            reply = Reply(refused.status, orjson.dumps(body))
        except Refused as refused:
            words = list(refused.errors)
            reply = self._no(refused)
        self._journal(call, seq, reply.status, words)
        return reply

    def _carried_out(self, call: Call) -> Reply:
        if call.path == routes.TOKEN and call.method == "POST":
            return Reply(200, orjson.dumps(oauth.token(self.world, self.switches, call)))
        if call.path == routes.CONSENT and call.method == "GET":
            return Reply(200, oauth.consent_page(self.world, call).encode(), HTML)
        if not call.path.startswith(routes.API):
            raise Refused(404, "Not found")
        call.path = call.path.removeprefix(routes.API)
        found = routes.found(call.method, call.path)
        if isinstance(found, bool):
            return self._nowhere(call, wrong_method=found)
        route, ids = found
        self.gate.enter(call, route.scope)
        if call.path != "v2/sellers/me":
            self.gate.active(call)
        if "json" not in call.headers.get("accept", JSON) and "*/*" not in call.headers["accept"]:
            raise Refused(406, "Only application/json is served")
        return Reply(200, orjson.dumps(route.handler(self.world, self.switches, call, *ids)))

    def _nowhere(self, call: Call, *, wrong_method: bool) -> Reply:
        """The gateway looks at the token before the path (1)."""
        if not self.gate.known(call):
            raise Refused(403, "Forbidden")
        raise Refused(405, "Method not allowed") if wrong_method else Refused(404, "Not found")

    def _no(self, refused: Refused) -> Reply:
        headers: list[tuple[str, str]] = []
        if isinstance(refused, RateRefused):
            if self.switches.retry_after is not None:
                headers.append(("Retry-After", str(self.switches.retry_after)))
            if self.switches.rate_headers:
                headers.append(("X-RateLimit-Limit-Second", str(self.switches.rate_per_s)))
        body = orjson.dumps({"errors": list(refused.errors)})
        return Reply(refused.status, body, headers=tuple(headers))

    # --- the journal ------------------------------------------------------------------------

    def _journal(self, call: Call, seq: int, status: int, words: list[str]) -> None:
        route = routes.found(call.method, call.path)
        writes = not isinstance(route, bool) and route[0].writes
        for thing in call.changed:
            if isinstance(thing, Product) and "updateSku" in call.path:
                queues.inventory_changed(self.world, thing, call.now)
        entry = {
            "seq": seq,
            "at": iso(call.now),
            "shop_id": call.seller.sid if call.seller else None,
            "method": call.method,
            "path": call.full_path,
            "query": call.query if call.path not in (routes.TOKEN, routes.CONSENT) else {},
            "body": _body(call) if call.path != routes.TOKEN else None,
            "status": status,
            "errors": words,
            "asks_change": writes,
            "writes": bool(call.changed),
            "effect": effect(call.changed),
        }
        self.store.write(self.world, [entry])

    def carry_on(self) -> None:
        """Let time do what is due."""
        due = carry_on(self.world, self.switches, self.clock(), self.rejects)
        entries = [self._event(sid, what, changed) for sid, what, changed in due]
        if entries:
            self.store.write(self.world, entries)

    def do(self, deed: Deed) -> list[Thing]:
        """One deed of a person."""
        self.carry_on()
        changed = carry_out(self.world, self.switches, deed, self.clock())
        self.store.write(self.world, [self._event(deed.shop_id, deed.deed, changed)])
        return changed

    def _event(self, sid: str, what: str, changed: list[Thing]) -> dict[str, Any]:
        return {
            "seq": self.store.next_seq(),
            "at": iso(self.clock()),
            "shop_id": sid,
            "method": "",
            "path": what,
            "status": 0,
            "errors": [],
            "asks_change": False,
            "writes": bool(changed),
            "effect": effect(changed),
        }

    def items(self, sid: str) -> list[dict[str, Any]]:
        """What stands: products, and creates that are none yet."""
        self.carry_on()
        return effect(
            [
                *self.world.products_of(sid),
                *(r for r in self.world.requests_of(sid) if r.open),
            ]
        )


def effect(things: Iterable[Thing]) -> list[dict[str, Any]]:
    """Items as they are now. A create that was decided is shown beside its products, so that who
    reads nothing else knows that it stands no more; a request for new content is no item."""
    return [
        thing.shown()
        for thing in things
        if not isinstance(thing, Request) or thing.kind == "create_product"
    ]


def _body(call: Call) -> Any:
    try:
        return orjson.loads(call.body) if call.body else None
    except ValueError:
        return None
