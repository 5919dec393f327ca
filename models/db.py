"""The engine and sessions. Nothing connects at import; a forked worker disposes and reconnects.

PostgreSQL only, in every environment (design: "State lives in Postgres"). No transaction stays
open across a network call to a channel: sessions are short and named by what they do.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import orjson
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError, TimeoutError
from sqlmodel import Session

AWAY = (OperationalError, InterfaceError, InternalError, TimeoutError)
"""The database restarts, does not answer, or only lets itself be read for a while."""


def make_engine(url: str, *, pool_size: int = 4) -> Engine:
    """An engine for ``postgresql+psycopg://…``. Every session runs in UTC."""
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=4,
        pool_pre_ping=True,
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        connect_args={"options": "-c timezone=UTC -c lock_timeout=30s"},
    )


class Database:
    """One process's way to the tables."""

    def __init__(self, url: str, *, pool_size: int = 4) -> None:
        self.engine = make_engine(url, pool_size=pool_size)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that commits at the end, or rolls back on an exception."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def preview(self) -> Iterator[Session]:
        """A session whose changes are always rolled back: for ``--dry-run`` and ``plan``."""
        with Session(self.engine, expire_on_commit=False) as session:
            try:
                yield session
            finally:
                session.rollback()

    def forked(self) -> None:
        """Forget the parent's connections without closing them (after a fork)."""
        self.engine.dispose(close=False)

    def close(self) -> None:
        self.engine.dispose()
