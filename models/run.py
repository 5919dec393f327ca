"""What was done: runs, the append-only event log, and the changes that wait for a person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Identity, Index, text
from sqlmodel import Field, SQLModel

from models.base import big_column, json_column, one_of, reference, text_column, time_column

RUN_KINDS = ("pull", "plan", "push", "reconcile", "certify")


class Run(SQLModel, table=True):
    """One pull, plan, push or reconcile. ``status`` says whether it ran, ``outcome`` what it
    said; ``slot`` is the schedule's slot, unique, so that beat firing twice is harmless."""

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
    """A change that waits for a person. ``key`` names its subject, open at most once."""

    __tablename__ = "hold"
    __table_args__ = (
        one_of("status", ("open", "approved", "rejected", "solved")),
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
