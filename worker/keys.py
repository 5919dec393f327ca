"""The shops' stored logins and the master keys that open them."""

from __future__ import annotations

from sqlmodel import Session

from config.errors import SetupError
from config.secrets import Vault
from models import shops


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
