"""A secret that an answer or an error holds is in no event, reason, log or message."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from config.logging import hide_with, set_up
from connectors import secrecy
from connectors.contract import Failed
from connectors.errors import AuthRefused, Rejected, Unavailable
from connectors.secrecy import HIDDEN
from tests.worker.conftest import World
from tests.worker.fakes import source_product
from worker import tasks

TOKEN = "atk-5f0c9d7e33"


@pytest.fixture
def shop(world: World):
    world.book.products = [source_product()]
    world.pull()
    return world.connect(access_token=TOKEN, refresh_token="rtk-77aa01bc")


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    for handler in handlers:
        root.removeHandler(handler)
    set_up(tmp_path, "worker", "debug")
    hide_with(secrecy.hide)
    yield tmp_path / "logs" / "worker.jsonl"
    for handler in root.handlers[:]:
        root.removeHandler(handler)
        handler.close()
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(level)
    structlog.reset_defaults()


def everything(world: World) -> str:
    tables = ("event", "hold", "run", "listing", "listing_facet", "shop", "cursor")
    return "\n".join(str(world.sql(f"SELECT t::text FROM {name} t")) for name in tables)  # noqa: S608


@pytest.mark.parametrize("error", [
    lambda: Rejected(f"bad {TOKEN}", code=TOKEN, field="price", hint=f"sửa {TOKEN}"),
    lambda: Unavailable(f"503 for {TOKEN}"),
    lambda: AuthRefused(f"token {TOKEN} refused"),
])  # fmt: skip
def test_a_channel_that_repeats_our_token(world: World, shop, error) -> None:
    world.sync()
    world.book.products = [source_product(prices=(21000,))]
    world.market.script["set_price"] = [Failed(error())] * 3
    world.pull()
    world.sync()
    written = everything(world)
    assert HIDDEN in written
    assert TOKEN not in written


def test_a_traceback_of_a_task(world: World, shop, log: Path, monkeypatch) -> None:
    """A fault of ours, in a task, with the token in its words: what Celery logs of it."""

    def broken(_row: object) -> None:
        raise RuntimeError(f"unexpected: Bearer {TOKEN}")

    monkeypatch.setattr(tasks, "_env", world.env)
    world.plan()
    world.market.script["create"] = [broken]
    assert tasks.drain.apply((shop.id,)).state == "FAILURE"
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    (line,) = [entry for entry in lines if "unexpected" in str(entry)]
    assert "Traceback" in str(line)
    assert TOKEN not in log.read_text()


@pytest.mark.parametrize("text", [
    '{"access_token":"eyJhbGciOi.J9","expire_in":4}',
    "https://api.example/token?partner_id=1&sign=0a1b2c3d4e5f&x=1",
    "Authorization: Bearer abcdef012345",
    "client_secret = 'abcdef012345'",
])  # fmt: skip
def test_a_secret_that_nobody_told_us_is_known_by_its_name(text: str) -> None:
    shown = str(Unavailable(text))
    assert HIDDEN in shown
    assert not [s for s in ("eyJhbGciOi", "0a1b2c3d", "abcdef012345") if s in shown]


def test_ordinary_words_stay() -> None:
    for text in ("giá không hợp lệ (code 20)", "shop_id 220010: sign up first", "mã: ABC-123456"):
        assert str(Unavailable(text)) == text


def test_names_and_numbers_of_an_account_are_no_secrets() -> None:
    account = {"shop_id": "220010", "partner_id": "2000001", "partner_key": "pk-0123456789"}
    assert secrecy.secret_values(account) == ["pk-0123456789"]


def test_only_the_latest_values_are_kept(monkeypatch) -> None:
    monkeypatch.setattr(secrecy, "MOST", 2)
    for n in range(4):
        secrecy.keep({"access_token": f"zz-token-{n}"})
    assert secrecy.hide("zz-token-0 zz-token-3") == f"zz-token-0 {HIDDEN}"
