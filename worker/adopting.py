"""A shop that already sells: read what it has, pair it with ours, adopt what is the same.

Sure pairs are adopted at once, doubtful ones wait for a person (and so do our products that they
resemble: nothing is created twice), the rest is never touched. (design: "A shop that already
sells")
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlmodel import Session

from connectors.contract import (
    Adoption,
    Connector,
    Done,
    Failed,
    Outcome,
    RemoteItem,
    RemoteState,
    RemoteVariant,
)
from connectors.errors import AuthExpired, ChannelError
from models import facts, leases, outcomes, pairing, refused_adoptions, shops, stops
from models.facts import ProductFacts, ShopFacts, VariantFacts
from models.outcomes import EventRow
from models.pairing import Found
from models.shop import Shop
from worker import copies, offer, tokens
from worker.certify import assigned
from worker.draft import item_sku
from worker.env import Env
from worker.items import read_living
from worker.likeness import Ours, Theirs, pair
from worker.planning import world_now
from worker.retry import adopted_at, is_shop_fault
from worker.world import World

_log = structlog.get_logger(__name__)

PERSON, EQUAL = "operator", "equal code"


class Busy(RuntimeError):
    """Somebody drains the shop just now, or said stop (Vietnamese message)."""


@dataclass(slots=True)
class Survey:
    """What a shop held, in four lists and what waits; rows as JSON."""

    same: list[dict[str, Any]] = field(default_factory=list)
    differs: list[dict[str, Any]] = field(default_factory=list)
    only_here: list[dict[str, Any]] = field(default_factory=list)
    only_there: list[dict[str, Any]] = field(default_factory=list)
    waiting: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


# --- reading ----------------------------------------------------------------------------------


def look_through(env: Env, shop: Shop) -> list[str]:
    """Read a shop, adopt what is surely ours and ask about second items with our SKUs; returns what
    could not be adopted, in sentences. Raises ChannelError."""
    survey(env, shop)
    problems = adopt_sure(env, shop)
    tokens.ask(env, shop, lambda connector: copies.look(env, shop, connector))
    return problems


def survey(env: Env, shop: Shop) -> None:
    """Read the whole shop and write what of it may be ours. Raises ChannelError."""
    states = tokens.ask(env, shop, _everything)
    with env.db.transaction() as session:
        begun = pairing.begun(session, shop.id or 0)
    ids = {s.remote_id for s in states if begun & {s.item_sku, *(v.sku for v in s.variants)}}
    found = [pack for state in states if state.remote_id not in ids for pack in _packs(state)]
    propose(env, shop.id or 0, found)


def _everything(connector: Connector) -> list[RemoteState]:
    """Every living item of the shop, with its packs."""
    ids: dict[str, None] = {}
    cursor: str | None = None
    while True:
        page = connector.changed_since(cursor)
        ids.update(dict.fromkeys(page.remote_ids))
        cursor = page.cursor
        if not page.more:
            break
    states, errors = read_living(connector, list(ids))
    if errors:
        raise errors[0]
    return states


def _packs(state: RemoteState) -> list[dict[str, Any]]:
    rows = [
        {
            "remote_id": state.remote_id, "remote_variant_id": pack.remote_id,
            "sku": pack.sku or (state.item_sku if len(state.variants) == 1 else ""),
            "gtin": pack.gtin, "title": state.title, "label": pack.label,
            "price": pack.price_vnd, "stock": pack.stock,
        }
        for pack in state.variants
    ]  # fmt: skip
    return rows or [
        {
            "remote_id": state.remote_id, "remote_variant_id": "", "sku": state.item_sku,
            "gtin": "", "title": state.title, "label": "", "price": None, "stock": None,
        }
    ]  # fmt: skip


# --- pairing ----------------------------------------------------------------------------------


def propose(env: Env, shop_id: int, found: Sequence[dict[str, Any]]) -> None:
    """Pair what was seen with our packs that this shop shall sell and does not yet. What was made
    meanwhile is ours, and no find."""
    with env.db.transaction() as session:
        ours = pairing.ours(session, shop_id)
        found = [row for row in found if row["remote_id"] not in ours]
        world = world_now(env, session)
        shop = next(s for s in world.shops if s.id == shop_id)
        mine = _candidates(facts.load_products(session, facts.product_ids(session)), shop)
        asked = {(row["remote_id"], row["remote_variant_id"]) for row in found}
        taken = {r.variant_id for r in pairing.of_shop(session, shop_id) if _is_taken(r, asked)}
        taken |= pairing.listed(session, shop_id)
        pairs = pair(mine, [_theirs(f) for f in found], {v for v in taken if v is not None})
        rows = [
            {
                **row,
                "variant_id": p.ours.variant_id if p.ours else None,
                "how": p.how,
                "score": p.score,
                "verdict": p.verdict,
            }
            for row, p in zip(found, pairs, strict=True)
        ]
        pairing.keep(session, shop_id, rows, env.now())


def look_again(env: Env) -> None:
    """New products may be items that stood in a shop all the time: who are surely the same are
    adopted, and so are those for whom there was no time before."""
    with env.db.transaction() as session:
        shop_ids = pairing.with_verdict(session, "stranger")
    for shop_id in shop_ids:
        with env.db.transaction() as session:
            rows = _open_items(pairing.of_shop(session, shop_id))
        propose(env, shop_id, [{name: getattr(row, name) for name in _SEEN} for row in rows])
    _adopt_found(env)


def _open_items(rows: Sequence[Found]) -> list[Found]:
    """All packs of the items that hold a stranger and of which nothing is decided: an item is
    judged as a whole."""
    return [
        row
        for packs in _by_item(rows)
        if (verdicts := {p.verdict for p in packs}) & {"stranger"}
        and not verdicts & {"adopted", "declined"}
        for row in packs
    ]


def _adopt_found(env: Env) -> None:
    """A shop that does not answer now holds up no other; its pairs wait for the next pull."""
    with env.db.transaction() as session:
        sure = set(pairing.with_verdict(session, "sure"))
        found = [s for s in shops.all_shops(session) if s.id in sure]
    for shop in found:
        if not shop.enabled or shop.paused_reason:
            continue
        try:
            problems = adopt_sure(env, shop, patient=True)
        except ChannelError as error:
            problems = [error.message]
        for problem in problems:
            _log.warning("not adopted", shop=shop.key, problem=problem)


_SEEN = ("remote_id", "remote_variant_id", "sku", "gtin", "title", "label", "price", "stock")


def _is_taken(row: Found, asked: set[tuple[str, str]]) -> bool:
    """Paired already, and not just being asked about anew."""
    if row.verdict == "adopted":
        return True
    return row.variant_id is not None and (row.remote_id, row.remote_variant_id) not in asked


def _candidates(products: Sequence[ProductFacts], shop: ShopFacts) -> list[Ours]:
    return [
        Ours(v.id, p.id, v.sku, v.gtin or "", p.name, v.pack, v.net_g or v.net_ml)
        for p in products
        if p.withdrawn_at is None and assigned(p, shop)
        for v in p.variants
    ]


def _theirs(row: dict[str, Any]) -> Theirs:
    key = (row["remote_id"], row["remote_variant_id"])
    return Theirs(key, row["sku"], row["gtin"], row["title"], row["label"])


# --- deciding ---------------------------------------------------------------------------------


def adopt_sure(env: Env, shop: Shop, *, patient: bool = False) -> list[str]:
    """Adopt what needs no person (``patient``: but for what the channel refused lately); returns
    what could not be adopted, in sentences."""
    with env.db.transaction() as session:
        waits = _waits(env, session, shop) if patient else set()
        rows = pairing.of_shop(session, shop.id or 0)
        sure = [r.id for r in rows if r.verdict == "sure" and r.remote_id not in waits]
    try:
        return adopt(env, shop, sure, by=EQUAL)
    except Busy as error:
        return [str(error)]


def _waits(env: Env, session: Session, shop: Shop) -> set[str]:
    """Remote ids of the items that the channel would refuse again just now."""
    return {
        remote_id
        for remote_id, refused in refused_adoptions.of_shop(session, shop.id or 0).items()
        if adopted_at(refused.times, refused.last_at, env.timing.period_s) > env.now()
    }


def adopt(env: Env, shop: Shop, ids: Sequence[int], *, by: str) -> list[str]:
    """Make these found packs ours: our SKUs are written on them, and a listing is made of each
    item. Returns what could not be adopted, in sentences. Raises Busy, ChannelError.

    Repeating it is harmless: writing a SKU twice changes nothing.
    """
    with env.db.transaction() as session:
        chosen = [r for r in pairing.of_shop(session, shop.id or 0) if r.id in set(ids)]
    wanted = [r for r in chosen if r.variant_id is not None and r.verdict != "adopted"]
    if not wanted:
        return []
    fence = _lease(env, shop)
    try:
        problems: list[str] = []
        for rows in _by_item(wanted):
            problems += _adopt_item(env, shop, rows, by)
        return problems
    finally:
        with env.db.transaction() as session:
            leases.give_back(session, shop.id or 0, fence)


def decline(env: Env, ids: Sequence[int]) -> None:
    """A person says that these are not ours: they are never touched, and ours may be created."""
    with env.db.transaction() as session:
        pairing.decide(session, ids, "declined", PERSON, env.now())


def _lease(env: Env, shop: Shop) -> int:
    """As a drain takes it: nobody else writes the shop meanwhile."""
    longest = env.call_deadline_s(shop.channel)
    with env.db.transaction() as session:
        if stops.is_stopped(session, shop.id or 0):
            raise Busy(
                f"gian hàng '{shop.key}' đang dừng: không ghi gì lên sàn. Chạy tiếp bằng "
                "ocop-sync start rồi xác nhận lại"
            )
        fence = leases.take(session, shop.id or 0, "adopt", 15 * 60.0, longest)
    if fence is None:
        raise Busy(f"gian hàng '{shop.key}' đang được đồng bộ; chờ một phút rồi chạy lại")
    return fence


def _by_item(rows: Sequence[Found]) -> list[list[Found]]:
    grouped: dict[str, list[Found]] = defaultdict(list)
    for row in rows:
        grouped[row.remote_id].append(row)
    return list(grouped.values())


def _adopt_item(env: Env, shop: Shop, rows: Sequence[Found], by: str) -> list[str]:
    """One item: all its chosen packs are of one product (the pairing sees to that)."""
    with env.db.transaction() as session:
        product = facts.load_products(session, [rows[0].product_id or 0])[0]
        known = pairing.item_skus(session, shop.id or 0)
    packs = _chosen(product, rows)
    sku = _free_sku(product, [variant for variant, _remote in packs], known)
    item = RemoteItem(rows[0].remote_id, tuple(RemoteVariant(v.sku, remote) for v, remote in packs))
    outcome = tokens.ask(env, shop, lambda connector: _mark(connector, Adoption(item, sku)))
    if not isinstance(outcome, Done):
        _count_refusal(env, shop, rows[0].remote_id, outcome)
        words = outcome.error.message if isinstance(outcome, Failed) else "sàn chưa trả lời xong"
        return [f"{rows[0].title} ({rows[0].remote_id}): {words}"]
    with env.db.transaction() as session:
        listing_id = pairing.adopted(
            session, shop.id or 0, product.id, sku, rows[0].remote_id,
            [
                {"variant_id": v.id, "sku": v.sku, "remote_id": remote, "stock_rev": v.stock_rev}
                for v, remote in packs
            ],
            env.now(),
        )  # fmt: skip
        pairing.decide(session, [r.id for r in rows], "adopted", by, env.now())
        refused_adoptions.forget(session, shop.id or 0, rows[0].remote_id)
        event = EventRow(
            kind="adopted",
            shop_id=shop.id,
            listing_id=listing_id,
            after={"remote_id": rows[0].remote_id, "title": rows[0].title, "by": by},
            request_id=outcome.request_id,
        )
        outcomes.log(session, [event], env.now())
    return []


def _count_refusal(env: Env, shop: Shop, remote_id: str, outcome: Outcome[RemoteItem]) -> None:
    """A fault of the shop, or an answer that is still to come, says nothing of the item."""
    if isinstance(outcome, Failed) and not is_shop_fault(outcome.error):
        with env.db.transaction() as session:
            refused_adoptions.count(session, shop.id or 0, remote_id, env.now())


def _mark(connector: Connector, adoption: Adoption) -> Outcome[RemoteItem]:
    """Our SKUs on the item. Raises AuthExpired, which is nobody's refusal."""
    (outcome,) = connector.adopt([adoption])
    if isinstance(outcome, Failed) and isinstance(outcome.error, AuthExpired):
        raise outcome.error
    return outcome


