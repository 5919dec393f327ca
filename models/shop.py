"""Channel accounts: who they are, their secrets, lease and reading position, what they sell."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.base import big_column, json_column, one_of, reference, text_column, time_column

SCOPES = ("default", "channel", "shop", "product")
RULE_KINDS = ("price", "stock", "packing", "lapse", "permit", "template", "papers", "guard")


class Shop(SQLModel, table=True):
    """A channel account, owned by a producer or (``producer_id`` null) by the province.

    ``breaker_until``: no calls before then, but one probe; ``paused`` needs a person.
    """

    __tablename__ = "shop"
    __table_args__ = (
        CheckConstraint("key ~ '^[a-z0-9][a-z0-9-]{0,62}$'", name="key_slug"),
        UniqueConstraint("channel", "remote_key", "base_url"),
    )

    id: int | None = Field(default=None, sa_column=big_column(primary_key=True))
    key: str = Field(sa_column=text_column(unique=True))
    name: str = Field(sa_column=text_column())
    channel: str = Field(sa_column=text_column())
    remote_key: str | None = Field(default=None, sa_column=text_column(nullable=True))
    """The channel's own id of the account: one account is connected once. Null before the first
    check, "" where the base URL is the account."""
    public_token: str = Field(
        sa_column=text_column(
            unique=True,
            server_default=text("replace((gen_random_uuid())::text, '-'::text, ''::text)"),
        )
    )
    """The unguessable part of the address at which this shop's published files are served."""
    producer_id: int | None = Field(default=None, sa_column=reference("producer.id", nullable=True))
    base_url: str = Field(sa_column=text_column())
    settings: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    enabled: bool = Field(default=True)
    paused_reason: str = Field(default="", sa_column=text_column())
    consent_expires_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    breaker_until: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    breaker_trips: int = Field(default=0)
    breaker_reason: str = Field(default="", sa_column=text_column())
    refused_in_row: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    """Calls that the channel refused since the last one that it took."""
    checked_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))


class ShopCredential(SQLModel, table=True):
    """Encrypted secrets, apart from the shop so that a refresh never blocks a lease.

    ``refresh_intent`` is the hash of the token that a refresh is about to spend, committed
    before the call; ``version`` is what compare-and-swap compares.
    """

    __tablename__ = "shop_credential"

    shop_id: int = Field(sa_column=reference("shop.id", primary_key=True))
    secret: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    version: int = Field(default=1, sa_column=big_column())
    expires_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    refresh_intent: str | None = Field(default=None, sa_column=text_column(nullable=True))
    refresh_tries: int = Field(default=0)


class ShopLease(SQLModel, table=True):
    """Who drains the shop. ``fence`` grows with every taking and is stamped on what is claimed."""

    __tablename__ = "shop_lease"

    shop_id: int = Field(sa_column=reference("shop.id", primary_key=True))
    holder: str | None = Field(default=None, sa_column=text_column(nullable=True))
    fence: int = Field(default=0, sa_column=big_column(server_default=text("0")))
    expires_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))


class Cursor(SQLModel, table=True):
    """A reading position: ``changes:SHOP`` (a channel's feed) or ``registry:SOURCE``."""

    __tablename__ = "cursor"

    name: str = Field(sa_column=text_column(primary_key=True))
    value: str = Field(sa_column=text_column())
    updated_at: datetime = Field(sa_column=time_column())


class RemoteAsset(SQLModel, table=True):
    """The id that a shop's channel gave to a picture, by content."""

    __tablename__ = "remote_asset"

    shop_id: int = Field(sa_column=reference("shop.id", primary_key=True))
    sha256: str = Field(sa_column=text_column(primary_key=True))
    remote_id: str = Field(sa_column=text_column())
    uploaded_at: datetime = Field(sa_column=time_column())


class Assortment(SQLModel, table=True):
    """Which products go into which shop. Without a row: the owner's own (a producer's shop), or
    those of producers who agreed (the province's). Rows add or take away."""

    __tablename__ = "assortment"
    __table_args__ = (
        one_of("mode", ("include", "exclude")),
        one_of("scope", ("producer", "group", "product")),
        UniqueConstraint("shop_id", "scope", "value"),
    )

    id: int | None = Field(default=None, sa_column=big_column(primary_key=True))
    shop_id: int = Field(sa_column=reference("shop.id", index=True))
    mode: str = Field(sa_column=text_column())
    scope: str = Field(sa_column=text_column())
    value: str = Field(sa_column=text_column())


class CategoryMap(SQLModel, table=True):
    """Our kind (and name words) → the channel's category and attribute defaults, a market
    (channel and base URL) at a time: each has a tree of its own.

    ``words`` empty: the default of the kind. Otherwise the row wins whose words the product's
    folded name holds; the longest wins.
    """

    __tablename__ = "category_map"
    __table_args__ = (UniqueConstraint("channel", "base_url", "kind", "words"),)

    id: int | None = Field(default=None, sa_column=big_column(primary_key=True))
    channel: str = Field(sa_column=text_column())
    base_url: str = Field(sa_column=text_column())
    kind: str = Field(sa_column=text_column())
    words: str = Field(default="", sa_column=text_column())
    category_id: str = Field(sa_column=text_column())
    name: str = Field(default="", sa_column=text_column())
    """The category's own name when it was chosen."""
    decided_by: str = Field(default="", sa_column=text_column())
    """Who confirmed it; "" for the starter mapping's likeliest."""
    attributes: list[dict[str, str]] = Field(default_factory=list, sa_column=json_column())


class Rule(SQLModel, table=True):
    """A rule and where it holds; the narrowest scope wins. ``target`` is "" (default), a channel,
    a shop key or a product code; ``value`` is checked by ``worker.rules`` when it is set."""

    __tablename__ = "rule"
    __table_args__ = (
        one_of("kind", RULE_KINDS),
        one_of("scope", SCOPES),
        CheckConstraint("(scope = 'default') = (target = '')", name="target_named"),
        UniqueConstraint("kind", "scope", "target", "channel"),
    )

    id: int | None = Field(default=None, sa_column=big_column(primary_key=True))
    kind: str = Field(sa_column=text_column())
    scope: str = Field(sa_column=text_column())
    target: str = Field(default="", sa_column=text_column())
    channel: str = Field(default="", sa_column=text_column())
    """For a product's rule: only on this channel; "" for all."""
    value: dict[str, Any] = Field(sa_column=json_column())
    decided_by: str = Field(default="", sa_column=text_column())
    decided_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    note: str = Field(default="", sa_column=text_column())
