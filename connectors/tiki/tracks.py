"""Product requests from outside: the tracking of one, and which are open (3.5)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.contract import Clock
from connectors.errors import NotFound, ProtocolError
from connectors.tiki.capabilities import PAGE
from connectors.tiki.client import Client
from connectors.tiki.fields import inner, local, rows, text_of
from connectors.tiki.states import Stage, stage
from connectors.tiki.words import reason_of

LIVES = timedelta(days=30)
"""A track id is forgotten after this (trap 7)."""

STUCK = timedelta(hours=1)
"""A request is transformed within seconds or minutes; only one that is not can be stuck (3.5)."""

_SSKU = re.compile(r"\d{13}")
"""Tiki's own code of a product (3.1)."""

_AHEAD = timedelta(minutes=10)
"""Tiki's clock may run before ours."""

_NARROWEST = timedelta(seconds=2)
_DAY = timedelta(days=1)
_WHOLE: frozenset[str] = frozenset()
"""Of a list that was not full: nothing is behind it."""


@dataclass(frozen=True, slots=True)
class Track:
    """``request_id``: 19 digits as text, "" before the request was transformed (3.5)."""

    track_id: str
    state: str
    reason: str
    request_id: str

    @property
    def stage(self) -> Stage:
        return stage(self.state)


@dataclass(frozen=True, slots=True)
class OpenRequests:
    """Creates that are under way. ``unknown``: how many there are whose SKU nobody tells yet."""

    by_sku: Mapping[str, list[Track]]
    unknown: int

    def unclear(self) -> ProtocolError:
        """What concerns the row that asks: its request may be one of the unknown."""
        return ProtocolError(
            f"Tiki còn {self.unknown} yêu cầu đăng chưa cho biết mã SKU", code="not_transformed"
        )


