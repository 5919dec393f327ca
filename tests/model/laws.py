"""What is always true, and what is true when it has gone quiet. Each law has a name; where it is
broken, the text says which shop, what was found and what was expected.

The laws read the sandbox's journal (what each shop shows after each call and each deed) and the
tables; what should be there comes from :mod:`tests.model.truth`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from connectors.shopee.error_codes import KNOWN, strip_prefix
from tests.model.truth import Truth, local, sellers, too_far_apart
from tests.model.world import ACCOUNTS, FEW, World

KEY_OF = {account: key for key, (account, _owner) in ACCOUNTS.items()}

FACETS = {
    "product/add_item": ("create",),
    "product/init_tier_variation": ("create", "variants"),
    "product/add_model": ("variants",),
    "product/update_tier_variation": ("variants",),
    "product/update_model": ("variants",),
    "product/delete_model": ("variants",),
    "product/update_item": ("content",),
    "product/update_price": ("price",),
    "product/update_stock": ("stock", "availability"),
    "product/unlist_item": ("availability",),
}
"""Path → the facets for whose sake it is called; stock also as the ladder of a take-down."""


STOCK_WRITES = ("update_stock", "add_item", "init_tier_variation", "add_model")
PACK_WRITES = ("init_tier_variation", "add_model", "update_tier_variation")
UNSEEN = ("update_item", "update_tier_variation")
"""Calls whose effect a buyer sees, and the journal does not tell."""


class Broken(AssertionError):
    """A law does not hold."""


def broken(law: str, text: str) -> Broken:
    return Broken(f"[{law}] {text}")


Item = Mapping[str, Any]


def packs_of(item: Item) -> dict[str, tuple[int, int]]:
    """Price and stock by SKU."""
    return {sku: (price, stock) for sku, price, stock in item["packs"]}


def stands(item: Item) -> bool:
    return "DELETE" not in str(item["status"])


@dataclass
class Ledger:
    """The journal, read as it grows: what each shop shows, what was sold, who changed what."""

    world: World
    truth: Truth
    seq: int = 0
    shown: dict[str, dict[int, Item]] = field(default_factory=lambda: {key: {} for key in ACCOUNTS})
    sold: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Units sold of a pack in a shop since the registry's last statement of its stock was sent
    there. What is sold between the two is taken to be in the statement: a reading that comes later
    cannot tell it from what was sold before."""
    unsent: set[tuple[str, str]] = field(default_factory=set)
    """Packs of which a statement was not sent to a shop yet."""
    touched: dict[tuple[str, int], set[str]] = field(default_factory=lambda: defaultdict(set))
    """What others than we did to an item since it was last quiet: deeds by name."""
    told: dict[tuple[str, str], str] = field(default_factory=dict)
    """The last body that a path took of an item."""
    alone: dict[tuple[str, int], str] = field(default_factory=dict)
    """The pack of an item without packs of its own, by shop and item."""
    ours: list[dict[str, Any]] = field(default_factory=list)
    """Calls of ours that asked for a change."""
    useless: list[dict[str, Any]] = field(default_factory=list)
    """Of those, the ones that changed nothing."""
    ever_sold: set[str] = field(default_factory=set)
    """SKUs of which something was sold since the registry last stated their stock."""
    last_words: set[int] = field(default_factory=set)
    """Calls that a process made just before it died, by number."""
    relisted: set[tuple[str, int]] = field(default_factory=set)
    """Items that somebody put up by hand and that we have not touched since: what they show (the
    stock of a half-made one, of one in a shop that is off) is nobody's doing of ours, and what it
    sells is not known as a sale."""
    stirred: set[str] = field(default_factory=set)
    """SKUs whose stock somebody raised by hand: what stands there is not what we pushed."""

    def read(self) -> None:
        """Take in what is new, and hold each entry against the laws of single changes."""
        for entry in self.world.market.journal(self.seq):
            self.seq = entry["seq"]
            if entry["shop_id"] not in KEY_OF:
                continue
            key = KEY_OF[entry["shop_id"]]
            entry["effect"] = [self._named(key, item) for item in entry["effect"]]
            if entry["asks_change"]:
                self._our_call(key, entry)
            else:
                self._deed(key, entry)
            for item in entry["effect"]:
                self.shown[key][item["item_id"]] = item
        self._twice()

    def _named(self, key: str, item: dict[str, Any]) -> Item:
        """An item without packs of its own is known by the product's code where its listing was
        meant for several packs: its one pack by its own SKU."""
        code, number = item["item_sku"], item["item_id"]
        if code not in self.truth.said or len(item["packs"]) != 1 or item["packs"][0][0] != code:
            return item
        known = self.world.sql(
            "SELECT v.sku FROM listing_variant v JOIN listing l ON l.id = v.listing_id"
            " WHERE l.shop_id = :s AND l.item_sku = :c AND v.removed_at IS NULL"
            " ORDER BY v.remote_id = '' DESC NULLS LAST, v.variant_id",
            s=self.world.shops[key], c=code,
        )  # fmt: skip
        sku = self.alone.setdefault((key, number), known[0][0] if known else code)
        return {**item, "packs": [[sku, *item["packs"][0][1:]]]}

    # --- what others did ------------------------------------------------------------------------

    def _deed(self, key: str, entry: Mapping[str, Any]) -> None:
        for item in entry["effect"]:
            self.touched[key, item["item_id"]].add(entry["path"])
            if entry["path"] == "relist":
                self.relisted.add((key, item["item_id"]))
            before = packs_of(self.shown[key].get(item["item_id"], {"packs": []}))
            for sku, (_price, stock) in packs_of(item).items():
                fell = before.get(sku, (0, stock))[1] - stock
                known = (key, item["item_id"]) not in self.relisted
                if known and (key, sku) not in self.unsent:
                    self.sold[key, sku] = max(0, self.sold[key, sku] + fell)
                if fell < 0:
                    self.stirred.add(sku)
                if fell > 0:
                    self.ever_sold.add(sku)

    def stated(self, skus: set[str]) -> None:
        """The registry stated the stock of these packs anew: what was sold is in it."""
        for key in ACCOUNTS:
            for sku in skus:
                self.sold[key, sku] = 0
                self.unsent.add((key, sku))
        self.stirred -= skus
        self.ever_sold -= skus

    def asked_again(self, skus: set[str]) -> None:
        """An operator's word: what we show of these packs is stated anew."""
        for key in ACCOUNTS:
            for sku in skus:
                self.sold[key, sku] = 0

    def dead_at(self, key: str) -> None:
        """A process died in this shop: the calls of the verb that it was in may have no event."""
        mine = [e for e in self.ours if KEY_OF[e["shop_id"]] == key]
        for entry in reversed(mine):
            last = (mine[-1]["path"], _epoch(mine[-1]["at"]))
            if entry["path"] != last[0] or _epoch(entry["at"]) < last[1] - 1:
                break
            self.last_words.add(entry["seq"])

    # --- what we did ----------------------------------------------------------------------------

    def _our_call(self, key: str, entry: dict[str, Any]) -> None:
        self.ours.append(entry)
        if not self._changed_anything(key, entry):
            self.useless.append(entry)
        for item in entry["effect"]:
            self.relisted.discard((key, item["item_id"]))
            before = self.shown[key].get(item["item_id"])
            if entry["path"].endswith(STOCK_WRITES):
                self.unsent -= {(key, sku) for sku in packs_of(item)}
            if before is not None and _first_packs(entry, before):
                self.sold.update({(key, sku): -self.sold[key, sku] for sku in packs_of(item)})
            elif before is not None:
                self._never_raised(key, entry, before, item)
            self._within_pool(key, entry, before, item)

    def _changed_anything(self, key: str, entry: Mapping[str, Any]) -> bool:
        """What an item shows is told by the journal; of its texts and options, which are not, by
        whether the same was sent before."""
        said = [str(entry["body"])] if entry["path"].endswith(UNSEEN) and entry["writes"] else []
        place = (entry["path"], str((entry["body"] or {}).get("item_id")))
        new = bool(said) and self.told.get(place) != said[0]
        self.told.update((place, words) for words in said)
        return new or any(self.shown[key].get(i["item_id"]) != i for i in entry["effect"])

    def _never_raised(self, key: str, entry: Mapping[str, Any], before: Item, after: Item) -> None:
        """A stock below what we set is a sale, and is not raised without a newer statement."""
        had = packs_of(before)
        for sku, (_price, stock) in packs_of(after).items():
            if sku in had and stock > had[sku][1] and self.sold[key, sku] > 0:
                raise broken(
                    "sales are kept",
                    f"{key}: {sku} sold {self.sold[key, sku]} and stood at {had[sku][1]}; "
                    f"{entry['path']} raised it to {stock} with no newer statement",
                )

    def _within_pool(
        self, key: str, entry: Mapping[str, Any], before: Item | None, after: Item
    ) -> None:
        """A write that puts more on sale leaves the sum over all shops within the pool."""
        had = _on_sale(before)
        for sku, stock in _on_sale(after).items():
            if stock <= had.get(sku, 0) or sku in self.stirred:
                continue
            pool = self.truth.stock(sku)
            if pool is None:
                continue
            elsewhere = sum(
                _on_sale(item).get(sku, 0)
                for shop, items in self.shown.items()
                for number, item in items.items()
                if (shop, number) != (key, after["item_id"]) and (shop, number) not in self.relisted
            )
            if elsewhere + stock > pool:
                raise broken(
                    "within the pool",
                    f"{key}: {entry['path']} put {stock} of {sku} on sale, {elsewhere} stand "
                    f"elsewhere, and the pool has {pool}",
                )

    def _twice(self) -> None:
        for key, items in self.shown.items():
            seen: Counter[str] = Counter()
            for item in items.values():
                if stands(item):
                    seen.update({item["item_sku"], *packs_of(item)} - {""})
            double = sorted(sku for sku, times in seen.items() if times > 1)
            if double:
                raise broken("no SKU twice", f"{key} has two living items of {double}")


