"""A world to push in: real tables, a channel in memory, a clock that the test moves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import text

from models import categories, owners, queue, shops, status
from models import listings as listing_rows
from models.db import Database
from models.shop import Shop
from tests.worker.fakes import Book, Market, Time
from worker.connect import NewShop, connect
from worker.env import Env, Timing
from worker.plan import plan
from worker.planning import world_now
from worker.pull import Pulled, run_pull
from worker.push import Drained, drain

PICTURE = "a" * 64


@dataclass
class World:
    env: Env
    market: Market
    time: Time
    book: Book = field(default_factory=Book)

    def pull(self, *, full: bool = True) -> Pulled:
        self.book.full = full
        _run, result = run_pull(self.env, self.book, slot=None, who="test")
        with self.env.db.transaction() as session:
            session.execute(
                text(
                    "UPDATE asset SET sha256 = :d, content_type = 'image/jpeg' WHERE sha256 IS NULL"
                ),
                {"d": PICTURE},
            )
            theirs = [
                found[0] for name in ("htx a", "htx b") for found in owners.find(session, name)
            ]
            owners.agree(session, theirs, agreed=True)
        return result

    def plan(self) -> None:
        with self.env.db.transaction() as session:
            plan(session, world_now(self.env, session))

    def mapping(self, shop: Shop) -> list[categories.MapRow]:
        with self.env.db.transaction() as session:
            return categories.rows_of(session, (shop.channel, shop.base_url))

    def connect(
        self,
        name: str = "Shop một",
        producer: str | None = None,
        channel: str = "fake",
        base_url: str = "",
        *,
        again: str = "",
        **secrets: str,
    ) -> Shop:
        with self.env.db.transaction() as session:
            owner = owners.find(session, producer)[0][0] if producer else None
        if channel == "fake":
            secrets.setdefault("shop_id", name)
        done = connect(self.env, NewShop(channel, name, owner, base_url, secrets, again))
        with self.env.db.transaction() as session:
            shop = shops.by_key(session, done.key)
            assert shop is not None
            return shop

    def drain(self, shop: Shop) -> Drained:
        return drain(self.env, shop.id or 0)

    def sync(self, *some: Shop) -> None:
        """Plan and drain until nothing asks, moving the clock to what asks later (an hour most)."""
        self.plan()
        for _ in range(60):
            for shop in some or self.shops():
                self.drain(shop)
            with self.env.db.transaction() as session:
                next_at = queue.next_due(session)
            if next_at is None or (next_at - self.time.at).total_seconds() > 3600:
                return
            if next_at > self.time.at:
                self.time.at = next_at

    def shops(self) -> list[Shop]:
        with self.env.db.transaction() as session:
            return shops.all_shops(session)

    def due(self) -> int:
        with self.env.db.transaction() as session:
            return queue.due_count(session)

    def changes(self) -> list[status.ChangeRow]:
        with self.env.db.transaction() as session:
            return status.due_changes(session)

    def rows(self, **where: str) -> list[status.StatusRow]:
        with self.env.db.transaction() as session:
            return status.listings(session, **where)

    def listing(self, sku: str) -> listing_rows.ListingState:
        with self.env.db.transaction() as session:
            ids = status.listings_of_skus(session, [sku], "", "")
            return listing_rows.by_ids(session, ids)[ids[0]]

    def sql(self, query: str, **parameters: object) -> list[tuple[object, ...]]:
        with self.env.db.transaction() as session:
            return [tuple(row) for row in session.execute(text(query), parameters)]


@pytest.fixture
def world(db: Database, tmp_path: Path) -> Iterator[World]:
    market, time = Market(), Time()
    (tmp_path / PICTURE).write_bytes(b"picture")
    env = Env(
        db=db,
        clock=time,
        images=tmp_path,
        encrypt=lambda secrets: json.dumps(dict(secrets)).encode(),
        decrypt=lambda data: dict(json.loads(data)),
        connectors={"fake": market.connector()},
        timing=Timing(),
        private_hosts=frozenset({"127.0.0.1"}),
    )
    yield World(env, market, time)
