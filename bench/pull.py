"""A pull of unchanged JSON rows against only decoding them."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import text

from bench.rig import database
from connectors.http import Answer, Http
from connectors.registry.http_json.source import PAGE_SIZE, HttpJsonSource
from models.base import metadata
from worker.env import Env
from worker.pull import pull

ROWS, ROUNDS = 100_000, 3
SNAPSHOT = "2026-01-01T00:00:00+07:00"


class Canned(Http):
    """A registry without a wire: each page's bytes by its cursor."""

    def __init__(self, rows: int) -> None:
        super().__init__()
        self.pages = [
            orjson.dumps({
                "items": [_item(n) for n in range(start, min(start + PAGE_SIZE, rows))],
                "next_cursor": str(start + PAGE_SIZE) if start + PAGE_SIZE < rows else None,
                "snapshot": SNAPSHOT,
                "total": rows,
            })
            for start in range(0, rows, PAGE_SIZE)
        ]  # fmt: skip

    def request(self, method: str, url: str, **call: Any) -> Answer:
        cursor = int(dict(call["query"]).get("cursor", 0))
        return Answer(200, {}, self.pages[cursor // PAGE_SIZE], 0.0)


def _item(number: int) -> dict[str, Any]:
    """As long as the registry's own items are."""
    return {
        "code": f"OCOP-24-{number // 10_000:03d}-{number % 10_000:04d}",
        "version": 3,
        "updated_at": SNAPSHOT,
        "deleted": False,
        "name": f"Mỳ gạo Chũ số {number}",
        "description": "Mỳ gạo làm từ gạo bao thai, sợi dai, không phẩm màu. " * 2,
        "group": "thuc-pham",
        "producer": {
            "id": f"CT-{number % 500}", "name": f"HTX số {number % 500}", "kind": "Hợp tác xã",
            "phone": "0900000000", "address": {"old_district": "Huyện Lục Ngạn", "commune": None},
        },
        "certificate": {
            "number": None, "stars": 4, "potential_stars": None, "decision": "1/QĐ-UBND",
            "recognised_on": "2025-01-01", "expires_on": "2028-01-01", "status": "valid",
            "revoked_on": None, "revoked_reason": None,
        },
        "variants": [
            {"sku": None, "pack": "Gói 500 g", "net_g": 500, "net_ml": None, "gtin": None,
             "price_vnd": 40_000 + number, "stock": 50, "shelf_life": "12 tháng"},
        ],
        "tcb": None,
        "trace_code": None,
        "images": [{"url": "http://anh.example/1.jpg", "sha256": None, "shows_logo": False}],
    }  # fmt: skip


def _fill(env: Env, rows: int) -> None:
    """The tables as an earlier pull of all rows left them: copies of the one product."""
    with env.db.transaction() as session:
        columns = ", ".join(
            f'"{c.name}"'
            for c in metadata.tables["product"].columns
            if c.name not in ("id", "name")
        )
        session.execute(
            text(f"INSERT INTO product (name, {columns})"
                 f" SELECT 'n' || n, {columns} FROM product, generate_series(1, :last) n"),
            {"last": rows - 1},
        )  # fmt: skip
        session.execute(
            text("INSERT INTO product_code (code, product_id, current)"
                 " SELECT 'OCOP-24-' || lpad((n / 10000)::text, 3, '0') || '-'"
                 " || lpad((n % 10000)::text, 4, '0'), id, true"
                 " FROM (SELECT id, substr(name, 2)::int AS n FROM product"
                 " WHERE name ~ '^n[0-9]+$') p")
        )  # fmt: skip
    with env.db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE product, product_code"))


def measure(rows: int = ROWS, rounds: int = ROUNDS) -> float:
    """pull seconds / decoding seconds, median of ``rounds``."""
    registry = Canned(rows)
    source = HttpJsonSource("http://registry.example", registry)
    ratios = []
    with tempfile.TemporaryDirectory(prefix="ocop-bench-") as folder, database(Path(folder)) as env:
        pull(env, HttpJsonSource("http://registry.example", Canned(1)), None, full=True)
        _fill(env, rows)
        for _ in range(rounds):
            started = time.perf_counter()
            result = pull(env, source, None, full=True)
            ours = time.perf_counter() - started
            if (result.seen, result.touched) != (rows, set()):
                raise RuntimeError("the registry had not changed, and yet something was touched")
            started = time.perf_counter()
            for page in registry.pages:
                orjson.loads(page)
            bare = time.perf_counter() - started
            print(f"  pull {ours:.2f} s, decoding {bare:.2f} s, ratio {ours / bare:.2f}")
            ratios.append(ours / bare)
    return statistics.median(ratios)
