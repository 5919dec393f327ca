"""State and journal in one SQLite file: one transaction a deed, so that a kill loses nothing."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import orjson

from sandbox.floor.world import Item, Shop, World

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
        # The file outlives a killed process (the kernel has the pages); a power cut is not
        # what a sandbox has to survive.
        self._db.execute("pragma journal_mode=wal")
        self._db.execute("pragma synchronous=off")
        self._db.executescript(_SCHEMA)
        row = self._db.execute("select coalesce(max(seq), 0) from journal").fetchone()
        self.last_seq: int = row[0]

    def load(self) -> World:
        world = World()
        for kind, body in self._db.execute("select kind, body from thing"):
            if kind == "item":
                world.keep(Item(**orjson.loads(body)))
            else:
                world.keep_shop(Shop(**orjson.loads(body)))
        world.touched.clear()
        return world

    def write(self, world: World, entry: dict[str, Any] | None = None) -> None:
        """Keep what was touched, and the journal entry, in one transaction."""
        self._db.execute("begin")
        rows = [
            (kind, orjson.dumps(key), orjson.dumps(world.body_of(kind, key)))
            for kind, key in world.touched
        ]
        self._db.executemany("insert or replace into thing values (?, ?, ?)", rows)
        world.touched.clear()
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
        rows = self._db.execute(
            "select entry from journal where seq > ? and (? is null or shop_id = ?)"
            " order by seq limit ?",
            (after, shop_id, shop_id, limit),
        )
        return [orjson.loads(entry) for (entry,) in rows]

    def close(self) -> None:
        self._db.close()
