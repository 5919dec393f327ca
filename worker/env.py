"""What the steps work with: one process's database, clock, limiter and way to the channels.

Built once a process (after a fork in a Celery worker), handed down: nothing connects at import.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from connectors.contract import Account, Capabilities, Clock, Connector
from connectors.http import Http, Limiter, NoLimit
from models.db import Database


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds. ``settle_scale`` multiplies channels' settle times (rehearsals, crash tests)."""

    slice_s: float = 15.0
    lease_ttl_s: float = 60.0
    call_deadline_s: float = 20.0
    period_s: float = 900.0
    settle_scale: float = 1.0


class StopFlag(Protocol):
    """Looked at between batches."""

    def is_set(self) -> bool: ...


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
    private_hosts: frozenset[str] = frozenset()
    """Hosts that pictures and registries may be fetched from although they are private."""

    @property
    def capabilities(self) -> dict[str, Capabilities]:
        return {name: c.capabilities for name, c in self.connectors.items()}

    def now(self) -> datetime:
        return self.clock()

    def connector(self, channel: str, account: Account) -> Connector:
        """A connector for one shop, its calls limited by the shop's bucket."""
        kind = self.connectors[channel]
        http = Http(self.limiter(account.shop_key, kind.capabilities))
        return kind(account, http, self.clock)


HOME_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def local_day(now: datetime) -> date:
    """The day in Asia/Ho_Chi_Minh: what certificates and the schedule mean by a day."""
    return now.astimezone(HOME_ZONE).date()


def find_connectors() -> dict[str, type[Connector]]:
    """Every connector that is installed, by channel name (entry point)."""
    return {entry.name: entry.load() for entry in entry_points(group="ocop_sync.connectors")}
