"""Pull: the registry, page by page, into the tables; only what changed is touched.

Keys and digests of every page go into one comparison; what is new or changed is parsed, given
its SKUs and merged. Absence withdraws only after a *full* walk of the *same* source, and never
many at once: a reading that failed, stopped short or came back empty marks nothing as gone. Each
product that was touched is marked with it, so that the plan after this pull counts what the whole
pull takes down, and finds what a killed one left.
(design: "Guards", "Registry sources"; registry-formats §3, §5)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from connectors.registry.contract import (
    Key,
    Page,
    RegistryError,
    RegistrySource,
    RowProblem,
    SourceProduct,
    SourceVariant,
    Tombstone,
    WalkEnd,
)
from models import facts, holds, merge, outcomes, registry, runs, shops
from models.holds import Item, Question
from models.merge import (
    CertificateRow,
    ImageRow,
    ProducerRow,
    ProductRow,
    VariantRow,
)
from models.outcomes import EventRow
from models.product import Variant
from worker import guards
from worker.digests import digest as digest_of
from worker.env import Env
from worker.kinds import kind_of
from worker.rules import active
from worker.sku import mint, same_pack

MERGE_CHUNK = 500
BATCH_KEYS = 50_000
"""Keys that are compared with the tables at once."""

ABSENCE = "mass_absence"
NOT_IN_REGISTER = "không còn trong sổ đăng ký"


@dataclass(slots=True)
class Pulled:
    """What a pull did. ``touched`` are the ids of products to plan anew."""

    seen: int = 0
    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    rejected: int = 0
    nameless: int = 0
    """Of those rejected: rows without a code, any of which may be the product that is missing."""
    held: int = 0
    unchanged_source: bool = False
    touched: set[int] = field(default_factory=set)
    problems: list[RowProblem] = field(default_factory=list)
    failure: RegistryError | None = None

    def counts(self) -> dict[str, Any]:
        return {
            "seen": self.seen, "new": self.new, "changed": self.changed,
            "withdrawn": self.withdrawn, "rejected": self.rejected, "held": self.held,
            "problems": len(self.problems),
        }  # fmt: skip


def pull(env: Env, source: RegistrySource, run_id: int | None, *, full: bool = False) -> Pulled:
    """Walk the source from its last position (``full``: from the beginning) and merge it. What it
    touched is owed a plan (worker.planning.plan_pulled).

    A RegistryError in the middle keeps what was read before it; it comes back in ``failure``. A
    row that cannot be used is asked for again: the position stays before it until it is whole.
    """
    result = Pulled()
    name = f"registry:{source.key}"
    with env.db.transaction() as session:
        since = None if full else shops.cursor(session, name)
    with env.db.transaction() as session:
        registry.begin(session)
        end: WalkEnd | None = None
        try:
            walk = source.pages(since)
            for batch in _batches(walk.pages):
                _take(session, source.key, batch, result, env.now())
            end = walk.end()
        except RegistryError as error:
            result.failure = error
        holds.end_others(session, ABSENCE, sorted(result.touched), [], env.now())
        if end is not None:
            result.unchanged_source = end.unchanged
            if end.full and not end.unchanged and not result.nameless:
                _judge_absence(session, source.key, result, env.now())
            if end.cursor is not None and not result.rejected:
                shops.set_cursor(session, name, end.cursor, env.now())
        outcomes.log(session, _problem_events(result, run_id), env.now())
    return result


def _batches(pages: Iterator[Page]) -> Iterator[list[tuple[Page, Sequence[Key]]]]:
    """Pages with their keys, many together: a comparison costs the same for one page as for
    fifty. What was read before an error comes out before it."""
    batch: list[tuple[Page, Sequence[Key]]] = []
    count = 0
    failure: RegistryError | None = None
    while failure is None:
        try:
            page = next(pages)
        except StopIteration:
            break
        except RegistryError as error:
            failure = error
            continue
        batch.append((page, page.keys()))
        count += len(batch[-1][1])
        if count >= BATCH_KEYS:
            yield batch
            batch, count = [], 0
    if batch:
        yield batch
    if failure is not None:
        raise failure


def _take(
    session: Session,
    source: str,
    batch: Sequence[tuple[Page, Sequence[Key]]],
    result: Pulled,
    now: datetime,
) -> None:
    result.seen += registry.see(session, [key for _page, keys in batch for key in keys])
    codes = registry.changed(session)
    for page, keys in batch:
        result.problems += page.problems
        result.rejected += page.rejected
        result.nameless += page.rejected
        mine = {code: digest for code, digest, _version in keys if code in codes} if codes else {}
        if mine:
            _take_changed(session, source, page, mine, result, now)
        if page.tombstones:
            _bury(session, page.tombstones, result, now)


def _take_changed(
    session: Session,
    source: str,
    page: Page,
    digests: Mapping[str, bytes],
    result: Pulled,
    now: datetime,
) -> None:
    """Parse and merge what changed on one page; ``digests`` by code."""
    products, problems = page.parse(digests.keys())
    result.problems += problems
    result.rejected += len(digests) - len(products)
    for start in range(0, len(products), MERGE_CHUNK):
        _merge(session, source, products[start : start + MERGE_CHUNK], digests, result, now)


def _merge(
    session: Session,
    source: str,
    products: Sequence[SourceProduct],
    digests: Mapping[str, bytes],
    result: Pulled,
    now: datetime,
) -> None:
    ids = registry.ids_of_codes(session, [p.code for p in products])
    known = merge.known_variants(session, list(ids.values()))
    rows = []
    for product in products:
        product_id = ids.get(product.code)
        packs = _packs(session, product, known.get(product_id or 0, []))
        rows.append(_row(product, product_id, packs, source, digests[product.code]))
    result.touched.update(merge.merge(session, rows, now))
    result.new += sum(1 for row in rows if row.id is None)
    result.changed += sum(1 for row in rows if row.id is not None)


def _packs(
    session: Session, product: SourceProduct, known: Sequence[Variant]
) -> tuple[VariantRow, ...]:
    """Each pack with its SKU: the one it has, the registry's own, or a minted one."""
    left = list(known)
    taken = {v.sku for v in known}
    rows = []
    for pack in product.variants:
        match = same_pack(pack, left)
        if isinstance(match, Variant):
            left.remove(match)
            sku, variant_id = match.sku, match.id
        else:
            variant_id = None
            sku = pack.sku or _mint(session, product.code, pack, taken)
        taken.add(sku)
        rows.append(_variant_row(pack, sku, variant_id))
    return tuple(rows)


