"""Which products the office keeps out of a shop, or puts into it, one product at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import text
from sqlmodel import Session


def of_products(session: Session, shop_id: int, codes: Sequence[str]) -> dict[str, str | None]:
    """What is said of each of these products in a shop: include, exclude, or nothing (None)."""
    rows = session.execute(
        text("""SELECT value, mode FROM assortment
            WHERE shop_id = :shop AND scope = 'product' AND value = ANY(:codes)"""),
        {"shop": shop_id, "codes": list(codes)},
    )
    said = {row[0]: row[1] for row in rows}
    return {code: said.get(code) for code in codes}


def put(session: Session, shop_id: int, modes: Mapping[str, str | None]) -> None:
    """Say it, last of all that is said of the product; None: say nothing of it any more."""
    codes = list(modes)
    session.execute(
        text("""DELETE FROM assortment
            WHERE shop_id = :shop AND scope = 'product' AND value = ANY(:codes)"""),
        {"shop": shop_id, "codes": codes},
    )
    session.execute(
        text("""INSERT INTO assortment (shop_id, mode, scope, value)
            SELECT :shop, r.mode, 'product', r.code
            FROM unnest(CAST(:codes AS text[]), CAST(:modes AS text[])) AS r(code, mode)
            WHERE r.mode IS NOT NULL"""),
        {"shop": shop_id, "codes": codes, "modes": [modes[code] for code in codes]},
    )
