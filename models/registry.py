"""The registry's statements against the tables: one comparison of keys and digests, then only
what changed is touched.

Keys and digests travel by ``COPY`` into a temporary table, in the session's own transaction
(``connection.driver_connection``), and one set-based comparison names what is new, changed,
back again, or gone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import text
from sqlmodel import Session

from models.facts import TRACE_SCHEME

Key = tuple[str, bytes, int | None]
"""A product of the source: its code, the digest of its statement, its version if counted."""


def begin(session: Session) -> None:
    """Make the temporary tables of one walk; they are gone with the transaction."""
    session.execute(
        text("CREATE TEMPORARY TABLE seen (code text, digest bytea, version bigint) ON COMMIT DROP")
    )
    session.execute(text("CREATE TEMPORARY TABLE seen_codes (code text) ON COMMIT DROP"))


def see(session: Session, keys: Sequence[Key]) -> int:
    """Load the keys of one page for :func:`changed`; returns how many."""
    session.execute(text("INSERT INTO seen_codes SELECT code FROM seen"))
    session.execute(text("TRUNCATE seen"))
    connection = session.connection().connection.driver_connection
    assert connection is not None  # noqa: S101 (a session in a transaction has one)
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY seen (code, digest, version) FROM STDIN") as copy,
    ):
        copy.write(_copy_text(keys))
    return len(keys)


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_NULL = r"\N"
_SPECIAL = re.compile(r"[\\\t\n\r]")


def _copy_text(keys: Sequence[Key]) -> str:
    """The keys in COPY's text format, made in one piece: quicker than row by row."""
    if _SPECIAL.search("".join([code for code, _digest, _version in keys])):
        keys = [(code.translate(_ESCAPES), digest, version) for code, digest, version in keys]
    return "".join([
        f"{code}\t\\\\x{digest.hex()}\t{_NULL if version is None else version}\n"
        for code, digest, version in keys
    ])  # fmt: skip


def changed(session: Session) -> set[str]:
    """Codes of the page whose statement is new or differs, or that were withdrawn and are back.

    A version that is not greater than the known one is old news (registry-formats §5).
    """
    rows = session.execute(
        text("""SELECT s.code FROM seen s
            LEFT JOIN product_code c ON c.code = s.code
            LEFT JOIN product p ON p.id = c.product_id
            WHERE p.id IS NULL
               OR ((p.digest IS DISTINCT FROM s.digest OR p.withdrawn_at IS NOT NULL)
                   AND (s.version IS NULL OR p.registry_version IS NULL
                        OR s.version > p.registry_version))""")
    )
    return {row[0] for row in rows}


def gone(session: Session, source: str) -> dict[int, str]:
    """Products of this source that a full walk did not see, with their present codes."""
    rows = session.execute(
        text("""SELECT p.id, now.code FROM product p
            JOIN product_code now ON now.product_id = p.id AND now.current
            WHERE p.source = :source AND p.withdrawn_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM product_code c WHERE c.product_id = p.id
                AND (c.code IN (SELECT code FROM seen) OR c.code IN (SELECT code FROM seen_codes)))
            """),
        {"source": source},
    )
    return {row[0]: row[1] for row in rows}


def active_count(session: Session, source: str) -> int:
    """Products of this source that are not withdrawn."""
    return int(
        session.execute(
            text("SELECT count(*) FROM product WHERE source = :s AND withdrawn_at IS NULL"),
            {"s": source},
        ).scalar_one()
    )


def withdraw(
    session: Session, ids: Sequence[int], reason: str, now: datetime, *, judged: bool = False
) -> list[int]:
    """Mark products as withdrawn (never deleted); returns those that were not before. ``judged``:
    a person said so, no plan has to count them."""
    rows = session.execute(
        text("""UPDATE product SET withdrawn_at = :now, withdrawn_reason = :reason,
                unplanned_since = CASE WHEN :judged THEN unplanned_since ELSE :now END
            WHERE id = ANY(:ids) AND withdrawn_at IS NULL RETURNING id"""),
        {"ids": list(ids), "reason": reason, "now": now, "judged": judged},
    )
    return [row[0] for row in rows]


def pulled(session: Session, ids: Sequence[int], now: datetime) -> None:
    """A pull changed these products: a plan has yet to judge what that does."""
    session.execute(
        text("UPDATE product SET unplanned_since = :now WHERE id = ANY(:ids)"),
        {"ids": list(ids), "now": now},
    )