class Tracks:
    def __init__(self, client: Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    def track(self, track_id: str) -> Track:
        """Raises NotFound for one that Tiki does not know, or has forgotten."""
        return _track(self._client.one(f"v2/tracking/{track_id}"), track_id)

    def request(self, request_id: str) -> Mapping[str, Any]:
        """A request with its products. Raises NotFound."""
        return self._client.one(f"v2/requests/{request_id}", [("include", "products")])

    def products(self, request_id: str) -> list[Mapping[str, Any]]:
        """The products of a request; none when Tiki does not know it."""
        try:
            return inner(self.request(request_id).get("products"))
        except NotFound:
            return []

    def why(self, track: Track) -> str:
        """A refusal's words: the tracking's, else the request's own."""
        if track.reason or not track.request_id:
            return track.reason
        try:
            row = self.request(track.request_id)
        except NotFound:
            return ""
        return reason_of(row.get("reasons")) or reason_of(row.get("reason"))

    def cancel(self, request_id: str) -> str:
        """Ask for the deletion of a request; the state that Tiki tells."""
        return text_of(self._client.absolute("DELETE", f"v2/requests/{request_id}"), "state")

    # --- open ones --------------------------------------------------------------------------

    def open_requests(self) -> OpenRequests:
        """By the SKUs that they name. The tracking lists also what was not transformed yet, but no
        SKU; the requests have SKUs, but only of what was, and perhaps not before it is approved:
        ``products`` hangs on ``product_id`` (3.5). One under review is unknown then to its end."""
        tracks = [t for t in self._recent() if t.stage is Stage.OPEN]
        requests = self._requests(tracks)
        by_sku: dict[str, list[Track]] = {}
        reviewed, unseen = 0, set()
        for track in tracks:
            row = requests.get(track.request_id) if track.request_id else None
            skus = _skus(row) if row is not None else []
            if not skus and row is not None and not _creates(row):
                continue
            if not skus and row is not None:
                reviewed += 1
            elif not skus:
                unseen.add(track.track_id)
            for sku in skus:
                by_sku.setdefault(sku, []).append(track)
        return OpenRequests(by_sku, reviewed + (len(unseen & self._fresh()) if unseen else 0))

    def _fresh(self) -> frozenset[str]:
        """Tracks of the last hour. An older one that has no request yet is stuck, and would keep
        every other listing from being settled; were it ours, Tiki would refuse its twin."""
        now = self._clock()
        found: dict[str, Track] = {}
        self._between(now - STUCK, now + _AHEAD, found)
        return frozenset(found)

    def _requests(self, tracks: list[Track]) -> dict[str, Mapping[str, Any]]:
        """The tracks' requests by id: those lists first that Tiki keeps by state, in its own
        spelling, then one by one what they left out."""
        wanted = {t.request_id for t in tracks if t.request_id}
        found: dict[str, Mapping[str, Any]] = {}
        for state in sorted({t.state for t in tracks if t.request_id}):
            query = [("state", state), ("include", "products")]
            for row in self._client.pages("v2/requests", query):
                if _skus(row):
                    found[text_of(row, "request_id", "id")] = row
        for request_id in sorted(wanted - set(found)):
            try:
                found[request_id] = self.request(request_id)
            except NotFound:
                continue
        return found

    def _recent(self) -> list[Track]:
        now = self._clock()
        found: dict[str, Track] = {}
        self._between(now - LIVES, now + _AHEAD, found)
        return list(found.values())

    def _between(self, low: datetime, high: datetime, found: dict[str, Track]) -> None:
        """All tracks made between two moments, by their ids."""
        self._parts(low, high, self._listed(low, high, found), found)

    def _parts(
        self, low: datetime, high: datetime, ids: frozenset[str], found: dict[str, Track]
    ) -> None:
        """The list has no pages: where it is full, both parts of its time are asked for. Parts
        that both show just what the whole did were not cut at all: that is all there is."""
        if len(ids) < PAGE or high - low <= _NARROWEST:
            return
        middle = high - (high - low) / (4 if high - low > _DAY else 2)
        old = self._listed(low, middle, found)
        new = self._listed(middle, high, found)
        if old == new == ids:
            return
        self._parts(low, middle, old, found)
        self._parts(middle, high, new, found)

    def _listed(self, low: datetime, high: datetime, found: dict[str, Track]) -> frozenset[str]:
        """The tracks made between two moments, at most a page of them; their ids when it is
        full."""
        query = [
            ("limit", str(PAGE)),
            ("created_at_min", local(low)),
            ("created_at_max", local(high)),
        ]
        try:
            listed = [
                _track(row) for row in rows(self._client.get("v2/tracking", query), bare=True)
            ]
        except NotFound:
            return _WHOLE
        found.update((t.track_id, t) for t in listed)
        return frozenset(t.track_id for t in listed) if len(listed) == PAGE else _WHOLE


def _track(row: Mapping[str, Any], track_id: str = "") -> Track:
    return Track(
        track_id=text_of(row, "track_id") or track_id,
        state=text_of(row, "state"),
        reason=reason_of(row.get("reason")),
        request_id=text_of(row, "request_id"),
    )


def sku_of(product: Mapping[str, Any]) -> str:
    """The seller's own code; ``sku`` is Tiki's 13 digits (3.1)."""
    return text_of(product, "original_sku", "seller_sku")


def _skus(request: Mapping[str, Any]) -> list[str]:
    """The seller's codes in a create: of its products, and of the variants that it was sent with,
    should it show them. A product's ``sku`` is the seller's only where it is not Tiki's (3.1)."""
    if not _creates(request):
        return []
    found = [sku_of(row) or _not_tikis(row) for row in inner(request.get("products"))]
    found += [sku_of(row) or text_of(row, "sku") for row in inner(request.get("variants"))]
    return [sku for sku in dict.fromkeys(found) if sku]


def _not_tikis(product: Mapping[str, Any]) -> str:
    sku = text_of(product, "sku")
    return "" if _SSKU.fullmatch(sku) else sku


def _creates(request: Mapping[str, Any]) -> bool:
    """Requests also change what is there (``kind``, 3.5)."""
    kind = text_of(request, "kind")
    return not kind or "create" in kind
