"""One pool of stock over all shops, at every moment and not only at the end: what the shops showed
together, replayed from their journals, against the most that the register had said by then."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from chaos.register import Book
from tests.system import checker
from tests.system.checker import Journals

BUFFER = 2

LAG = timedelta(seconds=0.05)
"""Within this the order of two channels' entries is not known: who gives back counts first."""


def overdrawn(home: Path, journals: Journals, first: Book) -> list[str]:
    """Packs of which more was to be seen, at some moment, than the register ever had until then."""
    most = {p.sku: max(0, p.stock - BUFFER) for product in first.values() for p in product.packs}
    raised = list(_stated(home, first))
    shown: Counter[str] = Counter()
    standing: dict[tuple[str, str, str], dict[str, int]] = {}
    worst: dict[str, str] = {}
    for at, change in _moves(journals):
        while raised and raised[0][0] <= at:
            _at, sku, pool = raised.pop(0)
            most[sku] = max(most[sku], pool)
        before, now = standing.get(change[0], {}), change[1]
        standing[change[0]] = now
        for sku in before.keys() | now.keys():
            shown[sku] += now.get(sku, 0) - before.get(sku, 0)
            if shown[sku] > most.get(sku, 0) and now.get(sku, 0) > before.get(sku, 0):
                worst[sku] = f"{sku}: {shown[sku]} were on sale at {at}, {most.get(sku)} might be"
    return sorted(worst.values())


def _stated(home: Path, first: Book) -> Iterator[tuple[datetime, str, int]]:
    """When the register said what: (moment, SKU, units that may be sold)."""
    with sqlite3.connect(home / "demo" / "registry" / "registry.sqlite3") as db:
        rows = db.execute("SELECT at, code, kind, product FROM version ORDER BY seq").fetchall()
    for at, code, kind, body in rows:
        if kind == "stock":
            said = {row["pack"]: row["stock"] for row in orjson.loads(body)["variants"]}
            for pack in first[code].packs:
                yield datetime.fromisoformat(at), pack.sku, max(0, said[pack.text] - BUFFER)


Move = tuple[tuple[str, str, str], dict[str, int]]


def _moves(journals: Journals) -> Iterator[tuple[datetime, Move]]:
    """Each item as it was after each entry, over all channels in the order of time; what takes
    from a pool a moment before somebody gives back is set after it."""
    moves: list[tuple[datetime, datetime, Move]] = []
    last: dict[tuple[str, str, str], dict[str, int]] = {}
    order: dict[tuple[str, str, str], datetime] = {}
    for channel, journal in journals.items():
        for entry in journal:
            at = datetime.fromisoformat(entry["at"]).astimezone(UTC)
            for item in entry["effect"]:
                key = (channel, str(entry["shop_id"]), str(item["item_id"]))
                packs = _packs(item)
                raises = any(packs[s] > last.get(key, {}).get(s, 0) for s in packs)
                order[key] = max(order.get(key, at), at + LAG if raises else at)
                last[key] = packs
                moves.append((order[key], at, (key, packs)))
    moves.sort(key=lambda move: move[0])
    for _order, at, move in moves:
        yield at, move


def _packs(item: Mapping[str, Any]) -> dict[str, int]:
    if not checker.on_sale(item):
        return {}
    return {sku: max(0, stock or 0) for sku, _price, stock in item["packs"]}
