"""``/_sandbox/…``: the journal, the sellers' state, deeds and faults, for other processes."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from sandbox.tiki import oauth
from sandbox.tiki.channel import HTML, Channel, Reply, effect
from sandbox.tiki.desk import Deed
from sandbox.tiki.faults import Fault, Faults
from sandbox.tiki.refusals import Refused


class _Reject(BaseModel):
    """From now on the desk rejects creates whose name holds ``words``."""

    model_config = ConfigDict(extra="forbid")

    words: str
    reason: str


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
        except (ValidationError, ValueError, KeyError) as error:
            return Reply(400, orjson.dumps({"error": str(error)}))
        except Refused as refused:
            return Reply(400, orjson.dumps({"error": "; ".join(refused.errors)}))

    def _answer(self, name: str, query: Mapping[str, str], body: bytes) -> Reply:
        channel, faults = self._channel, self._faults
        match name:
            case "GET journal":
                return self._journal(query)
            case "GET items":
                return _json(channel.items(query["shop_id"]))
            case "GET shops":
                return _json({s.sid: s.name for s in channel.world.sellers.values() if s.sid})
            case "GET held":
                return _json(self._held)
            case "GET faults":
                return _json([f.model_dump() for f in faults.waiting()])
            case "POST faults":
                faults.add(Fault.model_validate_json(body))
                return _json({})
            case "DELETE faults":
                faults.heal()
                return _json({})
            case "POST deeds":
                return _json(effect(channel.do(Deed.model_validate_json(body))))
            case "POST rejects":
                reject = _Reject.model_validate_json(body)
                channel.rejects[reject.words] = reject.reason
                return _json({})
            case "GET consent":
                return self._consent(query)
        return Reply(404, orjson.dumps({"error": f"no such thing: {name}"}))

    def _journal(self, query: Mapping[str, str]) -> Reply:
        self._channel.carry_on()
        after, limit = int(query.get("after", 0)), int(query.get("limit", -1))
        return _json(self._channel.store.journal(after, query.get("shop_id"), limit))

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


def _json(value: Any) -> Reply:
    return Reply(200, orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS))
