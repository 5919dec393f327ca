"""``/_sandbox/…``: feeds, visits, the journal, items, deeds and faults, for other processes."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from sandbox.floor.faults import Fault, Faults
from sandbox.floor.floor import Deed, Floor, Reply, Unknown
from sandbox.floor.world import Shop


class _Feed(BaseModel):
    """A shop's files lie at ``url``; ``token``: its export asks for it."""

    model_config = ConfigDict(extra="forbid")

    shop_id: str
    url: str
    profile: str
    token: str = ""


class _Visit(BaseModel):
    """ "": every shop."""

    model_config = ConfigDict(extra="forbid")

    shop_id: str = ""


class Control:
    """No login: the sandbox listens on loopback only."""

    def __init__(
        self, floor: Floor, faults: Faults, lock: threading.RLock, held: Mapping[int, Any]
    ) -> None:
        self._floor = floor
        self._faults = faults
        self._lock = lock
        self._held = held

    def answer(self, scope: Mapping[str, Any], body: bytes) -> Reply:
        query = dict(parse_qsl(scope["query_string"].decode()))
        name = f"{scope['method']} {scope['path'].removeprefix('/_sandbox/')}"
        try:
            with self._lock:
                return self._answer(name, query, body)
        except (ValidationError, ValueError, KeyError, Unknown) as error:
            return Reply(400, orjson.dumps({"error": str(error)}))

    def _answer(self, name: str, query: Mapping[str, str], body: bytes) -> Reply:
        floor = self._floor
        match name:
            case "POST feeds":
                feed = _Feed.model_validate_json(body)
                floor.add(Shop(feed.shop_id, feed.url, feed.profile, feed.token))
                return _json({})
            case "GET feeds":
                return _json({s.shop_id: [s.url, s.profile] for s in floor.world.shops.values()})
            case "POST fetch":
                visit = _Visit.model_validate_json(body or b"{}")
                floor.fetch(visit.shop_id) if visit.shop_id else floor.fetch_all()
                return _json({s.shop_id: s.problem for s in floor.world.shops.values()})
            case "GET journal":
                floor.decide()
                after, limit = int(query.get("after", 0)), int(query.get("limit", -1))
                return _json(floor.store.journal(after, query.get("shop_id"), limit))
            case "GET items":
                floor.decide()
                return _json([i.shown() for i in floor.world.of_shop(query["shop_id"])])
            case "POST deeds":
                return _json([floor.do(Deed.model_validate_json(body)).shown()])
            case "GET held":
                return _json(self._held)
            case "GET faults":
                return _json([f.model_dump() for f in self._faults.waiting()])
            case "POST faults":
                self._faults.add(Fault.model_validate_json(body))
                return _json({})
            case "DELETE faults":
                self._faults.heal()
                return _json({})
        return Reply(404, orjson.dumps({"error": f"no such thing: {name}"}))


def _json(value: Any) -> Reply:
    return Reply(200, orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS))
