from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from config.logfiles import keep_small
from config.logging import HIDDEN, register_secret, set_up


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    for handler in handlers:
        root.removeHandler(handler)
    set_up(tmp_path, "worker")
    yield tmp_path
    for handler in root.handlers[:]:
        root.removeHandler(handler)
        handler.close()
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def lines(home: Path) -> list[dict[str, Any]]:
    text = (home / "logs" / "worker.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_a_line_says_what_when_and_in_which_run(home: Path) -> None:
    with structlog.contextvars.bound_contextvars(run=7, shop="shopee-1", request_id="r1"):
        structlog.get_logger("push").info("đã đẩy", sku="OCOP-1")
    (line,) = lines(home)
    assert line["event"] == "đã đẩy"
    assert (line["run"], line["shop"], line["request_id"]) == (7, "shopee-1", "r1")
    assert (line["sku"], line["level"], line["logger"]) == ("OCOP-1", "info", "push")
    assert line["timestamp"].endswith("Z")


def test_other_libraries_go_the_same_way(home: Path) -> None:
    with structlog.contextvars.bound_contextvars(run=7):
        logging.getLogger("celery").warning("task %s received", "push")
    (line,) = lines(home)
    assert (line["event"], line["run"]) == ("task push received", 7)


def test_the_console_is_quiet_until_something_is_wrong(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up(home, "worker")  # the console's stream is taken when it is set up
    structlog.get_logger().info("việc thường")
    structlog.get_logger().warning("có lỗi", shop="s1")
    shown = capsys.readouterr().err
    assert "việc thường" not in shown
    assert "có lỗi" in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize(
    "name",
    ["access_token", "partner_key", "client_secret", "sign", "Authorization", "password", "TOKEN"],
)
def test_values_under_telling_names_are_hidden(home: Path, name: str) -> None:
    structlog.get_logger().info("gọi", **{name: "hunter2-hunter2"})
    structlog.get_logger().info("gọi", headers={name: "hunter2-hunter2"}, list=[{name: b"hunter2"}])
    assert "hunter2" not in (home / "logs" / "worker.jsonl").read_text()
    assert lines(home)[0][name] == HIDDEN


def test_registered_values_are_hidden_wherever_they_stand(home: Path) -> None:
    register_secret("tok-8f3a91")
    structlog.get_logger().info("GET /x?t=tok-8f3a91", url="https://h/?t=tok-8f3a91")
    logging.getLogger("urllib3").error("failed: %s", "tok-8f3a91")
    try:
        raise ValueError("no tok-8f3a91")
    except ValueError as error:
        structlog.get_logger().exception("lỗi", error=error)
    assert "tok-8f3a91" not in (home / "logs" / "worker.jsonl").read_text()
    assert lines(home)[2]["error"] == f"no {HIDDEN}"


def test_ordinary_names_and_values_stay(home: Path) -> None:
    register_secret("ab")  # too short to be hidden: it is in every other word
    structlog.get_logger().info("x", shop_key="shopee-1", table="ab", none_token=None, price=45_000)
    (line,) = lines(home)
    assert (line["shop_key"], line["table"], line["price"]) == ("shopee-1", "ab", 45_000)
    assert line["none_token"] is None


def test_the_level_is_kept(home: Path) -> None:
    set_up(home, "worker", "error")
    structlog.get_logger().warning("nhỏ")
    logging.getLogger("x").warning("nhỏ")
    structlog.get_logger().error("lớn")
    assert [line["event"] for line in lines(home)] == ["lớn"]


def test_a_long_log_begins_anew_and_its_writers_go_on(home: Path) -> None:
    structlog.get_logger().info("cũ")
    keep_small(home / "logs", max_bytes=10)
    structlog.get_logger().info("mới")
    assert [line["event"] for line in lines(home)] == ["mới"]
    assert "cũ" in (home / "logs" / "worker.jsonl.1").read_text()
    keep_small(home / "logs", max_bytes=1000)
    assert [line["event"] for line in lines(home)] == ["mới"]
