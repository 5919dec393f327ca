"""What a home keeps: the anchor of the first start, edits, pictures; also through a SIGKILL."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from socket import socket
from typing import Any

import pytest
import requests
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from sandbox.registry import Price, RegistrySandbox, Withdraw
from tests.sandbox.registry.conftest import BOOK_DAY, CREAM, NOODLES, TurnedClock


def days_of(registry: RegistrySandbox) -> dict[str, tuple[date, date]]:
    return {
        item["code"]: (
            date.fromisoformat(item["certificate"]["recognised_on"]),
            date.fromisoformat(item["certificate"]["expires_on"]),
        )
        for item in registry.products()
    }


@pytest.mark.parametrize("today", [date(2024, 2, 29), date(2026, 11, 24), date(2031, 3, 1)])
def test_all_days_move_alike_and_the_certified_stay_126(today: date, clock: TurnedClock) -> None:
    step = today - BOOK_DAY
    clock.turn(days=step.days)
    book = days_of(RegistrySandbox(None, BOOK_DAY, clock))
    moved = RegistrySandbox(None, today, clock)
    assert moved.shift_days == step.days
    assert days_of(moved) == {
        code: (start + step, end + step) for code, (start, end) in book.items()
    }
    states = [item["certificate"]["status"] for item in moved.products()]
    assert states.count("valid") == 126


def test_a_later_start_keeps_the_anchor_and_the_edits(tmp_path: Path, clock: TurnedClock) -> None:
    first = RegistrySandbox(tmp_path, BOOK_DAY, clock)
    first.edit(CREAM, Price(price_vnd=71_000))
    first.edit(NOODLES, Withdraw())
    products = first.products()
    first.close()
    second = RegistrySandbox(tmp_path, BOOK_DAY + timedelta(days=1), clock)
    assert second.anchor == BOOK_DAY
    assert second.products() == products
    assert second.edit(CREAM, Price(price_vnd=72_000)) == 3
    second.close()


def test_a_home_that_is_a_file_is_said_clearly(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("x")
    done = subprocess.run(
        [sys.executable, "-m", "sandbox.registry", "--port", "0", "--home", str(home)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert str(home) in done.stderr
    assert "Traceback" not in done.stderr


def start(home: Path, port: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "sandbox.registry", "--port", str(port), "--home", str(home)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@retry(
    retry=retry_if_exception_type(requests.ConnectionError),
    stop=stop_after_delay(60),
    wait=wait_fixed(0.1),
    reraise=True,
)
def ask(method: str, url: str, body: Any = None) -> Any:
    with requests.Session() as session:
        session.trust_env = False
        answer = session.request(method, url, json=body, timeout=20)
    answer.raise_for_status()
    return answer.json()


@pytest.mark.process
def test_a_sigkill_loses_nothing(tmp_path: Path) -> None:
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    base_url = f"http://127.0.0.1:{port}"
    edit = {"edit": "price", "price_vnd": 71_000}
    process = start(tmp_path, port)
    edited = ask("POST", f"{base_url}/_sandbox/products/{CREAM}/edits", edit)
    process.send_signal(signal.SIGKILL)
    assert process.communicate(timeout=20) == ("", ""), "it prints nothing"
    process = start(tmp_path, port)
    try:
        assert ask("GET", f"{base_url}/v1/products/{CREAM}") == edited
        assert ask("GET", f"{base_url}/v1/changes?since_seq=155")["last_seq"] == 156
    finally:
        process.terminate()
    assert process.communicate(timeout=20) == ("", "")
