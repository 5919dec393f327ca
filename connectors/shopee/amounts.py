"""Prices and stocks: one item a call, absolute, read by entry (reference 3.9, 3.10, traps 1, 16).

Whatever ``error`` says, both lists are read; an entry in neither is unknown and is left out of
the answer. A whole-call ``error_update_price_fail`` says too little (deleted item, dead model,
broken ratio alike), and "Wrong model_id." may come for the whole call as well: the item's models
are read again, and the call is repeated once if our ids were not the present ones. A stock whose
answer was lost is not sent again here: buyers may have taken of it since (4.4).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from connectors.contract import Done, Failed, Outcome, RemoteItem, RemoteStatus, VariantAnswers
from connectors.errors import ChannelError, NotFound
from connectors.shopee.answers import entry_id, int_of, rows
from connectors.shopee.client import Client, Reply, error_for, refusal
from connectors.shopee.error_codes import code_of_reason
from connectors.shopee.payloads import seller_stock
from connectors.shopee.reading import Reader

MAX_MODELS = 50

Ids = Mapping[str, str]
"""Our SKU → model id, "" for an item without models."""

Entry = Callable[[str, int], dict[str, Any]]
"""The list entry of a SKU and its value, without the model's id."""


Send = Callable[[str, Mapping[str, Any]], Reply]
"""Makes the call: its path and its body."""


class Amounts:
    """Writes one kind of amount: prices, or stocks."""

    def __init__(self, send: Send, reader: Reader, path: str, list_name: str, entry: Entry) -> None:
        self._write = send
        self._reader = reader
        self._path = path
        self._list = list_name
        self._entry = entry

    def write(self, item: RemoteItem, wanted: Mapping[str, int]) -> Outcome[VariantAnswers]:
        """All packs of one item."""
        try:
            ids = {v.sku: v.remote_id for v in item.variants}
            fresh = not set(wanted) <= set(ids)
            if fresh:
                ids = self._read_ids(item)
            answers, request_id, stale = self._send(item, wanted, ids)
            if stale and not fresh:
                answers, request_id = self._once_more(item, answers, stale, ids, request_id)
            return Done(answers, request_id)
        except ChannelError as error:
            return Failed(error)

    def _once_more(
        self,
        item: RemoteItem,
        first: VariantAnswers,
        stale: Mapping[str, int],
        ids: Ids,
        request_id: str,
    ) -> tuple[VariantAnswers, str]:
        """Models that the channel does not know: read the ids again, repeat what changed."""
        present = self._read_ids(item)
        again = {sku: v for sku, v in stale.items() if present.get(sku) != ids.get(sku)}
        known = {sku: v for sku, v in again.items() if sku in present}
        if not known:
            whole = {e.code: e for e in first.refused.values() if not first.accepted}
            if len(whole) == 1 and all(_is_whole(error) for error in whole.values()):
                raise next(iter(whole.values()))
            return first, request_id
        second, request_id, _stale = self._send(item, known, present)
        refused = {k: v for k, v in first.refused.items() if k not in known}
        return (
            VariantAnswers(first.accepted | second.accepted, {**refused, **second.refused}),
            request_id,
        )

    def _send(
        self, item: RemoteItem, wanted: Mapping[str, int], ids: Ids
    ) -> tuple[VariantAnswers, str, dict[str, int]]:
        """The answers, the last request's id, and what named an unknown model."""
        accepted: set[str] = set()
        refused: dict[str, ChannelError] = {
            sku: NotFound(f"sàn không có quy cách {sku}") for sku in wanted if sku not in ids
        }
        stale = {sku: wanted[sku] for sku in refused}
        known = [sku for sku in wanted if sku in ids]
        request_id = ""
        for start in range(0, len(known), MAX_MODELS):
            part = known[start : start + MAX_MODELS]
            reply = self._write(self._path, self._body(item, part, wanted, ids))
            request_id = reply.request_id
            yes, no, unknown = _read(reply, {ids[sku]: sku for sku in part})
            accepted |= yes
            refused |= no
            stale |= {sku: wanted[sku] for sku in unknown}
        return VariantAnswers(frozenset(accepted), refused), request_id, stale

    def _body(
        self, item: RemoteItem, skus: Sequence[str], wanted: Mapping[str, int], ids: Ids
    ) -> dict[str, Any]:
        entries = [
            {"model_id": int_of(ids[sku] or 0), **self._entry(sku, wanted[sku])} for sku in skus
        ]
        return {"item_id": int_of(item.remote_id), self._list: entries}

    def _read_ids(self, item: RemoteItem) -> dict[str, str]:
        """The present ids. Raises NotFound for an item that is gone."""
        (seen,) = self._reader.read([item.remote_id], full=True)
        if isinstance(seen, Failed):
            raise seen.error
        if not isinstance(seen, Done) or seen.value.status is RemoteStatus.MISSING:
            raise NotFound(f"Shopee: sản phẩm {item.remote_id} đã bị xóa")
        return {v.sku: v.remote_id for v in seen.value.variants}


def _read(
    reply: Reply, skus: Mapping[str, str]
) -> tuple[set[str], dict[str, ChannelError], set[str]]:
    """Accepted SKUs, refused ones with why, and those whose model is unknown (``skus`` by id)."""
    response = reply.response if isinstance(reply.response, dict) else {}
    accepted = {
        skus[key] for row in rows(response, "success_list") if (key := entry_id(row)) in skus
    }
    refused: dict[str, ChannelError] = {}
    for row in rows(response, "failure_list"):
        if (key := entry_id(row)) in skus:
            reason = str(row.get("failed_reason") or "")
            refused[skus[key]] = reason_error(reason, reply.request_id)
    unknown = {sku for sku, error in refused.items() if isinstance(error, NotFound)}
    if reply.code and not accepted and not refused:
        error = refusal(reply)
        if not _is_whole(error):
            raise error
        refused = dict.fromkeys(skus.values(), error)
        unknown = set(refused)
    return accepted, refused, unknown


_SAYS_LITTLE = (
    "error_update_price_fail",
    "error_edit_item_price_for_item_has_model",
    "error_edit_item_stock_for_item_has_model",
    "error_busi_update_stock_failed",
)


def _is_whole(error: ChannelError) -> bool:
    """A refusal of the whole call that may come of one model that is no longer there (3.9)."""
    return error.code in _SAYS_LITTLE or (error.code != "" and isinstance(error, NotFound))


def reason_error(reason: str, request_id: str) -> ChannelError:
    """A partial failure's free text as an error (trap 2)."""
    return error_for(code_of_reason(reason), reason, request_id=request_id)


def prices(client: Client, reader: Reader) -> Amounts:
    return Amounts(
        client.write,
        reader,
        "product/update_price",
        "price_list",
        lambda _sku, price: {"original_price": price},
    )


def stocks(client: Client, reader: Reader, settings: Mapping[str, Any]) -> Amounts:
    return Amounts(
        client.count,
        reader,
        "product/update_stock",
        "stock_list",
        lambda _sku, units: {"seller_stock": seller_stock(units, settings)},
    )
