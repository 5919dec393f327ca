"""The packs of one item, made to be what is wanted; doing it again is harmless (docs: "Packs")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.contract import RemoteItem, RemoteVariant
from connectors.errors import ChannelError, NotFound, Rejected
from connectors.woocommerce.answers import TRASH, Row, int_of
from connectors.woocommerce.batches import Told, batch
from connectors.woocommerce.changes import (
    Plan,
    Wanted,
    keepers,
    lone_change,
    plan,
    settled,
    stays_simple,
)
from connectors.woocommerce.client import Client
from connectors.woocommerce.error_codes import SKU_TAKEN
from connectors.woocommerce.reading import Reader


class Packs:
    def __init__(self, client: Client, reader: Reader, settings: Mapping[str, Any]) -> None:
        self._client = client
        self._reader = reader
        self._settings = settings

    def settle(self, remote_id: str, wanted: Wanted) -> RemoteItem:
        """Make it so, from whatever stands. Raises ChannelError."""
        row = self._reader.product(remote_id)
        if stays_simple(row, wanted):
            body = lone_change(row, wanted)
            if body:
                self._client.put(f"products/{remote_id}", body)
            return RemoteItem(remote_id, (RemoteVariant(wanted.item_sku, ""),))
        standing = self._reader.variations(row)
        todo = plan(row, standing, wanted, self._settings)
        ids = self._carry_out(remote_id, row, todo, wanted)
        ids |= {sku: v.variation_id for sku, v in keepers(standing, wanted.packs).items()}
        skus = [p.variant.sku for p in wanted.packs]
        return RemoteItem(remote_id, tuple(RemoteVariant(sku, ids[sku]) for sku in skus))

    def stands(self, remote_id: str) -> RemoteItem:
        """The item with the packs that it has. None of them are named when they cannot be read."""
        try:
            found = self._reader.variations(self._reader.product(remote_id))
        except ChannelError:
            return RemoteItem(remote_id)
        return RemoteItem(remote_id, tuple(v.remote() for v in found))

    def _carry_out(self, remote_id: str, row: Row, todo: Plan, wanted: Wanted) -> dict[str, str]:
        """The ids of the packs that were made, by SKU."""
        path = f"products/{remote_id}"
        self._update(path, todo.sold_out)
        if todo.parent:
            row = {**row, **self._client.put(path, todo.parent)}
        self._update(path, todo.changed)
        made = self._make(remote_id, todo.made)
        for variation_id in todo.deleted:
            self._delete(f"{path}/variations/{variation_id}")
        last = settled(row, wanted)
        if last:
            self._client.put(path, last)
        return made

    def _update(self, path: str, rows: Sequence[Row]) -> None:
        if not rows:
            return
        for told in batch(self._client, f"{path}/variations/batch", "update", rows):
            if isinstance(told, ChannelError):
                raise told

    def _delete(self, path: str) -> None:
        try:
            self._client.delete(path)
        except NotFound:
            return  # it is gone, which is what was asked

    # --- new packs --------------------------------------------------------------------------

    def _make(self, remote_id: str, rows: Sequence[Row]) -> dict[str, str]:
        """A SKU that one of this product's own packs holds in the trash is freed and tried
        again, once. Raises the first refusal that is left."""
        made, refused = self._made(remote_id, rows)
        taken = [sku for sku, error in refused.items() if error.code in SKU_TAKEN]
        if taken and self._freed(remote_id, taken):
            again, still = self._made(remote_id, [r for r in rows if r["sku"] in taken])
            made |= again
            refused = {k: e for k, e in refused.items() if k not in taken} | still
        for error in refused.values():
            raise _of_packs(error)
        return made

    def _made(
        self, remote_id: str, rows: Sequence[Row]
    ) -> tuple[dict[str, str], dict[str, ChannelError]]:
        made: dict[str, str] = {}
        refused: dict[str, ChannelError] = {}
        told: list[Told] = []
        if rows:
            told = batch(self._client, f"products/{remote_id}/variations/batch", "create", rows)
        for row, answer in zip(rows, told, strict=True):
            if isinstance(answer, ChannelError):
                refused[str(row["sku"])] = answer
            else:
                made[str(row["sku"])] = str(int_of(answer["id"]))
        return made, refused

    def _freed(self, remote_id: str, skus: Sequence[str]) -> bool:
        """Delete for good the packs of this product that hold these SKUs in the trash."""
        mine = [
            row
            for row in self._reader.by_sku(skus, TRASH)
            if row.get("type") == "variation" and str(row.get("parent_id")) == remote_id
        ]
        for row in mine:
            self._delete(f"products/{remote_id}/variations/{int_of(row.get('id'))}")
        return bool(mine)


def _of_packs(error: ChannelError) -> ChannelError:
    """A pack's SKU that somebody else's product has is for a person to untie."""
    if isinstance(error, Rejected) and error.code in SKU_TAKEN:
        hint = (
            "SKU của quy cách đang thuộc sản phẩm khác, hoặc sản phẩm trong thùng rác: đổi SKU của "
            "sản phẩm kia hoặc xóa hẳn nó trong cửa hàng."
        )
        return Rejected(error.message, code=error.code, field="variants", hint=hint)
    return error
