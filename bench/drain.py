"""One drain pushing price changes against a bare loop that makes the same signed calls."""

from __future__ import annotations

import hashlib
import hmac
import statistics
import time

import requests
from sqlalchemy import text

from bench.rig import PARTNER_ID, PARTNER_KEY, SHOP_ID, Rig, rig
from worker.push import drain
from worker.tokens import open_account

PATH = "/api/v2/product/update_price"
CHANGES, ROUNDS = 2000, 5


def measure(changes: int = CHANGES, rounds: int = ROUNDS) -> float:
    """plain seconds / drain seconds, median of ``rounds`` (1.0: as fast as the bare loop)."""
    with rig(changes) as ready:
        ratios = []
        for number in range(1, rounds + 1):
            ours = _drain(ready, changes)
            bare = _bare(ready, changes, number)
            print(f"  drain {ours:.2f} s, bare loop {bare:.2f} s, ratio {bare / ours:.2f}")
            ratios.append(bare / ours)
    return statistics.median(ratios)


def _drain(ready: Rig, changes: int) -> float:
    """Seconds to push one price change a listing, with claims, acknowledgements and events."""
    ready.book.reprice(1000)
    ready.pull_and_plan()
    if ready.due() != changes:
        raise RuntimeError(f"{ready.due()} changes are due, not {changes}")
    started = time.perf_counter()
    drain(ready.env, ready.shop.id or 0)
    took = time.perf_counter() - started
    if ready.due():
        raise RuntimeError(f"{ready.due()} changes are still due")
    return took


def _bare(ready: Rig, changes: int, number: int) -> float:
    """The same number of the same calls from a default ``requests.Session``."""
    items = _items(ready)[:changes]
    token = open_account(ready.env, ready.shop).account.credentials["access_token"]
    with requests.Session() as session:
        started = time.perf_counter()
        for item_id, price in items:
            answer = session.post(
                ready.url + PATH,
                params=_signed(token),
                json={
                    "item_id": item_id,
                    "price_list": [{"model_id": 0, "original_price": price + number}],
                },
                timeout=20,
            )
            if answer.json()["error"]:
                raise RuntimeError(answer.text)
        return time.perf_counter() - started


def _signed(token: str) -> dict[str, str]:
    stamp = str(int(time.time()))
    base = f"{PARTNER_ID}{PATH}{stamp}{token}{SHOP_ID}"
    sign = hmac.new(PARTNER_KEY.encode(), base.encode(), hashlib.sha256).hexdigest()
    return {
        "partner_id": str(PARTNER_ID),
        "timestamp": stamp,
        "sign": sign,
        "access_token": token,
        "shop_id": str(SHOP_ID),
    }


def _items(ready: Rig) -> list[tuple[int, int]]:
    with ready.env.db.transaction() as session:
        rows = session.execute(
            text(
                "SELECT l.remote_id, v.price_acked FROM listing l"
                " JOIN listing_variant v ON v.listing_id = l.id ORDER BY l.id"
            )
        )
        return [(int(remote_id), int(price)) for remote_id, price in rows]
