"""``/_sandbox/…``: feeds, visits, the journal, items, deeds and faults, for other processes."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from sandbox import control
from sandbox.faults import Faults
from sandbox.floor.faults import Fault
from sandbox.floor.floor import Deed, Floor
from sandbox.floor.world import Shop
from sandbox.wire import Reply, json_reply


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


class Control(control.Control):
    fault = Fault

    def __init__(
        self, floor: Floor, faults: Faults, lock: threading.RLock, held: Mapping[int, Any]
    ) -> None:
        super().__init__(faults, lock, held)
        self._floor = floor

    def more(self, name: str, query: Mapping[str, str], body: bytes) -> Reply:
        floor = self._floor
        match name:
            case "POST feeds":
                feed = _Feed.model_validate_json(body)
                floor.add(Shop(feed.shop_id, feed.url, feed.profile, feed.token))
                return json_reply({})
            case "GET feeds":
                return json_reply(
                    {s.shop_id: [s.url, s.profile] for s in floor.world.shops.values()}
                )
            case "POST fetch":
                visit = _Visit.model_validate_json(body or b"{}")
                floor.fetch(visit.shop_id) if visit.shop_id else floor.fetch_all()
                return json_reply({s.shop_id: s.problem for s in floor.world.shops.values()})
            case "GET journal":
                floor.decide()
                after, limit = int(query.get("after", 0)), int(query.get("limit", -1))
                return json_reply(floor.store.journal(after, query.get("shop_id"), limit))
            case "GET items":
                floor.decide()
                return json_reply([i.shown() for i in floor.world.of_shop(query["shop_id"])])
            case "POST deeds":
                return json_reply([floor.do(Deed.model_validate_json(body)).shown()])
        return super().more(name, query, body)
