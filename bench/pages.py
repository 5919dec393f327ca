"""What a page of the console costs with 100 000 listings in the tables, against the same page with
one product in each shop: the server's time to answer, and the database's part of it."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from fastapi.testclient import TestClient
from sqlalchemy import event, text

from bench.rig import database
from config import logging
from console.web.app import make_app
from console.web.here import Console
from worker.env import Env

LISTINGS, ROUNDS = 100_000, 15
SHOPS, PRODUCERS = 4, 500

PAGES = (
    "/", "/listings", "/listings?q=my+chu+so+12345", "/listings?q=khong+co", "/listings?q=chu",
    "/listings?state=blocked", "/listings?sort=name", "/listings?shop=shop-2&sort=code",
    "/listings?producer=htx+17", "/listings/{one}", "/plan", "/runs", "/runs/1", "/log",
    "/log?kind=refused", "/log?request=r-77", "/holds", "/shops", "/shops/shop-1", "/producers",
    "/mappings", "/rules", "/registry",
)  # fmt: skip

FOUND_EVERYWHERE = frozenset({"/listings?q=chu"})
"""Pages of which every product is a hit: they are held against their own query, because the most
recent of 100 000 hits cannot be told from less."""

_FILL = (
    """INSERT INTO producer (id, key, name, name_folded, kind, agreed)
        SELECT n, 'k' || n, 'HTX ' || n, 'htx ' || n, '', true
        FROM generate_series(1, :producers) n""",
    """INSERT INTO product (id, producer_id, source, name, name_folded, name_sort, "group", kind,
            description, district, commune, place, self_declaration, trace_code, flags, digest,
            withdrawn_reason)
        SELECT n, 1 + n % :producers, 'bench', 'Mỳ Chũ số ' || n, 'my chu so ' || n,
            lpad(n::text, 8, '0'), 'nhom-' || n % 6, 'dry', '', 'Huyện ' || n % 10, '', '', '',
            'T' || n, '[]', decode(md5(n::text), 'hex'), ''
        FROM generate_series(1, :products) n""",
    """INSERT INTO product_code (code, product_id, current)
        SELECT 'OCOP-' || n, n, true FROM generate_series(1, :products) n""",
    """INSERT INTO variant (id, product_id, sku, position, pack, price_vnd, stock, stock_rev,
            shelf_life)
        SELECT n, n, 'OCOP-' || n || '-100G', 0, 'Gói 100 g', 20000, 50, 1, ''
        FROM generate_series(1, :products) n""",
    """INSERT INTO certificate (id, product_id, decision, stars, recognised_on, expires_on, status,
            revoked_reason)
        SELECT n, n, '1/QĐ', 3 + n % 3, '2025-01-01', date '2026-12-01' + n % 900, 'valid', ''
        FROM generate_series(1, :products) n""",
    """INSERT INTO shop (id, key, name, channel, remote_key, base_url, settings, enabled,
            paused_reason, breaker_trips, breaker_reason)
        SELECT n, 'shop-' || n, 'Shop ' || n, 'shopee', n::text, '', '{}', true, '', 0, ''
        FROM generate_series(1, :shops) n""",
    """INSERT INTO listing (id, shop_id, product_id, part, item_sku, remote_id, state, state_since,
            lookups, reads, read_full, url, reason)
        SELECT (s - 1) * :products + n, s, n, 0, 'OCOP-' || n, (s - 1) * :products + n,
            CASE WHEN n % 10 = 0 THEN 'blocked' ELSE 'live' END,
            timestamptz '2026-11-01' + n * interval '7 seconds', 0, 0, false, '',
            CASE WHEN n % 10 = 0 THEN '{"code": "EXPIRED", "whose": "law", "text": "Hết hạn.",
                "advice": "Gia hạn."}'::jsonb END
        FROM generate_series(1, :shops) s, generate_series(1, :products) n""",
    """INSERT INTO listing_variant (listing_id, variant_id, sku, remote_id, price_acked,
            stock_acked, stock_rev, stock_acked_rev, sold)
        SELECT l.id, l.product_id, l.item_sku || '-100G', '', 20000, 12, 1, 1, 0 FROM listing l""",
    """INSERT INTO listing_facet (listing_id, facet, shop_id, product_id, lane, wanted,
            wanted_digest, acked_digest, wanted_rev, acked, acked_rev, refused_rev, attempts,
            parked, raises, due_since, releases)
        SELECT l.id, f, l.shop_id, l.product_id, 2, '{}', 'd', 'd', 1, '{}', 1, 0, 0, false,
            false, now(), false
        FROM listing l, unnest(ARRAY['price', 'stock', 'availability']) f""",
    """INSERT INTO run (id, kind, who, why, started_at, ended_at, status, outcome, counts)
        SELECT n, 'pull', 'schedule', '', now(), now(), 'ended', 'ok', '{}'
        FROM generate_series(1, 5000) n""",
    """INSERT INTO event (at, kind, run_id, shop_id, listing_id, product_code, facet, code, message,
            request_id)
        SELECT now() - n * interval '3 seconds', CASE WHEN n % 100 = 0 THEN 'refused' ELSE 'pushed'
            END, 1 + n % 5000, 1 + n % :shops, 1 + n % (:products * :shops),
            'OCOP-' || 1 + n % :products, 'price', '', '', 'r-' || n / 20
        FROM generate_series(1, 3 * :products * :shops) n""",
)


def measure(listings: int = LISTINGS) -> float:
    """Seconds of the worst page with so many listings / with few; each is printed."""
    with TemporaryDirectory(prefix="ocop-bench-") as home, database(Path(home)) as env:
        logging.set_up(Path(home), "bench", "warning")
        few = _times(_filled(env, SHOPS))
        many = _times(_filled(env, listings))
    worst = 0.0
    for path, took in many.items():
        least_s = max(few[path].whole_s, took.query_s if path in FOUND_EVERYWHERE else 0.0)
        ratio = took.whole_s / least_s
        worst = max(worst, ratio)
        print(
            f"  {path:40} {few[path].whole_s * 1000:7.1f} ms {took.whole_s * 1000:8.1f} ms "
            f"(database {took.query_s * 1000:5.1f})  ×{ratio:.1f}"
        )
    return worst


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds of a page, and those of them that its statements took."""

    whole_s: float
    query_s: float


