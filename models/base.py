"""What every table shares: the metadata with its naming convention, and column helpers.

Money is integer đồng (BIGINT), times are ``timestamptz`` in UTC, remote ids are TEXT, states are
TEXT with a CHECK, never native enums (design: "Tables"). SQLModel tables do not validate, so the
rules are constraints in the database.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, ForeignKey, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import SQLModel

metadata = SQLModel.metadata
metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    """A CHECK that ``column`` is one of ``values``, named ``<column>_known``."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def text_column(nullable: bool = False, **kwargs: Any) -> Any:
    """TEXT; not null unless said."""
    return Column(Text, nullable=nullable, **kwargs)


def big_column(*args: Any, nullable: bool = False, **kwargs: Any) -> Any:
    """BIGINT: money in đồng, revisions, fences."""
    return Column(BigInteger, *args, nullable=nullable, **kwargs)


def time_column(nullable: bool = False, **kwargs: Any) -> Any:
    """``timestamptz``, always written as UTC."""
    return Column(DateTime(timezone=True), nullable=nullable, **kwargs)


def json_column(nullable: bool = False, **kwargs: Any) -> Any:
    """JSONB; a Python None is SQL NULL, not the JSON null."""
    return Column(JSONB(none_as_null=True), nullable=nullable, **kwargs)


def reference(target: str, nullable: bool = False, **kwargs: Any) -> Any:
    """A BIGINT foreign key; rows are never deleted in ordinary work, so no cascade."""
    return Column(BigInteger, ForeignKey(target), nullable=nullable, **kwargs)