def _mint(session: Session, code: str, pack: SourceVariant, taken: set[str]) -> str:
    """A SKU that no product has; another product's is taken too."""
    while True:
        sku = mint(code, pack, taken)
        if not merge.taken_skus(session, [sku]):
            return sku
        taken.add(sku)


def _variant_row(pack: SourceVariant, sku: str, variant_id: int | None) -> VariantRow:
    values = asdict(pack)
    values.update(id=variant_id, sku=sku)
    return VariantRow(**values)


def _row(
    product: SourceProduct,
    product_id: int | None,
    packs: tuple[VariantRow, ...],
    source: str,
    digest: bytes,
) -> ProductRow:
    life = product.variants[0].shelf_life if product.variants else ""
    certificate = product.certificate
    return ProductRow(
        id=product_id,
        code=product.code,
        source=source,
        producer=ProducerRow(
            product.producer.key,
            product.producer.name,
            product.producer.kind,
            product.producer.phone,
        ),
        name=product.name,
        group=product.group,
        kind=kind_of(product.group, product.name, product.description, life),
        description=product.description,
        district=product.district,
        commune=product.commune,
        place=product.place,
        self_declaration=product.self_declaration,
        trace_code=product.trace_code,
        flags=product.flags,
        digest=digest,
        version=product.version,
        variants=packs,
        certificate=CertificateRow(**asdict(certificate)) if certificate else None,
        images=tuple(ImageRow(i.url, i.sha256, i.shows_logo) for i in product.images),
    )


