"""``/_sandbox/…``: the journal, the sellers' state, deeds and faults, for other processes."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict

from sandbox import control
from sandbox.faults import Faults
from sandbox.tiki import oauth
from sandbox.tiki.channel import Channel, effect
from sandbox.tiki.desk import Deed
from sandbox.tiki.faults import Fault
from sandbox.tiki.refusals import Refused
from sandbox.wire import HTML, Reply, json_reply


class _Reject(BaseModel):
    """From now on the desk rejects creates whose name holds ``words``."""

    model_config = ConfigDict(extra="forbid")

    words: str
    reason: str


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
            return json_reply({"error": "; ".join(refused.errors)}, 400)

    def _more(self, name: str, query: Mapping[str, str], body: bytes) -> Reply:
        channel = self._channel
        match name:
            case "GET journal":
                return self._journal(query)
            case "GET items":
                return json_reply(channel.items(query["shop_id"]))
            case "GET shops":
                sellers = channel.world.sellers.values()
                return json_reply({s.sid: s.name for s in sellers if s.sid})
            case "POST deeds":
                return json_reply(effect(channel.do(Deed.model_validate_json(body))))
            case "POST rejects":
                reject = _Reject.model_validate_json(body)
                channel.rejects[reject.words] = reject.reason
                return json_reply({})
            case "GET consent":
                return self._consent(query)
        return super().more(name, query, body)

    def _journal(self, query: Mapping[str, str]) -> Reply:
        self._channel.carry_on()
        after, limit = int(query.get("after", 0)), int(query.get("limit", -1))
        return json_reply(self._channel.store.journal(after, query.get("shop_id"), limit))

    def _consent(self, query: Mapping[str, str]) -> Reply:
        """The seller clicked on a shop: back to the caller with a one-time code (1)."""
        channel = self._channel
        seller, app = channel.world.sellers[query["sid"]], channel.world.apps[query["client_id"]]
        redirect, scope = query["redirect_uri"], query.get("scope", "")
        code = oauth.give_code(
            channel.world, channel.switches, seller, app, redirect, scope, channel.clock()
        )
        channel.store.write(channel.world, [])
        joint = "&" if "?" in redirect else "?"
        back = urlencode({"code": code, "scope": scope, "state": query.get("state", "")})
        return Reply(302, b"", HTML, (("Location", redirect + joint + back),))