def _first_packs(entry: Mapping[str, Any], before: Item) -> bool:
    """An item that gets its packs only now, and was not on sale: what somebody did to its stock was
    no sale."""
    return bool(entry["path"].endswith("init_tier_variation") and before["status"] != "NORMAL")


def _on_sale(item: Item | None) -> dict[str, int]:
    if item is None or item["status"] != "NORMAL":
        return {}
    return {sku: stock for sku, (_price, stock) in packs_of(item).items()}


# --- after a drain that ended well --------------------------------------------------------------


def nothing_uncertified(ledger: Ledger, key: str) -> None:
    """Nothing is on sale without a valid certificate once a drain has worked off what was due:
    but for what the channel itself refused to take down (there is an alarm), and what somebody
    put up by hand since we last looked."""
    world, truth = ledger.world, ledger.truth
    day = local(world.time.at)
    alarms = {str(row[0]) for row in world.sql(
        "SELECT remote_id FROM listing WHERE shop_id = :s AND alarm IS NOT NULL"
        " AND remote_id IS NOT NULL", s=world.shops[key])}  # fmt: skip
    for number, item in ledger.shown[key].items():
        if not any(_on_sale(item).values()) or str(number) in alarms:
            continue
        if ledger.touched[key, number] & {"relist", "approve", "decide"}:
            continue
        code = code_of(truth, item)
        if code and not truth.certified(code, day) and not _waits(ledger, key, code, day):
            raise broken(
                "nothing uncertified",
                f"{key}: {item['item_sku']} is on sale on {day} and {code} may not be sold: "
                f"{truth.said[code]}; {_states(world, key, code)}",
            )


