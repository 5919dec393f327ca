"""A register file looked at before it is taken: what each row says, what is wrong with it, and
what it would change. Nothing is written; a pull of the same file does exactly what is said here,
because rows become products, and products are compared with the tables, by the same steps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from connectors.registry.contract import Page, SourceProduct, SourceVariant
from connectors.registry.spreadsheet.marking import Mark, marked
from connectors.registry.spreadsheet.products import products_of, usable
from connectors.registry.spreadsheet.register import Line as SheetLine
from connectors.registry.spreadsheet.register import Register, read_register
from connectors.registry.spreadsheet.reports import problems_of
from connectors.registry.spreadsheet.row import ProductRow
from connectors.registry.spreadsheet.source import SpreadsheetSource
from models import facts, registry
from models.facts import ProductFacts
from worker.env import Env
from worker.received import Received
from worker.sku import same_pack

TAKEN, WAITS, LEFT_OUT, REFUSED, NO_PRODUCT = "taken", "waits", "left_out", "refused", "no_product"
"""What becomes of a row: taken; taken, and waits for a person; left out while the product's other
packs are taken; refused; it is no product row."""

NEW, CHANGED, SAME = "new", "changed", "same"

FOUND_LETTERS = 300
"""Of a cell's text in a report."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing wrong with a row (Vietnamese); ``column`` is its letter, "" where the sheet has no
    such column."""

    column: str
    code: str
    found: str
    expected: str
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One sheet row as it was understood. Prices in đồng, ``kind`` as in ``rowkinds``."""

    sheet: str
    number: int
    kind: str
    outcome: str
    code: str = ""
    name: str = ""
    producer: str = ""
    pack: str = ""
    net_g: int | None = None
    net_ml: int | None = None
    count: int | None = None
    gtin: str | None = None
    price_vnd: int | None = None
    stock: int | None = None
    stars: int | None = None
    decision: str = ""
    expires_on: date | None = None
    troubles: tuple[Trouble, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """A file, read on a day. ``keys``: code and digest of each product that a pull would take;
    ``headers``: the header's first row by sheet; ``whole``: every row could be used, so that
    absence means something (the pull's own rule)."""

    day: date
    lines: tuple[Line, ...]
    keys: tuple[tuple[str, bytes], ...]
    headers: Mapping[str, int]
    whole: bool

    @property
    def products(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.outcome != NO_PRODUCT)

    def counts(self) -> Counter[str]:
        """Rows by outcome."""
        return Counter(line.outcome for line in self.lines)


def read(path: Path, day: date) -> Reading:
    """Read a file; ``day`` (Asia/Ho_Chi_Minh) judges dates in the future. Raises RegistryError."""
    register = read_register(path, day)
    rows = register.products
    products = {product.code: product for product in products_of(rows)}
    clean = {row.code for row in rows if usable(row) and row.status == "accept"}
    keys = Page(tuple(products.values())).keys()
    return Reading(
        day,
        tuple(_line(line, register, products, clean) for line in register.lines),
        tuple((code, digest) for code, digest, _version in keys),
        {name: header.first for name, header in register.headers.items()},
        all(usable(row) for row in rows),
    )


def _line(
    line: SheetLine, register: Register, products: Mapping[str, SourceProduct],
    clean: set[str | None],
) -> Line:  # fmt: skip
    row = line.product
    if row is None:
        return Line(sheet=line.sheet, number=line.number, kind=line.kind, outcome=NO_PRODUCT)
    return Line(
        sheet=row.sheet, number=row.number, kind=line.kind,
        outcome=_outcome(row, products, clean), code=row.code or "", name=row.name or "",
        producer=row.producer, pack=row.pack, net_g=row.net_g, net_ml=row.net_ml,
        count=row.count, gtin=row.gtin, price_vnd=row.price_vnd, stock=row.stock,
        stars=row.stars, decision=row.decision, expires_on=row.expires_on,
        troubles=_troubles(row, register),
    )  # fmt: skip


def _outcome(row: ProductRow, products: Mapping[str, SourceProduct], clean: set[str | None]) -> str:
    if not usable(row) or row.code is None:
        return REFUSED
    if row.status != "accept" and row.code in clean:
        return LEFT_OUT
    return WAITS if products[row.code].flags else TAKEN


def _troubles(row: ProductRow, register: Register) -> tuple[Trouble, ...]:
    header = register.headers[row.sheet]
    return tuple(
        Trouble(
            header.letter(said.field or ""),
            said.code,
            said.found[:FOUND_LETTERS],
            said.expected,
            said.advice[: 2 * FOUND_LETTERS],
        )
        for said in problems_of(row, register)
    )


# --- kept, so that each page of many rows does not read the sheet again --------------------------


def dump(reading: Reading) -> bytes:
    """A reading as JSON."""
    return orjson.dumps({
        "day": reading.day, "lines": [asdict(line) for line in reading.lines],
        "keys": [(code, digest.hex()) for code, digest in reading.keys],
        "headers": dict(reading.headers), "whole": reading.whole,
    })  # fmt: skip


def load(data: bytes) -> Reading:
    """The opposite of :func:`dump`."""
    found = orjson.loads(data)
    return Reading(
        date.fromisoformat(found["day"]),
        tuple(_line_from(line) for line in found["lines"]),
        tuple((code, bytes.fromhex(digest)) for code, digest in found["keys"]),
        found["headers"],
        found["whole"],
    )


def _line_from(values: dict[str, Any]) -> Line:
    expires = values["expires_on"]
    values["expires_on"] = date.fromisoformat(expires) if expires else None
    values["troubles"] = tuple(Trouble(**trouble) for trouble in values["troubles"])
    return Line(**values)


def of_received(received: Received, day: date) -> Reading:
    """The reading of a file that was sent: read once a day, for what is in the future today need
    not be so tomorrow. Raises RegistryError."""
    kept = received.folder / "reading.json"
    try:
        reading = _kept(kept, kept.stat().st_mtime_ns)
        if reading.day == day:
            return reading
    except OSError:
        pass  # not read yet
    reading = read(received.path, day)
    kept.write_bytes(dump(reading))
    return reading


@lru_cache(maxsize=4)
def _kept(path: Path, written_ns: int) -> Reading:
    """``written_ns``: another writing of the file is another reading."""
    return load(path.read_bytes())


# --- against the tables -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Compared:
    """What a pull would find: codes that are new, and that differ; ``gone``: products that an
    earlier file of the same name had and this one has not, by code."""

    new: frozenset[str] = frozenset()
    changed: frozenset[str] = frozenset()
    gone: tuple[str, ...] = ()

    def of(self, line: Line) -> str:
        """Of a row that is taken: new, changed or same; "" of another."""
        if line.outcome not in (TAKEN, WAITS):
            return ""
        if line.code in self.new:
            return NEW
        return CHANGED if line.code in self.changed else SAME


def compare(env: Env, path: Path, reading: Reading) -> Compared:
    """The reading against the tables, by the pull's own comparison, in a transaction that is
    rolled back."""
    source = SpreadsheetSource(path, reading.day).key
    with env.db.preview() as session:
        registry.begin(session)
        registry.see(session, [(code, digest, None) for code, digest in reading.keys])
        differ = registry.changed(session)
        known = registry.ids_of_codes(session, sorted(differ)).keys()
        gone = registry.gone(session, source)
    return Compared(
        frozenset(differ - known), frozenset(differ & known), tuple(sorted(gone.values()))
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that the file says otherwise than the tables; ``what`` is a field of Line, or
    "pack" for a new one and "other" for what no column here shows."""

    what: str
    before: Any = None
    after: Any = None


@dataclass(slots=True)
class _Known:
    facts: ProductFacts
    left: list[Any] = field(default_factory=list)
    """Packs that no row has claimed."""


def differences(env: Env, lines: Sequence[Line]) -> dict[tuple[str, int], list[Difference]]:
    """What these rows of changed products say otherwise, by sheet and row."""
    with env.db.transaction() as session:
        ids = registry.ids_of_codes(session, sorted({line.code for line in lines}))
        products = facts.load_products(session, sorted(set(ids.values())))
    by_id = {product.id: _Known(product, list(product.variants)) for product in products}
    return {
        (line.sheet, line.number): _differences(line, by_id[ids[line.code]])
        for line in lines
        if line.code in ids and ids[line.code] in by_id
    }


def _differences(line: Line, known: _Known) -> list[Difference]:
    certificates = known.facts.certificates
    last = max(certificates, key=lambda c: c.recognised_on) if certificates else None
    old: dict[str, Any] = {"name": known.facts.name, "producer": known.facts.producer_name}
    if last is not None:
        old |= {"stars": last.stars, "decision": last.decision, "expires_on": last.expires_on}
    found = []
    pack = same_pack(_pack(line), known.left)
    if pack is None:
        found.append(Difference("pack", None, line.pack))
    else:
        known.left.remove(pack)
        old |= {name: getattr(pack, name) for name in ("pack", "price_vnd", "stock", "gtin")}
    found += [
        Difference(name, before, getattr(line, name))
        for name, before in old.items()
        if before != getattr(line, name)
    ]
    if known.facts.withdrawn_at is not None:
        found.insert(0, Difference("withdrawn", known.facts.withdrawn_at, None))
    return found or [Difference("other")]


def _pack(line: Line) -> SourceVariant:
    return SourceVariant(
        line.pack, line.price_vnd, line.stock, None, line.net_g, line.net_ml, line.count, line.gtin
    )


# --- back to the one who keeps the sheet --------------------------------------------------------


def mark(path: Path, reading: Reading) -> bytes:
    """The file as XLSX with everything that is wrong marked. Raises RegistryError."""
    marks = [
        Mark(line.sheet, line.number, trouble.column, _words(trouble), line.outcome == REFUSED)
        for line in reading.lines
        for trouble in line.troubles
    ]
    return marked(path, marks, reading.headers)


def _words(trouble: Trouble) -> str:
    found = f"thấy “{trouble.found}”. " if trouble.found else ""
    return f"{found}Cần: {trouble.expected}. Cách sửa: {trouble.advice}"
