"""The writing verbs on a shop's rows: each checks what it was given, and changes the rows of one
call in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar
from urllib.parse import urlsplit

from connectors.composed import composed_content, composed_listing, composed_packs
from connectors.contract import (
    Adoption,
    AvailabilityChange,
    ContentChange,
    Done,
    Failed,
    NewListing,
    Outcome,
    PriceChange,
    RemoteItem,
    RemoteVariant,
    StockChange,
    VariantAnswers,
    VariantsChange,
)
from connectors.errors import NotFound, Rejected
from connectors.feed import limits, validate
from connectors.feed.cells import cells
from connectors.feed.profile import Profile
from connectors.feed.rows import Row
from connectors.feed.store import Store
from connectors.feed.values import Shop

Change = TypeVar(
    "Change",
    PriceChange, StockChange, AvailabilityChange, ContentChange, VariantsChange, Adoption,
)  # fmt: skip
Answer = TypeVar("Answer")
Rows = dict[str, Row]


class Shelf:
    """Writes of one shop."""

    def __init__(self, profile: Profile, shop: Shop) -> None:
        self._profile = profile
        self._shop = shop
        self._checker = validate.Checker(profile, urlsplit(shop.site).hostname or "")

    def refused(self, row: Row) -> Rejected | None:
        """Why the floor would refuse the row on sale, None when it would not."""
        shown = replace(row, on=True)
        problem = limits.refused(self._profile, shown)
        if problem is not None:
            return problem
        found = self._checker.row(cells(self._profile, shown, self._shop))
        return validate.first(found, self._profile.label)

    def create(
        self, store: Store, listings: Sequence[NewListing], now: float
    ) -> list[Outcome[RemoteItem]]:
        """Hidden rows, under the SKUs of their packs. A row that was there is made anew."""
        rows: Rows = {}
        outcomes = [self._created(composed_listing(listing), rows) for listing in listings]
        with store.writing():
            store.put(rows.values(), now)
            store.unseen(rows)
        return outcomes

    def _created(self, listing: NewListing, rows: Rows) -> Outcome[RemoteItem]:
        if len(listing.variants) != 1:
            return Failed(self._one_pack(len(listing.variants)))
        (pack,) = listing.variants
        row = Row(
            sku=pack.variant.sku,
            item_sku=listing.item_sku,
            content=listing.content,
            variant=pack.variant,
            price_vnd=pack.price_vnd,
            stock=pack.stock,
            on=False,
        )
        problem = self.refused(row)
        if problem is not None:
            return Failed(problem)
        if row.sku in rows:
            words = f"{self._profile.label}: mã '{row.sku}' có hai dòng trong một lần gửi"
            return Failed(Rejected(words, code="duplicate_id", field="sku", hint="Sửa mã SKU."))
        rows[row.sku] = row
        return Done(item_of(row.sku))

    def set_price(
        self, store: Store, changes: Sequence[PriceChange], now: float
    ) -> list[Outcome[VariantAnswers]]:
        def price(row: Row, change: PriceChange) -> Outcome[VariantAnswers]:
            return self._amount(row, change.prices, limits.price)

        def change_row(row: Row, change: PriceChange) -> Row:
            return replace(row, price_vnd=change.prices[row.sku])

        return self._each(store, changes, price, change_row, now)

    def set_stock(
        self, store: Store, changes: Sequence[StockChange], now: float
    ) -> list[Outcome[VariantAnswers]]:
        def stock(row: Row, change: StockChange) -> Outcome[VariantAnswers]:
            return self._amount(row, change.stock, limits.stock)

        def change_row(row: Row, change: StockChange) -> Row:
            return replace(row, stock=change.stock[row.sku])

        return self._each(store, changes, stock, change_row, now)

    def _amount(
        self,
        row: Row,
        amounts: Mapping[str, int],
        check: Callable[[Profile, str, int], Rejected | None],
    ) -> Outcome[VariantAnswers]:
        if row.sku not in amounts:
            return Failed(self._unknown(", ".join(amounts)))
        problem = check(self._profile, row.sku, amounts[row.sku])
        if problem is not None:
            return Failed(problem)
        others = {sku: self._unknown(sku) for sku in amounts if sku != row.sku}
        return Done(VariantAnswers(frozenset({row.sku}), others))

    def set_availability(
        self, store: Store, changes: Sequence[AvailabilityChange], now: float
    ) -> list[Outcome[None]]:
        """Off is never refused. On asks once more whether the floor would take the row."""

        def switch(row: Row, change: AvailabilityChange) -> Outcome[None]:
            problem = self.refused(row) if change.on else None
            return Failed(problem) if problem else Done(None)

        return self._each(store, changes, switch, lambda row, c: replace(row, on=c.on), now)

    def update_content(
        self, store: Store, changes: Sequence[ContentChange], now: float
    ) -> list[Outcome[None]]:
        def check(row: Row, change: ContentChange) -> Outcome[None]:
            problem = self.refused(change_row(row, change))
            return Failed(problem) if problem else Done(None)

        def change_row(row: Row, change: ContentChange) -> Row:
            content = composed_content(change.content)
            return replace(row, content=content, item_sku=change.item_sku or row.item_sku)

        return self._each(store, changes, check, change_row, now)

    def update_variants(
        self, store: Store, changes: Sequence[VariantsChange], now: float
    ) -> list[Outcome[RemoteItem]]:
        """The one pack may change its label, barcode and weights, not its SKU."""

        def check(row: Row, change: VariantsChange) -> Outcome[RemoteItem]:
            if [p.variant.sku for p in change.variants] != [row.sku]:
                return Failed(self._one_pack(len(change.variants)))
            problem = self.refused(change_row(row, change))
            return Failed(problem) if problem else Done(item_of(row.sku))

        def change_row(row: Row, change: VariantsChange) -> Row:
            return replace(row, variant=composed_packs(change.variants)[0].variant)

        return self._each(store, changes, check, change_row, now)

    def adopt(
        self, store: Store, adoptions: Sequence[Adoption], now: float
    ) -> list[Outcome[RemoteItem]]:
        """A floor keys its rows by SKU, so an item under another SKU stays another item: it can
        be renamed there, by hand, and not here."""

        def done(row: Row, adoption: Adoption) -> Outcome[RemoteItem]:
            return Done(item_of(row.sku))

        def change_row(row: Row, adoption: Adoption) -> Row:
            return replace(row, item_sku=adoption.item_sku)

        refusals = [self._another_sku(adoption) for adoption in adoptions]
        ours = [a for a, no in zip(adoptions, refusals, strict=True) if no is None]
        taken = iter(self._each(store, ours, done, change_row, now))
        return [next(taken) if no is None else Failed(no) for no in refusals]

    def _another_sku(self, adoption: Adoption) -> Rejected | None:
        theirs, label = adoption.item.remote_id, self._profile.label
        ours = ", ".join(v.sku for v in adoption.item.variants) or adoption.item_sku
        if ours == theirs:
            return None
        words = f"{label} nhận ra sản phẩm theo mã: mã '{theirs}' trên sàn khác mã '{ours}' của sổ"
        hint = f"Đổi mã trên sàn thành '{ours}', hoặc để chương trình đăng mới."
        return Rejected(words, code="another_sku", field="sku", hint=hint)

    def _each(
        self,
        store: Store,
        changes: Sequence[Change],
        check: Callable[[Row, Change], Outcome[Answer]],
        change_row: Callable[[Row, Change], Row],
        now: float,
    ) -> list[Outcome[Answer]]:
        """Check each change against its row and write those that pass; a later change of the
        same row sees the earlier one. A row that the floor lost is none: only ``create`` makes it
        anew."""
        outcomes: list[Outcome[Answer]] = []
        with store.writing():
            kept = store.get([change.item.remote_id for change in changes])
            rows = {sku: k.row for sku, k in kept.items() if not k.lost}
            fresh: Rows = {}
            for change in changes:
                row = rows.get(change.item.remote_id)
                if row is None:
                    outcomes.append(Failed(self._unknown(change.item.remote_id)))
                    continue
                outcome = check(row, change)
                outcomes.append(outcome)
                if isinstance(outcome, Done):
                    rows[row.sku] = fresh[row.sku] = change_row(row, change)
            store.put(fresh.values(), now)
        return outcomes

    def _unknown(self, sku: str) -> NotFound:
        return NotFound(f"{self._profile.label}: không có dòng '{sku}' trong file")

    def _one_pack(self, count: int) -> Rejected:
        words = (
            f"có {count} quy cách, {self._profile.label} nhận mỗi dòng một quy cách, mã giữ nguyên"
        )
        return Rejected(words, code="before_call", field="variants", hint="Tách sản phẩm.")


def item_of(sku: str) -> RemoteItem:
    return RemoteItem(sku, (RemoteVariant(sku, ""),))
