"""One remote item, what we want it to show, and what the channel acknowledged."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Index,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from models.base import big_column, json_column, one_of, reference, text_column, time_column
from models.states import PENDING, STATES

FACETS = ("availability", "stock", "price", "create", "variants", "content")

OVERRIDES = ("price", "content")
"""Facets whose old value an undo may put back: a buyer loses nothing by it."""

LANES = (
    "take_down", "zero_stock", "price", "stock", "switch_on", "create", "variants", "content",
    "read",
)  # fmt: skip
"""In the order in which work leaves; the first two are absolute (design: "Facets and lanes")."""

TAKE_DOWN, ZERO_STOCK, PRICE, STOCK, SWITCH_ON, CREATE, VARIANTS, CONTENT, READ = range(9)


class Listing(SQLModel, table=True):
    """A (shop, product, part). ``item_sku`` is the key by which the channel can find it again.

    ``attempt_at``: a create was begun and its outcome is not known; nobody creates again before
    ``attempt_deadline`` plus the settle time and three readings that missed the SKU
    (``lookups``). ``read_due_at``: the next reading; ``last_write_at`` > ``observed_at`` means
    that what we know is older than what we did.
    """

    __tablename__ = "listing"
    __table_args__ = (
        UniqueConstraint("shop_id", "product_id", "part"),
        UniqueConstraint("shop_id", "item_sku"),
        one_of("state", STATES),
        CheckConstraint("state <> 'live' OR remote_id IS NOT NULL", name="live_has_remote"),
        Index(
            "uq_listing_remote", "shop_id", "remote_id", unique=True,
            postgresql_where=text("remote_id IS NOT NULL"),
        ),
        Index("ix_listing_recent", "state_since", "id"),
        Index("ix_listing_state", "shop_id", "state", "product_id"),
        Index(
            "ix_listing_read", "shop_id", "read_due_at",
            postgresql_where=text("read_due_at IS NOT NULL"),
        ),
        Index("ix_listing_written", "shop_id", "last_write_at"),
        Index("ix_listing_alarm", "shop_id", postgresql_where=text("alarm IS NOT NULL")),
        Index(
            "ix_listing_reason", text("(reason->>'code')"),
            postgresql_where=text("reason IS NOT NULL"),
        ),
    )  # fmt: skip

    id: int | None = Field(default=None, sa_column=big_column(primary_key=True))
    shop_id: int = Field(sa_column=reference("shop.id"))
    product_id: int = Field(sa_column=reference("product.id", index=True))
    part: int = Field(default=0)
    item_sku: str = Field(sa_column=text_column())
    remote_id: str | None = Field(default=None, sa_column=text_column(nullable=True))
    state: str = Field(default=PENDING, sa_column=text_column())
    state_since: datetime = Field(sa_column=time_column())
    reason: dict[str, Any] | None = Field(default=None, sa_column=json_column(nullable=True))
    alarm: dict[str, Any] | None = Field(default=None, sa_column=json_column(nullable=True))
    """On sale against the rule: since when, and the channel's words (take-down refused)."""
    handle: dict[str, Any] | None = Field(default=None, sa_column=json_column(nullable=True))
    handle_due_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    attempt_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    attempt_deadline: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    lookups: int = Field(default=0)
    last_write_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    observed_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    read_due_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    reads: int = Field(default=0)
    """Readings in a row that did not settle the state: they space out."""
    read_full: bool = Field(default=False)
    """The next reading also looks at each pack's price and stock."""
    url: str = Field(default="", sa_column=text_column())


