"""``ocop-sync accounts add``: a new shop, and one that is connected again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from connectors.contract import Connector
from connectors.errors import Unavailable
from console.cli import accounts
from console.cli.doctor import _shops
from tests.console.conftest import Run, World, typed_on, world
from tests.worker.fakes import source_product
from worker.connect import BadAccount

__all__ = ["world"]

SHOP = "SELECT name, base_url, producer_id, remote_key FROM shop WHERE key = 'my-chu'"


@pytest.fixture
def run(world: World, monkeypatch: pytest.MonkeyPatch) -> Run:
    world.book.products = [source_product()]
    world.pull()
    return typed_on(world, monkeypatch, accounts)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "shop.json"
    path.write_bytes(orjson.dumps({"shop_id": "7"}))
    return path


def test_a_shop_is_added_and_connected_again_as_it_was(run: Run, world: World, file: Path) -> None:
    add = ("accounts", "add", "fake", "--credentials", file)
    first = run(*add, "--name", "Mỳ Chũ", "--owner", "HTX A", "--base-url", "http://cu.example")
    assert first.exit_code == 0, first.output
    before = world.sql(SHOP)
    assert before[0][:2] == ("Mỳ Chũ", "http://cu.example") and before[0][2] is not None
    taken = run(*add, "--name", "my chu", "--base-url", "http://khac.example")
    assert isinstance(taken.exception, BadAccount) and "--again" in str(taken.exception)
    assert world.sql(SHOP) == before
    again = run(*add, "--name", "my-chu", "--again")
    assert again.exit_code == 0, again.output
    assert world.sql(SHOP) == before
    given = run(*add, "--name", "my-chu", "--again", "--owner", "tinh", "--base-url", "http://m.vn")
    assert given.exit_code == 0, given.output
    assert world.sql(SHOP) == [("Mỳ Chũ", "http://m.vn", None, "7")]


def test_a_new_shop_is_the_province_s_where_nobody_is_named(
    run: Run, world: World, file: Path
) -> None:
    done = run("accounts", "add", "fake", "--name", "Mỳ Chũ", "--credentials", file)
    assert done.exit_code == 0, done.output
    assert world.sql(SHOP) == [("Mỳ Chũ", "http://fake.example", None, "7")]
    assert "producers agree" not in done.output, "all of them have agreed"


def test_a_shop_of_the_province_says_how_many_have_agreed(
    run: Run, world: World, file: Path
) -> None:
    world.sql("UPDATE producer SET agreed = false RETURNING 1")
    add = ("accounts", "add", "fake", "--credentials", file)
    done = run(*add, "--name", "Của tỉnh")
    assert done.exit_code == 0, done.output
    assert "0/1 chủ thể" in done.output and "producers agree" in done.output
    own = run(*add, "--name", "Của HTX", "--owner", "HTX A", "--base-url", "http://x.example")
    assert own.exit_code == 0 and "producers agree" not in own.output


def test_the_same_command_once_more_connects_the_same_account_again(
    run: Run, world: World, file: Path
) -> None:
    add = ("accounts", "add", "fake", "--name", "Mỳ Chũ", "--credentials", file)
    assert run(*add, "--owner", "HTX A").exit_code == 0
    before = world.sql(SHOP)
    once_more = run(*add)
    assert once_more.exit_code == 0, once_more.output
    assert world.sql(SHOP) == before
    file.write_bytes(orjson.dumps({"shop_id": "8"}))
    other = run(*add)
    assert isinstance(other.exception, BadAccount) and "tài khoản 8" in str(other.exception)
    assert world.sql(SHOP) == before


def test_what_is_left_of_connecting_is_said_until_it_is_done(
    run: Run, world: World, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = world.env.connectors["fake"]
    good = kind.categories

    def away(_self: Connector) -> Any:
        raise Unavailable("đang bảo trì")

    monkeypatch.setattr(kind, "categories", away)
    added = run("accounts", "add", "fake", "--name", "Mỳ Chũ", "--credentials", file)
    assert added.exit_code == 1
    said = " ".join(added.output.split())
    assert "Đã kết nối 'my-chu'" in said and "đang bảo trì" in said and "Lỗi" not in said
    assert "chưa đọc xong" in orjson.loads(run("accounts", "list", "--json").output)[0]["problem"]
    assert "chưa đọc xong" in " ".join(run("accounts", "check", "my-chu").output.split())
    assert [(f.good, "chưa đọc xong" in f.found) for f in _shops(world.env)] == [
        (True, False), (False, True),
    ]  # fmt: skip
    monkeypatch.setattr(kind, "categories", good)
    assert "chưa đọc xong" not in " ".join(run("accounts", "check", "my-chu").output.split())
    assert orjson.loads(run("accounts", "list", "--json").output)[0]["problem"] == ""
    assert all(f.good for f in _shops(world.env))
