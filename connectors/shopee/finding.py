"""``find_by_sku``: which items of the shop carry one of our SKUs (reference 3.13, 3.14, trap 22).

There is no lookup by SKU. search_item is a keyword search whose index lags, get_item_list needs
no index but knows no SKU. So both are asked: the search over all living statuses, and the list
of items that changed in the last day, in which a creation whose answer was lost must be. What
either finds is compared for equality on the item's own data. Whether the search knows the SKUs of
models is not told (3.14): where a SKU is no item's, the models of the day's items are read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from connectors.contract import Clock, Done, Failed, FoundItem, Outcome, RemoteVariant
from connectors.errors import ChannelError
from connectors.shopee.answers import LIVING, STATUS, has_models, ids_of, int_of, rows
from connectors.shopee.client import Client
from connectors.shopee.reading import MAX_IDS, PAGE, Reader

RECENT_S = 86400
MAX_HITS = 3 * PAGE
"""Search hits that are looked at for one SKU."""


class Finder:
    def __init__(self, client: Client, reader: Reader, clock: Clock) -> None:
        self._client = client
        self._reader = reader
        self._clock = clock

    def find(self, skus: Sequence[str]) -> list[Outcome[tuple[FoundItem, ...]]]:
        """All items whose item SKU, or a model's, equals the SKU."""
        if not skus:
            return []
        try:
            hits = {item_id for sku in skus for item_id in self._searched(sku)}
            ids = sorted(hits | set(self._recent()))
            items = self._items(ids, hits, set(skus))
            if any(not _carrying(items, sku) for sku in skus):
                items = [self._with_models(item) for item in items]
        except ChannelError as error:
            return [Failed(error) for _ in skus]
        return [Done(_carrying(items, sku)) for sku in skus]

    def _searched(self, sku: str) -> list[str]:
        """Ids by keyword; ``offset`` is an opaque text here, empty first (3.14)."""
        found: list[int] = []
        offset = ""
        while len(found) < MAX_HITS:
            query = [("offset", offset), ("page_size", str(PAGE)), ("item_sku", sku)]
            query += [("item_status", status) for status in LIVING]
            response = self._client.get("product/search_item", query).response
            page = ids_of(response.get("item_id_list") or ())
            found += page
            offset = str(response.get("next_offset") or "")
            if not offset or not page:
                break
        return [str(item_id) for item_id in found]

    def _recent(self) -> list[str]:
        since = int(self._clock().timestamp()) - RECENT_S
        found: list[str] = []
        offset = 0
        while True:
            response = self._reader.listed(LIVING, offset, since)
            page = [str(row["item_id"]) for row in rows(response, "item") if "item_id" in row]
            found += page
            if not response.get("has_next_page") or not page:
                return found
            offset = int_of(response.get("next_offset"))

    def _items(self, ids: Sequence[str], hits: set[str], skus: set[str]) -> list[FoundItem]:
        found: list[FoundItem] = []
        for start in range(0, len(ids), MAX_IDS):
            infos = self._reader.base_info(ids[start : start + MAX_IDS])
            found += [self._found(i, row, skus, searched=i in hits) for i, row in infos.items()]
        return found

    def _with_models(self, item: FoundItem) -> FoundItem:
        """Variants that were not read yet because the item's own SKU is another one."""
        if item.variants:
            return item
        return replace(item, variants=self._reader.models(item.remote_id).remote())

    def _found(
        self, item_id: str, row: Mapping[str, Any], skus: set[str], *, searched: bool
    ) -> FoundItem:
        """Models are read where the item, or one of its packs, may be the one that is sought."""
        sku = str(row.get("item_sku") or "")
        variants: tuple[RemoteVariant, ...] = ()
        if has_models(row) and (searched or sku in skus):
            variants = self._reader.models(item_id).remote()
        elif not has_models(row):
            variants = (RemoteVariant(sku, ""),)
        return FoundItem(item_id, sku, STATUS[str(row.get("item_status"))], variants)


def _carrying(items: Sequence[FoundItem], sku: str) -> tuple[FoundItem, ...]:
    return tuple(i for i in items if i.item_sku == sku or any(v.sku == sku for v in i.variants))
