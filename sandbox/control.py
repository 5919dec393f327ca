"""``/_sandbox/…``: what every sandbox tells and takes beside its channel, for other processes.

No login: sandboxes listen on loopback only.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from pydantic import ValidationError

from sandbox.faults import Fault, Faults
from sandbox.wire import Reply, json_reply

PREFIX = "/_sandbox/"


class Control:
    """``held`` are the calls that a fault keeps waiting, by number. A channel adds its own words
    in ``more``."""

    fault: type[Fault] = Fault

    def __init__(self, faults: Faults, lock: threading.RLock, held: Mapping[int, Any]) -> None:
        self._faults = faults
        self._lock = lock
        self._held = held

    def answer(self, scope: Mapping[str, Any], body: bytes) -> Reply:
        query = dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
        name = f"{scope['method']} {scope['path'].removeprefix(PREFIX)}"
        try:
            with self._lock:
                return self._common(name, body) or self.more(name, query, body)
        except (ValidationError, ValueError, KeyError) as error:
            return json_reply({"error": str(error)}, 400)

    def _common(self, name: str, body: bytes) -> Reply | None:
        match name:
            case "GET held":
                return json_reply(self._held)
            case "GET faults":
                return json_reply([fault.model_dump() for fault in self._faults.waiting()])
            case "GET spoilt":
                return json_reply(self._faults.spoilt)
            case "POST faults":
                self._faults.add(self.fault.model_validate_json(body))
                return json_reply({})
            case "DELETE faults":
                self._faults.heal()
                return json_reply({})
        return None

    def more(self, name: str, query: Mapping[str, str], body: bytes) -> Reply:
        """The channel's own words. Raises ValueError or KeyError for what they cannot mean."""
        return json_reply({"error": f"no such thing: {name}"}, 404)