def _waits(ledger: Ledger, key: str, code: str, day: date) -> bool:
    """Only the register took it back, with many others at once, and a person is asked."""
    entry = ledger.truth.said[code]
    if entry.status != "valid" or entry.expires < day:
        return False
    return bool(
        ledger.world.sql(
            "SELECT 1 FROM hold_item i JOIN product_code c ON c.product_id = i.product_id"
            " WHERE i.kind = 'mass_take_down' AND i.ended_at IS NULL AND c.code = :c"
            " AND i.shop_id = :s", c=code, s=ledger.world.shops[key],
        )
    )  # fmt: skip


def many_wait(world: World, truth: Truth, before: set[tuple[str, str]]) -> None:
    """What one pull takes down of many products at once waits for a person, but for what the law
    takes down: nobody sees the difference between a slip and a wish."""
    day = local(world.time.at)
    down = {code for _shop, code in before - world.meant_on_sale() if truth.certified(code, day)}
    if len(down) > FEW:
        raise broken("many wait", f"one pull took {sorted(down)} down, and nobody was asked")


def one_run_a_slot(world: World) -> None:
    """Whoever comes second to a slot of the schedule finds it taken."""
    world.slots += 1
    slot = f"pull:{world.slots}"
    if (world.slot(slot), world.slot(slot)) != (True, False):
        raise broken("one run a slot", f"{slot} did not run just once")


