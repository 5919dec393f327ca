"""What the steps work with: one process's database, clock, limiter and way to the channels.

Built once a process (after a fork in a Celery worker), handed down: nothing connects at import.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from connectors import secrecy
from connectors.contract import Account, Capabilities, Clock, Connector, Credentials
from connectors.guard import Guard
from connectors.http import Http, Limiter, NoLimit
from models.db import Database
from models.shop import Shop
from worker.mail import MailServer


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds. ``call_deadline_s`` cuts short what a connector would wait for;
    ``settle_scale`` multiplies channels' settle times, ``retry_scale`` the waits between two
    tries (rehearsals, crash tests); ``look_all_s``: every listing is read in full within it."""

    slice_s: float = 15.0
    lease_ttl_s: float = 60.0
    call_deadline_s: float = 60.0
    period_s: float = 900.0
    settle_scale: float = 1.0
    retry_scale: float = 1.0
    look_all_s: float = 24 * 3600.0


class StopFlag(Protocol):
    """Looked at between batches."""

    def is_set(self) -> bool: ...


def _no_keys(purpose: str) -> Sequence[bytes]:
    raise RuntimeError(f"no keys for {purpose}")


@dataclass(slots=True)
class Env:
    """``limiter`` makes the rate limiter of a shop; ``stop`` ends a drain after its batch."""

    db: Database
    clock: Clock
    images: Path
    encrypt: Callable[[Mapping[str, str]], bytes]
    decrypt: Callable[[bytes], dict[str, str]]
    connectors: Mapping[str, type[Connector]]
    limiter: Callable[[str, Capabilities], Limiter] = lambda shop_key, capabilities: NoLimit()
    timing: Timing = field(default_factory=Timing)
    monotonic: Callable[[], float] = time.monotonic
    stop: StopFlag = field(default_factory=threading.Event)
    files: Path | None = None
    """Where connectors keep files of their own, a folder a shop."""
    uploads: Path | None = None
    """Where files that people sent wait for their word (:mod:`worker.received`)."""
    public_base_url: str = ""
    """Where channels reach what we publish; "" when the deployment has no public address."""
    private_hosts: frozenset[str] = frozenset()
    """Hosts that may be asked although they are private: pictures, registries, shops."""
    derive: Callable[[str], Sequence[bytes]] = _no_keys
    """Keys for a purpose, made from the master keys; the first signs, all verify."""
    mail: MailServer | None = None
    """What takes our e-mail; None: the deployment sends none."""

    @property
    def capabilities(self) -> dict[str, Capabilities]:
        return {name: c.capabilities for name, c in self.connectors.items()}

    @property
    def guard(self) -> Guard:
        """Which addresses that people gave us may be asked."""
        return Guard(self.private_hosts)

    def now(self) -> datetime:
        return self.clock()

    def account(self, shop: Shop, credentials: Credentials) -> Account:
        """A shop as its connector wants it."""
        public = f"{self.public_base_url}/files/{shop.public_token}" if self.public_base_url else ""
        folder = self.files / shop.key if self.files else None
        return Account(shop.key, shop.base_url, credentials, shop.settings, folder, public)

    def call_deadline_s(self, channel: str) -> float:
        """The longest that one call to the channel may take, seconds."""
        own = self.connectors[channel].capabilities.call_deadline_s
        return min(own, self.timing.call_deadline_s)

    def connector(
        self, channel: str, account: Account, may: Callable[[], bool] = lambda: True
    ) -> Connector:
        """A connector for one shop, its calls limited by the shop's bucket; ``may`` is asked before
        each. From here on its secrets are hidden in this process's errors and logs."""
        secrecy.keep(account.credentials)
        kind = self.connectors[channel]
        limiter = self.limiter(account.shop_key, kind.capabilities)
        guard = self.guard.and_named(account.base_url)
        http = Http(limiter, longest_s=self.timing.call_deadline_s, guard=guard, may=may)
        return kind(account, http, self.clock)


HOME_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def local_day(now: datetime) -> date:
    """The day in Asia/Ho_Chi_Minh: what certificates and the schedule mean by a day."""
    return now.astimezone(HOME_ZONE).date()


def find_connectors() -> dict[str, type[Connector]]:
    """Every connector that is installed, by channel name (entry point)."""
    return {entry.name: entry.load() for entry in entry_points(group="ocop_sync.connectors")}
