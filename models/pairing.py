"""What stood in a shop before us: its packs, which of ours they may be, and what a person said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import CheckConstraint, Float, UniqueConstraint, text
from sqlmodel import Column, Field, Session, SQLModel

from models.base import big_column, one_of, reference, text_column, time_column

HOW = ("", "sku", "gtin", "name")
VERDICTS = ("stranger", "doubtful", "sure", "adopted", "declined")


class FoundPack(SQLModel, table=True):
    """One pack of one item that a shop held when it was read, and the pack of ours that it
    resembles. ``remote_variant_id`` is "" where the item has no packs. A stranger is never
    touched; a doubtful one waits for a person, and so does our product."""

    __tablename__ = "found_pack"
    __table_args__ = (
        UniqueConstraint("shop_id", "remote_id", "remote_variant_id"),
        one_of("how", HOW),
        one_of("verdict", VERDICTS),
        CheckConstraint(
            "(verdict = 'stranger') = (variant_id IS NULL)", name="stranger_is_nobodys"
        ),
    )

    id: int | None = Field(default=None, sa_column=big_column(primary_key=True))
    shop_id: int = Field(sa_column=reference("shop.id"))
    remote_id: str = Field(sa_column=text_column())
    remote_variant_id: str = Field(sa_column=text_column())
    sku: str = Field(default="", sa_column=text_column())
    gtin: str = Field(default="", sa_column=text_column())
    title: str = Field(default="", sa_column=text_column())
    label: str = Field(default="", sa_column=text_column())
    price: int | None = Field(default=None, sa_column=big_column(nullable=True))
    stock: int | None = Field(default=None, sa_column=big_column(nullable=True))
    variant_id: int | None = Field(
        default=None, sa_column=reference("variant.id", nullable=True, index=True)
    )
    how: str = Field(default="", sa_column=text_column())
    score: float = Field(default=0, sa_column=Column(Float, nullable=False))
    verdict: str = Field(default="stranger", sa_column=text_column())
    decided_by: str = Field(default="", sa_column=text_column())
    decided_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    seen_at: datetime = Field(sa_column=time_column())


@dataclass(frozen=True, slots=True)
class Found:
    """A :class:`FoundPack` with the code and SKU of the pack of ours that it resembles."""

    id: int
    remote_id: str
    remote_variant_id: str
    sku: str
    gtin: str
    title: str
    label: str
    price: int | None
    stock: int | None
    variant_id: int | None
    how: str
    score: float
    verdict: str
    our_sku: str | None = None
    product_id: int | None = None
    product_code: str | None = None


def keep(session: Session, shop_id: int, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Write what was seen (``remote_id, remote_variant_id, sku, gtin, title, label, price, stock,
    variant_id, how, score, verdict``). What a person decided, and what is ours, stays."""
    if not rows:
        return
    session.execute(
        text("""INSERT INTO found_pack AS f (shop_id, remote_id, remote_variant_id, sku, gtin,
                title, label, price, stock, variant_id, how, score, verdict, decided_by, seen_at)
            SELECT :shop, r.remote_id, r.remote_variant_id, r.sku, r.gtin, r.title, r.label,
                r.price, r.stock, r.variant_id, r.how, r.score, r.verdict, '', :now
            FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(remote_id text,
                remote_variant_id text, sku text, gtin text, title text, label text,
                price bigint, stock bigint, variant_id bigint, how text, score float,
                verdict text)
            ON CONFLICT (shop_id, remote_id, remote_variant_id) DO UPDATE SET
                sku = excluded.sku, gtin = excluded.gtin, title = excluded.title,
                label = excluded.label, price = excluded.price, stock = excluded.stock,
                variant_id = excluded.variant_id, how = excluded.how, score = excluded.score,
                verdict = excluded.verdict, seen_at = :now
            WHERE f.verdict NOT IN ('adopted', 'declined')"""),
        {"shop": shop_id, "rows": orjson.dumps(list(rows)).decode(), "now": now},
    )


def of_shop(session: Session, shop_id: int) -> list[Found]:
    """Everything that was seen in the shop, by item."""
    rows = session.execute(
        text("""SELECT f.id, f.remote_id, f.remote_variant_id, f.sku, f.gtin, f.title, f.label,
                f.price, f.stock, f.variant_id, f.how, f.score, f.verdict, v.sku, v.product_id,
                c.code
            FROM found_pack f LEFT JOIN variant v ON v.id = f.variant_id
            LEFT JOIN product_code c ON c.product_id = v.product_id AND c.current
            WHERE f.shop_id = :shop ORDER BY f.remote_id, f.id"""),
        {"shop": shop_id},
    )
    return [Found(*row) for row in rows]


def undecided(session: Session) -> dict[tuple[int, int], str]:
    """(shop, product) → the title of the item that one of its packs resembles, while a person
    has not said whether it is the same."""
    rows = session.execute(
        text("""SELECT f.shop_id, v.product_id, min(f.title) FROM found_pack f
            JOIN variant v ON v.id = f.variant_id
            WHERE f.verdict IN ('doubtful', 'sure') GROUP BY 1, 2""")
    )
    return {(row[0], row[1]): row[2] for row in rows}


