"""Facts: what the tables say of a product or a shop, frozen, for the steps that decide.

The deciding steps (certify, offer, split, pool) are pure functions of these and of today's date.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, select

from models.product import (
    Asset,
    Certificate,
    Producer,
    Product,
    ProductCode,
    ProductImage,
    Variant,
)
from models.shop import Assortment, CategoryMap, Rule, Shop

TRACE_SCHEME = "qr:"
"""The address under which the drawn picture of a traceability code is kept."""

Market = tuple[str, str]
"""A channel and a base URL: one tree of categories."""


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """Days in Asia/Ho_Chi_Minh; ``expires_on`` is the last valid day."""

    decision: str
    stars: int
    potential_stars: int | None
    recognised_on: date
    expires_on: date
    status: str
    revoked_on: date | None
    revoked_reason: str


@dataclass(frozen=True, slots=True)
class VariantFacts:
    id: int
    sku: str
    pack: str
    net_g: int | None
    net_ml: int | None
    count: int | None
    gtin: str | None
    price_vnd: int | None
    stock: int | None
    stock_rev: int
    shelf_life: str
    position: int


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """``sha256`` None: not fetched yet. ``problem``: why it cannot be used (Vietnamese)."""

    asset_id: int
    url: str
    sha256: str | None
    content_type: str
    size: int
    problem: str
    shows_logo: bool | None
    short_side: int = 0
    """Of the picture, in pixels; 0: not known."""


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """``valid_until`` is the last valid day, None without end; ``sha256`` of its stored file."""

    kind: str
    number: str
    valid_until: date | None
    sha256: str | None


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """``variants`` are the packs that are not withdrawn, in the registry's order."""

    id: int
    code: str
    name: str
    group: str
    kind: str
    description: str
    district: str
    commune: str
    place: str
    self_declaration: str
    trace_code: str
    producer_id: int
    producer_name: str
    producer_agreed: bool
    flags: tuple[str, ...]
    withdrawn_at: datetime | None
    withdrawn_reason: str
    certificates: tuple[CertificateFacts, ...]
    variants: tuple[VariantFacts, ...]
    images: tuple[ImageFacts, ...]
    papers: tuple[PaperFacts, ...] = ()
    """Its own and its producer's, lapsed ones too."""
    trace_picture: str | None = None
    """sha256 of the picture of its traceability code."""


@dataclass(frozen=True, slots=True)
class RuleFacts:
    kind: str
    scope: str
    target: str
    channel: str
    value: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CategoryFacts:
    kind: str
    words: str
    category_id: str
    attributes: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class ShopFacts:
    """``assortment`` rows are (mode, scope, value)."""

    id: int
    key: str
    name: str
    channel: str
    producer_id: int | None
    enabled: bool
    paused_reason: str
    settings: Mapping[str, Any]
    base_url: str = ""
    assortment: tuple[tuple[str, str, str], ...] = field(default=())

    @property
    def market(self) -> Market:
        """Whose category tree the shop lists in."""
        return (self.channel, self.base_url)


def product_ids(session: Session) -> list[int]:
    """Every product, withdrawn ones too."""
    return [i for i in session.exec(select(Product.id)).all() if i is not None]


def unplanned(session: Session) -> dict[int, datetime]:
    """Products that a pull changed and no plan has judged yet, with the time of that pull."""
    rows = session.execute(
        text("SELECT id, unplanned_since FROM product WHERE unplanned_since IS NOT NULL")
    )
    return {row[0]: row[1] for row in rows}


def load_products(session: Session, ids: Sequence[int]) -> list[ProductFacts]:
    """The facts of these products, in the order of their ids."""
    wanted = sorted(ids)
    variants = _by_product(
        session.exec(
            select(Variant)
            .where(col(Variant.product_id).in_(wanted), col(Variant.withdrawn_at).is_(None))
            .order_by(col(Variant.position), col(Variant.id))
        )
    )
    certificates = _by_product(
        session.exec(
            select(Certificate)
            .where(col(Certificate.product_id).in_(wanted))
            .order_by(col(Certificate.recognised_on))
        )
    )
    codes = {
        code.product_id: code.code
        for code in session.exec(
            select(ProductCode).where(
                col(ProductCode.product_id).in_(wanted), col(ProductCode.current)
            )
        )
    }
    images = _images(session, wanted)
    papers = _papers(session, wanted)
    codes_drawn = _trace_pictures(session, wanted)
    rows = session.exec(
        select(Product, Producer)
        .join(Producer, col(Producer.id) == col(Product.producer_id))
        .where(col(Product.id).in_(wanted))
        .order_by(col(Product.id))
    )
    return [
        _product_facts(
            product,
            producer,
            codes[product.id or 0],
            certificates[product.id or 0],
            variants[product.id or 0],
            images[product.id or 0],
            papers[product.id or 0],
            codes_drawn.get(product.id or 0),
        )
        for product, producer in rows
    ]


def _by_product(rows: Iterable[Any]) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        grouped[row.product_id].append(row)
    return grouped


