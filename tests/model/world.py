"""The whole pipeline in one process, in a world whose time, registry and channel a test turns.

Real tables, the real steps, the real Shopee connector, and Shopee's sandbox over loopback HTTP. A
process dies where it is told to (:class:`Killed` out of the HTTP seam): nothing that it does after
that reaches a table, and the lease that it held stays behind.
"""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from connectors.contract import Account, Clock
from connectors.errors import ChannelError
from connectors.http import Answer, Http
from connectors.shopee import client
from connectors.shopee.connector import ShopeeConnector
from models import categories, owners, queue, rules, shops
from models.base import metadata
from models.categories import MapRow
from models.db import Database
from models.listing import TAKE_DOWN
from models.shop import Shop
from sandbox.serving import serving
from sandbox.shopee import ShopeeSandbox
from sandbox.shopee.switches import switched
from sandbox.shopee.world import DELETED, Item
from tests.model.registry import Registry
from tests.worker.fakes import Time
from worker import tokens
from worker.assorting import keep_out, let_in
from worker.connect import NewShop, connect
from worker.env import Env, Timing
from worker.planning import plan_day, plan_products
from worker.pull import Pulled, run_pull
from worker.push import Drained, drain
from worker.reconcile import reconcile

PARTNER, KEY = 1000001, "test-partner-key-0001"
PICTURE = "a" * 64

OWN, PROVINCE = "htx-a", "tinh"
ACCOUNTS: Mapping[str, tuple[int, str | None]] = {
    OWN: (200000001, "HTX A"),
    PROVINCE: (200000002, None),
}
"""Shop key → the account on Shopee and its owner (None: the province, which sells for all)."""


FEW = 2
"""More products than this that one pull takes down at once wait for a person."""


class Killed(BaseException):
    """The process died here."""


class Meeting:
    """Two refreshes of a login wait for each other here, shortly: where they may not be in the
    air at the same time, the second never comes."""

    def __init__(self) -> None:
        self._barrier: threading.Barrier | None = None

    @contextmanager
    def of_two(self) -> Iterator[None]:
        self._barrier = threading.Barrier(2)
        try:
            yield
        finally:
            self._barrier = None

    def meet(self) -> None:
        if self._barrier is not None:
            with suppress(threading.BrokenBarrierError):
                self._barrier.wait(0.05)


class Wire:
    """Counts the calls that leave; something may happen before or after one of them."""

    def __init__(self) -> None:
        self.meeting = Meeting()
        self._before: tuple[int, Callable[[], None]] | None = None
        self._after: tuple[int, Callable[[], None]] | None = None
        self._path = ""

    def interrupt(
        self, calls: int, deed: Callable[[], None], *, after: bool, path: str = ""
    ) -> None:
        """Let ``calls`` calls (whose address has ``path`` in it) pass, then do the deed before or
        after the next one."""
        self._path = path
        if after:
            self._after = (calls, deed)
        else:
            self._before = (calls, deed)

    def calm(self) -> bool:
        """Nothing is to happen any more; True when it has not happened yet."""
        waiting = self._before is not None or self._after is not None
        self._before = self._after = None
        return waiting

    def carry(self, http: Http, method: str, url: str, more: Mapping[str, Any]) -> Answer:
        """One call by the program's own seam."""
        if "/auth/" in url:
            self.meeting.meet()
            return http.request(method, url, **more)
        if self._path not in url:
            return http.request(method, url, **more)
        self._before, deed = _counted(self._before)
        deed()
        answer = http.request(method, url, **more)
        self._after, deed = _counted(self._after)
        deed()
        return answer


class Tapped(Http):
    """The seam with a wire behind it."""

    def __init__(self, http: Http, wire: Wire) -> None:
        self._http, self._wire = http, wire

    def request(self, method: str, url: str, **more: Any) -> Answer:
        return self._wire.carry(self._http, method, url, more)


Waiting = tuple[int, Callable[[], None]] | None


def _counted(waiting: Waiting) -> tuple[Waiting, Callable[[], None]]:
    if waiting is None:
        return None, _nothing
    calls, deed = waiting
    return (None, deed) if calls == 0 else ((calls - 1, deed), _nothing)


def _nothing() -> None:
    return None


class Mortal(Database):
    """A process's way to the tables, which ends with the process."""

    dead = False

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        if self.dead:
            raise Killed
        with super().transaction() as session:
            yield session


class _Stage:
    """One server a process; whose sandbox is open answers."""

    def __init__(self) -> None:
        self.app: Any = None
        self._serving = serving(self)
        self.url = self._serving.__enter__()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


@cache
def stage() -> _Stage:
    return _Stage()


