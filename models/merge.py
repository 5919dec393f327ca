"""Write changed products: producers, products, codes, packs, certificates, pictures.

The rows come ready from ``worker.pull`` (plain frozen rows, SKUs already decided). Chunks of
changed products only; unchanged ones never get here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, text
from sqlmodel import Session, col, select

from config.clock import today as local_day
from models.product import (
    Asset,
    Certificate,
    Producer,
    Product,
    ProductCode,
    ProductImage,
    Variant,
)
from models.text import fold, sort_key


@dataclass(frozen=True, slots=True)
class ProducerRow:
    key: str
    name: str
    kind: str
    phone: str | None


@dataclass(frozen=True, slots=True)
class CertificateRow:
    decision: str
    stars: int
    potential_stars: int | None
    recognised_on: date
    expires_on: date
    status: str
    revoked_on: date | None
    revoked_reason: str


@dataclass(frozen=True, slots=True)
class VariantRow:
    """``id`` None: a new pack with a minted SKU."""

    id: int | None
    sku: str
    pack: str
    net_g: int | None
    net_ml: int | None
    count: int | None
    gtin: str | None
    price_vnd: int | None
    stock: int | None
    shelf_life: str


@dataclass(frozen=True, slots=True)
class ImageRow:
    url: str
    sha256: str | None
    shows_logo: bool | None


@dataclass(frozen=True, slots=True)
class ProductRow:
    """One product as it is to stand. ``id`` None: new."""

    id: int | None
    code: str
    source: str
    producer: ProducerRow
    name: str
    group: str
    kind: str
    description: str
    district: str
    commune: str
    place: str
    self_declaration: str
    trace_code: str
    flags: tuple[str, ...]
    digest: bytes
    version: int | None
    variants: tuple[VariantRow, ...]
    certificate: CertificateRow | None
    images: tuple[ImageRow, ...]


def known_variants(session: Session, product_ids: Sequence[int]) -> dict[int, list[Variant]]:
    """The packs that these products ever had, withdrawn ones too."""
    grouped: dict[int, list[Variant]] = defaultdict(list)
    query = select(Variant).where(col(Variant.product_id).in_(product_ids))
    for variant in session.exec(query.order_by(col(Variant.id))):
        grouped[variant.product_id].append(variant)
    return grouped


def taken_skus(session: Session, skus: Sequence[str]) -> set[str]:
    """Which of these SKUs exist."""
    rows = session.execute(
        text("SELECT sku FROM variant WHERE sku = ANY(:skus)"), {"skus": list(skus)}
    )
    return {row[0] for row in rows}


def merge(session: Session, rows: Sequence[ProductRow], now: datetime) -> list[int]:
    """Write these products; returns their ids, in order."""
    producers = _producers(session, [row.producer for row in rows])
    assets = _assets(session, [image for row in rows for image in row.images])
    ids = []
    for row in rows:
        product = _product(session, row, producers[row.producer.key])
        product.unplanned_since = now
        product_id = product.id or 0
        _variants(session, product_id, row.variants, now)
        _certificate(session, product_id, row.certificate, local_day(now))
        _images(session, product_id, row.images, assets)
        ids.append(product_id)
    session.flush()
    return ids


def _producers(session: Session, rows: Sequence[ProducerRow]) -> dict[str, int]:
    wanted = {row.key: row for row in rows}
    known = {
        p.key: p for p in session.exec(select(Producer).where(col(Producer.key).in_(list(wanted))))
    }
    for key, row in wanted.items():
        producer = known.get(key) or Producer(key=key, name="", name_folded="")
        producer.name, producer.name_folded = row.name, fold(row.name)
        producer.kind = row.kind or producer.kind
        producer.phone = row.phone or producer.phone
        session.add(producer)
        known[key] = producer
    session.flush()
    return {key: producer.id or 0 for key, producer in known.items()}


def _product(session: Session, row: ProductRow, producer_id: int) -> Product:
    product = session.get(Product, row.id) if row.id else None
    fresh = product is None
    product = product or Product(
        producer_id=producer_id, source=row.source, name=row.name, name_folded="", name_sort="",
        group=row.group, kind=row.kind, digest=row.digest,
    )  # fmt: skip
    product.producer_id = producer_id
    product.source = row.source
    product.name = row.name
    product.name_folded = fold(row.name)
    product.name_sort = sort_key(row.name)
    product.group, product.kind = row.group, row.kind
    product.description = row.description
    product.district, product.commune = row.district, row.commune
    product.place = row.place
    product.self_declaration, product.trace_code = row.self_declaration, row.trace_code
    product.flags = list(row.flags)
    product.digest, product.registry_version = row.digest, row.version
    product.withdrawn_at, product.withdrawn_reason = None, ""
    session.add(product)
    session.flush()
    if fresh:
        session.add(ProductCode(code=row.code, product_id=product.id or 0))
    return product


def _variants(session: Session, product_id: int, rows: Sequence[VariantRow], now: datetime) -> None:
    known = {v.id: v for v in known_variants(session, [product_id])[product_id]}
    kept = set()
    for position, row in enumerate(rows):
        variant = known.get(row.id) if row.id else None
        if variant is None:
            variant = Variant(product_id=product_id, sku=row.sku, pack=row.pack, stock=row.stock)
        elif variant.stock != row.stock:
            variant.stock_rev += 1
        variant.position = position
        variant.pack, variant.shelf_life = row.pack, row.shelf_life
        variant.net_g, variant.net_ml, variant.count = row.net_g, row.net_ml, row.count
        variant.gtin = row.gtin
        variant.price_vnd, variant.stock = row.price_vnd, row.stock
        variant.withdrawn_at = None
        session.add(variant)
        session.flush()
        kept.add(variant.id)
    for variant in known.values():
        if variant.id not in kept and variant.withdrawn_at is None:
            variant.withdrawn_at = now
            session.add(variant)


def _certificate(
    session: Session, product_id: int, row: CertificateRow | None, today: date
) -> None:
    """The registry states the product's present certificate. The same decision, or the same day, is
    the same certificate with a slip mended; one that is neither before it nor named any more was a
    slip as a whole. Without one stated, none is in force."""
    known = list(session.exec(select(Certificate).where(Certificate.product_id == product_id)))
    if row is None:
        for other in known:
            if other.status == "valid" and other.expires_on >= today:
                session.delete(other)
        return
    same = _same(known, row)
    for other in known:
        if other is not same and other.recognised_on >= row.recognised_on:
            session.delete(other)
    session.flush()
    certificate = same or Certificate(
        product_id=product_id, decision=row.decision, recognised_on=row.recognised_on,
        expires_on=row.expires_on, stars=row.stars,
    )  # fmt: skip
    certificate.decision, certificate.recognised_on = row.decision, row.recognised_on
    certificate.stars, certificate.potential_stars = row.stars, row.potential_stars
    certificate.expires_on, certificate.status = row.expires_on, row.status
    certificate.revoked_on, certificate.revoked_reason = row.revoked_on, row.revoked_reason
    session.add(certificate)


def _same(known: Sequence[Certificate], row: CertificateRow) -> Certificate | None:
    """Which of these the registry speaks of: as written, else by its decision, else by its day."""
    alike = [c for c in known if c.decision == row.decision or c.recognised_on == row.recognised_on]
    return max(
        alike,
        key=lambda c: (
            c.decision == row.decision and c.recognised_on == row.recognised_on,
            c.decision == row.decision,
            c.recognised_on,
        ),
        default=None,
    )


def _assets(session: Session, rows: Sequence[ImageRow]) -> Mapping[str, Asset]:
    wanted = {row.url: row for row in rows}
    known = {a.url: a for a in session.exec(select(Asset).where(col(Asset.url).in_(list(wanted))))}
    for url, row in wanted.items():
        asset = known.get(url) or Asset(url=url)
        if row.sha256 and asset.stated_sha256 not in (None, row.sha256):
            asset.sha256, asset.problem = None, ""
        asset.stated_sha256 = row.sha256 or asset.stated_sha256
        session.add(asset)
        known[url] = asset
    session.flush()
    return known


def _images(
    session: Session, product_id: int, rows: Sequence[ImageRow], assets: Mapping[str, Asset]
) -> None:
    session.execute(delete(ProductImage).where(col(ProductImage.product_id) == product_id))
    urls = list(dict.fromkeys(row.url for row in rows))
    logos = {row.url: row.shows_logo for row in rows}
    for position, url in enumerate(urls):
        session.add(
            ProductImage(
                product_id=product_id,
                position=position,
                asset_id=assets[url].id or 0,
                shows_logo=logos[url],
            )
        )
