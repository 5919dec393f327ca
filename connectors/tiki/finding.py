"""Finding what carries one of our SKUs: products in any state, and creates under review."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.contract import (
    Clock,
    Done,
    Failed,
    FoundItem,
    Outcome,
    RemoteStatus,
    RemoteVariant,
)
from connectors.errors import ChannelError
from connectors.tiki import handles
from connectors.tiki.products import Products, Row, id_of, status_of
from connectors.tiki.tracks import OpenRequests, Tracks

Found = tuple[FoundItem, ...]


class Finder:
    def __init__(self, products: Products, tracks: Tracks, clock: Clock) -> None:
        self._products = products
        self._tracks = tracks
        self._clock = clock

    def find(self, skus: Sequence[str]) -> list[Outcome[Found]]:
        """One outcome a SKU; the open requests are walked once for all that no product has."""
        outcomes = {sku: self._product(sku) for sku in dict.fromkeys(skus)}
        missing = [sku for sku, o in outcomes.items() if isinstance(o, Done) and not o.value]
        if missing:
            try:
                requests = self._tracks.open_requests()
            except ChannelError as error:
                outcomes |= {sku: Failed(error) for sku in missing}
            else:
                outcomes |= {sku: self._request(sku, requests) for sku in missing}
        return [outcomes[sku] for sku in skus]

    def _product(self, sku: str) -> Outcome[Found]:
        try:
            found = self._products.by_sku(sku)
        except ChannelError as error:
            return Failed(error)
        return Done(tuple(_item(row, sku) for row in found))

    def _request(self, sku: str, requests: OpenRequests) -> Outcome[Found]:
        """A create that was sent some seconds ago, or is under review, may tell no SKU yet. It may
        be this one, and who would now conclude that there is none would make a second. That is
        this row's alone to wait for: the shop answers, and its take-downs go on."""
        tracks = requests.by_sku.get(sku, [])
        if not tracks and requests.unknown:
            return Failed(requests.unclear())
        return Done(
            tuple(
                FoundItem("", sku, RemoteStatus.IN_REVIEW, (), handles.create(t, sku, self._clock))
                for t in tracks
            )
        )


def _item(row: Row, sku: str) -> FoundItem:
    product_id = id_of(row)
    return FoundItem(product_id, sku, status_of(row), (RemoteVariant(sku, product_id),))
