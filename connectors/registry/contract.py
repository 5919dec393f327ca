"""The contract of a registry source: where certified products come from.

A source is found by the entry point group ``ocop_sync.registries`` and yields pages of products
and tombstones. Units: money integer đồng, weights grams, volumes millilitres, days as
``datetime.date`` (in Asia/Ho_Chi_Minh), moments aware UTC. Text is NFC.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

import orjson

GROUPS = ("thuc-pham", "do-uong", "duoc-lieu", "thu-cong-my-nghe", "sinh-vat-canh", "du-lich")
"""Slugs of the six groups of QĐ 148 (ocop-domain §2)."""


@dataclass(frozen=True, slots=True)
class SourceImage:
    """``shows_logo``: the picture carries the OCOP mark (None: not known)."""

    url: str
    sha256: str | None = None
    shows_logo: bool | None = None


@dataclass(frozen=True, slots=True)
class SourceProducer:
    """``key`` is stable within the source (its id, else the folded name). ``phone``: 10 digits."""

    key: str
    name: str
    kind: str = ""
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class SourceCertificate:
    """``status`` is valid, revoked or suspended as the registry says; expiry is judged by us."""

    decision: str
    stars: int
    recognised_on: date
    expires_on: date
    potential_stars: int | None = None
    status: str = "valid"
    revoked_on: date | None = None
    revoked_reason: str = ""


@dataclass(frozen=True, slots=True)
class SourceVariant:
    """A pack. ``sku`` None: the registry has none and we mint it. ``price_vnd`` None: on request.

    ``stock`` None: unknown. ``count``: units in the pack when its text says so.
    """

    pack: str
    price_vnd: int | None
    stock: int | None
    sku: str | None = None
    net_g: int | None = None
    net_ml: int | None = None
    count: int | None = None
    gtin: str | None = None
    shelf_life: str = ""


@dataclass(frozen=True, slots=True)
class SourceProduct:
    """A product as the registry states it. ``version`` None: the source does not count versions.

    ``flags``: reason codes (registry-formats §4) for which a person must look before this is
    published; empty for a clean one.
    """

    code: str
    name: str
    producer: SourceProducer
    group: str
    variants: tuple[SourceVariant, ...]
    certificate: SourceCertificate | None
    description: str = ""
    district: str = ""
    commune: str = ""
    """District and commune as printed on the certificate."""
    place: str = ""
    """The present address: commune or ward and province ("" when a person has to say)."""
    self_declaration: str = ""
    trace_code: str = ""
    images: tuple[SourceImage, ...] = ()
    version: int | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tombstone:
    """The registry deleted this product: its listings end, its history stays."""

    code: str
    version: int | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing that is wrong with one row. ``where`` is for people ("sheet OCOP BG, row 20,
    column O"), ``found`` the value as written, ``expected`` and ``advice`` Vietnamese."""

    where: str
    code: str
    field: str | None
    found: str
    expected: str
    advice: str


Key = tuple[str, bytes, int | None]
"""A product's code, the digest of its statement (16 bytes), its version where one is counted."""


@dataclass(frozen=True, slots=True)
class Page:
    """``rejected`` counts what could not be used; each has at least one problem.

    The worker asks ``keys`` first and parses only what changed, so a source whose items are
    costly to build overrides ``keys`` and ``parse`` (see ``http_json``).
    """

    products: tuple[SourceProduct, ...] = ()
    tombstones: tuple[Tombstone, ...] = ()
    problems: tuple[RowProblem, ...] = ()
    rejected: int = 0

    def keys(self) -> Sequence[Key]:
        """One key a product of the page."""
        return [(p.code, statement_digest(orjson.dumps(p)), p.version) for p in self.products]

    def parse(self, codes: Collection[str]) -> tuple[list[SourceProduct], list[RowProblem]]:
        """The products with these codes, and what was wrong with those that could not be read."""
        return [p for p in self.products if p.code in codes], []


def statement_digest(data: bytes) -> bytes:
    """The digest by which an unchanged statement is known (16 bytes)."""
    return hashlib.blake2b(data, digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class WalkEnd:
    """How a walk ended. ``full``: everything the source has was seen, so absence means
    something. ``cursor`` is given back to ``pages`` as ``since`` next time; None: none.
    ``total``: the source's own count of its products, None when it does not say."""

    full: bool
    cursor: str | None
    unchanged: bool = False
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Walk:
    """Iterate ``pages`` to the end, then ask ``end()``. An error is raised in the middle."""

    pages: Iterator[Page]
    end: Callable[[], WalkEnd]


class RegistryError(Exception):
    """The source could not be read (to its end). ``where``, ``found``, ``expected`` and
    ``advice`` make the message; what was read before it stays valid, absence says nothing."""

    def __init__(self, where: str, found: str, expected: str, advice: str) -> None:
        super().__init__(f"{where}: {found}. Cần: {expected}. Cách sửa: {advice}")
        self.where, self.found, self.expected, self.advice = where, found, expected, advice


class RegistrySource(Protocol):
    """``key`` names the source for good: absence is judged only within the same source."""

    key: str

    def pages(self, since: str | None) -> Walk:
        """Walk the source; ``since`` is an earlier ``WalkEnd.cursor``, None for a full walk."""


@dataclass(frozen=True, slots=True)
class RowReport:
    """What became of one sheet row; the shape that ``pull --dry-run --json`` prints."""

    sheet: str
    row: int
    status: str
    reasons: tuple[Mapping[str, str | None], ...] = ()
    warnings: tuple[str, ...] = ()
    value: Mapping[str, Any] | None = None
    problems: tuple[RowProblem, ...] = field(default=(), repr=False)