def _chosen(product: ProductFacts, rows: Sequence[Found]) -> list[tuple[VariantFacts, str]]:
    by_id = {v.id: v for v in product.variants}
    return [(by_id[r.variant_id], r.remote_variant_id) for r in rows if r.variant_id in by_id]


def _free_sku(product: ProductFacts, variants: Sequence[VariantFacts], known: set[str]) -> str:
    """The key of the listing, as the plan would give it, that no listing here has."""
    part = 0
    while (sku := item_sku(product, variants, part)) in known:
        part += 1
        if len(variants) == 1:
            return f"{sku}-P{part + 1}"
    return sku


# --- reporting --------------------------------------------------------------------------------


def report(env: Env, shop: Shop) -> Survey:
    """The four lists of what was read: same, the same but with other values, only here, only
    there; and what waits for a person."""
    found = Survey()
    with env.db.transaction() as session:
        rows = pairing.of_shop(session, shop.id or 0)
        world = world_now(env, session)
        here = next(s for s in world.shops if s.id == shop.id)
        products = facts.load_products(session, facts.product_ids(session))
    prices = _prices(products, here, world)
    for row in rows:
        line = _line(row, prices)
        if row.variant_id is None or row.verdict == "declined":
            found.only_there.append(line)
        else:
            if row.verdict != "adopted":
                found.waiting.append(line)
            (found.same if line["price"] == line["our_price"] else found.differs).append(line)
    paired = {r.variant_id for r in rows if r.verdict != "declined"}
    found.only_here = [
        {"product_code": p.code, "sku": v.sku, "name": p.name, "pack": v.pack}
        for p in products
        if p.withdrawn_at is None and assigned(p, here)
        for v in p.variants
        if v.id not in paired
    ]
    return found


def _prices(
    products: Sequence[ProductFacts], shop: ShopFacts, world: World
) -> dict[int, tuple[int | None, int | None]]:
    """Our price (đồng, as the rules make it here) and the registry's stock, by pack."""
    return {
        v.id: (
            offer.price_of(v, p, shop, world.rules) if v.price_vnd is not None else None,
            v.stock,
        )
        for p in products
        for v in p.variants
    }


def _line(row: Found, prices: dict[int, tuple[int | None, int | None]]) -> dict[str, Any]:
    price, stock = prices.get(row.variant_id or 0, (None, None))
    return {
        "id": row.id, "remote_id": row.remote_id, "title": row.title, "label": row.label,
        "remote_sku": row.sku, "gtin": row.gtin, "price": row.price, "stock": row.stock,
        "product_code": row.product_code, "sku": row.our_sku, "our_price": price,
        "registry_stock": stock, "how": row.how, "score": row.score, "verdict": row.verdict,
    }  # fmt: skip
