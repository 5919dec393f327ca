"""Consents that were begun: a person was sent to a channel's page, and is to come back."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Column, LargeBinary, text
from sqlmodel import Field, Session, SQLModel

from models.base import text_column, time_column

LASTS = timedelta(minutes=30)
"""So long the channel's page may take."""


class ConsentRequest(SQLModel, table=True):
    """What the shop is to be, encrypted, by the hash of the state that the channel hands back.
    ``browser_hash``: only the browser that began it may end it."""

    __tablename__ = "consent_request"

    state_hash: str = Field(sa_column=text_column(primary_key=True))
    browser_hash: str = Field(sa_column=text_column())
    secret: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    made_at: datetime = Field(sa_column=time_column())


def begin(
    session: Session, state_hash: str, browser_hash: str, secret: bytes, now: datetime
) -> None:
    """Keep what a consent is for; those that nobody came back from are forgotten on the way."""
    session.execute(
        text("DELETE FROM consent_request WHERE made_at < :before"), {"before": now - LASTS}
    )
    session.add(
        ConsentRequest(state_hash=state_hash, browser_hash=browser_hash, secret=secret, made_at=now)
    )


def end(session: Session, state_hash: str, browser_hash: str, now: datetime) -> bytes | None:
    """What this consent was for, once; None: it is nobody's, another browser's, or too old."""
    row = session.execute(
        text("""DELETE FROM consent_request WHERE state_hash = :state AND browser_hash = :browser
            AND made_at >= :since RETURNING secret"""),
        {"state": state_hash, "browser": browser_hash, "since": now - LASTS},
    ).first()
    return bytes(row[0]) if row else None


def kept(session: Session, state_hash: str, now: datetime) -> bytes | None:
    """What a consent that goes on is for; None: there is none of that state."""
    row = session.execute(
        text("""SELECT secret FROM consent_request
            WHERE state_hash = :state AND made_at >= :since FOR UPDATE"""),
        {"state": state_hash, "since": now - LASTS},
    ).first()
    return bytes(row[0]) if row else None


def keep(session: Session, state_hash: str, secret: bytes) -> None:
    """The channel's server handed over what the consent brings."""
    session.execute(
        text("UPDATE consent_request SET secret = :secret WHERE state_hash = :state"),
        {"state": state_hash, "secret": secret},
    )