def code_of(truth: Truth, item: Item) -> str | None:
    """Whose item it is."""
    sku = str(item["item_sku"])
    return next((c for c in truth.said if sku == c or sku.startswith(f"{c}-")), None)


# --- when it is quiet ---------------------------------------------------------------------------


def shows_the_offer(ledger: Ledger, key: str) -> None:
    """Who is there, at what price, in which packs: exactly the offer. Where not, the channel has
    banned it, or a person was asked (a hold)."""
    world, truth = ledger.world, ledger.truth
    day = local(world.time.at)
    there = _buyable(ledger, key)
    for code in truth.said:
        wanted = dict(truth.wanted(key, code, day))
        found = {sku: price for sku, price in there.items() if sku.startswith(f"{code}-")}
        if found == wanted or _asked(world, key, code, wanted):
            continue
        raise broken(
            "shows the offer",
            f"{key}: {code} shows {found}, the offer is {wanted}; {_states(world, key, code)}",
        )
    strange = [sku for sku in there if not any(sku.startswith(f"{c}-") for c in truth.said)]
    if strange:
        raise broken("shows the offer", f"{key}: {strange} are in no registry")


def _buyable(ledger: Ledger, key: str) -> dict[str, int]:
    """Prices of what stands and is not switched off."""
    return {
        sku: price
        for item in ledger.shown[key].values()
        if item["status"] == "NORMAL"
        for sku, (price, _stock) in packs_of(item).items()
    }


def _asked(world: World, key: str, code: str, wanted: Mapping[str, int]) -> bool:
    """A ban, or a hold about this product in this shop."""
    shop = world.shops[key]
    banned = world.sql(
        "SELECT 1 FROM listing l JOIN product_code c ON c.product_id = l.product_id"
        " WHERE l.shop_id = :s AND c.code = :c AND l.state = 'banned'", s=shop, c=code,
    )  # fmt: skip
    held = world.sql(
        "SELECT h.kind FROM hold h JOIN product_code c ON c.product_id = h.product_id"
        " WHERE h.status = 'open' AND c.code = :c AND (h.shop_id = :s OR h.shop_id IS NULL)"
        " UNION ALL SELECT i.kind FROM hold_item i JOIN product_code c"
        " ON c.product_id = i.product_id WHERE i.ended_at IS NULL AND c.code = :c"
        " AND (i.shop_id = :s OR i.shop_id IS NULL)",
        s=shop, c=code,
    )  # fmt: skip
    if any(kind == "ratio" for (kind,) in held):
        return too_far_apart(wanted)
    return bool(banned or held)


