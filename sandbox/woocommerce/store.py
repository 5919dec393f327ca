"""State and journal in one SQLite file: one transaction a call, so that a kill loses nothing."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import orjson

from sandbox.woocommerce.world import Product, Site, World

_SCHEMA = """
create table if not exists thing (
    kind text not null, key text not null, body blob not null, primary key (kind, key)
) without rowid;
create table if not exists journal (seq integer primary key, shop_id text, entry blob not null);
"""


class Store:
    """``path`` None keeps everything in memory. Used by one thread at a time."""

    def __init__(self, path: Path | None) -> None:
        self._db = sqlite3.connect(
            str(path) if path else ":memory:", check_same_thread=False, isolation_level=None
        )
        # A killed process leaves the file whole; a power cut is not what a sandbox survives.
        self._db.execute("pragma journal_mode=wal")
        self._db.execute("pragma synchronous=off")
        self._db.executescript(_SCHEMA)
        row = self._db.execute("select coalesce(max(seq), 0) from journal").fetchone()
        self.last_seq: int = row[0]

    def load(self) -> World:
        world = World()
        for kind, key, body in self._db.execute("select kind, key, body from thing"):
            value = orjson.loads(body)
            if kind == "product":
                world.products[int(key)] = Product(**value)
            elif kind == "site":
                world.sites[key] = Site(**value)
            elif kind == "categories":
                world.categories[key] = value
            elif kind == "image":
                world.images[int(key)] = value
            else:
                world.counters[key] = value
        return world

    def write(self, world: World, entry: dict[str, Any] | None = None) -> None:
        """Keep what was touched, and the journal entry, in one transaction."""
        self._db.execute("begin")
        self._db.executemany("delete from thing where kind = ? and key = ?", world.removed)
        rows = [(k, key, orjson.dumps(world.body_of(k, key))) for k, key in world.touched]
        self._db.executemany("insert or replace into thing values (?, ?, ?)", rows)
        world.touched.clear()
        world.removed.clear()
        if entry is not None:
            self._db.execute(
                "insert into journal values (?, ?, ?)",
                (entry["seq"], entry["shop_id"], orjson.dumps(entry)),
            )
        self._db.execute("commit")

    def next_seq(self) -> int:
        self.last_seq += 1
        return self.last_seq

    def journal(
        self, after: int = 0, shop_id: str | None = None, limit: int = -1
    ) -> list[dict[str, Any]]:
        """Entries with a higher number, oldest first; ``limit`` -1 is all."""
        only = "and shop_id = ?" if shop_id is not None else ""
        values = (after, *((shop_id,) if shop_id is not None else ()), limit)
        rows = self._db.execute(
            f"select entry from journal where seq > ? {only} order by seq limit ?",  # noqa: S608
            values,
        )
        return [orjson.loads(entry) for (entry,) in rows]

    def close(self) -> None:
        self._db.close()
