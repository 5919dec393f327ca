"""Rows to products: the rows of one code are the packs of one product.

What is clean is yielded clean. A flagged pack is left out of a product that has clean ones (and
reported), so that one bad cell takes nothing off sale; a product without a clean pack is
yielded with its flags, to be seen and to wait. A note that the certificate is withdrawn speaks
of the product, so it flags all of it.
"""

from __future__ import annotations

from collections.abc import Iterable

from connectors.registry.contract import (
    SourceCertificate,
    SourceImage,
    SourceProducer,
    SourceProduct,
    SourceVariant,
)
from connectors.registry.spreadsheet.places import present_place
from connectors.registry.spreadsheet.producers import producer_key
from connectors.registry.spreadsheet.row import ProductRow

_OF_THE_PRODUCT = frozenset({"REVOKED_NOTE"})
"""Flags that hold every pack, whichever row they stand in."""

_NO_IDENTITY = frozenset({"CODE_MISSING", "CODE_INVALID", "CODE_CONFLICT"})


def usable(row: ProductRow) -> bool:
    """The row can be (part of) a product: readable, and its code is surely its own."""
    return (
        row.status != "reject"
        and row.code is not None
        and row.group is not None
        and not any(problem.code in _NO_IDENTITY for problem in row.problems)
    )


def products_of(rows: Iterable[ProductRow]) -> list[SourceProduct]:
    """The products of the usable rows, in the order of their first rows."""
    packs: dict[str, list[ProductRow]] = {}
    for row in rows:
        if usable(row) and row.code:
            packs.setdefault(row.code, []).append(row)
    return [_product(code, rows) for code, rows in packs.items()]


def _product(code: str, rows: list[ProductRow]) -> SourceProduct:
    clean = [row for row in rows if row.status == "accept"]
    shown = clean or rows
    first = shown[0]
    held = [p.code for row in rows for p in row.problems if not clean or p.code in _OF_THE_PRODUCT]
    return SourceProduct(
        code=code,
        name=first.name or "",
        producer=SourceProducer(
            producer_key(first.producer), first.producer, first.producer_kind, first.phone
        ),
        group=first.group or "",
        variants=tuple(map(_variant, shown)),
        certificate=_certificate(first),
        description=first.description,
        district=first.district or "",
        commune=first.commune,
        place=present_place(first.district or "", first.commune),
        self_declaration=first.self_declaration,
        trace_code=first.trace_code,
        images=tuple(SourceImage(url) for url in first.images),
        flags=tuple(dict.fromkeys(held)),
    )


def _variant(row: ProductRow) -> SourceVariant:
    """``sku`` stays None: a file gives none, and the one who stores packs mints them."""
    return SourceVariant(
        pack=row.pack,
        price_vnd=row.price_vnd,
        stock=row.stock,
        net_g=row.net_g,
        net_ml=row.net_ml,
        count=row.count,
        gtin=row.gtin,
        shelf_life=row.shelf_life,
    )


def _certificate(row: ProductRow) -> SourceCertificate | None:
    """None when the row does not say enough, or says that it ended before it began."""
    if row.stars is None or row.recognised_on is None or row.expires_on is None:
        return None
    if row.expires_on <= row.recognised_on:
        return None
    return SourceCertificate(
        decision=row.decision,
        stars=row.stars,
        recognised_on=row.recognised_on,
        expires_on=row.expires_on,
        potential_stars=row.potential_stars,
    )