def _states(world: World, key: str, code: str) -> str:
    rows = world.sql(
        "SELECT l.item_sku, l.state, l.remote_id, l.reason->>'code', l.read_due_at,"
        " (SELECT json_agg(json_build_array(f.facet, f.wanted_rev, f.acked_rev, f.refused_rev,"
        " f.parked, f.claim_fence, f.next_attempt_at, f.error->>'message'))"
        " FROM listing_facet f WHERE f.listing_id = l.id) FROM listing l"
        " JOIN product_code c ON c.product_id = l.product_id WHERE l.shop_id = :s AND c.code = :c",
        s=world.shops[key], c=code,
    )  # fmt: skip
    return "; ".join(map(str, rows)) or "no listing"


def stock_as_known(ledger: Ledger, key: str) -> None:
    """What buyers see of the stock is what the tables say that they see."""
    world = ledger.world
    known = {
        (sku, remote): stock
        for sku, remote, stock in world.sql(
            "SELECT v.sku, l.remote_id, v.stock_acked FROM listing_variant v"
            " JOIN listing l ON l.id = v.listing_id WHERE l.shop_id = :s AND l.state = 'live'"
            " AND v.removed_at IS NULL AND NOT EXISTS (SELECT 1 FROM hold h"
            " WHERE h.status = 'open' AND h.product_id = l.product_id)"
            " AND NOT EXISTS (SELECT 1 FROM hold_item i"
            " WHERE i.ended_at IS NULL AND i.product_id = l.product_id)", s=world.shops[key],
        )
    }  # fmt: skip
    for number, item in ledger.shown[key].items():
        for sku, (_price, stock) in packs_of(item).items():
            said = known.get((sku, str(number)))
            if item["status"] == "NORMAL" and said is not None and said != stock:
                raise broken(
                    "stock as known",
                    f"{key}: {sku} shows {stock}, the tables say {said}",
                )


def all_is_given_out(ledger: Ledger) -> None:
    """A pack of which nothing was sold since its statement shows, over all shops, exactly its
    pool, within one unit of an even division."""
    world, truth = ledger.world, ledger.truth
    day = local(world.time.at)
    unhappy = {
        code for (code,) in world.sql(
            "SELECT c.code FROM product_code c WHERE EXISTS (SELECT 1 FROM hold h"
            " WHERE h.status = 'open' AND (h.product_id = c.product_id)) OR EXISTS ("
            "SELECT 1 FROM hold_item i WHERE i.ended_at IS NULL AND i.product_id = c.product_id)"
            " OR EXISTS ("
            "SELECT 1 FROM listing l WHERE l.product_id = c.product_id AND l.state = 'banned')")
    }  # fmt: skip
    for code, entry in truth.said.items():
        for pack in entry.packs:
            sku, pool = entry.sku(pack), truth.stock(entry.sku(pack))
            if pool is None or pack.price is None or code in unhappy or truth.off:
                continue
            if sku in ledger.ever_sold or sku in ledger.stirred:
                continue
            given = {
                key: packs_of(item)[sku][1]
                for key, items in ledger.shown.items()
                for item in items.values()
                if item["status"] == "NORMAL" and sku in packs_of(item)
            }
            shops = sellers(truth, sku, day)
            even = bool(given) and max(given.values()) - min(given.values()) <= 1
            if shops and (sum(given.values()) != pool or not even):
                raise broken(
                    "all is given out",
                    f"{sku}: the pool has {pool}, the shops show {given}",
                )


def none_stuck(world: World) -> None:
    """Each listing is live, or says why not, or has something due at a known time."""
    rows = world.sql("""
        SELECT s.key, l.item_sku, l.state FROM listing l JOIN shop s ON s.id = l.shop_id
        WHERE s.enabled AND l.state <> 'live' AND l.reason IS NULL
          AND NOT (l.read_due_at IS NOT NULL AND l.remote_id IS NOT NULL)
          AND NOT EXISTS (SELECT 1 FROM listing_facet f WHERE f.listing_id = l.id AND f.due)
    """)
    if rows:
        raise broken("none stuck", f"neither live, nor with a reason, nor due: {rows}")


