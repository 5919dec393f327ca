"""New master keys under logins that are in use: nobody stops, nothing is lost."""

from __future__ import annotations

import dataclasses
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.errors import SetupError
from config.secrets import add_key, keys_in, new_key, open_vault
from connectors.contract import Credentials
from models import shops
from tests.worker.conftest import World
from worker import keys, tokens
from worker.env import Env

AT = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)


@pytest.fixture
def home(world: World, tmp_path: Path) -> Path:
    """A home with keys of its own, and a world that uses them."""
    home = tmp_path / "home"
    world.env = living(world.env, home)
    return home


def living(env: Env, home: Path, keys: str | None = None) -> Env:
    """A process's environment, with its own vault."""
    vault = open_vault(home, keys)
    return dataclasses.replace(env, encrypt=vault.encrypt, decrypt=vault.decrypt)


def login(env: Env, world: World) -> dict[str, str]:
    (shop,) = world.shops()
    return dict(tokens.open_account(env, shop).account.credentials)


def test_a_process_that_lives_through_it_reads_and_writes_on(world: World, home: Path) -> None:
    shop = world.connect(access_token="old", refresh_token="r1")
    before = login(world.env, world)
    done = keys.rotate(world.env.db, home, None, AT)
    assert (done.total, done.renewed) == (1, 1)
    assert login(world.env, world) == before
    opened = tokens.open_account(world.env, shop)
    fresh = tokens.refresh(world.env, shop, opened.version)
    assert login(living(world.env, home), world) == dict(fresh.account.credentials)
    assert len(keys_in(home)) == 1


def test_what_was_read_before_it_is_opened_after_it(world: World, home: Path) -> None:
    """Between the reading of the row and its opening the old key was dropped."""
    shop = world.connect()
    before = login(world.env, world)
    with world.env.db.transaction() as session:
        row = shops.credential(session, shop.id or 0)
    keys.rotate(world.env.db, home, None, AT)
    assert row is not None
    assert world.env.decrypt(row.secret) == before


def test_the_old_key_opens_nothing_any_more_and_is_kept_for_old_backups(
    world: World, home: Path
) -> None:
    world.connect()
    (old,) = keys_in(home)
    done = keys.rotate(world.env.db, home, None, AT)
    assert done.dropped is not None
    assert done.dropped.read_text().split() == [old]
    assert done.dropped.stat().st_mode & 0o777 == 0o600
    with world.env.db.transaction() as session:
        assert keys.unreadable(session, open_vault(home)) == []
        assert keys.unreadable(session, open_vault(home, old)) == ["shop-mot"]


def test_logins_that_are_refreshed_meanwhile_stay_readable(world: World, home: Path) -> None:
    """A worker that never restarts refreshes all the time while the keys change five times."""
    shop = world.connect(access_token="old", refresh_token="r1")
    worker, stop, failed = world.env, threading.Event(), []

    def refresh() -> None:
        while not stop.is_set():
            try:
                tokens.refresh(worker, shop, tokens.open_account(worker, shop).version)
            except Exception as error:  # noqa: BLE001 (any is a failure of the test)
                failed.append(error)
                return

    thread = threading.Thread(target=refresh)
    thread.start()
    try:
        for n in range(5):
            keys.rotate(world.env.db, home, None, AT + timedelta(minutes=n))
    finally:
        stop.set()
        thread.join()
    assert failed == []
    assert len(keys_in(home)) == 1
    last = login(living(world.env, home), world)
    spent = [token for _verb, _shop, token in world.market.writes("refresh")]
    assert last["refresh_token"] == spent[-1] + "+"


def test_who_writes_under_the_old_key_is_waited_for(world: World, home: Path) -> None:
    """Encrypted before the new key came, not committed yet: the rotation comes after it."""
    shop = world.connect()
    done: list[keys.Rotated] = []
    rotation = threading.Thread(
        target=lambda: done.append(keys.rotate(world.env.db, home, None, AT))
    )
    with world.env.db.transaction() as session:
        shops.writing_secrets(session)
        secret = world.env.encrypt(Credentials(shop_id="Shop một", access_token="late"))
        rotation.start()
        rotation.join(0.5)
        assert done == []
        shops.store_credential(session, shop.id or 0, secret, None)
    rotation.join(30)
    assert done[0].renewed == 1
    assert login(living(world.env, home), world)["access_token"] == "late"


def test_a_rotation_that_was_killed_is_done_again(world: World, home: Path) -> None:
    world.connect()
    before = login(world.env, world)
    add_key(home)
    assert login(living(world.env, home), world) == before
    keys.rotate(world.env.db, home, None, AT)
    assert login(living(world.env, home), world) == before
    assert len(keys_in(home)) == 1


def test_a_login_that_no_key_opens_stops_it_before_anything_is_written(
    world: World, home: Path
) -> None:
    world.connect()
    (home / "keys" / "master.keys").write_text(new_key() + "\n")
    before = keys_in(home)
    with pytest.raises(SetupError, match="không khóa nào mở được"):
        keys.rotate(world.env.db, home, None, AT)
    assert keys_in(home) == before


def test_keys_of_the_environment_are_rotated_to_the_first(world: World, home: Path) -> None:
    """Each process is told of the new key at its own restart, behind the old one first."""
    old, new = new_key(), new_key()
    world.env = living(world.env, home, old)
    world.connect()
    before = login(world.env, world)
    still_old = living(world.env, home, f"{old},{new}")
    done = keys.rotate(world.env.db, home, f"{new},{old}", AT)
    assert (done.renewed, done.dropped) == (1, None)
    assert login(still_old, world) == before
    assert login(living(world.env, home, new), world) == before
