"""The machine: everything that people, time, channels and faults do, one deed a rule."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from sandbox.shopee import Fault
from sandbox.shopee.refusals import Refused
from tests.model.laws import (
    Item,
    Ledger,
    broken,
    laws_when_quiet,
    many_wait,
    nothing_uncertified,
    one_run_a_slot,
    packs_of,
)
from tests.model.registry import Entry, Pack
from tests.model.truth import Truth, local
from tests.model.world import ACCOUNTS, Base, Killed, World
from worker.planning import push_again

SHOPS = st.sampled_from(sorted(ACCOUNTS))
SOME_PRICES = (15_000, 20_000, 25_000, 40_000)
PRICES = st.sampled_from(SOME_PRICES)
STOCKS = st.one_of(st.none(), st.sampled_from((0, 1, 2, 7, 20, 50, 51, 90)))
FAULTS = st.sampled_from((
    "reset_after", "outage_after", "outage", "reset_before", "rate", "malformed", "truncated",
    "html", "array", "expired_token",
))  # fmt: skip
PATHS = st.sampled_from((
    "add_item", "/api/v2/", "init_tier_variation", "update_price", "update_stock", "unlist_item",
    "update_item", "get_item_base_info", "get_model_list", "search_item|get_item_list",
    "add_model|update_tier_variation", "upload_image",
))  # fmt: skip

ANSWER_LOST = ("reset_after", "outage_after", "malformed", "truncated", "html", "array")
BUT_LOGINS = "/api/v2/product/|/api/v2/media_space/"
"""A refresh whose answer is lost has spent its token: by the marketplace's own rule a person has to
connect the shop again, and no program can help it."""

EDITS = (
    "price", "stock", "certificate", "pack", "name", "a product comes", "a tombstone", "absence",
    "many absent", "many unpriced",
)  # fmt: skip
SMALL = st.sampled_from(("price", "name", "certificate"))
"""Edits after which a call that is in the air does no harm to the pool."""
HOWS = ("revoked", "valid", "suspended", "lapses", "renewed")
LEASE_S = 120
"""Longer than a lease lives and the longest call takes."""

QUIET_ROUNDS = 200
QUIET_MOST_S = 20 * 3600.0


class Shopkeeping(RuleBasedStateMachine):
    """One province, its registry, two shops; what is drawn happens, and the laws look on."""

    base: Base
    """Set by the test that runs the machine."""

    def __init__(self) -> None:
        super().__init__()
        self.world: World
        self.unclear = 0
        self.asleep = False

    @initialize(review=st.sampled_from(("none", "none", "7200")), lag=st.sampled_from((0, 0, 55)))
    def open(self, review: str, lag: int) -> None:
        self.world = World(self.base, (f"review_s={review}", f"search_lag_s={lag}"))
        self.truth = Truth()
        self.ledger = Ledger(self.world, self.truth)
        self.truth.read(self.world.book)
        self.ledger.stated({e.sku(p) for e in self.truth.said.values() for p in e.packs})

    # --- the registry -----------------------------------------------------------------------

    def _entry(self, data: st.DataObject) -> Entry | None:
        entries = self.world.book.entries
        return entries[data.draw(st.sampled_from(sorted(entries)), "product")] if entries else None

    @rule(data=st.data(), what=st.sampled_from(EDITS))
    def the_registry_changes(self, data: st.DataObject, what: str) -> None:
        """One thing of one product; read when the registry is pulled."""
        if what == "a product comes":
            self._product_comes(data)
            return
        entry = self._entry(data)
        if entry is None:
            return
        if what in ("price", "stock"):
            self._repack(data, entry, what)
        elif what == "certificate":
            self._recertify(data, entry)
        elif what == "pack":
            self._pack_comes_or_goes(data, entry)
        elif what == "name":
            word = data.draw(st.sampled_from(("ngon", "dẻo", "sợi nhỏ")), "word")
            self.world.book.change(entry.code, name=f"Mỳ gạo Xuân Trường {word}")
        elif what == "many absent":
            for code in sorted(self.world.book.entries)[:2]:
                del self.world.book.entries[code]
        elif what == "many unpriced":
            for entry in list(self.world.book.entries.values())[:3]:
                packs = tuple(replace(p, price=None) for p in entry.packs)
                self.world.book.change(entry.code, packs=packs)
        else:
            del self.world.book.entries[entry.code]
            if what == "a tombstone":
                self.world.book.buried.add(entry.code)

    def _repack(self, data: st.DataObject, entry: Entry, what: str) -> None:
        which = data.draw(st.integers(0, len(entry.packs) - 1), "pack")
        packs = list(entry.packs)
        value = data.draw(PRICES if what == "price" else STOCKS, what)
        packs[which] = replace(packs[which], **{what: value})
        self.world.book.change(entry.code, packs=tuple(packs))

    def _recertify(self, data: st.DataObject, entry: Entry) -> None:
        how = data.draw(st.sampled_from(HOWS), "how")
        today = local(self.world.time.at)
        if how == "lapses":
            self.world.book.change(entry.code, expires=today)
        elif how == "renewed":
            expires = today + timedelta(days=700)
            self.world.book.change(entry.code, expires=expires, status="valid")
        else:
            self.world.book.change(entry.code, status=how)

    def _pack_comes_or_goes(self, data: st.DataObject, entry: Entry) -> None:
        grams = data.draw(st.sampled_from((100, 200, 300)), "grams")
        rest = tuple(p for p in entry.packs if p.grams != grams)
        if len(rest) == len(entry.packs):
            rest = (*rest, Pack(grams, data.draw(PRICES, "price"), data.draw(STOCKS, "stock")))
        if rest:
            self.world.book.change(entry.code, packs=rest)

    def _product_comes(self, data: st.DataObject) -> None:
        """A new one, or one that was gone."""
        code, book = f"OCOP-{data.draw(st.integers(0, 5), 'number')}", self.world.book
        book.buried.discard(code)
        if code in book.entries:
            return
        owner = data.draw(st.sampled_from(("HTX A", "HTX B")), "owner")
        packs = (Pack(100, data.draw(PRICES, "price"), 40),)
        new = Entry(code, f"Mỳ gạo Xuân Trường {code[-1]}", owner, packs)
        book.entries[code] = self.truth.said.get(code) or new

    @rule(full=st.booleans())
    def pull(self, full: bool) -> None:
        self._pull(full=full)

    def _pull(self, *, full: bool) -> None:
        self.world.book.full = full
        self.ledger.read()
        self.ledger.stated(self.truth.read(self.world.book))
        before = self.world.meant_on_sale()
        self.world.pull(full=full)
        many_wait(self.world, self.truth, before)

    @rule(shop=SHOPS, calls=st.integers(0, 12), after=st.booleans(), first=st.data())
    def the_registry_is_read_meanwhile(
        self, shop: str, calls: int, after: bool, first: st.DataObject
    ) -> None:
        """A call is in the air while another process reads the registry and plans."""
        self.the_registry_changes(first, first.draw(SMALL, "change"))
        self.world.wire.interrupt(calls, lambda: self._pull(full=False), after=after)
        done = self.world.drain(shop)
        self.unclear += 0 if self.world.wire.calm() else 2
        self.ledger.read()
        if done.why == "done":
            nothing_uncertified(self.ledger, shop)

    @rule(shop=SHOPS, data=st.data(), prices=st.permutations(SOME_PRICES), after=st.booleans())
    def a_price_is_edited_again(
        self, shop: str, data: st.DataObject, prices: list[int], after: bool
    ) -> None:
        """Of something on sale, to one price and then to another: while the first is in the air the
        second is read and planned."""
        there = {sku for item in self.ledger.shown[shop].values() for sku in packs_of(item)}
        entries = {e.sku(e.packs[0]): e for e in self.world.book.entries.values()}
        if not there & set(entries):
            return
        entry = entries[data.draw(st.sampled_from(sorted(there & set(entries))), "pack")]
        first, second, *_ = [price for price in prices if price != entry.packs[0].price]

        def edit(price: int) -> None:
            packs = (replace(entry.packs[0], price=price), *entry.packs[1:])
            self.world.book.change(entry.code, packs=packs)
            self._pull(full=False)

        edit(first)
        self.world.wire.interrupt(0, lambda: edit(second), after=after, path="product/update_price")
        self._drain(shop)
        self.unclear += 0 if self.world.wire.calm() else 2

    @rule(full=st.booleans())
    def beat_fires_twice(self, full: bool) -> None:
        """Two beats, or a message delivered twice: a slot has one pull, a day one plan."""
        self._pull(full=full)
        one_run_a_slot(self.world)

    # --- the office -------------------------------------------------------------------------

    @rule(shop=SHOPS, markup=st.sampled_from((0, 5, 30)))
    def a_price_rule(self, shop: str, markup: int) -> None:
        self.truth.markup[shop] = markup
        self.world.set_rule("price", "shop", shop, {"markup_pct": markup})

    @rule(buffer=st.sampled_from((0, 2, 10)))
    def a_stock_rule(self, buffer: int) -> None:
        self.truth.buffer = buffer
        self.world.set_rule("stock", "default", "", {"buffer": buffer})

    @rule(shop=SHOPS)
    def a_shop_goes_off_or_on(self, shop: str) -> None:
        off = shop not in self.truth.off
        (self.truth.off.add if off else self.truth.off.discard)(shop)
        self.world.switch(shop, on=not off)

    @rule(shop=SHOPS, data=st.data())
    def the_office_keeps_one_out_or_lets_it_in(self, shop: str, data: st.DataObject) -> None:
        entry = self._entry(data)
        if entry is None:
            return
        place = (shop, entry.code)
        out = place not in self.truth.kept_out
        if self.world.assort(*place, out=out):
            self.truth.kept_out ^= {place}

    @rule(data=st.data())
    def an_operator_pushes(self, data: st.DataObject) -> None:
        entry = self._entry(data)
        if entry is None:
            return
        skus = [entry.sku(p) for p in entry.packs]
        listings = push_again(self.world.env, skus)
        self.unclear += 3 * listings  # price, stock and availability go out whatever they are
        self.ledger.asked_again(set(skus))

    # --- our side ---------------------------------------------------------------------------

    @rule(shop=SHOPS)
    def drain(self, shop: str) -> None:
        self._drain(shop)

    def _drain(self, shop: str) -> None:
        done = self.world.drain(shop)
        self.ledger.read()
        if done.why == "done":
            nothing_uncertified(self.ledger, shop)

    @rule(seconds=st.sampled_from((1, 10, 90, 900, 7300)))
    def time_passes(self, seconds: int) -> None:
        self._pass(seconds)

    @rule()
    def midnight(self) -> None:
        """Some minutes past it, by the clock of the place."""
        now = self.world.time.at + timedelta(hours=7)
        next_day = now.replace(hour=0, minute=5) + timedelta(days=1)
        self._pass((next_day - now).total_seconds())

    def _pass(self, seconds: float) -> None:
        day = local(self.world.time.at)
        self.world.forward(seconds)
        if local(self.world.time.at) != day:
            self.world.new_day()

    # --- buyers, sellers --------------------------------------------------------------------

    @rule(data=st.data(), units=st.integers(1, 6))
    def a_sale(self, data: st.DataObject, units: int) -> None:
        places = [
            (key, item["item_id"], sku, stock)
            for key, items in self.ledger.shown.items()
            for item in items.values()
            if item["status"] == "NORMAL"
            for sku, (_price, stock) in packs_of(item).items()
            if stock > 0
        ]
        if not places:
            return
        key, number, sku, stock = data.draw(st.sampled_from(places), "where")
        self._deed(key, "sell", number, sku, units=min(units, stock))

    @rule(data=st.data(), deed=st.sampled_from(("price", "stock", "unlist", "relist", "delete")),
          value=st.integers(1, 60))  # fmt: skip
    def by_hand(self, data: st.DataObject, deed: str, value: int) -> None:
        """Somebody in Seller Centre."""
        found = self._some_item(data, ("NORMAL", "UNLIST"))
        if found is None:
            return
        key, item = found
        sku = data.draw(st.sampled_from(sorted(packs_of(item))), "pack")
        if deed == "price":
            self._deed(key, "edit", item["item_id"], sku, price=value * 1000)
        elif deed == "stock":
            self._deed(key, "edit", item["item_id"], sku, stock=value)
        else:
            self._deed(key, deed, item["item_id"])

    @rule(data=st.data(), verdict=st.sampled_from(("ban", "approve")))
    def the_desk_decides(self, data: st.DataObject, verdict: str) -> None:
        statuses = ("NORMAL",) if verdict == "ban" else ("REVIEWING", "BANNED")
        found = self._some_item(data, statuses)
        if found is not None:
            self._deed(found[0], verdict, found[1]["item_id"])

    def _some_item(self, data: st.DataObject, statuses: tuple[str, ...]) -> tuple[str, Item] | None:
        items = [
            (key, item)
            for key, shown in self.ledger.shown.items()
            for item in shown.values()
            if item["status"] in statuses
        ]
        if not items:
            return None
        return items[data.draw(st.integers(0, len(items) - 1), "item")]

    def _deed(self, key: str, deed: str, number: int, sku: str = "", **more: Any) -> None:
        item = next(i for i in self.world.market.items(ACCOUNTS[key][0]) if i.item_id == number)
        model = next((m.model_id for m in item.models if m.sku == sku), 0)
        with suppress(Refused):
            self.world.market.do(ACCOUNTS[key][0], deed, item_id=number, model_id=model, **more)
        self.ledger.read()

    # --- what goes wrong --------------------------------------------------------------------

    @rule(kind=FAULTS, path=PATHS, after=st.integers(0, 3), times=st.integers(1, 4))
    def a_fault(self, kind: str, path: str, after: int, times: int) -> None:
        if path == "/api/v2/" and kind in ANSWER_LOST:
            path = BUT_LOGINS
        self.world.market.spoil(Fault(kind=kind, path=path, after=after, times=times))
        self.unclear += times

    @rule(shop=SHOPS, calls=st.integers(0, 12), after=st.booleans())
    def a_process_dies(self, shop: str, calls: int, after: bool) -> None:
        """In the middle of a drain, at one of its calls; its lease is left behind."""
        self.world.wire.interrupt(calls, self.world.die, after=after)
        try:
            self._drain(shop)
        except Killed:
            self.unclear += 2
            self.ledger.read()
            self.ledger.dead_at(shop)
        self.world.wire.calm()
        self.world.reborn()

    @rule(shop=SHOPS)
    def two_refresh_at_once(self, shop: str) -> None:
        """The schedule and a drain find the same login about to lapse."""
        self.world.refresh_twice(shop)

    @rule(shop=SHOPS)
    def a_lease_ends(self, shop: str) -> None:
        self._pass(LEASE_S)
        self.world.lease_ends(shop)

    @rule(shop=SHOPS, calls=st.integers(0, 12), after=st.booleans(), first=st.data())
    def a_drain_is_overtaken(
        self, shop: str, calls: int, after: bool, first: st.DataObject
    ) -> None:
        """It stands still for longer than its lease lives, before or after a call; meanwhile the
        registry is read and another drain works. Then it goes on."""
        self.the_registry_changes(first, first.draw(st.sampled_from(EDITS), "change"))

        def meanwhile() -> None:
            self._pass(LEASE_S)
            self.world.lease_ends(shop)
            self._pull(full=False)
            self._drain(shop)

        self.world.wire.interrupt(calls, meanwhile, after=after)
        done = self.world.drain(shop)
        self.unclear += 0 if self.world.wire.calm() else 2
        self.ledger.read()
        if done.why == "done":
            nothing_uncertified(self.ledger, shop)

    # --- the laws ---------------------------------------------------------------------------

    @invariant()
    def no_sku_twice(self) -> None:
        if hasattr(self, "ledger"):
            self.ledger.read()

    @rule()
    def quiet(self) -> None:
        self._quiet()

    def _quiet(self) -> None:
        """Faults end, time goes on, and nobody does anything: until nothing is due."""
        world = self.world
        world.market.heal()
        world.wire.calm()
        world.reborn()
        for shop in ACCOUNTS:
            world.lease_ends(shop)
        self._pull(full=True)
        waited = 0.0
        for turn in range(QUIET_ROUNDS):
            for shop in ACCOUNTS:
                if turn in (0, 1):
                    world.reconcile(shop, everything=True)
                self._drain(shop)
            due = world.next_due()
            if due is None and turn > 1:
                break
            waited += max(0.0, due or 0.0)
            if waited > QUIET_MOST_S:
                raise broken("it goes quiet", f"after {waited / 3600:.0f} h something is due")
            self._pass(max(0.0, due or 0.0) + 0.001)
        else:
            raise broken("it goes quiet", f"after {QUIET_ROUNDS} rounds something is due")
        self.ledger.touched.clear()
        self.ledger.unsent = {
            (shop, sku) for shop, sku in self.ledger.unsent if shop in self.truth.off
        }
        laws_when_quiet(self.ledger, [k for k in ACCOUNTS if k not in self.truth.off], self.unclear)

    def teardown(self) -> None:
        """Every example ends quiet, but one that has failed already."""
        if hasattr(self, "ledger"):
            try:
                if sys.exc_info()[0] is None:
                    self._quiet()
            finally:
                self.world.close()