def _bury(session: Session, tombstones: Sequence[Tombstone], result: Pulled, now: datetime) -> None:
    """A tombstone ends the listings; the history stays (registry-formats §5)."""
    ids = registry.ids_of_codes(session, [t.code for t in tombstones])
    for stone in tombstones:
        if stone.code in ids:
            product_id = ids[stone.code]
            done = registry.withdraw(session, [product_id], stone.reason, now)
            result.withdrawn += len(done)
            result.touched.update(done)
            if stone.version is not None:
                registry.set_versions(session, {product_id: stone.version})


def _judge_absence(session: Session, source: str, result: Pulled, now: datetime) -> None:
    """A full walk did not see them: few are withdrawn, many are held for a person. What a person
    said to keep is not asked about again. Silence is weaker than a word: two that vanish of a few
    are many already, and a walk that saw nothing at all is no evidence."""
    missing = {_key(source, code): i for i, code in registry.gone(session, source).items()}
    asked = {
        key: said
        for (_kind, key), said in holds.standing(session, ABSENCE).items()
        if key.startswith(_key(source, ""))
    }
    holds.end(session, ABSENCE, asked.keys() - missing.keys(), now)
    gone = {
        key: i
        for key, i in missing.items()
        if key not in asked or asked[key].status != guards.REJECTED
    }
    total = registry.active_count(session, source)
    rule = replace(active(facts.load_rules(session)).guard(), few=1)
    if gone and (result.seen == 0 or guards.too_many(len(gone), len(gone), total, rule)):
        result.held = len(gone)
        holds.ask(session, _absence(source, gone, total), now)
        return
    done = registry.withdraw(session, list(gone.values()), NOT_IN_REGISTER, now)
    holds.end(session, ABSENCE, gone, now)
    result.withdrawn += len(done)
    result.touched.update(done)


def _key(source: str, code: str) -> str:
    return f"{source}/{code}"


def _absence(source: str, gone: Mapping[str, int], total: int) -> Question:
    message = (
        f"{len(gone)}/{total} sản phẩm vắng mặt trong lần đọc đầy đủ của {source}: "
        "chưa gỡ sản phẩm nào, cần người xác nhận"
    )
    return Question(
        kind=ABSENCE,
        key=_key(source, digest_of(sorted(gone))),
        message=message,
        items=[Item(key, "absent", product_id=i) for key, i in gone.items()],
        detail={"missing": len(gone), "total": total},
    )


def _problem_events(result: Pulled, run_id: int | None) -> list[EventRow]:
    return [
        EventRow(
            kind="row_problem",
            run_id=run_id,
            code=p.code,
            message=f"{p.where}: {p.found!r}. Cần: {p.expected}. Cách sửa: {p.advice}",
        )
        for p in result.problems
    ]


def run_pull(
    env: Env, source: RegistrySource, *, slot: str | None, who: str, full: bool = False,
    fetch: Callable[[Env], set[int]] | None = None,
) -> tuple[int | None, Pulled]:  # fmt: skip
    """One pull as a run; (None, …) when this slot has had its pull. ``fetch`` then gets the
    pictures that are missing, and names the products that they belong to."""
    with env.db.transaction() as session:
        run_id = runs.begin(session, "pull", env.now(), slot=slot, who=who, why=source.key)
    if run_id is None:
        return None, Pulled()
    result = pull(env, source, run_id, full=full)
    fetched = fetch(env) if fetch is not None else set()
    result.touched |= fetched
    outcome = str(result.failure) if result.failure else "ok"
    with env.db.transaction() as session:
        registry.pulled(session, sorted(fetched), env.now())
        runs.end(session, run_id, outcome, result.counts(), env.now(), failed=bool(result.failure))
    return run_id, result
