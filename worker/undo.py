"""Undo of a run: the old prices, contents and decisions come back, as a run of its own.

Stock is never put back (something may have been sold since), nor is anything taken down or put on
sale: that is the certificate's and the register's to say. An old price or content stands as an
override, visible, until the offer says something new or a person lifts it. What is not put back is
said, with the reason. :func:`preview` is the same in a transaction that is rolled back.
(design: hold, override; docs/undo.md)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from models import (
    assortments,
    categories,
    holds,
    listings,
    outcomes,
    overrides,
    owners,
    registry,
    rules,
    runs,
    shops,
    turns,
)
from models.categories import MapRow
from models.listings import ListingState
from models.outcomes import EventRow
from models.overrides import ChangedFacet, OverrideRow
from models.run import Event, Run
from worker import guards, office
from worker.digests import digest
from worker.env import Env
from worker.office import Ruling
from worker.planning import plan_in
from worker.saying import say

CLAIMS = (
    "stars", "decision", "recognised_on", "expires_on", "self_declaration", "trace_code",
)  # fmt: skip
"""What a content says of the certificate and the papers (``facts`` of :mod:`worker.offer`)."""

NEVER = {
    "stock": say("tồn kho không trả về số cũ: từ đó đến nay có thể đã bán"),
    "availability": say("bật hay gỡ do giấy chứng nhận và sổ đăng ký quyết"),
    "create": say("tin đã đăng thì ở lại; muốn gỡ thì sửa sổ hoặc tắt gian hàng"),
    "variants": say("quy cách là của sổ đăng ký"),
}


class BadUndo(ValueError):
    """This run is not one that can be undone (Vietnamese message)."""


@dataclass(frozen=True, slots=True)
class Back:
    """One value that comes back; ``key`` is a price's SKU, a rule's or a mapping's place.
    ``listing_id`` None: it is no listing's. Prices are in đồng."""

    shop: str
    product_code: str
    kind: str
    key: str
    now: Any
    back: Any
    listing_id: int | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that stays as it is, and why."""

    shop: str
    product_code: str
    kind: str
    why: str


@dataclass(slots=True)
class Undone:
    """``run_id``: the undo's own run."""

    run_id: int
    back: list[Back] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    products: set[int] | None = field(default_factory=set)
    """To be planned anew; None: all."""
    changes: Counter[str] = field(default_factory=Counter)
    """What its plan changes of listings, by facet."""


def preview(env: Env, run_id: int) -> Undone:
    """What an undo would do; nothing is written. Raises BadUndo."""
    with env.db.preview() as session:
        return _undo(env, session, run_id, "preview")


def undo(env: Env, run_id: int, who: str) -> Undone:
    """Put back what a run changed; sent by whoever sends next. Raises BadUndo."""
    with env.db.transaction() as session:
        return _undo(env, session, run_id, who)


def lift(env: Env, override_id: int, who: str) -> OverrideRow:
    """End an override: the offer's own value comes back. Raises BadUndo."""
    with env.db.transaction() as session:
        turns.take(session, None)
        row = next((o for o in overrides.shown(session) if o.id == override_id), None)
        if row is None:
            raise BadUndo(
                say(
                    "không có giá trị ghim số %(pin)s; xem ocop-sync overrides list",
                    pin=override_id,
                )
            )
        run = office.begin(env, session, who, f"bỏ ghim số {override_id}")
        products = overrides.end(session, [override_id], "lifted", env.now())
        plan_in(env, session, products, run)
    return row


def _undo(env: Env, session: Session, run_id: int, who: str) -> Undone:
    run = session.get(Run, run_id)
    if run is None:
        raise BadUndo(say("không có lượt số %(run)s; xem ocop-sync runs", run=run_id))
    if run.status == "running":
        raise BadUndo(
            say("lượt số %(run)s chưa xong; dừng bằng ocop-sync stop, hoặc chờ", run=run_id)
        )
    turns.take(session, None)
    own = runs.begin(
        session, "undo", env.now(), slot=None, who=who, why=f"hoàn tác lượt {run_id} ({run.kind})"
    )
    assert own is not None  # noqa: S101 (only a slot can be taken)
    done = Undone(own)
    _decisions(env, session, run_id, who, done)
    _lift_own(env, session, run_id, done)
    if done.products == set():
        _pin(env, session, run_id, who, done)
    plan_in(env, session, done.products, own)
    if refused := _refused(session, done):
        plan_in(env, session, overrides.end(session, refused, "refused", env.now()), own)
    done.changes = Counter(c.facet for c in overrides.changed_by(session, own))
    counts = {"back": len(done.back), "kept": len(done.kept)}
    runs.end(session, own, "ok", counts, env.now())
    return done


# --- decisions --------------------------------------------------------------------------------


def _decisions(env: Env, session: Session, run_id: int, who: str, done: Undone) -> None:
    for event in runs.events_of(session, run_id):
        if event.kind == office.RULE_SET:
            _rule_back(env, session, event, who, done)
        elif event.kind == office.MAPPING_SET:
            _mapping_back(env, session, event, who, done)
        elif event.kind == office.ASSORTED:
            _assortment_back(env, session, event, done)
        elif event.kind == office.AGREED:
            _agreement_back(env, session, event, done)
        elif event.kind in ("hold_approved", "hold_rejected"):
            _ask_again(env, session, event, done)


