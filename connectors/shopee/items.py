"""Creating items and changing their packs and content (reference 3.7, 3.8, 3.16)."""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from connectors.composed import composed_content, composed_listing, composed_packs
from connectors.contract import (
    Account,
    Adoption,
    Clock,
    ContentChange,
    Done,
    Failed,
    NewListing,
    Outcome,
    Pending,
    PricedVariant,
    RemoteItem,
    RemoteVariant,
    Variant,
    VariantsChange,
)
from connectors.errors import (
    Ambiguous,
    ChannelError,
    NotFound,
    ProtocolError,
    Rejected,
    Unavailable,
)
from connectors.shopee.answers import Models, int_of, models_of
from connectors.shopee.client import Client
from connectors.shopee.limits import Limits, undeliverable
from connectors.shopee.payloads import content_fields, new_item
from connectors.shopee.reading import Reader
from connectors.shopee.variations import Step, build, settle_order, steps

READY_S = 6.0
"""Seconds after add_item before variations may be made (3.7 says 5)."""

PATIENCE_S = 180.0
"""So long a new item may be invisible before it counts as lost."""


class Items:
    def __init__(self, client: Client, reader: Reader, account: Account, clock: Clock) -> None:
        self._client = client
        self._reader = reader
        self._settings = account.settings
        self._limits = Limits(account.settings)
        self._clock = clock

    # --- create -----------------------------------------------------------------------------

    def create(self, listing: NewListing) -> Outcome[RemoteItem]:
        """Unlisted. With several packs it is only begun: the variations come by ``resume``."""
        listing = composed_listing(listing)
        problem = self._limits.listing(listing) or undeliverable(listing, self._settings)
        if problem:
            return Failed(problem)
        try:
            reply = self._client.once("product/add_item", new_item(listing, self._settings))
        except ChannelError as error:
            return Failed(error)
        item_id = reply.response.get("item_id") if isinstance(reply.response, dict) else None
        if not item_id:
            return Failed(
                Ambiguous("Shopee nhận mà không trả item_id", request_id=reply.request_id)
            )
        if len(listing.variants) == 1:
            sku = listing.variants[0].variant.sku
            item = RemoteItem(str(item_id), (RemoteVariant(sku, ""),))
            return Done(item, reply.request_id)
        return Pending(self._handle(int_of(item_id), listing), READY_S, reply.request_id)

    def _handle(self, item_id: int, listing: NewListing) -> Mapping[str, Any]:
        return {
            "item_id": item_id,
            "begun": int(self._clock().timestamp()),
            "name": listing.variation_name,
            "packs": packs_to(listing.variants),
        }

    def resume(self, handle: Mapping[str, Any]) -> Outcome[RemoteItem]:
        """Make the variations, unless a call before this one, whose answer was lost, made them."""
        item_id = int_of(handle["item_id"])
        packs = packs_from(handle["packs"])
        try:
            models = self._reader.models(str(item_id))
            if {m.sku for m in models.models} == {p.variant.sku for p in packs}:
                return Done(RemoteItem(str(item_id), models.remote()))
            step = build(str(handle["name"]), packs, self._settings)
            return self._done(item_id, self._made(item_id, step), packs)
        except (NotFound, Unavailable) as error:
            return self._not_yet(handle, error)
        except Rejected as error:
            return Failed(about_packs(error), made=RemoteItem(str(item_id)))
        except ChannelError as error:
            return Failed(error)

    def _made(self, item_id: int, step: Step) -> tuple[Models, str]:
        reply = self._client.once(step.path, {"item_id": item_id, **step.body})
        return models_of(reply.response), reply.request_id

    def _done(
        self, item_id: int, made: tuple[Models, str], packs: Sequence[PricedVariant]
    ) -> Outcome[RemoteItem]:
        """The ids from the answer, or read back when it did not hold them all."""
        models, request_id = made
        if {m.sku for m in models.models} != {p.variant.sku for p in packs}:
            models = self._reader.models(str(item_id))
        return Done(RemoteItem(str(item_id), models.remote()), request_id)

    def _not_yet(self, handle: Mapping[str, Any], error: ChannelError) -> Outcome[RemoteItem]:
        """An item just made may be unknown for some seconds (3.7): ask again. A fault of the
        line is told as such, for the shop's breaker."""
        age = self._clock().timestamp() - int(handle["begun"])
        if isinstance(error, NotFound) and age < PATIENCE_S:
            return Pending(handle, READY_S, error.request_id)
        return Failed(error)

    def adopt(self, adoption: Adoption) -> Outcome[RemoteItem]:
        """Our SKUs on an item that somebody else made; one that has them already is left alone."""
        item = adoption.item
        models = {v.remote_id: v.sku for v in item.variants if v.remote_id}
        try:
            reply = self._client.ok(
                self._client.write(
                    "product/update_item",
                    {"item_id": int_of(item.remote_id), "item_sku": adoption.item_sku},
                )
            )
            if models:
                rows = [{"model_id": int_of(i), "model_sku": sku} for i, sku in models.items()]
                body = {"item_id": int_of(item.remote_id), "model": rows}
                reply = self._client.ok(self._client.write("product/update_model", body))
        except ChannelError as error:
            return Failed(error)
        return Done(item, reply.request_id)

    # --- packs ------------------------------------------------------------------------------

    def update_variants(self, change: VariantsChange) -> Outcome[RemoteItem]:
        """Compares with what the channel shows now, so that doing it again is harmless."""
        change = replace(change, variants=composed_packs(change.variants))
        problem = self._limits.packs(change.variants, change.variation_name)
        if problem:
            return Failed(problem)
        try:
            return self._change_packs(change)
        except Rejected as error:
            return Failed(about_packs(error))
        except ChannelError as error:
            return Failed(error)

    def _change_packs(self, change: VariantsChange) -> Outcome[RemoteItem]:
        item_id, name = change.item.remote_id, change.variation_name
        models, request_id = self._reader.models(item_id), ""
        alone = {change.item_sku, *(v.sku for v in change.item.variants)}
        todo = steps(models, alone, name, change.variants, self._settings)
        for step in todo:
            reply = self._client.once(step.path, {"item_id": int_of(item_id), **step.body})
            request_id = reply.request_id
        if todo:
            models = self._reader.models(item_id)
        for step in settle_order(models, name, change.variants):
            reply = self._client.once(step.path, {"item_id": int_of(item_id), **step.body})
            request_id = reply.request_id
        if not models.models:
            only = RemoteVariant(change.variants[0].variant.sku, "")
            return Done(RemoteItem(item_id, (only,)), request_id)
        missing = {p.variant.sku for p in change.variants} - {m.sku for m in models.models}
        if missing:
            raise ProtocolError(f"Shopee không tạo quy cách {', '.join(sorted(missing))}")
        return Done(RemoteItem(item_id, models.remote()), request_id)

    # --- content ----------------------------------------------------------------------------

    def update_content(self, change: ContentChange) -> Outcome[None]:
        """Only content: price and stock are never changed by update_item (trap 13). Shipping
        channels are left as they are: whether they may be sent here is doubtful (3.8)."""
        change = replace(change, content=composed_content(change.content))
        problem = self._limits.content(change.content)
        if problem:
            return Failed(problem)
        has_models = any(v.remote_id for v in change.item.variants)
        body = {
            "item_id": int_of(change.item.remote_id),
            "item_sku": change.item_sku,
            **content_fields(change.content, with_weight=not has_models),
        }
        try:
            reply = self._client.ok(self._client.write("product/update_item", body))
        except ChannelError as error:
            return Failed(error)
        return Done(None, reply.request_id)


def about_packs(error: Rejected) -> Rejected:
    """A refusal of the variations that names no field is about the packs."""
    if error.field:
        return error
    return Rejected(
        error.message,
        code=error.code,
        field="variants",
        hint="Văn phòng kiểm tra số quy cách và tên quy cách.",
        request_id=error.request_id,
    )


def packs_to(packs: Sequence[PricedVariant]) -> str:
    """Packs in a handle: packed tight, because fifty with long names must fit 4 KB."""
    rows = [
        [p.variant.sku, p.variant.label, p.variant.weight_g, p.variant.gtin or "", p.price_vnd,
         p.stock]
        for p in packs
    ]  # fmt: skip
    return b64encode(zlib.compress(orjson.dumps(rows), 9)).decode()


def packs_from(text: str) -> list[PricedVariant]:
    return [
        PricedVariant(Variant(sku, label, weight_g, gtin or None), price, stock)
        for sku, label, weight_g, gtin, price, stock in orjson.loads(
            zlib.decompress(b64decode(text))
        )
    ]
