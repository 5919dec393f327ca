"""No secret in anything that a whole sync wrote: everything is searched for every one of them."""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
import redis
from sqlalchemy import text

from config.embedded import servers
from config.secrets import keys_in
from config.settings import Settings
from connectors.contract import Credentials
from connectors.secrecy import HIDDEN
from models import shops, snapshot
from tests.system.demo import PATIENCE_S, Demo, eventually
from worker import tokens
from worker.connect import NewShop
from worker.env import Env
from worker.runtime import build_env

pytestmark = [pytest.mark.process, pytest.mark.xdist_group("first_day")]

BUSY = {
    "OCOP_PULL_EVERY_S": "3", "OCOP_SWEEP_EVERY_S": "1", "OCOP_RECONCILE_EVERY_S": "3",
    "OCOP_REFRESH_EVERY_S": "3", "OCOP_LOG_LEVEL": "debug",
}  # fmt: skip
NOODLES = "OCOP-24-219-0002"
SECRET = {
    "access_token", "refresh_token", "partner_key", "client_secret", "consumer_key",
    "consumer_secret", "code", "token",
}  # fmt: skip
"""The fields of a login that nobody may see; the others name an account, or say until when."""

COMMANDS = (
    ("status", "--json"), ("explain", NOODLES), ("plan",), ("log", "--json"),
    ("accounts", "list", "--json"), ("accounts", "check", "ocop-bac-giang"), ("feeds", "list"),
    ("doctor",), ("push", NOODLES), ("restore", "/nowhere"),
)  # fmt: skip


@dataclass
class Searched:
    """``secrets`` by name; ``written`` by place: everything that came out of the program."""

    demo: Demo
    secrets: dict[str, str] = field(default_factory=dict)
    written: dict[str, bytes] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)

    def add(self, where: str, what: str | bytes) -> None:
        data = what.encode() if isinstance(what, str) else what
        self.written[where] = self.written.get(where, b"") + data


@pytest.fixture(scope="module")
def searched(first_day: Demo) -> Iterator[Searched]:
    """The program at work: logins refreshed, a price sent, a channel that repeats our secrets in
    its refusal, every command asked; then everything is collected."""
    found = Searched(first_day)
    with first_day.running(**BUSY) as process:
        eventually("the registry listens", lambda: first_day.registry("GET", "/v1/health"))
        settings = Settings(home=first_day.home, allowed_private_hosts=frozenset({"127.0.0.1"}))
        with servers(settings) as urls:
            env = build_env(settings, urls.database_url, urls.redis_url)
            with listening(urls.redis_url, found):
                _work(found, env, urls.redis_url)
            _collect(found, env, urls.redis_url)
            env.db.close()
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 0
    _collect_files(found, first_day.home)
    yield found


def _work(found: Searched, env: Env, redis_url: str) -> None:
    demo = found.demo
    found.secrets["redis password"] = urlsplit(redis_url).password or ""
    found.secrets |= {f"key {n}": k for n, k in enumerate(keys_in(demo.home))}
    _note_logins(found, env)
    with env.db.transaction() as session:
        mine = [s for s in shops.all_shops(session) if s.channel in ("shopee", "tiki")]
    for shop in mine:
        tokens.refresh(env, shop, tokens.open_account(env, shop).version)
    _note_logins(found, env)
    (shop,) = [s for s in mine if s.key == "ocop-bac-giang"]
    login = tokens.open_account(env, shop).account.credentials
    spoken = " và ".join(value for name, value in login.items() if name in SECRET)
    said = {"error": "error_param", "message": f"sai {spoken}", "request_id": "r-1"}
    fault = {
        "kind": "answer", "path": "product/update_price", "status": 200, "body": said,
        "shop_id": int(shop.remote_key or 0),
    }  # fmt: skip
    demo.shopee("POST", "faults", {**fault, "times": 2})
    _reprice(demo, 26_000)
    found.refusals = eventually("the refusal is kept", lambda: _refusals(env))
    _reprice(demo, 25_000)
    lines = [" ".join(p.info["cmdline"] or ()) for p in psutil.process_iter(["cmdline"])]
    found.add("command lines", "\n".join(lines))
    for words in COMMANDS:
        answer = demo.say(*words)
        found.add(f"output of {words}", answer.stdout + answer.stderr)


def _reprice(demo: Demo, price: int) -> None:
    edit = {"edit": "price", "pack": "Gói 300 g", "price_vnd": price}
    demo.registry("POST", f"/_sandbox/products/{NOODLES}/edits", edit)


