"""What the registry says: producers, products and their codes, packs, certificates, pictures."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, Date, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.base import big_column, json_column, one_of, reference, text_column, time_column

KINDS = (
    "dry", "fresh", "chilled", "eggs", "alcohol", "herbs", "essential_oil",
    "craft", "plant", "live_animal", "tourism",
)  # fmt: skip
"""What a product is to a shop: the rows of ocop-domain §5."""


PAPER_KINDS = ("food_safety", "self_declaration", "alcohol_licence", "trademark")


class Producer(SQLModel, table=True):
    """Chủ thể: a cooperative, household or company. ``key`` is stable within the registry."""

    __tablename__ = "producer"

    id: int | None = Field(default=None, sa_column=big_column(primary_key=True))
    key: str = Field(sa_column=text_column(unique=True))
    name: str = Field(sa_column=text_column())
    name_folded: str = Field(sa_column=text_column(index=True))
    kind: str = Field(default="", sa_column=text_column())
    phone: str | None = Field(default=None, sa_column=text_column(nullable=True))
    agreed: bool = Field(default=False)
    """Agreed that the province's shop sells its products."""


class Product(SQLModel, table=True):
    """A certified product. ``digest`` is of the registry's statement; ``flags`` wait for a
    person; ``source`` is the registry source whose full walk may withdraw it."""

    __tablename__ = "product"
    __table_args__ = (
        one_of("kind", KINDS),
        CheckConstraint("name = btrim(name) AND name <> ''", name="name_not_blank"),
        Index("ix_product_name_sort", "name_sort"),
        Index("ix_product_unplanned", "id", postgresql_where=text("unplanned_since IS NOT NULL")),
        Index("ix_product_trace_code", "trace_code", postgresql_where=text("trace_code <> ''")),
    )

    id: int | None = Field(default=None, sa_column=big_column(primary_key=True))
    producer_id: int = Field(sa_column=reference("producer.id", index=True))
    source: str = Field(sa_column=text_column())
    name: str = Field(sa_column=text_column())
    name_folded: str = Field(sa_column=text_column(index=True))
    name_sort: str = Field(sa_column=text_column())
    group: str = Field(sa_column=text_column())
    kind: str = Field(sa_column=text_column())
    description: str = Field(default="", sa_column=text_column())
    district: str = Field(default="", sa_column=text_column())
    """As printed on the certificate (districts ended on 01/07/2025)."""
    commune: str = Field(default="", sa_column=text_column())
    place: str = Field(default="", sa_column=text_column())
    """The present commune and province, "" when nobody has said."""
    self_declaration: str = Field(default="", sa_column=text_column())
    trace_code: str = Field(default="", sa_column=text_column())
    flags: list[str] = Field(default_factory=list, sa_column=json_column())
    digest: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    registry_version: int | None = Field(default=None, sa_column=big_column(nullable=True))
    withdrawn_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    withdrawn_reason: str = Field(default="", sa_column=text_column())
    unplanned_since: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    """A pull changed it then, and no plan has judged what that does."""


class ProductCode(SQLModel, table=True):
    """Every code a product ever had; a code belongs to one product at a time."""

    __tablename__ = "product_code"

    code: str = Field(sa_column=text_column(primary_key=True))
    product_id: int = Field(sa_column=reference("product.id", index=True))
    current: bool = Field(default=True)


class Variant(SQLModel, table=True):
    """A pack. ``stock`` null: unknown; ``stock_rev`` grows with each statement of the registry
    that differs, so that a restock to the same figure is a new fact."""

    __tablename__ = "variant"
    __table_args__ = (
        CheckConstraint("price_vnd IS NULL OR price_vnd > 0", name="price_positive"),
        CheckConstraint("stock IS NULL OR stock >= 0", name="stock_not_negative"),
        CheckConstraint("sku ~ '^[A-Za-z0-9._-]{1,40}$'", name="sku_ascii"),
    )

    id: int | None = Field(default=None, sa_column=big_column(primary_key=True))
    product_id: int = Field(sa_column=reference("product.id", index=True))
    sku: str = Field(sa_column=text_column(unique=True))
    position: int = Field(default=0)
    pack: str = Field(sa_column=text_column())
    net_g: int | None = Field(default=None, sa_column=big_column(nullable=True))
    net_ml: int | None = Field(default=None, sa_column=big_column(nullable=True))
    count: int | None = Field(default=None)
    gtin: str | None = Field(default=None, sa_column=text_column(nullable=True))
    price_vnd: int | None = Field(default=None, sa_column=big_column(nullable=True))
    stock: int | None = Field(default=None, sa_column=big_column(nullable=True))
    stock_rev: int = Field(default=1, sa_column=big_column())
    shelf_life: str = Field(default="", sa_column=text_column())
    withdrawn_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))


