"""``/_sandbox/…``: the journal, the shops' state, deeds and faults, for other processes."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict

from sandbox import control
from sandbox.faults import Faults
from sandbox.shopee import consent
from sandbox.shopee.channel import Channel
from sandbox.shopee.desk import Deed, Violation
from sandbox.shopee.faults import Fault
from sandbox.shopee.refusals import Refused
from sandbox.wire import HTML, Reply, json_reply


class _Ban(BaseModel):
    """From now on the review desk bans items whose title holds ``words``."""

    model_config = ConfigDict(extra="forbid")

    words: str
    violation: Violation = Violation()


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
        match name:
            case "GET journal":
                return self._journal(query)
            case "GET items":
                return self._items(int(query["shop_id"]))
            case "GET shops":
                shops = self._channel.world.shops.values()
                return json_reply({s.shop_id: s.name for s in shops})
            case "POST deeds":
                changed = self._channel.do(Deed.model_validate_json(body))
                return json_reply([item.shown() for item in changed])
            case "POST bans":
                ban = _Ban.model_validate_json(body)
                self._channel.bans[ban.words] = ban.violation
                return json_reply({})
            case "GET consent":
                return self._consent(query)
        return super().more(name, query, body)

    def _journal(self, query: Mapping[str, str]) -> Reply:
        self._channel.decide()
        shop_id = int(query["shop_id"]) if "shop_id" in query else None
        entries = self._channel.store.journal(
            int(query.get("after", 0)), shop_id, int(query.get("limit", -1))
        )
        return json_reply(entries)

    def _items(self, shop_id: int) -> Reply:
        self._channel.decide()
        items = self._channel.world.of_shop(shop_id).values()
        return json_reply([item.shown() for item in items])

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