def nobody_connects_again(world: World) -> None:
    """No login was lost by our own doing."""
    rows = world.sql("SELECT key, paused_reason FROM shop WHERE paused_reason <> ''")
    if rows:
        raise broken("nobody connects again", f"a person has to: {rows}")


def all_explained(ledger: Ledger) -> None:
    """Every change that the journal shows of us has its event: of the product (the key of its item
    changes when it is made anew with other packs) and the facet, not earlier than the call. What a
    process did just before it died, and what nobody wanted any more when it was taken up again, is
    explained by the drain's own event."""
    world = ledger.world
    events: dict[tuple[int, str], float] = {}
    for shop, code, facet, at in world.sql(
        "SELECT e.shop_id, p.code, e.facet, extract(epoch FROM max(e.at)) FROM event e"
        " JOIN listing l ON l.id = e.listing_id JOIN product_code p ON p.product_id = l.product_id"
        " WHERE e.facet <> '' GROUP BY 1, 2, 3"
    ):
        events[shop, f"{code}/{facet}"] = float(at)
    unexplained = []
    for entry in ledger.ours:
        if not entry["writes"] or entry["seq"] in ledger.last_words:
            continue
        key = KEY_OF[entry["shop_id"]]
        path = entry["path"].removeprefix("/api/v2/")
        for item in entry["effect"]:
            code = "-".join(item["item_sku"].split("-")[:2])
            last = max(events.get((world.shops[key], f"{code}/{f}"), 0.0) for f in FACETS[path])
            if last < _epoch(entry["at"]) - 1:
                unexplained.append((key, path, item["item_sku"], entry["at"]))
    if unexplained:
        raise broken("all explained", f"changes without an event: {unexplained[:5]}")


def _epoch(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def calls_are_dear(ledger: Ledger, unclear: int) -> None:
    """At most 1.3 changing calls for each that was needed.

    A call that changed something was needed: what an item shows after it differs from before, or
    its texts were not the ones sent before. (So ``needed`` is not below the least: two calls that
    only undo each other both count. The other laws hold those: no sale is overwritten, no repair
    goes on for ever.) One that changed nothing was not needed, but for those that may be made once
    more because nobody knows (``unclear``: one a fault that met a call, two a death or a drain that
    was overtaken, three a listing that an operator had stated anew), the ladder of a take-down that
    the channel refuses, which is tried again every period (three rungs), what it refuses for now,
    which is tried ever more seldom, and the price and stock of an item whose new packs it refuses:
    they go out without those first.
    """
    needed = len(ledger.ours) - len(ledger.useless)
    refused = [e["path"].rsplit("/")[-1] for e in ledger.ours if e["error"]]
    unclear += 3 * refused.count("unlist_item")
    unclear += 2 * sum(path in PACK_WRITES for path in refused)
    unclear += sum(_passes(e["error"]) for e in ledger.ours if e["error"])
    if len(ledger.ours) > 1.3 * needed + unclear:
        raise broken(
            "calls are dear",
            f"{len(ledger.ours)} changing calls, {needed} changed something, {unclear} may have "
            f"been made again after faults; useless: "
            f"{Counter(e['path'] for e in ledger.useless)}",
        )


def _passes(code: str) -> bool:
    known = KNOWN.get(strip_prefix(code))
    return known is not None and known.passing


def laws_when_quiet(ledger: Ledger, shops: Sequence[str], unclear: int) -> None:
    for key in shops:
        nothing_uncertified(ledger, key)
        shows_the_offer(ledger, key)
        stock_as_known(ledger, key)
    all_is_given_out(ledger)
    none_stuck(ledger.world)
    nobody_connects_again(ledger.world)
    all_explained(ledger)
    calls_are_dear(ledger, unclear)
