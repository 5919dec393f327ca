"""Price, stock and switch: applied at once, no review (3.7).

Each row is a call of its own to ``updateSku``. There is a batch, ``updateSkus``, but what it does
with one bad row among good ones is told nowhere, its size is not known, and its switch has another
name and other values (``status`` 1/2): a row's clear answer is worth the calls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from connectors.contract import (
    AvailabilityChange,
    Done,
    Failed,
    Outcome,
    PriceChange,
    RemoteItem,
    StockChange,
    VariantAnswers,
)
from connectors.errors import SHOP_FAULTS, ChannelError, ProtocolError, Rejected
from connectors.tiki import limits, payloads
from connectors.tiki.client import Client
from connectors.tiki.fields import text_of, wire_id
from connectors.tiki.products import Products
from connectors.tiki.shop import Settings
from connectors.tiki.states import Stage, stage
from connectors.tiki.words import errors_of, refused

PATH = "v2.1/products/updateSku"


class Offers:
    def __init__(self, client: Client, products: Products, settings: Settings) -> None:
        self._client = client
        self._products = products
        self._settings = settings

    def price(self, change: PriceChange) -> Outcome[VariantAnswers]:
        list_price = self._products.list_price(change.item.remote_id)
        return self._each(
            change.item,
            change.prices,
            lambda prices: limits.prices(prices, list_price),
            lambda price: {"price": price},
        )

    def stock(self, change: StockChange) -> Outcome[VariantAnswers]:
        return self._each(
            change.item,
            change.stock,
            limits.stocks,
            lambda units: payloads.stock(units, self._settings.for_stock()),
        )

    def switch(self, change: AvailabilityChange) -> Outcome[None]:
        try:
            self._write(change.item.remote_id, {"active": int(change.on)})
        except ChannelError as error:
            return Failed(error)
        return Done(None)

    def _each(
        self,
        item: RemoteItem,
        wanted: Mapping[str, int],
        check: Callable[[Mapping[str, int]], Rejected | None],
        fields: Callable[[int], Mapping[str, Any]],
    ) -> Outcome[VariantAnswers]:
        """One call a pack. What concerns the shop, or the only pack, is the whole answer."""
        problem = check(wanted)
        if problem:
            return Failed(problem)
        ids = {v.sku: v.remote_id for v in item.variants if v.remote_id}
        accepted: set[str] = set()
        refusals: dict[str, ChannelError] = {}
        for sku, value in wanted.items():
            try:
                self._write(ids.get(sku, item.remote_id), fields(value))
            except ChannelError as error:
                if isinstance(error, SHOP_FAULTS) or len(wanted) == 1:
                    return Failed(error)
                refusals[sku] = error
            else:
                accepted.add(sku)
        return Done(VariantAnswers(frozenset(accepted), refusals))

    def _write(self, product_id: str, fields: Mapping[str, Any]) -> None:
        """Raises the error that the answer stands for."""
        body = {"product_id": wire_id(product_id), **fields}
        answer = self._client.absolute("PUT", PATH, body)
        state = text_of(answer, "state")
        said = errors_of({"errors": answer.get("errors")})
        if said or stage(state) is Stage.REJECTED:
            raise refused(said, code="rejected")
        if state and stage(state) is not Stage.APPROVED:
            raise ProtocolError(f"Tiki: trạng thái '{state}' sau khi sửa giá, tồn kho", code=state)
