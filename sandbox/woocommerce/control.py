"""``/_sandbox/…``: the journal, the sites' state, deeds and faults, for other processes."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import orjson
from pydantic import ValidationError

from sandbox.woocommerce.channel import Channel, Reply
from sandbox.woocommerce.desk import Deed
from sandbox.woocommerce.faults import Fault, Faults
from sandbox.woocommerce.refusals import Refused


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
        query = dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
        name = f"{scope['method']} {scope['path'].removeprefix('/_sandbox/')}"
        try:
            with self._lock:
                return self._answer(name, query, body)
        except (ValidationError, ValueError) as error:
            return Reply(400, orjson.dumps({"error": str(error)}))
        except Refused as refused:
            return Reply(400, orjson.dumps({"error": refused.code, "message": refused.message}))

    def _answer(self, name: str, query: Mapping[str, str], body: bytes) -> Reply:
        channel = self._channel
        match name:
            case "GET journal":
                entries = channel.store.journal(
                    int(query.get("after", 0)), query.get("shop_id"), int(query.get("limit", -1))
                )
                return Reply(200, orjson.dumps(entries))
            case "GET items":
                return Reply(200, orjson.dumps(self.items(query.get("shop_id", ""))))
            case "GET shops":
                names = {s.folder: s.name for s in channel.world.sites.values()}
                return Reply(200, orjson.dumps(names))
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
                changed = channel.do(Deed.model_validate_json(body))
                return Reply(200, orjson.dumps([channel.world.shown(p) for p in changed]))
        return Reply(404, orjson.dumps({"error": f"no such thing: {name}"}))

    def items(self, shop_id: str) -> list[dict[str, Any]]:
        """What stands, the trash too; packs are in their products."""
        world = self._channel.world
        return [world.shown(p) for p in world.of_site(shop_id) if p.kind != "variation"]
