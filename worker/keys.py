"""The shops' stored logins and the master keys that open them.

A rotation needs no pause: who encrypts does it within :func:`models.shops.writing_secrets`, which
a rotation waits for, so that nothing is stored under an old key behind its back; who decrypts
finds the new key by itself (:class:`config.secrets.Vault`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from config.errors import SetupError
from config.secrets import Vault, add_key, drop_keys, open_vault
from models import producer_links, shops
from models.db import Database


def unreadable(session: Session, vault: Vault | None) -> list[str]:
    """The shops whose stored login no key opens, by key (None: there is no key at all)."""
    return [stored.shop_key for stored in shops.credentials(session) if not _opens(vault, stored)]


def _opens(vault: Vault | None, stored: shops.KeptSecret) -> bool:
    if vault is None:
        return False
    try:
        vault.decrypt(stored.secret)
    except SetupError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Rotated:
    """``renewed`` of ``total`` stored logins were under an older key. ``dropped``: where the keys
    are that nothing in the database needs any more, None when they are not ours to drop.
    ``links``: producers' links that were alive; they end with the key that signed them."""

    total: int
    renewed: int
    dropped: Path | None
    links: int = 0


def rotate(db: Database, home: Path, keys: str | None, now: datetime) -> Rotated:
    """Bring every stored login under the first key: a new one in the key file of ``home``, or the
    first of OCOP_KEYS (``keys``).

    Killed at any point it leaves every login readable; run again it goes on. Raises SetupError,
    before anything is written, when a login opens with none of the keys.
    """
    vault = open_vault(home, keys)
    with db.transaction() as session:
        for stored in shops.credentials(session):
            vault.decrypt(stored.secret)
    if keys is None:
        vault = add_key(home)
    with db.transaction() as session:
        shops.rotating_secrets(session)
        kept = shops.credentials(session)
        old = [stored for stored in kept if not vault.is_current(stored.secret)]
        for stored in old:
            shops.renew_secret(session, stored.shop_id, vault.rotate(stored.secret))
        links = producer_links.alive(session, now)
    dropped = drop_keys(home, now) if keys is None else None
    return Rotated(len(kept), len(old), dropped, links)