class Certificate(SQLModel, table=True):
    """A recognition decision. Days are days in Asia/Ho_Chi_Minh, the last one included."""

    __tablename__ = "certificate"
    __table_args__ = (
        UniqueConstraint("product_id", "decision", "recognised_on"),
        CheckConstraint("expires_on > recognised_on", name="expiry_after_issue"),
        CheckConstraint("stars BETWEEN 3 AND 5", name="stars_certified"),
        CheckConstraint("potential_stars IS NULL OR potential_stars = 5", name="potential_five"),
        Index("ix_certificate_expires", "expires_on"),
        one_of("status", ("valid", "revoked", "suspended")),
    )

    id: int | None = Field(default=None, sa_column=big_column(primary_key=True))
    product_id: int = Field(sa_column=reference("product.id", index=True))
    decision: str = Field(sa_column=text_column())
    stars: int
    potential_stars: int | None = Field(default=None)
    recognised_on: date = Field(sa_column=Column(Date, nullable=False))
    expires_on: date = Field(sa_column=Column(Date, nullable=False))
    status: str = Field(default="valid", sa_column=text_column())
    revoked_on: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    revoked_reason: str = Field(default="", sa_column=text_column())


class Asset(SQLModel, table=True):
    """A picture by its source URL; its identity to a channel is the sha256, never the URL."""

    __tablename__ = "asset"
    __table_args__ = (
        CheckConstraint("sha256 IS NULL OR sha256 ~ '^[0-9a-f]{64}$'", name="sha256_hex"),
    )

    id: int | None = Field(default=None, sa_column=big_column(primary_key=True))
    url: str = Field(sa_column=text_column(unique=True))
    stated_sha256: str | None = Field(default=None, sa_column=text_column(nullable=True))
    sha256: str | None = Field(default=None, sa_column=text_column(nullable=True, index=True))
    content_type: str = Field(default="", sa_column=text_column())
    size: int = Field(default=0, sa_column=big_column())
    width: int = Field(default=0)
    height: int = Field(default=0)
    etag: str = Field(default="", sa_column=text_column())
    public_token: str = Field(
        default=None,
        sa_column=text_column(
            unique=True,
            server_default=text("replace((gen_random_uuid())::text, '-'::text, ''::text)"),
        ),
    )
    """The unguessable part of the address at which channels fetch the file."""
    problem: str = Field(default="", sa_column=text_column())
    """One Vietnamese sentence when the picture cannot be used; empty when it can."""
    fetched_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))


class Paper(SQLModel, table=True):
    """A document of one product, or of a producer and with that of all its products. The last
    valid day is included; null: no end. ``warned_days``: the last warning that was given."""

    __tablename__ = "paper"
    __table_args__ = (
        one_of("kind", PAPER_KINDS),
        CheckConstraint("(product_id IS NULL) <> (producer_id IS NULL)", name="one_holder"),
        CheckConstraint("number = btrim(number) AND number <> ''", name="number_not_blank"),
        UniqueConstraint(
            "kind", "number", "product_id", "producer_id", postgresql_nulls_not_distinct=True
        ),
    )

    id: int | None = Field(default=None, sa_column=big_column(primary_key=True))
    product_id: int | None = Field(
        default=None, sa_column=reference("product.id", nullable=True, index=True)
    )
    producer_id: int | None = Field(
        default=None, sa_column=reference("producer.id", nullable=True, index=True)
    )
    kind: str = Field(sa_column=text_column())
    number: str = Field(sa_column=text_column())
    valid_until: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    asset_id: int | None = Field(default=None, sa_column=reference("asset.id", nullable=True))
    note: str = Field(default="", sa_column=text_column())
    added_by: str = Field(default="", sa_column=text_column())
    added_at: datetime = Field(sa_column=time_column())
    removed_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    warned_days: int | None = Field(default=None)


class ProductImage(SQLModel, table=True):
    """Which pictures a product shows, in order."""

    __tablename__ = "product_image"

    product_id: int = Field(sa_column=reference("product.id", primary_key=True))
    position: int = Field(primary_key=True)
    asset_id: int = Field(sa_column=reference("asset.id", index=True))
    shows_logo: bool | None = Field(default=None)
