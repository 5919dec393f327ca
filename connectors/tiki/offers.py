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
    Pending,
    PriceChange,
    RemoteItem,
    RemoteVariant,
    StockChange,
    VariantAnswers,
)
from connectors.errors import SHOP_FAULTS, Ambiguous, ChannelError, ProtocolError, Rejected
from connectors.tiki import limits, payloads
from connectors.tiki.client import Client
from connectors.tiki.fields import text_of, wire_id
from connectors.tiki.handles import Handle
from connectors.tiki.listprice import Lift, ListPrices
from connectors.tiki.products import Products
from connectors.tiki.shop import Settings
from connectors.tiki.states import Stage, stage
from connectors.tiki.words import errors_of, refused

PATH = "v2.1/products/updateSku"


class Offers:
    def __init__(
        self, client: Client, products: Products, settings: Settings, list_prices: ListPrices
    ) -> None:
        self._client = client
        self._products = products
        self._settings = settings
        self._list_prices = list_prices

    def price(self, change: PriceChange) -> Outcome[VariantAnswers]:
        list_price = self._products.list_price(change.item.remote_id)
        outcome = self._each(
            change.item,
            change.prices,
            lambda prices: limits.prices(prices, list_price),
            lambda price: {"price": price},
        )
        if len(change.prices) == 1 and isinstance(outcome, Failed) and _price_refused(outcome):
            return self._lifted(change, outcome)
        return outcome

    def _lifted(self, change: PriceChange, refusal: Failed) -> Outcome[VariantAnswers]:
        """The price once more where the list price stood above it and could be raised at once; to
        be gone on with where that is reviewed; the refusal where it was another matter (3.7)."""
        ((sku, price),) = change.prices.items()
        product_id = _ids(change.item).get(sku, change.item.remote_id)
        try:
            begun = self._list_prices.lift(product_id, sku, price)
            if begun is Lift.NEEDLESS:
                return refusal
            if isinstance(begun, Pending):
                return begun
            self._write(product_id, {"price": price})
        except ChannelError as error:
            return Failed(error)
        return Done(VariantAnswers(frozenset({sku})))

    def resume(self, handle: Handle) -> Outcome[RemoteItem]:
        """The price that waited for its list price. Whatever else became of that request, the
        price is sent and Tiki judges it: the list price may have been raised by hand."""
        sku, product_id = str(handle["sku"]), str(handle["product_id"])
        try:
            waits = self._list_prices.followed(handle)
            if waits is not None:
                return waits
            self._write(product_id, {"price": int(handle["price"])})
        except ChannelError as error:
            return Failed(error)
        return Done(RemoteItem(product_id, (RemoteVariant(sku, product_id),)))

    def stock(self, change: StockChange) -> Outcome[VariantAnswers]:
        return self._each(
            change.item,
            change.stock,
            limits.stocks,
            lambda units: payloads.stock(units, self._settings.for_stock()),
            once=True,
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
        *,
        once: bool = False,
    ) -> Outcome[VariantAnswers]:
        """One call a pack. What concerns the shop, or the only pack, is the whole answer. ``once``:
        buyers take from it, so that nobody repeats it before it was read again."""
        problem = check(wanted)
        if problem:
            return Failed(problem)
        ids = _ids(item)
        accepted: set[str] = set()
        refusals: dict[str, ChannelError] = {}
        for sku, value in wanted.items():
            try:
                self._write(ids.get(sku, item.remote_id), fields(value), once=once)
            except ChannelError as error:
                if isinstance(error, (*SHOP_FAULTS, Ambiguous)) or len(wanted) == 1:
                    return Failed(error)
                refusals[sku] = error
            else:
                accepted.add(sku)
        return Done(VariantAnswers(frozenset(accepted), refusals))

    def _write(self, product_id: str, fields: Mapping[str, Any], *, once: bool = False) -> None:
        """Raises the error that the answer stands for."""
        body = {"product_id": wire_id(product_id), **fields}
        if once:
            answer = self._client.once(PATH, body, "PUT")
        else:
            answer = self._client.absolute("PUT", PATH, body)
        state = text_of(answer, "state")
        said = errors_of({"errors": answer.get("errors")})
        if said or stage(state) is Stage.REJECTED:
            raise refused(said, code="rejected")
        if state and stage(state) is not Stage.APPROVED:
            raise ProtocolError(f"Tiki: trạng thái '{state}' sau khi sửa giá, tồn kho", code=state)


def _ids(item: RemoteItem) -> dict[str, str]:
    return {v.sku: v.remote_id for v in item.variants if v.remote_id}


def _price_refused(outcome: Failed) -> bool:
    """Whether Tiki said no to a price, and not we before the call."""
    error = outcome.error
    return isinstance(error, Rejected) and error.field == "price" and error.code != "before_call"
