"""What was done: runs, the append-only event log, what waits for a person, and who said stop."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Identity, Index, text
from sqlmodel import Field, SQLModel

from models.base import big_column, json_column, one_of, reference, text_column, time_column

RUN_KINDS = ("pull", "plan", "push", "reconcile", "certify", "decision", "undo")

HOLD_KINDS = (
    "mass_take_down", "mass_absence", "price_jump", "ratio", "all_refused", "two_items",
    "repeated_loss", "repeated_drift",
)  # fmt: skip


class Run(SQLModel, table=True):
    """One pull, plan, push, reconcile, decision of a person, or undoing. ``status`` says whether
    it ran, ``outcome`` what it said; ``slot`` is the schedule's slot, unique, so that
    beat firing twice is harmless."""

    __tablename__ = "run"
    __table_args__ = (
        one_of("kind", RUN_KINDS),
        one_of("status", ("running", "ended", "failed")),
        CheckConstraint("(status = 'running') = (ended_at IS NULL)", name="ends_once"),
    )

    id: int | None = Field(default=None, sa_column=big_column(primary_key=True))
    kind: str = Field(sa_column=text_column())
    slot: str | None = Field(default=None, sa_column=text_column(nullable=True, unique=True))
    who: str = Field(default="schedule", sa_column=text_column())
    why: str = Field(default="", sa_column=text_column())
    started_at: datetime = Field(sa_column=time_column())
    ended_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    status: str = Field(default="running", sa_column=text_column())
    outcome: str = Field(default="", sa_column=text_column())
    counts: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())


class Event(SQLModel, table=True):
    """One line of the log. The key is (at, id), so that the table can be partitioned by time."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_listing", "listing_id", "at"),
        Index("ix_event_run", "run_id"),
        Index("ix_event_request", "request_id", postgresql_where=text("request_id <> ''")),
    )

    at: datetime = Field(sa_column=time_column(primary_key=True))
    id: int | None = Field(default=None, sa_column=big_column(Identity(), primary_key=True))
    kind: str = Field(sa_column=text_column())
    run_id: int | None = Field(default=None, sa_column=big_column(nullable=True))
    shop_id: int | None = Field(default=None, sa_column=big_column(nullable=True))
    listing_id: int | None = Field(default=None, sa_column=big_column(nullable=True))
    product_code: str = Field(default="", sa_column=text_column())
    facet: str = Field(default="", sa_column=text_column())
    before: Any = Field(default=None, sa_column=json_column(nullable=True))
    after: Any = Field(default=None, sa_column=json_column(nullable=True))
    code: str = Field(default="", sa_column=text_column())
    message: str = Field(default="", sa_column=text_column())
    request_id: str = Field(default="", sa_column=text_column())
    duration_ms: int | None = Field(default=None)


class Hold(SQLModel, table=True):
    """A question to a person. Once opened it is never changed: who approves, approves what was
    shown. ``key`` names its subject, open at most once; what it is about stands in its items."""

    __tablename__ = "hold"
    __table_args__ = (
        one_of("kind", HOLD_KINDS),
        one_of("status", ("open", "approved", "rejected", "solved")),
        CheckConstraint("(status = 'open') = (decided_at IS NULL)", name="decided_once"),
        CheckConstraint(
            "status NOT IN ('approved', 'rejected') OR decided_by <> ''", name="decided_by_whom"
        ),
        Index("uq_hold_open", "kind", "key", unique=True, postgresql_where=text("status = 'open'")),
    )

    id: int | None = Field(default=None, sa_column=big_column(primary_key=True))
    kind: str = Field(sa_column=text_column())
    key: str = Field(sa_column=text_column())
    shop_id: int | None = Field(default=None, sa_column=reference("shop.id", nullable=True))
    product_id: int | None = Field(default=None, sa_column=reference("product.id", nullable=True))
    detail: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    message: str = Field(sa_column=text_column())
    status: str = Field(default="open", sa_column=text_column())
    opened_at: datetime = Field(sa_column=time_column())
    decided_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    decided_by: str = Field(default="", sa_column=text_column())


class HoldItem(SQLModel, table=True):
    """One subject of a hold, and the very ``change`` that waits. The hold's decision stands for
    it until ``ended_at``: until the change was carried out, or is another one."""

    __tablename__ = "hold_item"
    __table_args__ = (
        Index(
            "uq_hold_item_live", "kind", "key", unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )  # fmt: skip

    hold_id: int = Field(sa_column=reference("hold.id", primary_key=True))
    kind: str = Field(sa_column=text_column())
    key: str = Field(sa_column=text_column(primary_key=True))
    change: str = Field(sa_column=text_column())
    shop_id: int | None = Field(default=None, sa_column=reference("shop.id", nullable=True))
    product_id: int | None = Field(default=None, sa_column=reference("product.id", nullable=True))
    detail: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    ended_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))


class Stop(SQLModel, table=True):
    """A person's word that no shop (``shop_id`` null) or one shop is to be touched, from then
    until somebody says start. Standing at most once a shop, and once for all."""

    __tablename__ = "stop"
    __table_args__ = (
        CheckConstraint("stopped_by <> ''", name="stopped_by_whom"),
        CheckConstraint("(started_at IS NULL) = (started_by = '')", name="started_by_whom"),
        Index(
            "uq_stop_standing", "shop_id", unique=True, postgresql_nulls_not_distinct=True,
            postgresql_where=text("started_at IS NULL"),
        ),
    )  # fmt: skip

    id: int | None = Field(default=None, sa_column=big_column(primary_key=True))
    shop_id: int | None = Field(default=None, sa_column=reference("shop.id", nullable=True))
    stopped_at: datetime = Field(sa_column=time_column())
    stopped_by: str = Field(sa_column=text_column())
    why: str = Field(default="", sa_column=text_column())
    started_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    started_by: str = Field(default="", sa_column=text_column())
