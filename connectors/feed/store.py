"""What a floor's connector keeps, in one SQLite file of the shop's folder: our rows, what was
published of them and when, and the floor's latest export.

A row's ``digest`` is what it shall show, ``sent_digest`` what the published file shows (null: the
row is not in it; ANEW: whatever it shows, it shall be told once more). ``in_file`` rows are those
on sale, and for some days those taken off; not those that the floor lost. Times are unix seconds.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.feed.rows import Row, row_from

NAME = "feed.sqlite3"
VERSION = 1
WAIT_S = 30.0
"""How long a write waits for another process to end its own."""

_SCHEMA = """
create table if not exists row (
    sku text primary key, item_sku text not null, body blob not null, price integer not null,
    stock integer not null, shown integer not null, digest blob not null, rev integer not null,
    withdrawn_at real, sent_digest blob, sent_shown integer not null default 0, sent_at real,
    seen_live integer not null default 0, differs integer not null default 0,
    lost integer not null default 0
) without rowid;
create index if not exists row_item_sku on row (item_sku);
create index if not exists row_rev on row (rev);
create index if not exists row_unseen on row (sku) where seen_live = 0 and shown = 1;
create index if not exists row_anew on row (sku) where sent_digest = x'';
create table if not exists publication (
    id integer primary key, at real not null, file text not null, rows integer not null,
    sha256 text not null, bytes integer not null, changed integer not null
);
create table if not exists export_row (
    sku text primary key, body text not null, seq integer not null, gone integer not null
) without rowid;
create index if not exists export_row_seq on export_row (seq);
create table if not exists meta (name text primary key, value text not null) without rowid;
"""


ANEW = b""
"""A ``sent_digest`` that no row has."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A row with its publication. ``sent_at`` None: nothing of it was ever published; ``current``:
    the published file shows it as it is now; ``in_file``: the published file has it;
    ``sent_shown``: as on sale; ``seen_live``: an export said so since. ``differs``: an export
    that knows of the file showed something else, since put there by hand; ``lost``: it had the
    row and has it no more."""

    row: Row
    current: bool
    in_file: bool
    sent_shown: bool
    sent_at: float | None
    seen_live: bool
    differs: bool
    lost: bool


@dataclass(frozen=True, slots=True)
class Publication:
    """One file of one publication; ``changed`` False: its bytes were the same as before."""

    at: float
    file: str
    rows: int
    sha256: str
    bytes: int
    changed: bool


class Store:
    """One connection. Not shared between threads."""

    def __init__(self, folder: Path) -> None:
        self._db = sqlite3.connect(folder / NAME, timeout=WAIT_S, isolation_level=None)
        self._db.execute("pragma synchronous=full")
        if self._version() != VERSION:
            self._db.execute("pragma journal_mode=wal")
            self._made()

    def close(self) -> None:
        self._db.close()

    def _version(self) -> int:
        (version,) = self._db.execute("pragma user_version").fetchone()
        return int(version)

    def _made(self) -> None:
        """Make the tables, or what an older version lacks of them."""
        with self.writing():
            if self._version() == VERSION:
                return
            for statement in _SCHEMA.split(";"):
                self._db.execute(statement)
            known = {row[1] for row in self._db.execute("pragma table_info(row)")}
            for name in ("differs", "lost"):
                if name not in known:
                    self._db.execute(
                        f"alter table row add column {name} integer not null default 0"
                    )
            self._db.execute(f"pragma user_version = {VERSION}")

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction; rolled back when the block raises."""
        self._db.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._db.execute("rollback")
            raise
        self._db.execute("commit")

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Readings of the block all see the same moment."""
        self._db.execute("begin")
        try:
            yield
        finally:
            self._db.execute("rollback")

    # --- our rows ---------------------------------------------------------------------------

    def get(self, skus: Sequence[str]) -> dict[str, Kept]:
        """The rows of these SKUs; unknown ones are left out."""
        return {kept.row.sku: kept for kept in self._some("sku", skus)}

    def find(self, keys: Sequence[str]) -> list[Kept]:
        """Rows whose SKU or listing's key is one of these."""
        found = {
            kept.row.sku: kept for name in ("sku", "item_sku") for kept in self._some(name, keys)
        }
        return list(found.values())

    def _some(self, column: str, keys: Sequence[str]) -> Iterator[Kept]:
        for start in range(0, len(keys), 500):
            part = list(keys[start : start + 500])
            marks = ",".join("?" * len(part))
            asked = f"select {_COLUMNS} from row where {column} in ({marks})"  # noqa: S608
            yield from map(_kept, self._db.execute(asked, part))

    def put(self, rows: Iterable[Row], now: float) -> None:
        """Write rows whole; inside ``writing``. One that is taken off sale starts its days of
        withdrawal when the published file shows it on sale. One that differs at the floor is told
        once more, though it be the same; one that was lost is a row like any other again."""
        rev = self._next("rev")
        self._db.executemany(
            """insert into row (sku, item_sku, body, price, stock, shown, digest, rev)
            values (:sku, :item_sku, :body, :price, :stock, :shown, :digest, :rev)
            on conflict (sku) do update set item_sku = excluded.item_sku, body = excluded.body,
                price = excluded.price, stock = excluded.stock, shown = excluded.shown,
                digest = excluded.digest, rev = excluded.rev, differs = 0, lost = 0,
                sent_digest = case when row.differs and row.sent_digest is not null then x''
                    else row.sent_digest end,
                withdrawn_at = case when excluded.shown then null
                    when row.sent_digest is null then null
                    else coalesce(row.withdrawn_at, :now) end""",
            (
                {
                    "sku": r.sku, "item_sku": r.item_sku, "body": r.body(), "price": r.price_vnd,
                    "stock": r.stock, "shown": r.on, "digest": r.digest(), "rev": rev, "now": now,
                }
                for r in rows
            ),
        )  # fmt: skip

    def unseen(self, skus: Iterable[str]) -> None:
        """What an export said of these rows no longer holds (they were made anew)."""
        self._db.executemany("update row set seen_live = 0 where sku = ?", ((s,) for s in skus))

    def sold(self, rows: Iterable[Row]) -> None:
        """The floor has fewer units than our file says: keep its figure, so that the next file
        does not raise it; inside ``writing``. It is nothing to publish for."""
        self._db.executemany(
            """update row set stock = :stock, digest = :digest,
                sent_digest = case when sent_digest is digest then :digest else sent_digest end
            where sku = :sku""",
            ({"sku": r.sku, "stock": r.stock, "digest": r.digest()} for r in rows),
        )

    def learn(
        self, *, differs: Iterable[str], agrees: Iterable[str], lost: Iterable[str],
        found: Iterable[str],
    ) -> None:  # fmt: skip
        """What a reading said of rows by SKU; inside ``writing``."""
        for name, value, skus in (
            ("differs", 1, differs), ("differs", 0, agrees), ("lost", 1, lost), ("lost", 0, found),
        ):  # fmt: skip
            asked = f"update row set {name} = {value} where sku = ?"  # noqa: S608
            self._db.executemany(asked, ((sku,) for sku in skus))

    # --- publishing -------------------------------------------------------------------------

    def due(self, gone_before: float) -> bool:
        """Whether the published file differs from what it shall show."""
        (due,) = self._db.execute(
            f"""select exists (select 1 from row where
            case when {_IN_FILE} then sent_digest is not digest else sent_digest is not null end)
            """,  # noqa: S608
            {"gone_before": gone_before},
        ).fetchone()
        return bool(due)

    def anew(self) -> bool:
        """Whether some row is to be told once more though it be the same: the files must be new
        to a floor that asks whether they changed."""
        (found,) = self._db.execute(
            "select exists (select 1 from row where sent_digest = x'')"
        ).fetchone()
        return bool(found)

    def in_file(self, gone_before: float) -> Iterator[Row]:
        """The rows that the file shall show, by SKU, one at a time."""
        cursor = self._db.execute(
            f"""select sku, item_sku, body, price, stock, shown from row where {_IN_FILE}
            order by sku""",  # noqa: S608
            {"gone_before": gone_before},
        )
        for sku, item_sku, body, price, stock, shown in cursor:
            yield row_from(sku, item_sku, body, price, stock, bool(shown))

    def last_rev(self) -> int:
        return int(self.meta("rev") or 0)

    def sent(self, rev: int, gone_before: float, now: float, files: Sequence[Publication]) -> None:
        """The files show the rows as they were at ``rev``; inside ``writing``. A row that shows
        what it showed before, or stays hidden, keeps the moment at which that was published."""
        self._db.execute(
            f"""update row set seen_live = 0, sent_digest = digest, sent_shown = shown,
                sent_at = case when shown or sent_shown or sent_at is null then :now
                    else sent_at end
            where rev <= :rev and {_IN_FILE} and sent_digest is not digest""",  # noqa: S608
            {"now": now, "rev": rev, "gone_before": gone_before},
        )
        self._db.execute(
            f"""update row set sent_digest = null, withdrawn_at = null, sent_shown = 0,
                sent_at = case when sent_shown then :now else sent_at end
            where rev <= :rev and not ({_IN_FILE}) and sent_digest is not null""",  # noqa: S608
            {"now": now, "rev": rev, "gone_before": gone_before},
        )
        self._db.executemany(
            "insert into publication (at, file, rows, sha256, bytes, changed)"
            " values (?, ?, ?, ?, ?, ?)",
            ((f.at, f.file, f.rows, f.sha256, f.bytes, f.changed) for f in files),
        )

    def last_published(self) -> dict[str, Publication]:
        """The latest publication of each file."""
        rows = self._db.execute(
            "select at, file, rows, sha256, bytes, changed from publication"
            " where id in (select max(id) from publication group by file)"
        )
        return {row[1]: _publication(row) for row in rows}

    def last_changed(self) -> dict[str, float]:
        """When each file's bytes changed last."""
        return dict(
            self._db.execute("select file, max(at) from publication where changed group by file")
        )

    def publications(self) -> list[Publication]:
        """The journal, the newest first."""
        rows = self._db.execute(
            "select at, file, rows, sha256, bytes, changed from publication order by id desc"
        )
        return [_publication(row) for row in rows]

    # --- the floor's export -----------------------------------------------------------------

    def take_export(self, rows: Iterable[tuple[str, str]]) -> None:
        """The export's rows (SKU, body) replace those before; inside ``writing``. A row keeps
        its number while it says the same."""
        seq = self._next("export_seq")
        self._db.execute("create temp table if not exists fresh (sku text primary key, body text)")
        self._db.execute("delete from fresh")
        self._db.executemany("insert or replace into fresh values (?, ?)", rows)
        self._db.execute(
            """insert into export_row select sku, body, ?, 0 from fresh where true
            on conflict (sku) do update set body = excluded.body, gone = 0, seq = excluded.seq
            where export_row.body <> excluded.body or export_row.gone""",
            (seq,),
        )
        self._db.execute(
            "update export_row set gone = 1, seq = ? where not gone"
            " and sku not in (select sku from fresh)",
            (seq,),
        )

    def export_rows(self, skus: Sequence[str]) -> dict[str, str]:
        """What the export says of these SKUs; those that it does not have are left out."""
        found: dict[str, str] = {}
        for start in range(0, len(skus), 500):
            part = list(skus[start : start + 500])
            marks = ",".join("?" * len(part))
            found |= dict(
                self._db.execute(
                    f"select sku, body from export_row where not gone and sku in ({marks})",  # noqa: S608
                    part,
                )
            )
        return found

    def saw_live(self, sent_before: float) -> None:
        """Keep of which rows the export says that they are on sale as we sent them; rows that
        were sent later it cannot know. Inside ``writing``."""
        self._db.execute(
            """update row set seen_live = 1
            where seen_live = 0 and shown = 1 and sent_digest is digest and sent_at < ?
            and exists (select 1 from export_row e where e.sku = row.sku
                and not e.gone and json_extract(e.body, '$[0]') in ('live', 'out'))""",
            (sent_before,),
        )

    def export_count(self) -> int:
        (count,) = self._db.execute("select count(*) from export_row where not gone").fetchone()
        return int(count)

    def moment(self) -> tuple[int, int]:
        """The numbers of the last change of the export and of our rows."""
        return int(self.meta("export_seq") or 0), self.last_rev()

    def changed(self, since: Sequence[int] | None, after: str, most: int) -> list[str]:
        """Our SKUs in order: all of them, or those whose line in the export came, changed or
        went, or whose row was written, after the moment ``since``."""
        if since is None:
            asked, moment = "select sku from row", {}
        else:
            asked = (
                "select sku from (select sku from row where rev > :rev union"
                " select e.sku from export_row e join row using (sku) where e.seq > :seq)"
            )
            moment = dict(zip(("seq", "rev"), since, strict=True))
        rows = self._db.execute(
            f"{asked} where sku > :after order by sku limit :most",
            {**moment, "after": after, "most": most},
        )
        return [sku for (sku,) in rows]

    # --- small facts ------------------------------------------------------------------------

    def meta(self, name: str) -> str:
        row = self._db.execute("select value from meta where name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def set_meta(self, **values: str) -> None:
        self._db.executemany("insert or replace into meta values (?, ?)", values.items())

    def _next(self, name: str) -> int:
        number = int(self.meta(name) or 0) + 1
        self.set_meta(**{name: str(number)})
        return number


_IN_FILE = "(not lost and (shown or (withdrawn_at is not null and withdrawn_at > :gone_before)))"
_COLUMNS = (
    "sku, item_sku, body, price, stock, shown, sent_digest is digest, sent_digest is not null,"
    " sent_shown, sent_at, seen_live, differs, lost"
)


def _publication(found: tuple[float, str, int, str, int, int]) -> Publication:
    at, file, rows, sha256, size, changed = found
    return Publication(at, file, rows, sha256, size, bool(changed))


def _kept(found: tuple[Any, ...]) -> Kept:
    sku, item_sku, body, price, stock, shown, current, in_file, sent_shown, sent_at, *said = found
    row = row_from(sku, item_sku, body, price, stock, bool(shown))
    return Kept(row, bool(current), bool(in_file), bool(sent_shown), sent_at, *map(bool, said))
