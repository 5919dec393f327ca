"""One listing being planned: a part of a product in a shop, and what it would show. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from models.facts import ProductFacts, ShopFacts, VariantFacts
from models.holds import Item
from models.listings import ListingState
from models.states import IN_REVIEW, LIVE
from worker import offer
from worker.certify import Verdict
from worker.digests import digest
from worker.reasons import Reason


def item_sku(product: ProductFacts, variants: Sequence[VariantFacts], part: int) -> str:
    """The key of a new listing: the pack's SKU when it stands alone, else the product's code
    (and its part's number)."""
    if len(variants) == 1:
        return variants[0].sku
    return product.code if part == 0 else f"{product.code}-P{part + 1}"


@dataclass(slots=True)
class Draft:
    """One listing being planned: a product's part in a shop, and the facts that decide it."""

    shop: ShopFacts
    product: ProductFacts
    verdict: Verdict
    part: int
    variants: list[VariantFacts]
    existing: ListingState | None
    page: offer.Page | None = None
    content: dict[str, Any] = field(default_factory=dict)
    prices: dict[str, int] = field(default_factory=dict)
    stock: dict[str, int] = field(default_factory=dict)
    held: Reason | None = None
    """Why it would come down, while a person is asked first: it stays as it is on sale."""
    waits: list[tuple[str, Item]] = field(default_factory=list)
    """What of it a guard has found, by kind of hold."""
    pinned: set[str] = field(default_factory=set)
    """SKUs whose price an undo put back."""
    outdated: list[int] = field(default_factory=list)
    """Overrides whose source is another by now."""
    id: int = 0

    @property
    def on(self) -> bool:
        return self.verdict.may_sell

    @property
    def packs(self) -> list[dict[str, Any]]:
        """The variants facet."""
        assert self.page is not None  # noqa: S101 (asked of drafts that are on only)
        return offer.variant_rows(self.variants, self.page.packing, self.page.limits.label)

    @property
    def item_sku(self) -> str:
        """The key by which the channel knows it; while it cannot know it, the key that it would
        get now: its only pack may be another one by the time that it is made."""
        if self.existing is not None and self.started:
            return self.existing.item_sku
        return item_sku(self.product, self.variants, self.part)

    @property
    def create(self) -> dict[str, Any]:
        """The create facet: a new attempt is due when anything that goes out with it changes."""
        return {
            "item_sku": self.item_sku,
            "data": digest([self.prices, self.packs, self.content]),
        }

    @property
    def open(self) -> bool:
        """Whether it takes a share of the stock: a listing that the channel refused to make, as
        it still is, sells nothing."""
        if self.held is not None:
            return True
        facet = self.existing.facets.get("create") if self.existing else None
        if not self.on or self.started or facet is None or not facet.refused:
            return self.on
        return facet.wanted_digest != digest(self.create)

    @property
    def shown(self) -> bool:
        """Whether buyers may be seeing it, by our own wish."""
        here = self.existing
        if here is None or here.remote_id is None or here.state not in (LIVE, IN_REVIEW):
            return False
        facet = here.facets.get("availability")
        return facet is not None and bool(facet.wanted["on"])

    @property
    def started(self) -> bool:
        return bool(self.existing and self.existing.started)
