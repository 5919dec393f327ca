"""One call from the request to the answer and its journal entry; no HTTP here."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import orjson

from sandbox.shopee import consent, routes
from sandbox.shopee.call import Call
from sandbox.shopee.desk import Deed, Violation, carry_out, decide_due
from sandbox.shopee.gate import Gate, iso
from sandbox.shopee.refusals import Kind, Refused
from sandbox.shopee.store import Store
from sandbox.shopee.switches import Switches
from sandbox.shopee.world import Item, World
from sandbox.wire import HTML, Reply

_SECRET_QUERY = frozenset({"sign", "access_token", "partner_id", "timestamp"})
_SECRET_BODY = frozenset({"code", "refresh_token", "access_token"})


class Channel:
    """The world behind the API. Callers hold one lock around every method."""

    def __init__(self, store: Store, switches: Switches, clock: Callable[[], float]) -> None:
        self.store = store
        self.world: World = store.load()
        self.switches = switches
        self.clock = clock
        self.gate = Gate(self.world, switches)
        self.bans: dict[str, Violation] = {}

    def answer(self, call: Call, seq: int) -> Reply:
        """Carry a call out and journal it, in one transaction."""
        self.decide()
        request_id = secrets.token_hex(16)
        code, response = "", None
        try:
            reply = self._carried_out(call, request_id)
        except Refused as refused:
            code, response = refused.code, refused.response
            reply = self._no(call, refused, request_id)
        self._journal(call, seq, reply.status, code, request_id, response)
        return reply

    def _carried_out(self, call: Call, request_id: str) -> Reply:
        route = (call.method, call.path.removeprefix(routes.PREFIX))
        if not call.path.startswith(routes.PREFIX) or route not in routes.KNOWN:
            raise Refused("error_param", "Wrong path, or the API is offline.", kind="gateway")
        if route == routes.WAREHOUSES:
            self._warehouses_answer()
        if route in routes.SHOP:
            self.gate.shop(call)
            response = routes.SHOP[route](self.world, self.switches, call)
            return self._yes(call, request_id, wrapped=response)
        if route in routes.SHOP_FLAT:
            self.gate.shop(call)
            flat = routes.SHOP_FLAT[route](self.world, call)
            return self._yes(call, request_id, flat=flat)
        if route in routes.EITHER:
            self.gate.either(call)
            return self._yes(call, request_id, wrapped=routes.EITHER[route](self.world, call))
        partner = self.gate.public(call)
        if route == routes.CONSENT:
            page = consent.consent_page(self.world, call, partner)
            return Reply(200, page.encode(), HTML)
        flat = routes.PUBLIC[route](self.world, self.switches, call, partner)
        return self._yes(call, request_id, flat=flat)

    def _warehouses_answer(self) -> None:
        if self.switches.warehouse_api == "absent":
            raise Refused("error_param", "Wrong path, or the API is offline.", kind="gateway")
        if self.switches.warehouse_api == "suspended":
            raise Refused("api_suspended", "This API is suspended.", kind="gateway")

    def _yes(
        self,
        call: Call,
        request_id: str,
        *,
        wrapped: Any = None,
        flat: dict[str, Any] | None = None,
    ) -> Reply:
        body: dict[str, Any] = {"error": "", "message": "", "request_id": request_id}
        if flat is not None:
            return Reply(200, orjson.dumps({**body, **flat}))
        warning: Any = call.warning
        if self.switches.warning_list:
            warning = [warning] if warning else []
        body["warning"] = warning
        if wrapped is not None:
            body["response"] = wrapped
        return Reply(200, orjson.dumps(body))

    def _no(self, call: Call, refused: Refused, request_id: str) -> Reply:
        module = call.path.removeprefix(routes.PREFIX).split("/", 1)[0]
        named = refused.kind == "business" and module == "product" and self.switches.prefix
        body: dict[str, Any] = {
            "error": f"product.{refused.code}" if named else refused.code,
            "message": refused.message,
            "request_id": request_id,
        }
        if refused.response is not None:
            body["response"] = refused.response
        headers: tuple[tuple[str, str], ...] = ()
        if refused.kind == "rate" and self.switches.retry_after is not None:
            headers = (("Retry-After", str(self.switches.retry_after)),)
        return Reply(self._status(refused.kind), orjson.dumps(body), headers=headers)

    def _status(self, kind: Kind) -> int:
        """2.2; calls that lack a parameter were seen to be answered with 200."""
        return {
            "business": self.switches.business_status,
            "auth": self.switches.auth_status,
            "rate": self.switches.rate_status,
            "gateway": 200,
        }[kind]

    # --- the journal ------------------------------------------------------------------------

    def _journal(
        self, call: Call, seq: int, status: int, code: str, request_id: str, response: Any
    ) -> None:
        path = call.path.removeprefix(routes.PREFIX)
        entry = {
            "seq": seq,
            "at": iso(call.now),
            "shop_id": call.shop.shop_id if call.shop else None,
            "method": call.method,
            "path": call.path,
            "query": {k: v for k, v in call.query.items() if k not in _SECRET_QUERY},
            "body": _without_secrets(call),
            "status": status,
            "error": code,
            "request_id": request_id,
            "asks_change": path in routes.WRITES,
            "writes": bool(call.changed),
            "effect": [item.shown() for item in call.changed],
        }
        if response is not None:
            entry["response"] = response
        self.store.write(self.world, entry)

    def decide(self) -> None:
        """Let the review desk catch up with the clock."""
        decided = decide_due(self.world, self.clock(), self.bans)
        for item in decided:
            self._journal_deed(item.shop_id, "decide", [item])

    def do(self, deed: Deed) -> list[Item]:
        """One deed of a person."""
        self.decide()
        changed = carry_out(self.world, self.switches, deed, self.clock())
        self._journal_deed(deed.shop_id, deed.deed, changed)
        return changed

    def _journal_deed(self, shop_id: int, deed: str, changed: list[Item]) -> None:
        entry = {
            "seq": self.store.next_seq(),
            "at": iso(self.clock()),
            "shop_id": shop_id,
            "method": "",
            "path": deed,
            "status": 0,
            "error": "",
            "asks_change": False,
            "writes": bool(changed),
            "effect": [item.shown() for item in changed],
        }
        self.store.write(self.world, entry)


def _without_secrets(call: Call) -> Any:
    if not call.body or "multipart" in call.headers.get("content-type", ""):
        return None
    try:
        body = orjson.loads(call.body)
    except ValueError:
        return None
    if isinstance(body, dict):
        return {k: v for k, v in body.items() if k not in _SECRET_BODY}
    return body