def connector_on(wire: Wire) -> type[ShopeeConnector]:
    """Shopee's connector on our seam, one call at a time, so that what happens is the same each
    time."""

    class Wired(ShopeeConnector):
        capabilities = replace(ShopeeConnector.capabilities, in_flight=1)

        def __init__(self, account: Account, http: Http, clock: Clock) -> None:
            super().__init__(account, Tapped(http, wire), clock)

    return Wired


@dataclass
class Base:
    """What is costly to make and the same for every example: a database, a folder."""

    db: Mortal
    folder: Path
    mapping: list[MapRow] = field(default_factory=list)
    """The categories that connecting a shop proposed the first time: it takes the longest."""


class World:
    """One example's world: two shops that share the stock of what both sell."""

    def __init__(self, base: Base, words: tuple[str, ...] = ()) -> None:
        self.db = base.db
        self.db.dead = False
        _empty(self.db)
        self.time = Time()
        self.wire = Wire()
        self.book = Registry()
        self.slots = 0
        self.market = ShopeeSandbox(None, switched(["rate_per_s=none", *words]), self.time)
        stage().app = self.market.app
        client.sleep = lambda _seconds: None
        (base.folder / PICTURE).write_bytes(b"\xff\xd8\xff of the model")
        self.env = Env(
            db=self.db,
            clock=self.time,
            images=base.folder,
            encrypt=lambda secrets: json.dumps(dict(secrets)).encode(),
            decrypt=lambda data: dict(json.loads(data)),
            connectors={"shopee": connector_on(self.wire)},
            timing=Timing(),
            monotonic=lambda: self.time.at.timestamp(),
        )
        self.market.add_partner(PARTNER, KEY)
        self.pull()
        market = ("shopee", stage().url)
        with self.db.transaction() as session:
            categories.add(session, market, base.mapping)
        self.shops = {key: self._opened(key) for key in ACCOUNTS}
        with self.db.transaction() as session:
            base.mapping = categories.rows_of(session, market)
        with self.db.transaction() as session:
            guard = {"down_pct": 10, "few": FEW}
            rules.set_rule(
                session, "guard", "default", "", "", guard, by="model", note="", now=self.env.now()
            )
        self.plan_all()

    def close(self) -> None:
        self.market.close()

    def _opened(self, key: str) -> int:
        account, owner = ACCOUNTS[key]
        code = self.market.add_shop(account, PARTNER).code
        secrets = {
            "partner_id": str(PARTNER), "partner_key": KEY, "shop_id": str(account), "code": code,
        }  # fmt: skip
        with self.db.transaction() as session:
            producer = owners.find(session, owner)[0][0] if owner else None
        done = connect(self.env, NewShop("shopee", key, producer, stage().url, secrets))
        with self.db.transaction() as session:
            shop = shops.by_key(session, done.key)
            assert shop is not None
            return shop.id or 0

    # --- the steps ------------------------------------------------------------------------------

    def pull(self, *, full: bool = True) -> Pulled:
        """Read the registry and plan what it touched."""
        self.book.full = full
        _run, result = run_pull(self.env, self.book, slot=None, who="model", fetch=self._pictures)
        plan_products(self.env, result.touched)
        return result

    def _pictures(self, env: Env) -> set[int]:
        """Pictures come from the registry's house; here they are simply there."""
        with env.db.transaction() as session:
            session.execute(
                text("UPDATE asset SET sha256 = :d, content_type = 'image/jpeg', width = 900,"
                     " height = 900 WHERE sha256 IS NULL"),
                {"d": PICTURE},
            )  # fmt: skip
            theirs = [
                found[0] for name in ("htx a", "htx b") for found in owners.find(session, name)
            ]
            owners.agree(session, theirs, agreed=True)
        return set()

    def set_rule(self, kind: str, scope: str, target: str, value: Mapping[str, Any]) -> None:
        """As the operator's command does: the rule, then the plan."""
        now = self.env.now()
        with self.db.transaction() as session:
            rules.set_rule(session, kind, scope, target, "", value, by="model", note="", now=now)
        self.plan_all()

    def switch(self, key: str, *, on: bool) -> None:
        with self.db.transaction() as session:
            shops.set_enabled(session, self.shops[key], on=on)
        self.plan_all()

    def assort(self, key: str, code: str, *, out: bool) -> bool:
        """The office keeps a product out of a shop, or lets it in again; False: there is nothing
        of it there to be kept out."""
        rows = self.sql(
            "SELECT l.id FROM listing l JOIN product_code c ON c.product_id = l.product_id"
            " WHERE l.shop_id = :s AND c.code = :c", s=self.shops[key], c=code,
        )  # fmt: skip
        decide = keep_out if out else let_in
        if rows:
            decide(self.env, [row[0] for row in rows], "model")
        return bool(rows)

    def plan_all(self) -> None:
        plan_products(self.env)

    def new_day(self) -> None:
        """What the schedule does past midnight."""
        plan_day(self.env, f"certify:{self.time.at.date()}")

    def drain(self, key: str) -> Drained:
        return drain(self.env, self.shops[key])

    def refresh_twice(self, key: str) -> None:
        """Two processes trade the same refresh token."""
        shop = self.shop(key)
        seen = tokens.open_account(self.env, shop).version

        def trade() -> None:
            with suppress(ChannelError):
                tokens.refresh(self.env, shop, seen)

        with self.wire.meeting.of_two():
            both = [threading.Thread(target=trade) for _ in range(2)]
            for one in both:
                one.start()
            for one in both:
                one.join()

    def slot(self, name: str) -> bool:
        """A pull of a schedule's slot: whether it ran."""
        run_id, _result = run_pull(
            self.env, self.book, slot=name, who="schedule", fetch=self._pictures
        )
        return run_id is not None

    def reconcile(self, key: str, *, everything: bool = False) -> None:
        reconcile(self.env, self.shops[key], everything=everything)

    def reborn(self) -> None:
        """Another process takes over what a dead one left: its lease ends by itself."""
        self.db.dead = False

    def lease_ends(self, key: str) -> None:
        """So much time passes, by the database's clock, that the lease may be taken over."""
        self.sql(
            "UPDATE shop_lease SET expires_at = now() - interval '1 hour'"
            " WHERE shop_id = :s AND holder IS NOT NULL",
            s=self.shops[key],
        )

    def die(self) -> None:
        self.db.dead = True
        raise Killed

    # --- looking --------------------------------------------------------------------------------

    def next_due(self) -> float | None:
        """Seconds to what asks next, None when nothing does. What the channel refused for now (an
        edit of a banned item) is tried for as long as the ban lasts, and is not waited for."""
        never = datetime(9000, 1, 1, tzinfo=UTC)
        with self.db.transaction() as session, session.begin_nested() as trial:
            session.execute(
                text("""UPDATE listing_facet SET next_attempt_at = :never WHERE due
                    AND lane > :lane AND error->>'kind' = 'Rejected' AND next_attempt_at > :now"""),
                {"never": never, "lane": TAKE_DOWN, "now": self.time.at},
            )
            at = queue.next_due(session)
            trial.rollback()
        return None if at in (None, never) else (at - self.time.at).total_seconds()

    def items(self, key: str) -> list[Item]:
        """What stands in a shop."""
        return [i for i in self.market.items(ACCOUNTS[key][0]) if i.status not in DELETED]

    def meant_on_sale(self) -> set[tuple[str, str]]:
        """(shop, product code) of what buyers may be seeing, by our own wish."""
        rows = self.sql(
            "SELECT DISTINCT s.key, c.code FROM listing l JOIN shop s ON s.id = l.shop_id"
            " JOIN product_code c ON c.product_id = l.product_id JOIN listing_facet f"
            " ON f.listing_id = l.id AND f.facet = 'availability' AND f.wanted->>'on' = 'true'"
            " WHERE l.remote_id IS NOT NULL AND l.state IN ('live', 'in_review')"
        )
        return {(str(key), str(code)) for key, code in rows}

    def shop(self, key: str) -> Shop:
        with self.db.transaction() as session:
            return session.get_one(Shop, self.shops[key])

    def sql(self, query: str, **parameters: object) -> list[tuple[Any, ...]]:
        with Database.transaction(self.db) as session:
            result = session.execute(text(query), parameters)
            return [tuple(row) for row in result] if result.returns_rows else []

    def forward(self, seconds: float) -> None:
        self.time.at += timedelta(seconds=seconds)


def _empty(db: Database) -> None:
    """Only the tables that hold something: emptying one costs as much as filling it."""
    names = [table.name for table in metadata.sorted_tables]
    with db.transaction() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        for name in names:
            session.execute(text(f"DELETE FROM {name}"))  # noqa: S608 (our own tables)


@contextmanager
def base(url: str, folder: Path) -> Iterator[Base]:
    """For as long as a test process tries examples."""
    folder.mkdir(exist_ok=True)
    db = Mortal(url)
    with db.engine.connect() as raw:
        raw.execution_options(isolation_level="AUTOCOMMIT").execute(
            text(f"ALTER DATABASE {db.engine.url.database} SET synchronous_commit = off")
        )
    db.engine.dispose()
    slept = client.sleep
    try:
        yield Base(db, folder)
    finally:
        client.sleep = slept
        db.close()
        shutil.rmtree(folder, ignore_errors=True)
