"""``find_by_sku``: which products carry one of our SKUs, themselves or by a pack (docs: "SKUs").

The shop looks SKUs up exactly, many at once, products and packs mixed, but never in the trash
unless asked, where a SKU stays taken all the same.
"""

from __future__ import annotations

from collections.abc import Sequence

from connectors.contract import Done, Failed, FoundItem, Outcome, RemoteVariant
from connectors.errors import ChannelError
from connectors.woocommerce.answers import (
    GROUP_SUFFIX,
    TRASH,
    Row,
    Variation,
    int_of,
    is_variable,
    item_sku_of,
    ordered,
    same,
    status_of,
)
from connectors.woocommerce.capabilities import CAPABILITIES
from connectors.woocommerce.reading import Reader

MAX_SKUS = CAPABILITIES.batch["find_by_sku"]
"""Each is asked for twice (see :func:`connectors.woocommerce.payloads.parent_sku`)."""


class Finder:
    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def find(self, skus: Sequence[str]) -> list[Outcome[tuple[FoundItem, ...]]]:
        """All products whose SKU, or a pack's, is the SKU; for a pack its product. What lies in
        the trash is missing, as ``read`` says: a create brings it back."""
        found: list[Outcome[tuple[FoundItem, ...]]] = []
        for start in range(0, len(skus), MAX_SKUS):
            part = skus[start : start + MAX_SKUS]
            try:
                found += self._part(part)
            except ChannelError as error:
                found += [Failed(error) for _ in part]
        return found

    def _part(self, skus: Sequence[str]) -> list[Outcome[tuple[FoundItem, ...]]]:
        asked = [*skus, *(sku + GROUP_SUFFIX for sku in skus)]
        hits = [row for status in ("any", TRASH) for row in self._reader.by_sku(asked, status)]
        owners = {sku: _owners(sku, hits) for sku in skus}
        ids = {i for found in owners.values() for i in found}
        rows = self._reader.products(ids)
        items = {i: self._item(row, skus) for i, row in rows.items()}
        return [Done(tuple(items[i] for i in owners[sku] if i in items)) for sku in skus]

    def _item(self, row: Row, skus: Sequence[str]) -> FoundItem:
        remote_id = str(int_of(row.get("id")))
        sku = str(row.get("sku") or "")
        packs: list[Variation] = ordered(row, self._reader.variations(row))
        key = item_sku_of(sku, [*skus, *(p.sku for p in packs)])
        if is_variable(row):
            variants = tuple(RemoteVariant(_ours(p.sku, skus), p.variation_id) for p in packs)
        else:
            variants = (RemoteVariant(_ours(sku, skus), ""),)
        return FoundItem(remote_id, _ours(key, skus), status_of(row), variants)


def _owners(sku: str, hits: Sequence[Row]) -> list[str]:
    """The products behind a SKU, in the order of their ids."""
    owners = set()
    for row in hits:
        own = str(row.get("sku") or "")
        if not (same(own, sku) or same(own, sku + GROUP_SUFFIX)):
            continue
        owner = row.get("parent_id") if row.get("type") == "variation" else row.get("id")
        owners.add(int_of(owner))
    return [str(owner) for owner in sorted(owners)]


def _ours(sku: str, skus: Sequence[str]) -> str:
    """Our own spelling of a SKU that the shop writes in another case."""
    return next((own for own in skus if same(own, sku)), sku)