def planned(session: Session, pulled: Mapping[int, datetime]) -> None:
    """A plan has judged what these pulls (by product) changed. A product that another pull has
    changed since, or is just changing, is left: waiting for that pull would hold up a drain."""
    if pulled:
        rows = [{"id": i, "at": at.isoformat()} for i, at in pulled.items()]
        session.execute(
            text("""UPDATE product SET unplanned_since = NULL WHERE id IN (
                SELECT p.id FROM product p
                JOIN jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(id bigint, at timestamptz)
                    ON r.id = p.id AND r.at = p.unplanned_since
                FOR NO KEY UPDATE OF p SKIP LOCKED)"""),
            {"rows": orjson.dumps(rows).decode()},
        )


def ids_of_codes(session: Session, codes: Sequence[str]) -> dict[str, int]:
    """Products by any code they ever had."""
    rows = session.execute(
        text("SELECT code, product_id FROM product_code WHERE code = ANY(:codes)"),
        {"codes": list(codes)},
    )
    return {row[0]: row[1] for row in rows}


def set_versions(session: Session, versions: dict[int, int]) -> None:
    """A tombstone's version, so that an older statement does not bring the product back."""
    for product_id, version in versions.items():
        session.execute(
            text("UPDATE product SET registry_version = :v WHERE id = :id"),
            {"v": version, "id": product_id},
        )


@dataclass(frozen=True, slots=True)
class WaitingPicture:
    asset_id: int
    url: str


def pictures_to_fetch(session: Session, most: int) -> list[WaitingPicture]:
    """Pictures of products that are on offer, never fetched or failed for a passing reason."""
    rows = session.execute(
        text("""SELECT a.id, a.url FROM asset a WHERE a.sha256 IS NULL AND a.problem = ''
            AND EXISTS (SELECT 1 FROM product_image i JOIN product p ON p.id = i.product_id
                WHERE i.asset_id = a.id AND p.withdrawn_at IS NULL)
            ORDER BY a.id LIMIT :most"""),
        {"most": most},
    )
    return [WaitingPicture(*row) for row in rows]


def codes_to_draw(session: Session) -> list[str]:
    """Traceability codes of products on offer that have no picture yet."""
    rows = session.execute(
        text("""SELECT DISTINCT p.trace_code FROM product p WHERE p.trace_code <> ''
            AND p.withdrawn_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM asset a WHERE a.url = :scheme || p.trace_code)
            ORDER BY 1"""),
        {"scheme": TRACE_SCHEME},
    )
    return [row[0] for row in rows]


def drawn(
    session: Session, url: str, sha256: str, content_type: str, size: int,
    width: int, height: int, now: datetime,
) -> int:  # fmt: skip
    """A file that we made or were given is kept under an address of our own; its id."""
    row = session.execute(
        text("""INSERT INTO asset (url, sha256, content_type, size, width, height, etag, problem,
                fetched_at)
            VALUES (:url, :sha, :type, :size, :width, :height, '', '', :now)
            ON CONFLICT (url) DO UPDATE SET sha256 = :sha, content_type = :type, size = :size,
                width = :width, height = :height, fetched_at = :now RETURNING id"""),
        {
            "url": url, "sha": sha256, "type": content_type, "size": size,
            "width": width, "height": height, "now": now,
        },
    ).scalar_one()  # fmt: skip
    return int(row)


def ids_of_trace_codes(session: Session, codes: Sequence[str]) -> list[int]:
    """The products that bear these traceability codes."""
    rows = session.execute(
        text("SELECT id FROM product WHERE trace_code = ANY(:codes)"), {"codes": list(codes)}
    )
    return [row[0] for row in rows]


def picture_fetched(
    session: Session, asset_id: int, sha256: str, content_type: str, size: int,
    width: int, height: int, now: datetime,
) -> None:  # fmt: skip
    """A picture is kept: what it is."""
    session.execute(
        text("""UPDATE asset SET sha256 = :sha, content_type = :type, size = :size,
            width = :width, height = :height, problem = '', fetched_at = :now
            WHERE id = :id"""),
        {
            "id": asset_id, "sha": sha256, "type": content_type, "size": size,
            "width": width, "height": height, "now": now,
        },
    )  # fmt: skip


def picture_unusable(session: Session, asset_id: int, problem: str, now: datetime) -> None:
    """Why a picture cannot be used (Vietnamese), until its address changes."""
    session.execute(
        text("UPDATE asset SET problem = :problem, fetched_at = :now WHERE id = :id"),
        {"id": asset_id, "problem": problem, "now": now},
    )


def products_of_pictures(session: Session, asset_ids: Sequence[int]) -> list[int]:
    """Products that show any of these pictures."""
    rows = session.execute(
        text("SELECT DISTINCT product_id FROM product_image WHERE asset_id = ANY(:ids)"),
        {"ids": list(asset_ids)},
    )
    return [row[0] for row in rows]