def _images(session: Session, ids: Sequence[int]) -> dict[int, list[ImageFacts]]:
    grouped: dict[int, list[ImageFacts]] = defaultdict(list)
    rows = session.exec(
        select(ProductImage, Asset)
        .join(Asset, col(Asset.id) == col(ProductImage.asset_id))
        .where(col(ProductImage.product_id).in_(ids))
        .order_by(col(ProductImage.product_id), col(ProductImage.position))
    )
    for link, asset in rows:
        grouped[link.product_id].append(
            ImageFacts(
                asset_id=asset.id or 0,
                url=asset.url,
                sha256=asset.sha256,
                content_type=asset.content_type,
                size=asset.size,
                problem=asset.problem,
                shows_logo=link.shows_logo,
                short_side=min(asset.width, asset.height),
            )
        )
    return grouped


def _papers(session: Session, ids: Sequence[int]) -> dict[int, list[PaperFacts]]:
    grouped: dict[int, list[PaperFacts]] = defaultdict(list)
    rows = session.execute(
        text("""SELECT p.id, d.kind, d.number, d.valid_until, a.sha256 FROM product p
            JOIN paper d ON d.product_id = p.id OR d.producer_id = p.producer_id
            LEFT JOIN asset a ON a.id = d.asset_id
            WHERE p.id = ANY(:ids) AND d.removed_at IS NULL ORDER BY p.id, d.id"""),
        {"ids": list(ids)},
    )
    for product_id, *paper in rows:
        grouped[product_id].append(PaperFacts(*paper))
    return grouped


def _trace_pictures(session: Session, ids: Sequence[int]) -> dict[int, str]:
    rows = session.execute(
        text("""SELECT p.id, a.sha256 FROM product p
            JOIN asset a ON a.url = :scheme || p.trace_code
            WHERE p.id = ANY(:ids) AND p.trace_code <> '' AND a.sha256 IS NOT NULL"""),
        {"ids": list(ids), "scheme": TRACE_SCHEME},
    )
    return {row[0]: row[1] for row in rows}


def _product_facts(
    product: Product,
    producer: Producer,
    code: str,
    certificates: Sequence[Certificate],
    variants: Sequence[Variant],
    images: Sequence[ImageFacts],
    papers: Sequence[PaperFacts],
    trace_picture: str | None,
) -> ProductFacts:
    return ProductFacts(
        id=product.id or 0,
        code=code,
        name=product.name,
        group=product.group,
        kind=product.kind,
        description=product.description,
        district=product.district,
        commune=product.commune,
        place=product.place,
        self_declaration=product.self_declaration,
        trace_code=product.trace_code,
        producer_id=producer.id or 0,
        producer_name=producer.name,
        producer_agreed=producer.agreed,
        flags=tuple(product.flags),
        withdrawn_at=product.withdrawn_at,
        withdrawn_reason=product.withdrawn_reason,
        certificates=tuple(certificate_facts(row) for row in certificates),
        variants=tuple(_variant_facts(row) for row in variants),
        images=tuple(images),
        papers=tuple(papers),
        trace_picture=trace_picture,
    )


def certificate_facts(row: Certificate) -> CertificateFacts:
    """One certificate row, frozen."""
    return CertificateFacts(
        decision=row.decision,
        stars=row.stars,
        potential_stars=row.potential_stars,
        recognised_on=row.recognised_on,
        expires_on=row.expires_on,
        status=row.status,
        revoked_on=row.revoked_on,
        revoked_reason=row.revoked_reason,
    )


def _variant_facts(row: Variant) -> VariantFacts:
    return VariantFacts(
        id=row.id or 0,
        sku=row.sku,
        pack=row.pack,
        net_g=row.net_g,
        net_ml=row.net_ml,
        count=row.count,
        gtin=row.gtin,
        price_vnd=row.price_vnd,
        stock=row.stock,
        stock_rev=row.stock_rev,
        shelf_life=row.shelf_life,
        position=row.position,
    )


def load_shops(session: Session) -> list[ShopFacts]:
    """Every shop, disabled ones too, by key."""
    assortments: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
    for row in session.exec(select(Assortment).order_by(col(Assortment.id))):
        assortments[row.shop_id].append((row.mode, row.scope, row.value))
    return [
        ShopFacts(
            id=shop.id or 0,
            key=shop.key,
            name=shop.name,
            channel=shop.channel,
            producer_id=shop.producer_id,
            enabled=shop.enabled,
            paused_reason=shop.paused_reason,
            settings=shop.settings,
            base_url=shop.base_url,
            assortment=tuple(assortments[shop.id or 0]),
        )
        for shop in session.exec(select(Shop).order_by(col(Shop.key)))
    ]


def load_rules(session: Session) -> list[RuleFacts]:
    """Every rule."""
    return [
        RuleFacts(row.kind, row.scope, row.target, row.channel, row.value)
        for row in session.exec(select(Rule).order_by(col(Rule.id)))
    ]


def load_categories(session: Session) -> dict[Market, list[CategoryFacts]]:
    """The category mapping, by market."""
    mapping: dict[Market, list[CategoryFacts]] = defaultdict(list)
    for row in session.exec(select(CategoryMap).order_by(col(CategoryMap.id))):
        mapping[row.channel, row.base_url].append(
            CategoryFacts(row.kind, row.words, row.category_id, tuple(row.attributes))
        )
    return mapping