def _rule_back(env: Env, session: Session, event: Event, who: str, done: Undone) -> None:
    place = [event.after[name] for name in ("kind", "scope", "target", "channel")]
    label = " ".join(part for part in place if part)
    if rules.value_of(session, *place) != event.after["value"]:
        done.kept.append(
            Kept("", "", "rule", say("luật %(rule)s đã được đặt lại từ đó", rule=label))
        )
        return
    ruling = Ruling(place[0], place[1], place[2], place[3], event.before["value"])
    office.rule(env, session, ruling, run_id=done.run_id, who=who, note=f"hoàn tác {event.run_id}")
    done.back.append(Back("", "", "rule", label, event.after["value"], event.before["value"]))
    done.products = None


def _mapping_back(env: Env, session: Session, event: Event, who: str, done: Undone) -> None:
    market, now = (event.after["channel"], event.after["base_url"]), event.after["value"]
    label = f"{market[0]} {now['kind']} {now['words']}".strip()
    known = {(r.kind, r.words): r.category_id for r in categories.rows_of(session, market)}
    before = event.before["value"]
    if known.get((now["kind"], now["words"])) != now["category_id"]:
        why = say("ánh xạ %(line)s đã được đặt lại từ đó", line=label)
        done.kept.append(Kept("", "", "mapping", why))
    elif before is None:
        why = say("ánh xạ %(line)s: trước đó chưa có ngành hàng", line=label)
        done.kept.append(Kept("", "", "mapping", why))
    else:
        row = MapRow(**{**before, "attributes": tuple(before["attributes"]), "decided_by": who})
        office.mapping(env, session, market, row, run_id=done.run_id)
        done.back.append(Back("", "", "mapping", label, now["category_id"], before["category_id"]))
        done.products = None


def _assortment_back(env: Env, session: Session, event: Event, done: Undone) -> None:
    key, now, before = event.after["shop"], event.after["value"], event.before["value"]
    shop = shops.by_key(session, key)
    if shop is None:
        done.kept.append(Kept(key, "", "assortment", say("không còn gian hàng %(shop)s", shop=key)))
        return
    said = assortments.of_products(session, shop.id or 0, sorted(now))
    for code in sorted(now):
        if said[code] != now[code]:
            why = say("%(code)s: danh mục gian hàng đã được quyết lại từ đó", code=code)
            done.kept.append(Kept(key, code, "assortment", why))
    back = {code: before[code] for code in now if said[code] == now[code]}
    office.assort(env, session, shop, back, run_id=done.run_id)
    for code, mode in sorted(back.items()):
        done.back.append(Back(key, code, "assortment", "", now[code], mode))
    if done.products is not None:
        done.products |= set(registry.ids_of_codes(session, sorted(back)).values())


def _agreement_back(env: Env, session: Session, event: Event, done: Undone) -> None:
    name, producer_id = event.after["producer"], int(event.after["id"])
    now, before = event.after["value"], event.before["value"]
    if not office.agree(env, session, [producer_id], agreed=before, run_id=done.run_id):
        why = say("%(producer)s: đã được quyết lại từ đó", producer=name)
        done.kept.append(Kept("", "", "agreement", why))
        return
    done.back.append(Back("", "", "agreement", name, now, before))
    if done.products is not None:
        done.products |= set(owners.products_of(session, [producer_id]))


def _ask_again(env: Env, session: Session, event: Event, done: Undone) -> None:
    """A word that stands is taken back, and the question comes again; what has been done by it is
    done. A price that was let go is put back like any other."""
    hold_id = int(event.after["hold"])
    live = [item for item in holds.items(session, hold_id) if item.live]
    if event.code == guards.PRICE and event.kind == "hold_approved":
        holds.end_hold(session, hold_id, env.now())
        return
    if not live:
        why = say("việc chờ số %(hold)s đã thực hiện, không hỏi lại được", hold=hold_id)
        done.kept.append(Kept("", "", "hold", why))
        return
    holds.end_hold(session, hold_id, env.now())
    if event.code == guards.TAKE_DOWN:  # it is asked of what a pull changed
        registry.pulled(session, [i.product_id for i in live if i.product_id], env.now())
    status = event.kind.removeprefix("hold_")
    done.back.append(Back("", "", "hold", str(hold_id), status, "hỏi lại"))
    if done.products is not None:
        done.products |= {item.product_id for item in live if item.product_id is not None}


def _lift_own(env: Env, session: Session, run_id: int, done: Undone) -> None:
    """An undo that is undone: what it put back is lifted."""
    ids = overrides.of_run(session, run_id)
    for row in overrides.shown(session):
        if row.id in ids:
            done.back.append(
                Back(row.shop, row.product_code, row.kind, row.key, row.value, "theo sổ và luật")
            )
    products = overrides.end(session, ids, "undone", env.now())
    if done.products is not None:
        done.products |= set(products)


