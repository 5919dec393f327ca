"""State and journal in one SQLite file: one transaction a call, so that a kill loses nothing."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import orjson

from sandbox.tiki.world import World

_SCHEMA = """
create table if not exists thing (
    kind text not null, key text not null, made integer not null, body blob not null,
    primary key (kind, key)
) without rowid;
create table if not exists journal (seq integer primary key, shop_id text, entry blob not null);
"""

_UPSERT = """insert into thing values (?, ?, ?, ?)
    on conflict (kind, key) do update set body = excluded.body"""


class Store:
    """``path`` None keeps everything in memory. Used by one thread at a time."""

    def __init__(self, path: Path | None) -> None:
        self._db = sqlite3.connect(
            str(path) if path else ":memory:", check_same_thread=False, isolation_level=None
        )
        # The file outlives a killed process; a power cut is not what a sandbox has to survive.
        self._db.execute("pragma journal_mode=wal")
        self._db.execute("pragma synchronous=off")
        self._db.executescript(_SCHEMA)
        self.last_seq = self._highest("seq", "journal")
        self._made = self._highest("made", "thing")

    def _highest(self, column: str, table: str) -> int:
        query = f"select coalesce(max({column}), 0) from {table}"  # noqa: S608 (our own names)
        return int(self._db.execute(query).fetchone()[0])

    def load(self) -> World:
        """Things in the order in which they were made."""
        world = World()
        for kind, key, body in self._db.execute("select kind, key, body from thing order by made"):
            world.load(kind, key, orjson.loads(body))
        return world

    def write(self, world: World, entries: list[dict[str, Any]]) -> None:
        """Keep what was touched, and journal entries, in one transaction."""
        self._db.execute("begin")
        for kind, key in sorted(world.touched):
            self._made += 1
            body = orjson.dumps(world.body_of(kind, key))
            self._db.execute(_UPSERT, (kind, key, self._made, body))
        world.touched.clear()
        self._db.executemany(
            "insert into journal values (?, ?, ?)",
            [(e["seq"], e["shop_id"], orjson.dumps(e)) for e in entries],
        )
        self._db.execute("commit")

    def next_seq(self) -> int:
        self.last_seq += 1
        return self.last_seq

    def journal(
        self, after: int = 0, shop_id: str | None = None, limit: int = -1
    ) -> list[dict[str, Any]]:
        """Entries with a higher number, oldest first; ``limit`` -1 is all."""
        rows = self._db.execute(
            "select entry from journal where seq > ? and (? is null or shop_id = ?) "
            "order by seq limit ?",
            (after, shop_id, shop_id, limit),
        )
        return [orjson.loads(entry) for (entry,) in rows]

    def close(self) -> None:
        self._db.close()
