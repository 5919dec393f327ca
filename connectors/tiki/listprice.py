"""A price above the list price (3.3, 3.7).

We name no list price, and what Tiki makes of one that is left out is not told: it may take the
first price for it. Then every raise is refused until the list price is raised too, which only a
reviewed request does. So the list price follows, to just the price: higher would show a discount
that never was, and naming the price at creation would make sure of the trap. It is asked for after
the refusal and not beforehand, because Tiki may also let the list price follow by itself.
"""

from __future__ import annotations

from enum import Enum

from connectors.contract import Clock, Pending
from connectors.errors import Ambiguous, NotFound, Rejected
from connectors.tiki import handles
from connectors.tiki.client import Client
from connectors.tiki.fields import text_of, whole, wire_id
from connectors.tiki.handles import Handle
from connectors.tiki.products import Products
from connectors.tiki.states import Stage, stage
from connectors.tiki.tracks import Tracks
from connectors.tiki.words import reason_of


class Lift(Enum):
    """``NEEDLESS``: the list price is not what stands in the way. ``DONE``: it is raised."""

    NEEDLESS = "needless"
    DONE = "done"


class ListPrices:
    def __init__(self, client: Client, products: Products, tracks: Tracks, clock: Clock) -> None:
        self._client = client
        self._products = products
        self._tracks = tracks
        self._clock = clock

    def lift(self, product_id: str, sku: str, price: int) -> Lift | Pending:
        """Raise the list price to ``price``, đồng, where it is lower. Raises ChannelError."""
        held = whole(self._products.row(product_id).get("market_price")) or 0
        if not 0 < held < price:
            return Lift.NEEDLESS
        body = {"product_id": wire_id(product_id), "market_price": price}
        answer = self._client.once("v2/requests/updateProductInfo", body)
        state, track_id = stage(text_of(answer, "state")), text_of(answer, "track_id")
        if state is Stage.REJECTED:
            raise _not_raised(reason_of(answer.get("reason")))
        if state is Stage.APPROVED:
            return Lift.DONE
        if not track_id:
            raise Ambiguous("Tiki nhận giá niêm yết mà không trả track_id", code="no_track")
        return handles.waiting(handles.price(track_id, sku, product_id, price, self._clock))

    def followed(self, handle: Handle) -> Pending | None:
        """What is still to be waited for; None when the price may be tried. Raises Rejected when
        the desk has refused, ChannelError."""
        try:
            track = self._tracks.track(str(handle["track_id"]))
        except NotFound:
            return handles.waiting(handle) if handles.young(handle, self._clock) else None
        if track.stage is Stage.OPEN:
            return handles.waiting(handle)
        if track.stage is Stage.REJECTED:
            raise _not_raised(self._tracks.why(track))
        return None


def _not_raised(said: str) -> Rejected:
    return Rejected(
        f"Tiki không duyệt nâng giá niêm yết: {said or 'không nói lý do'}",
        code="rejected",
        field="price",
        hint="Sửa giá niêm yết trên Tiki Seller Center: không thấp hơn giá bán. Hoặc giữ giá cũ.",
    )