class ListingFacet(SQLModel, table=True):
    """One facet of a listing: wanted, acknowledged (null: unknown), and whether it is due.

    Revisions, not values, say what is due; ``refused_rev`` is the revision that the channel (or
    our own check) refused and that is not tried again until something raises it. ``raises``:
    sending it takes units from the pool; ``releases``: it gives units back.
    """

    __tablename__ = "listing_facet"
    __table_args__ = (
        one_of("facet", FACETS),
        CheckConstraint("acked_rev <= wanted_rev", name="acked_not_ahead"),
        Index(
            "ix_listing_facet_due", "shop_id", "lane", "due_since", "listing_id",
            postgresql_where=text("due"),
        ),
        Index(
            "ix_listing_facet_error", "listing_id", postgresql_where=text("error IS NOT NULL"),
        ),
        Index(
            "ix_listing_facet_releases", "product_id",
            postgresql_where=text("releases AND wanted_rev <> acked_rev"),
        ),
    )  # fmt: skip

    listing_id: int = Field(sa_column=reference("listing.id", primary_key=True))
    facet: str = Field(sa_column=text_column(primary_key=True))
    shop_id: int = Field(sa_column=reference("shop.id"))
    product_id: int = Field(sa_column=reference("product.id"))
    lane: int = Field(sa_column=Column(SmallInteger, nullable=False))
    wanted: Any = Field(sa_column=json_column())
    wanted_digest: str = Field(sa_column=text_column())
    wanted_rev: int = Field(default=1, sa_column=big_column())
    acked: Any = Field(default=None, sa_column=json_column(nullable=True))
    acked_digest: str | None = Field(default=None, sa_column=text_column(nullable=True))
    acked_rev: int = Field(default=0, sa_column=big_column())
    refused_rev: int = Field(default=0, sa_column=big_column())
    due: bool = Field(
        default=None,
        sa_column=Column(
            Boolean,
            Computed(
                "wanted_rev <> acked_rev AND wanted_rev <> refused_rev AND NOT parked",
                persisted=True,
            ),
        ),
    )
    parked: bool = Field(default=False)
    """The item does not exist yet or is to be off: price, stock, packs and content wait."""
    raises: bool = Field(default=False)
    releases: bool = Field(default=False)
    due_since: datetime = Field(sa_column=time_column())
    next_attempt_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    attempts: int = Field(default=0)
    """How often in a row it failed in the way that ``failed_as`` names."""
    failed_as: str | None = Field(default=None, sa_column=text_column(nullable=True))
    handle: dict[str, Any] | None = Field(default=None, sa_column=json_column(nullable=True))
    """What the channel left ``Pending`` of revision ``handle_rev``: gone on with ``resume``. A
    create's handle stands at its listing."""
    handle_rev: int | None = Field(default=None, sa_column=big_column(nullable=True))
    claim_fence: int | None = Field(default=None, sa_column=big_column(nullable=True))
    claimed_rev: int | None = Field(default=None, sa_column=big_column(nullable=True))
    error: dict[str, Any] | None = Field(default=None, sa_column=json_column(nullable=True))
    run_id: int | None = Field(default=None, sa_column=big_column(nullable=True))
    """The run whose plan wanted this value; null where a drain's own plan did."""
    replaced: Any = Field(default=None, sa_column=json_column(nullable=True))
    """Of price and content: what the channel was known to show before that run."""


class Override(SQLModel, table=True):
    """A value that an undo put back: it stands in place of the offer's own until that one is
    another (``source`` is its digest) or a person lifts it. ``key``: the SKU of a price."""

    __tablename__ = "override"
    __table_args__ = (
        one_of("kind", OVERRIDES),
        CheckConstraint("(ended_at IS NULL) = (ended_why = '')", name="ended_why"),
        Index(
            "uq_override_live", "listing_id", "kind", "key", unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )  # fmt: skip

    id: int | None = Field(default=None, sa_column=big_column(primary_key=True))
    listing_id: int = Field(sa_column=reference("listing.id"))
    kind: str = Field(sa_column=text_column())
    key: str = Field(default="", sa_column=text_column())
    value: Any = Field(sa_column=json_column())
    source: str = Field(sa_column=text_column())
    run_id: int = Field(sa_column=reference("run.id"))
    made_at: datetime = Field(sa_column=time_column())
    made_by: str = Field(sa_column=text_column())
    ended_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    ended_why: str = Field(default="", sa_column=text_column())


class ListingVariant(SQLModel, table=True):
    """A pack in a listing. ``sold`` counts sales seen since the registry's last statement of its
    stock (``stock_rev``); while it is above 0 the stock here is never raised."""

    __tablename__ = "listing_variant"
    __table_args__ = (
        UniqueConstraint("listing_id", "sku"),
        CheckConstraint("sold >= 0", name="sold_not_negative"),
        CheckConstraint("stock_acked IS NULL OR stock_acked >= 0", name="stock_not_negative"),
    )

    listing_id: int = Field(sa_column=reference("listing.id", primary_key=True))
    variant_id: int = Field(sa_column=reference("variant.id", primary_key=True))
    sku: str = Field(sa_column=text_column())
    remote_id: str | None = Field(default=None, sa_column=text_column(nullable=True))
    price_acked: int | None = Field(default=None, sa_column=big_column(nullable=True))
    stock_acked: int | None = Field(default=None, sa_column=big_column(nullable=True))
    price_observed: int | None = Field(default=None, sa_column=big_column(nullable=True))
    stock_observed: int | None = Field(default=None, sa_column=big_column(nullable=True))
    observed_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    stock_rev: int = Field(default=0, sa_column=big_column())
    stock_acked_rev: int = Field(default=0, sa_column=big_column(server_default=text("0")))
    """The statement that ``stock_acked`` came from: a stock found below it is a sale *since* a
    statement only where that is the present one."""
    sold: int = Field(default=0, sa_column=big_column())
    sent_least: int | None = Field(default=None, sa_column=big_column(nullable=True))
    sent_most: int | None = Field(default=None, sa_column=big_column(nullable=True))
    """The least and the most of the stocks that were sent and had no good answer: what stands in
    the shop may be either, or still ``stock_acked``. Null: there is none."""
    sent_rev: int | None = Field(default=None, sa_column=big_column(nullable=True))
    """The statement that the last of them came from."""
    removed_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