def _note_logins(found: Searched, env: Env) -> None:
    with env.db.transaction() as session:
        everyone = shops.all_shops(session)
    for shop in everyone:
        opened = tokens.open_account(env, shop)
        for name, value in opened.account.credentials.items():
            if name in SECRET:
                found.secrets[f"{shop.key} {name} {opened.version}"] = value


def _refusals(env: Env) -> list[str]:
    with env.db.transaction() as session:
        rows = session.execute(text("SELECT message FROM event WHERE message LIKE '%sai %'"))
        return [row[0] for row in rows]


class listening:  # noqa: N801 (used as a block)
    """Everything that is said to Redis, for the length of the block."""

    def __init__(self, url: str, found: Searched) -> None:
        self._client = redis.Redis.from_url(url, socket_timeout=None)  # it may be long silent
        self._found = found
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_error: object) -> None:
        self._done.set()
        self._client.set("ocop:test:end", "1")
        self._client.delete("ocop:test:end")
        self._thread.join(10)
        self._client.close()

    def _listen(self) -> None:
        with self._client.monitor() as monitor:
            while not self._done.is_set():
                self._found.add("said to Redis", str(monitor.next_command()["command"]) + "\n")


def _collect(found: Searched, env: Env, redis_url: str) -> None:
    with snapshot.moment(env.db.engine) as connection:
        for table in snapshot.tables(connection):
            found.add(f"table {table.name}", b"".join(snapshot.rows_out(connection, table)))
    client = redis.Redis.from_url(redis_url)
    for key in client.scan_iter():
        found.add("Redis", repr((key, client.dump(key))))
    client.close()
    _collect_shown(found, env)


def _collect_shown(found: Searched, env: Env) -> None:
    settings = Settings(home=found.demo.home, keys=found.secrets["key 0"])
    shown: list[Any] = [settings, env, env.db, env.db.engine]
    with env.db.transaction() as session:
        everyone = shops.all_shops(session)
        shown += shops.credentials(session)
    for shop in everyone:
        opened = tokens.open_account(env, shop)
        account = opened.account
        new = NewShop(shop.channel, shop.name, None, shop.base_url, dict(account.credentials))
        connector = env.connector(shop.channel, account)
        shown += [
            opened,
            account,
            account.credentials,
            new,
            connector,
            Credentials(new.credentials),
        ]
    found.add("repr", "\n".join(f"{thing!r} {thing}" for thing in shown))


def _collect_files(found: Searched, home: Path) -> None:
    """All that lies in the home and the database's own files, but the places that are made for
    secrets: the keys, Redis's settings, and the sandboxes, which are the outside world."""
    kept = (home / "keys", home / "demo", home / "redis" / "redis.conf")
    for folder in (home, (home / "postgres").resolve()):
        for path in folder.rglob("*"):
            if path.is_file() and not any(path.is_relative_to(place) for place in kept):
                found.add(f"file {path.relative_to(folder)}", path.read_bytes())


def places(found: Searched, secret: str) -> list[str]:
    return [where for where, data in found.written.items() if secret.encode() in data]


def test_no_secret_is_anywhere(searched: Searched) -> None:
    kinds = {name.split()[1] for name in searched.secrets}
    assert {"access_token", "refresh_token", "partner_key", "client_secret"} <= (kinds)
    leaks = [(n, w) for n, value in searched.secrets.items() for w in places(searched, value)]
    assert leaks == []


def test_the_search_looks_where_a_sync_writes(searched: Searched) -> None:
    """What is no secret is found in all of these places, so that a secret would be."""
    assert len(searched.secrets) > 30
    for known, least in (("ocop-bac-giang", 20), ("worker.tasks.drain", 1), (NOODLES, 8)):
        assert len(places(searched, known)) >= least, known
    for where in (
        "said to Redis",
        "Redis",
        "repr",
        "table event",
        "table shop_credential",
        "command lines",
    ):
        assert len(searched.written[where]) > 50, where
    logs = [where for where in searched.written if re.match(r"file logs/.*\.(log|jsonl)", where)]
    assert len(logs) >= 6
    raw = [
        where for where in places(searched, NOODLES) if "file base/" in where or "data/" in where
    ]
    assert raw


def test_what_a_channel_repeats_of_our_secrets_is_hidden(searched: Searched) -> None:
    assert searched.refusals
    for message in searched.refusals:
        assert HIDDEN in message
        assert "sai" in message
