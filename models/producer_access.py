"""How a producer reaches us without a password, and how we reach the producer: links, notices."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, text
from sqlmodel import Field, SQLModel

from models.base import big_column, json_column, one_of, reference, text_column, time_column

WAYS = ("email", "webhook")
"""How a notice travels."""


class ProducerLink(SQLModel, table=True):
    """A link to a producer's page. The address holds ``id`` and ``mark``, signed: a row of the
    same number in a database that was restored from a backup is another link. Links end; they
    are never deleted."""

    __tablename__ = "producer_link"
    __table_args__ = (
        CheckConstraint("expires_at > made_at", name="expiry_after_making"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by = '')", name="revoked_by_whom"),
    )

    id: int | None = Field(default=None, sa_column=big_column(primary_key=True))
    producer_id: int = Field(sa_column=reference("producer.id", index=True))
    mark: str = Field(
        default=None,
        sa_column=text_column(server_default=text("substr((gen_random_uuid())::text, 1, 8)")),
    )
    made_by: str = Field(sa_column=text_column())
    made_at: datetime = Field(sa_column=time_column())
    expires_at: datetime = Field(sa_column=time_column())
    revoked_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    revoked_by: str = Field(default="", sa_column=text_column())


class ProducerNotice(SQLModel, table=True):
    """One way in which a producer hears of its listings and papers. ``address`` is an e-mail
    address or a URL, "" for none. ``told``: what the producer knows by now, by subject
    (:mod:`worker.notices`); ``claimed_until``: a digest is on its way; ``problem``: why the last
    one did not arrive (Vietnamese)."""

    __tablename__ = "producer_notice"
    __table_args__ = (
        one_of("way", WAYS),
        CheckConstraint("(problem_at IS NULL) = (problem = '')", name="problem_dated"),
    )

    producer_id: int = Field(sa_column=reference("producer.id", primary_key=True))
    way: str = Field(sa_column=text_column(primary_key=True))
    address: str = Field(default="", sa_column=text_column())
    enabled: bool = Field(default=True)
    """False: the producer, or the office for it, switched notices off."""
    told: dict[str, str] = Field(default_factory=dict, sa_column=json_column())
    digest_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    claimed_until: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    problem: str = Field(default="", sa_column=text_column())
    problem_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