# --- prices and contents ----------------------------------------------------------------------


def _pin(env: Env, session: Session, run_id: int, who: str, done: Undone) -> None:
    """Old values as overrides."""
    changed = overrides.changed_by(session, run_id)
    states = listings.by_ids(session, sorted({c.listing_id for c in changed}))
    repacked = {c.listing_id for c in changed if c.facet == "variants"}
    rows: list[dict[str, Any]] = []
    for facet in changed:
        why = _why_not(env, facet, states[facet.listing_id])
        if why is None and facet.facet == "content" and facet.listing_id in repacked:
            why = say("nội dung cũ kể những quy cách khác với nay")
        if why is not None:
            done.kept.append(Kept(facet.shop, facet.product_code, facet.facet, why))
            continue
        for key, now, back in _values(facet):
            there = (facet.shop, facet.product_code, facet.facet)
            done.back.append(Back(*there, key, now, back, facet.listing_id))
            rows.append({
                "listing_id": facet.listing_id, "kind": facet.facet, "key": key, "value": back,
                "source": digest(now),
            })  # fmt: skip
            if done.products is not None:
                done.products.add(facet.product_id)
    overrides.put(session, rows, done.run_id, who, env.now())
    outcomes.log(session, [_event(row, who, done.run_id) for row in rows], env.now())


def _values(facet: ChangedFacet) -> Iterator[tuple[str, Any, Any]]:
    """(key, now, back) of what differs."""
    if facet.facet == "content":
        yield "", facet.wanted, facet.replaced
        return
    for sku, price in facet.wanted.items():
        before = facet.replaced.get(sku)
        if before is not None and before != price:
            yield sku, price, before


def _why_not(env: Env, facet: ChangedFacet, listing: ListingState) -> str | None:
    """The reason for which a facet stays as it is; None: it can be put back."""
    if facet.facet in NEVER:
        return NEVER[facet.facet]
    if not facet.ours:
        return say("lượt khác đã đổi tiếp từ đó; hoàn tác lượt ấy trước")
    shelf = listing.facets.get("availability")
    if listing.remote_id is None or shelf is None or not shelf.wanted["on"]:
        return say("tin không được bán lúc này")
    if facet.replaced is None:
        return say(
            "không rõ trước đó sàn đang có gì (tin mới, hoặc lần gửi trước chưa có câu trả lời)"
        )
    if facet.facet == "price":
        same = not list(_values(facet))
        return say("không quy cách nào có giá cũ khác") if same else None
    return _content_why_not(env, facet.replaced, facet.wanted)


def _content_why_not(env: Env, old: Mapping[str, Any], now: Mapping[str, Any]) -> str | None:
    """An old text may say what is no longer so."""
    if any(old["facts"].get(name) != now["facts"].get(name) for name in CLAIMS):
        return say("nội dung cũ nói hạng sao, quyết định hay giấy tờ không còn như thế")
    if old["papers"] != now["papers"]:
        return say("giấy tờ đính kèm đã khác")
    if missing := [d for d in old["images"] if not (env.images / d).exists()]:
        return say("%(count)s ảnh cũ không còn trong kho", count=len(missing))
    return None


def _event(row: Mapping[str, Any], who: str, run_id: int) -> EventRow:
    content = row["kind"] == "content"
    return EventRow(
        kind="put_back",
        run_id=run_id,
        listing_id=row["listing_id"],
        facet=row["kind"],
        after={"key": row["key"], "value": digest(row["value"]) if content else row["value"]},
        message=f"{who} hoàn tác",
    )


def _refused(session: Session, done: Undone) -> list[int]:
    """The plan has the last word: what it could not show as it was (the spread of prices that a
    channel takes) is said to stay; the overrides of it, which have to end."""
    mine = set(overrides.of_run(session, done.run_id))
    pins = {(o.listing_id, o.kind, o.key): o.id for o in overrides.shown(session) if o.id in mine}
    wanted = {(c.listing_id, c.facet): c.wanted for c in overrides.changed_by(session, done.run_id)}
    refused: list[int] = []
    for back in list(done.back):
        pin = pins.get((back.listing_id or 0, back.kind, back.key))
        if pin is not None and not _stands(back, wanted.get((back.listing_id or 0, back.kind))):
            done.back.remove(back)
            refused.append(pin)
            why = say("giá cũ chênh với quy cách khác hơn mức sàn cho phép")
            done.kept.append(Kept(back.shop, back.product_code, back.kind, why))
    return refused


def _stands(back: Back, wanted: Any) -> bool:
    """Whether what is wanted of the facet by now is what came back."""
    if wanted is None:
        return False
    return bool((wanted.get(back.key) if back.kind == "price" else wanted) == back.back)


def grouped(kept: Iterable[Kept]) -> list[tuple[str, str, Sequence[Kept]]]:
    """(kind, why, all of them), for people: hundreds of listings may stay for one reason."""
    groups: dict[tuple[str, str], list[Kept]] = {}
    for one in kept:
        groups.setdefault((one.kind, one.why), []).append(one)
    return [(kind, why, some) for (kind, why), some in groups.items()]
