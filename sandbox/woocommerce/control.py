"""``/_sandbox/…``: the journal, the sites' state, deeds and faults, for other processes."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from sandbox import control
from sandbox.faults import Faults
from sandbox.wire import Reply, json_reply
from sandbox.woocommerce.channel import Channel
from sandbox.woocommerce.desk import Deed
from sandbox.woocommerce.faults import Fault
from sandbox.woocommerce.refusals import Refused


class Control(control.Control):
    fault = Fault

    def __init__(
        self, channel: Channel, faults: Faults, lock: threading.RLock, held: Mapping[int, Any]
    ) -> None:
        super().__init__(faults, lock, held)
        self._channel = channel

    def more(self, name: str, query: Mapping[str, str], body: bytes) -> Reply:
        try:
            return self._more(name, query, body)
        except Refused as refused:
            return json_reply({"error": refused.code, "message": refused.message}, 400)

    def _more(self, name: str, query: Mapping[str, str], body: bytes) -> Reply:
        channel = self._channel
        match name:
            case "GET journal":
                after, limit = int(query.get("after", 0)), int(query.get("limit", -1))
                return json_reply(channel.store.journal(after, query.get("shop_id"), limit))
            case "GET items":
                return json_reply(self.items(query.get("shop_id", "")))
            case "GET shops":
                return json_reply({s.folder: s.name for s in channel.world.sites.values()})
            case "POST deeds":
                changed = channel.do(Deed.model_validate_json(body))
                return json_reply([channel.world.shown(p) for p in changed])
        return super().more(name, query, body)

    def items(self, shop_id: str) -> list[dict[str, Any]]:
        """What stands, the trash too; packs are in their products."""
        world = self._channel.world
        return [world.shown(p) for p in world.of_site(shop_id) if p.kind != "variation"]
