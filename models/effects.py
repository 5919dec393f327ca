"""What a plan made of listings, against how they stood before it: for previews, in a transaction
that is rolled back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlmodel import Session


@dataclass(frozen=True, slots=True)
class TouchedRow:
    """A listing of which a plan wants something else. ``facets``: which of it; none where only
    its state or the reason for it is another."""

    listing_id: int
    channel: str
    facets: Sequence[str]


@dataclass(frozen=True, slots=True)
class ShownRow:
    """Such a listing for people: its state, and what is wanted of it, before and after.
    ``on``: whether it is to be on sale, None where it never was."""

    listing_id: int
    product_code: str
    product: str
    shop: str
    facets: Sequence[str]
    state_before: str | None
    state: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    reason: Mapping[str, Any] | None


def note_down(session: Session) -> None:
    """Keep how every listing stands, for the length of this transaction."""
    session.flush()
    session.execute(
        text("""CREATE TEMPORARY TABLE stood ON COMMIT DROP AS
            SELECT id, state, coalesce(reason->>'code', '') AS reason FROM listing""")
    )
    session.execute(
        text("""CREATE TEMPORARY TABLE stood_facet ON COMMIT DROP AS
            SELECT listing_id, facet, wanted, wanted_digest FROM listing_facet""")
    )


_DIFFER = """
SELECT l.id, s.channel, array_remove(array_agg(d.facet ORDER BY d.facet), NULL)
FROM listing l JOIN shop s ON s.id = l.shop_id
JOIN product_code pc ON pc.product_id = l.product_id AND pc.current
LEFT JOIN stood b ON b.id = l.id
LEFT JOIN (
    SELECT coalesce(f.listing_id, g.listing_id) AS listing_id, coalesce(f.facet, g.facet) AS facet
    FROM listing_facet f
    FULL JOIN stood_facet g ON g.listing_id = f.listing_id AND g.facet = f.facet
    WHERE f.wanted_digest IS DISTINCT FROM g.wanted_digest
) d ON d.listing_id = l.id
WHERE d.facet IS NOT NULL OR b.state IS DISTINCT FROM l.state
   OR b.reason IS DISTINCT FROM coalesce(l.reason->>'code', '')
GROUP BY l.id, s.channel, pc.code, s.key, l.part
ORDER BY pc.code, s.key, l.part
"""


def differing(session: Session) -> list[TouchedRow]:
    """Every listing that stands otherwise than :func:`note_down` saw it."""
    session.flush()
    return [TouchedRow(*row) for row in session.execute(text(_DIFFER))]


def shown(session: Session, touched: Sequence[TouchedRow]) -> list[ShownRow]:
    """These listings, for people, in the same order."""
    rows = session.execute(
        text("""SELECT l.id, pc.code, p.name, s.name, b.state, l.state,
                coalesce((SELECT jsonb_object_agg(g.facet, g.wanted) FROM stood_facet g
                    WHERE g.listing_id = l.id), '{}'),
                coalesce((SELECT jsonb_object_agg(f.facet, f.wanted) FROM listing_facet f
                    WHERE f.listing_id = l.id), '{}'),
                CASE WHEN b.reason IS DISTINCT FROM coalesce(l.reason->>'code', '')
                    THEN l.reason END
            FROM listing l JOIN shop s ON s.id = l.shop_id JOIN product p ON p.id = l.product_id
            JOIN product_code pc ON pc.product_id = p.id AND pc.current
            LEFT JOIN stood b ON b.id = l.id WHERE l.id = ANY(:ids)"""),
        {"ids": [row.listing_id for row in touched]},
    )
    found = {row[0]: row for row in rows}
    return [_shown(t, found[t.listing_id]) for t in touched]


def _shown(touched: TouchedRow, row: Any) -> ShownRow:
    _id, code, product, shop, state_before, state, before, after, reason = row
    return ShownRow(
        touched.listing_id, code, product, shop, touched.facets, state_before, state, before,
        after, reason,
    )  # fmt: skip