def _filled(env: Env, listings: int) -> Env:
    sizes = {"shops": SHOPS, "products": listings // SHOPS, "producers": PRODUCERS}
    with env.db.transaction() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        for name in ("event", "run", "listing_facet", "listing_variant", "listing", "shop",
                     "certificate", "variant", "product_code", "product", "producer"):  # fmt: skip
            session.execute(text(f"DELETE FROM {name}"))
        for statement in _FILL:
            for size, value in sizes.items():
                statement = statement.replace(f":{size}", str(value))
            session.execute(text(statement))
    with env.db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    return env


def _times(env: Env) -> dict[str, Took]:
    client = TestClient(
        make_app(Console(env, open_here=True)), base_url="http://127.0.0.1",
        client=("127.0.0.1", 50_000),
    )  # fmt: skip
    queries = _Queries(env)
    return {path: _median(client, queries, path.replace("{one}", "1")) for path in PAGES}


class _Queries:
    """Seconds that the database's statements took."""

    def __init__(self, env: Env) -> None:
        self.took_s = 0.0
        event.listen(env.db.engine, "before_cursor_execute", self._begins)
        event.listen(env.db.engine, "after_cursor_execute", self._ends)

    def _begins(self, *_facts: object) -> None:
        self._began = time.perf_counter()

    def _ends(self, *_facts: object) -> None:
        self.took_s += time.perf_counter() - self._began


def _median(client: TestClient, queries: _Queries, path: str) -> Took:
    whole, query = [], []
    for _round in range(ROUNDS):
        queries.took_s, began = 0.0, time.perf_counter()
        answer = client.get(path)
        whole.append(time.perf_counter() - began)
        query.append(queries.took_s)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
    return Took(statistics.median(whole), statistics.median(query))
