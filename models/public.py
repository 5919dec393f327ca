"""What is published under PUBLIC_BASE_URL: pictures and papers, by unguessable addresses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlmodel import Session

EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}
"""Channels tell a file's type by the end of its address."""


def addresses(session: Session, base_url: str, digests: Sequence[str]) -> dict[str, str]:
    """The public address of each stored file, by sha256; files that are gone are left out."""
    rows = session.execute(
        text("""SELECT DISTINCT ON (sha256) sha256, public_token, content_type FROM asset
            WHERE sha256 = ANY(:digests) ORDER BY sha256, id"""),
        {"digests": list(digests)},
    )
    return {
        digest: f"{base_url}/media/{token}.{EXTENSIONS.get(kind, 'bin')}"
        for digest, token, kind in rows
    }


@dataclass(frozen=True, slots=True)
class PublicFile:
    sha256: str
    content_type: str


def by_token(session: Session, token: str) -> PublicFile | None:
    """The stored file behind an address."""
    row = session.execute(
        text("""SELECT sha256, content_type FROM asset
            WHERE public_token = :token AND sha256 IS NOT NULL"""),
        {"token": token},
    ).first()
    return PublicFile(*row) if row else None


def shop_key(session: Session, token: str) -> str | None:
    """The shop whose published files lie behind an address."""
    row = session.execute(
        text("SELECT key FROM shop WHERE public_token = :token"), {"token": token}
    ).first()
    return str(row[0]) if row else None
