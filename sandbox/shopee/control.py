"""``/_sandbox/…``: the journal, the shops' state, deeds and faults, for other processes."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from sandbox.shopee import consent
from sandbox.shopee.channel import HTML, Channel, Reply
from sandbox.shopee.desk import Deed, Violation
from sandbox.shopee.faults import Fault, Faults
from sandbox.shopee.refusals import Refused


class _Ban(BaseModel):
    """From now on the review desk bans items whose title holds ``words``."""

    model_config = ConfigDict(extra="forbid")

    words: str
    violation: Violation = Violation()


class Control:
    """No login: the sandbox listens on loopback only."""

    def __init__(
        self, channel: Channel, faults: Faults, lock: threading.RLock, held: Mapping[int, Any]
    ) -> None:
        self._channel = channel
        self._faults = faults
        self._lock = lock
        self._held = held

    def answer(self, scope: Mapping[str, Any], body: bytes) -> Reply:
        query = dict(parse_qsl(scope["query_string"].decode()))
        name = f"{scope['method']} {scope['path'].removeprefix('/_sandbox/')}"
        try:
            with self._lock:
                return self._answer(name, query, body)
        except (ValidationError, ValueError) as error:
            return Reply(400, orjson.dumps({"error": str(error)}))
        except Refused as refused:
            return Reply(400, orjson.dumps({"error": refused.code, "message": refused.message}))

    def _answer(self, name: str, query: Mapping[str, str], body: bytes) -> Reply:
        match name:
            case "GET journal":
                return self._journal(query)
            case "GET items":
                return self._items(int(query["shop_id"]))
            case "GET shops":
                names = {s.shop_id: s.name for s in self._channel.world.shops.values()}
                return Reply(200, orjson.dumps(names, option=orjson.OPT_NON_STR_KEYS))
            case "GET held":
                return Reply(200, orjson.dumps(self._held, option=orjson.OPT_NON_STR_KEYS))
            case "GET faults":
                return Reply(200, orjson.dumps([f.model_dump() for f in self._faults.waiting()]))
            case "POST faults":
                self._faults.add(Fault.model_validate_json(body))
                return Reply(200, b"{}")
            case "DELETE faults":
                self._faults.heal()
                return Reply(200, b"{}")
            case "POST deeds":
                changed = self._channel.do(Deed.model_validate_json(body))
                return Reply(200, orjson.dumps([item.shown() for item in changed]))
            case "POST bans":
                ban = _Ban.model_validate_json(body)
                self._channel.bans[ban.words] = ban.violation
                return Reply(200, b"{}")
            case "GET consent":
                return self._consent(query)
        return Reply(404, orjson.dumps({"error": f"no such thing: {name}"}))

    def _journal(self, query: Mapping[str, str]) -> Reply:
        self._channel.decide()
        shop_id = int(query["shop_id"]) if "shop_id" in query else None
        entries = self._channel.store.journal(
            int(query.get("after", 0)), shop_id, int(query.get("limit", -1))
        )
        return Reply(200, orjson.dumps(entries))

    def _items(self, shop_id: int) -> Reply:
        self._channel.decide()
        items = self._channel.world.of_shop(shop_id).values()
        return Reply(200, orjson.dumps([item.shown() for item in items]))

    def _consent(self, query: Mapping[str, str]) -> Reply:
        """The seller clicked on a shop: back to the caller with a one-time code."""
        shop = self._channel.world.shops.get(int(query["shop_id"]))
        if shop is None:
            raise Refused("invalid_shop_id", "Invalid shop_id.")
        channel = self._channel
        code = consent.give_consent(channel.world, channel.switches, shop, channel.clock())
        channel.store.write(channel.world)
        redirect = query["redirect"]
        joint = "&" if "?" in redirect else "?"
        target = redirect + joint + urlencode({"code": code, "shop_id": shop.shop_id})
        return Reply(302, b"", HTML, (("Location", target),))
