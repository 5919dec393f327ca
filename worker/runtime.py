"""One process's environment for the steps, built from the settings."""

from __future__ import annotations

from datetime import date
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import redis

from config import clock, logging
from config.secrets import open_vault
from config.settings import Settings
from connectors.contract import Capabilities
from connectors.guard import Guard
from connectors.http import Http, Limiter
from connectors.registry.contract import RegistrySource
from connectors.secrecy import hide
from models.db import Database
from worker.env import Env, Timing, find_connectors
from worker.limits import QUIET_S, Bucket
from worker.mail import MailServer, mail_server


class NoSource(ValueError):
    """No registry source understands this location (Vietnamese message)."""


def build_env(settings: Settings, database_url: str, redis_url: str) -> Env:
    """Connects to nothing yet: the first query and the first call do. From here on this process
    hides the program's secrets in its log."""
    for url in (database_url, redis_url):
        logging.register_secret(urlsplit(url).password or "")
    logging.hide_with(hide)
    client = redis.Redis.from_url(redis_url, socket_timeout=5)
    vault = open_vault(settings.home, keys_of(settings))
    folders = folders_of(settings)
    mail = _mail_of(settings)

    def limiter(shop_key: str, capabilities: Capabilities) -> Limiter:
        return Bucket(client, shop_key, capabilities, quiet_s=QUIET_S * settings.retry_scale)

    return Env(
        db=Database(database_url),
        clock=clock.now,
        images=folders["images"],
        encrypt=vault.encrypt,
        decrypt=vault.decrypt,
        derive=vault.derived,
        mail=mail,
        connectors=find_connectors(),
        limiter=limiter,
        timing=Timing(
            slice_s=settings.slice_s,
            lease_ttl_s=settings.lease_ttl_s,
            call_deadline_s=settings.call_deadline_s,
            period_s=settings.pull_every_s,
            settle_scale=settings.settle_scale,
            retry_scale=settings.retry_scale,
            look_all_s=settings.look_all_s,
        ),
        files=folders["files"],
        uploads=settings.home / "uploads",
        public_base_url=settings.public_base_url or "",
        private_hosts=frozenset(settings.allowed_private_hosts),
    )


def keys_of(settings: Settings) -> str | None:
    """The text of OCOP_KEYS; None where a key file holds the keys."""
    return settings.keys.get_secret_value() if settings.keys else None


def _mail_of(settings: Settings) -> MailServer | None:
    if settings.smtp_url is None:
        return None
    server = mail_server(settings.smtp_url.get_secret_value(), settings.smtp_from or "")
    logging.register_secret(server.password)
    return server


def folders_of(settings: Settings) -> dict[str, Path]:
    """What the tables name and do not hold: pictures and papers, and connectors' own files."""
    return {"images": settings.home / "images", "files": settings.home / "files"}


def open_source(
    location: str, today: date, *, full: bool = False, private_hosts: frozenset[str] = frozenset()
) -> RegistrySource:
    """The registry source for an address or a file, by entry point; ``private_hosts`` may be
    asked although they are private. Raises NoSource."""
    http = Http(guard=Guard(private_hosts).and_named(location))
    for entry in entry_points(group="ocop_sync.registries"):
        opener: Any = entry.load()
        source: RegistrySource | None = opener(location, today=today, full=full, http=http)
        if source is not None:
            return source
    raise NoSource(
        f"không đọc được nguồn '{location}'; cần địa chỉ http(s):// của sổ đăng ký hoặc tệp "
        ".xlsx, .xls, .csv"
    )