def with_verdict(session: Session, verdict: str) -> list[int]:
    """Shops in which items stand of which this is said."""
    rows = session.execute(
        text("SELECT DISTINCT shop_id FROM found_pack WHERE verdict = :verdict ORDER BY 1"),
        {"verdict": verdict},
    )
    return [row[0] for row in rows]


def decide(session: Session, ids: Sequence[int], verdict: str, by: str, now: datetime) -> None:
    """What a person (or an equal SKU) said of these."""
    if ids:
        session.execute(
            text("""UPDATE found_pack SET verdict = :verdict, decided_by = :by, decided_at = :now
                WHERE id = ANY(:ids)"""),
            {"ids": list(ids), "verdict": verdict, "by": by, "now": now},
        )


def ours(session: Session, shop_id: int) -> set[str]:
    """Remote ids of the shop that are listings of ours."""
    rows = session.execute(
        text("SELECT remote_id FROM listing WHERE shop_id = :shop AND remote_id IS NOT NULL"),
        {"shop": shop_id},
    )
    return {row[0] for row in rows}


def listed(session: Session, shop_id: int) -> set[int]:
    """Packs of ours that the shop sells in a listing of ours: another item is no home of theirs."""
    rows = session.execute(
        text("""SELECT v.variant_id FROM listing l JOIN listing_variant v ON v.listing_id = l.id
            WHERE l.shop_id = :shop AND l.remote_id IS NOT NULL AND v.removed_at IS NULL"""),
        {"shop": shop_id},
    )
    return {row[0] for row in rows}


def begun(session: Session, shop_id: int) -> set[str]:
    """SKUs of the listings that are being created just now: what shows them is found by their
    create, and is no stranger."""
    rows = session.execute(
        text("""SELECT l.item_sku FROM listing l WHERE l.shop_id = :shop AND l.remote_id IS NULL
                AND (l.attempt_at IS NOT NULL OR l.handle IS NOT NULL)
            UNION SELECT v.sku FROM listing l JOIN listing_variant v ON v.listing_id = l.id
            WHERE l.shop_id = :shop AND l.remote_id IS NULL
                AND (l.attempt_at IS NOT NULL OR l.handle IS NOT NULL)"""),
        {"shop": shop_id},
    )
    return {row[0] for row in rows}


def item_skus(session: Session, shop_id: int) -> set[str]:
    """The keys of the shop's listings that the channel knows."""
    rows = session.execute(
        text("SELECT item_sku FROM listing WHERE shop_id = :shop AND remote_id IS NOT NULL"),
        {"shop": shop_id},
    )
    return {row[0] for row in rows}


def adopted(
    session: Session, shop_id: int, product_id: int, item_sku: str, remote_id: str,
    packs: Sequence[Mapping[str, Any]], now: datetime,
) -> int:  # fmt: skip
    """Make a listing of an item that stood there (``packs``: ``variant_id, sku, remote_id,
    stock_rev``); returns its id. It is looked at in full at once. A listing of ours that the
    channel never heard of gives way to it."""
    session.execute(
        text("""DELETE FROM listing_facet f USING listing l WHERE f.listing_id = l.id
            AND l.shop_id = :shop AND l.product_id = :product AND l.remote_id IS NULL
            AND l.handle IS NULL AND l.attempt_at IS NULL"""),
        {"shop": shop_id, "product": product_id},
    )
    session.execute(
        text("""DELETE FROM listing_variant v USING listing l WHERE v.listing_id = l.id
            AND l.shop_id = :shop AND l.product_id = :product AND l.remote_id IS NULL
            AND l.handle IS NULL AND l.attempt_at IS NULL"""),
        {"shop": shop_id, "product": product_id},
    )
    session.execute(
        text("""DELETE FROM listing WHERE shop_id = :shop AND product_id = :product
            AND remote_id IS NULL AND handle IS NULL AND attempt_at IS NULL"""),
        {"shop": shop_id, "product": product_id},
    )
    listing_id = session.execute(
        text("""INSERT INTO listing (shop_id, product_id, part, item_sku, remote_id, state,
                state_since, lookups, reads, read_full, read_due_at, last_write_at, url)
            SELECT :shop, :product, coalesce(max(part) + 1, 0), :sku, :remote, 'unlisted', :now,
                0, 0, true, :now, :now, '' FROM listing
            WHERE shop_id = :shop AND product_id = :product RETURNING id"""),
        {"shop": shop_id, "product": product_id, "sku": item_sku, "remote": remote_id, "now": now},
    ).scalar_one()
    session.execute(
        text("""INSERT INTO listing_variant (listing_id, variant_id, sku, remote_id, stock_rev,
                sold)
            SELECT :listing, r.variant_id, r.sku, r.remote_id, r.stock_rev, 0
            FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(variant_id bigint, sku text,
                remote_id text, stock_rev bigint)"""),
        {"listing": listing_id, "rows": orjson.dumps(list(packs)).decode()},
    )
    return int(listing_id)
