"""The demo as a test drives it: processes in a home of its own, HTTP to its sandboxes."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import psutil
import requests

from config.embedded import servers
from config.settings import Settings
from worker.env import Env
from worker.runtime import build_env

JOURNALS = {
    "shopee": "shopee", "tiki": "tiki", "woocommerce": "woocommerce", "san24h": "floor",
}  # fmt: skip
"""Which sandbox keeps a channel's journal."""

ROOT = Path(__file__).resolve().parents[2]

PATIENCE_S = 300.0
"""A machine that does much else at once may be this slow; nothing that fails takes longer."""


def _may_be_interrupted() -> None:
    """A shell hands on to what it runs in the background that Ctrl-C is to be ignored; here it is
    pressed, and may be so before the program says itself what it does then."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Demo:
    """One OCOP_HOME. ``settings`` are further variables of the program's environment;
    ``markets`` which marketplaces take part."""

    root = ROOT
    """The code that runs."""

    def __init__(
        self, home: Path, markets: Sequence[str] = tuple(JOURNALS.values()), **settings: str
    ) -> None:
        self.home = home
        self._markets = ("--markets", ",".join(markets))
        self._env = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("OCOP_", "REDIS_"))},
            "OCOP_HOME": str(home),
            "OCOP_WEB_PORT": str(_free_port()),
            **settings,
        }
        self._env.pop("DATABASE_URL", None)

    def once(self, **settings: str) -> subprocess.CompletedProcess[str]:
        """``make once``."""
        return self._run("-m", "sandbox.demo", "--once", *self._markets, **settings)

    def cli(self, *words: str) -> Any:
        """A command of ``ocop-sync`` with ``--json``: its decoded output."""
        return orjson.loads(self.told(*words, "--json"))

    def told(self, *words: str) -> str:
        """A command of ``ocop-sync`` that must end well: what it printed."""
        found = self.say(*words)
        assert found.returncode == 0, found.stderr
        return found.stdout

    def say(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command of ``ocop-sync``, whatever comes of it."""
        return self._run("-c", "import console.cli; console.cli.main()", *words)

    def _run(self, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *words],
            cwd=self.root,
            env=self._environment(settings),
            capture_output=True,
            text=True,
            timeout=3 * PATIENCE_S,
            check=False,
        )

    def _environment(self, settings: Mapping[str, str]) -> dict[str, str]:
        return {**self._env, "PYTHONPATH": str(self.root), **settings}

    @contextmanager
    def running(self, *words: str, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
        """``make run`` in the background; what is left of it is killed at the end."""
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "test-output.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "sandbox.demo", *self._markets, *words],
                cwd=self.root,
                env=self._environment(settings),
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_may_be_interrupted,
            )
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.send_signal(signal.SIGINT)
                    process.wait(PATIENCE_S)

    @contextmanager
    def env(self) -> Iterator[Env]:
        """The program's own tables (its servers, started or attached to)."""
        settings = Settings(home=self.home, allowed_private_hosts=frozenset({"127.0.0.1"}))
        with servers(settings) as urls:
            env = build_env(settings, urls.database_url, urls.redis_url)
            try:
                yield env
            finally:
                env.db.close()

    @contextmanager
    def sandboxes(self) -> Iterator[None]:
        """Registry and marketplace alone; commands find the registry by OCOP_REGISTRY."""
        ports, home = self._ports(), self.home / "demo"
        book, state = str(home / "registry"), str(home / "shopee.sqlite3")
        commands = (
            ("sandbox.registry", "--port", str(ports["registry"]), "--home", book),
            ("sandbox.shopee", "--port", str(ports["shopee"]), "--state", state),
        )
        running = [
            subprocess.Popen([sys.executable, "-m", *c], cwd=self.root, env=self._environment({}))
            for c in commands
        ]
        try:
            eventually("the marketplace listens", lambda: self.shopee("GET", "shops"))
            eventually("the registry listens", lambda: self.registry("GET", "/v1/health"))
            yield
        finally:
            for process in running:
                process.terminate()
            for process in running:
                process.wait(20)

    # --- the sandboxes ----------------------------------------------------------------------

    def _ports(self) -> dict[str, int]:
        ports: dict[str, int] = orjson.loads((self.home / "demo" / "ports.json").read_bytes())
        return ports

    def market(self, name: str, method: str, path: str, body: Any = None) -> Any:
        """What the sandbox of a marketplace (or the registry) takes and tells."""
        return _ask(self._ports()[name], method, f"/_sandbox/{path}", body)

    def shopee(self, method: str, path: str, body: Any = None) -> Any:
        return self.market("shopee", method, path, body)

    def registry(self, method: str, path: str, body: Any = None) -> Any:
        return _ask(self._ports()["registry"], method, path, body)

    def journal(self, after: int = 0, market: str = "shopee") -> list[dict[str, Any]]:
        """A marketplace's journal; read from its file when nobody serves it."""
        with sqlite3.connect(self.home / "demo" / f"{market}.sqlite3") as db:
            rows = db.execute("SELECT entry FROM journal WHERE seq > ? ORDER BY seq", (after,))
            return [orjson.loads(entry) for (entry,) in rows]

    def journals(self, after: Mapping[str, int] | None = None) -> dict[str, list[dict[str, Any]]]:
        """Every marketplace's journal by channel, from an entry number on."""
        since = after or {}
        taking_part = self._markets[1].split(",")
        return {
            channel: self.journal(since.get(channel, 0), market)
            for channel, market in JOURNALS.items()
            if market in taking_part
        }

    def processes(self) -> list[psutil.Process]:
        """Processes that work for this home, zombies not counted."""
        mark = str(self.home)
        return [p for p in psutil.process_iter() if _works_for(p, mark)]


def _free_port() -> int:
    """Demos that run side by side do not meet at the usual port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _works_for(process: psutil.Process, mark: str) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE or process.pid == os.getpid():
            return False
        return mark in " ".join(process.cmdline()) or process.environ().get("OCOP_HOME", "") == mark
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def _ask(port: int, method: str, path: str, body: Any) -> Any:
    with requests.Session() as session:
        session.trust_env = False
        answer = session.request(
            method, f"http://127.0.0.1:{port}{path}", json=body, timeout=30, allow_redirects=False
        )
    assert answer.status_code < 400, answer.text
    return answer.json()


def eventually(what: str, holds: Callable[[], Any]) -> Any:
    """What ``holds`` returns, once it is true; a real process is waited for, with an end."""
    ends = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends:
        try:
            found = holds()
        except (requests.ConnectionError, FileNotFoundError, AssertionError):
            found = None
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"did not happen within {PATIENCE_S:g} s: {what}")
