"""What the worker does with a create until the item stands, whatever comes between.

The kit's copy of the worker's protocol (docs/decisions/0006): an attempt is committed before the
call; what is begun goes on with its handle; after an unclear answer nobody creates again before
three spaced readings over all statuses have missed the SKU; what is found is made right with the
other verbs. A killed process knows what was committed and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.conformance.world import Killed, World, stored
from connectors.contract import (
    ContentChange,
    Done,
    Failed,
    NewListing,
    Outcome,
    Pending,
    PriceChange,
    RemoteItem,
    RemoteStatus,
    StockChange,
    VariantsChange,
)
from connectors.errors import SHOP_FAULTS, Ambiguous, AuthExpired, NotFound, Rejected

LOOKUPS = 3
STEPS = 60


@dataclass
class Creation:
    """One listing's row: its handle is what was committed of it."""

    world: World
    listing: NewListing
    handle: Mapping[str, Any] | None = None

    def carried_through(self) -> RemoteItem:
        """The item, made or found, with what was wanted pushed onto it where it was found."""
        return self.carried_on(self._create())

    def carried_on(self, outcome: Outcome[RemoteItem] | None) -> RemoteItem:
        """The same from an answer on; None when the process died before it was committed."""
        for _ in range(STEPS):
            if isinstance(outcome, Done):
                self.world.settle()
                item: RemoteItem = outcome.value
                return item
            if isinstance(outcome, Pending):
                self.handle = stored(outcome.handle)
                self._approved(outcome)
                self.world.wait(outcome.ask_after)
                outcome = self._resume()
                continue
            after = self._after_failure(outcome)
            if isinstance(after, RemoteItem):
                return self._mended(after)
            outcome = after
        raise AssertionError(f"no end after {STEPS} steps: {outcome!r}")

    def _after_failure(self, outcome: Failed | None) -> Outcome[RemoteItem] | RemoteItem | None:
        error = outcome.error if outcome else None
        if outcome and outcome.made:
            return outcome.made
        if isinstance(error, AuthExpired):
            self.world.refresh()
        if self.handle is not None and (
            error is None or isinstance(error, (*SHOP_FAULTS, Ambiguous))
        ):
            self.world.wait(self.world.capabilities.settle_s / 6)
            return self._resume()
        if self.handle is None and isinstance(error, SHOP_FAULTS):
            return self._create()
        if isinstance(error, Rejected) and error.field not in ("sku", "item_sku"):
            raise AssertionError(f"refused: {error!r} ({error.hint})")
        return self._looked_up()

    def _looked_up(self) -> Outcome[RemoteItem] | RemoteItem | None:
        """What three spaced readings find; a new create when they find nothing."""
        self.handle = None
        deadline = self.world.capabilities.call_deadline_s
        self.world.wait(deadline + self.world.capabilities.settle_s)
        for _ in range(LOOKUPS):
            answer = self._alive(lambda: self.world.shop.find_by_sku([self.listing.item_sku])[0])
            if isinstance(answer, Failed) and isinstance(answer.error, AuthExpired):
                self.world.refresh()
            found = answer.value if isinstance(answer, Done) else ()
            living = [i for i in found if i.status is not RemoteStatus.MISSING]
            assert len(living) <= 1, f"two items of one SKU: {living}"
            if living and living[0].handle is not None:
                return Pending(living[0].handle, 1.0, in_review=True)
            if living:
                return RemoteItem(living[0].remote_id, living[0].variants)
            self.world.wait(self.world.capabilities.settle_s)
        return self._create()

    def _create(self) -> Outcome[RemoteItem] | None:
        return self._alive(lambda: self.world.shop.create([self.listing])[0])

    def _resume(self) -> Outcome[RemoteItem] | None:
        handle = dict(self.handle or {})
        return self._alive(lambda: self.world.shop.resume([handle])[0])

    def _alive(self, call: Callable[[], Outcome[Any]]) -> Outcome[Any] | None:
        """The answer, or None when the process died before it was committed."""
        try:
            answer = call()
            self.world.shop.finish()
        except Killed:
            self.world.reborn()
            return None
        return answer

    def _approved(self, pending: Pending) -> None:
        if pending.in_review:
            self.world.bench.decide(self.listing.item_sku, "approve")

    def _mended(self, item: RemoteItem) -> RemoteItem:
        """A found item is pushed like any other whose facets are unknown."""
        wanted, key = self.listing, self.listing.item_sku
        if not self.world.capabilities.variants_are_items and len(wanted.variants) > 1:
            change = VariantsChange(item, key, wanted.variants, wanted.variation_name)
            item = until_done(self.world, "update_variants", change, key)
        until_done(self.world, "update_content", ContentChange(item, key, wanted.content), key)
        prices = {p.variant.sku: p.price_vnd for p in wanted.variants}
        until_done(self.world, "set_price", PriceChange(item, prices), key)
        stock = {p.variant.sku: p.stock for p in wanted.variants}
        until_done(self.world, "set_stock", StockChange(item, stock), key)
        return item


def until_done(world: World, verb: str, change: Any, sku: str, tries: int = 8) -> Any:
    """Send a row again until it is done, over crashes and faults of the line; its value."""
    outcome: Outcome[Any] | None = None
    for _ in range(tries):
        try:
            (outcome,) = getattr(world.shop, verb)([change])
            while isinstance(outcome, Pending):
                outcome = world.asked_again(outcome, sku)
            world.shop.finish()
        except Killed:
            world.reborn()
            continue
        if isinstance(outcome, Done):
            world.settle()
            return outcome.value
        assert isinstance(outcome, Failed)
        if isinstance(outcome.error, AuthExpired):
            world.refresh()
        assert not isinstance(outcome.error, Rejected | NotFound), f"{verb}: {outcome.error!r}"
        world.wait(world.capabilities.settle_s / 6)
    raise AssertionError(f"{verb} is not done after {tries} tries: {outcome!r}")
