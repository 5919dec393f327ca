"""A campaign from start to verdict: start the program, carry out the plan, end the faults, wait,
judge, end every process."""

from __future__ import annotations

import contextlib
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import redis
import requests
from celery.exceptions import OperationalError as BrokerDown
from sqlalchemy import text

from chaos import deeds, laws, pool, processes, register
from chaos.plan import Size, Step, an_edit, plan
from chaos.processes import Processes
from chaos.scale import Scale
from chaos.servers import Extras
from config.clock import today
from tests.system import checker
from tests.system.demo import JOURNALS, Demo, eventually

LOOK_S = 0.15
"""Between two looks at the calls that are held."""

PERIODS = 2
"""What a shop gets, after the last fault, to be right again."""

LEAST_QUIET_S = 180.0
"""But at least this: what is left of the first day's backlog goes out at the marketplaces' own
rates, which no scale makes faster."""

MOST_LINGER_S = 300.0
"""How much longer than planned a campaign goes on for its least."""

LINGER_EDIT_S = 1.0
"""Between two edits meanwhile, without which nobody would call."""

_DOWN = (requests.RequestException, AssertionError, redis.RedisError, BrokerDown)

Say = Callable[[str], None]


@dataclass(slots=True)
class Report:
    """What was done and what came of it. ``right_after_s`` None: not within two periods."""

    seed: int
    scale: Scale
    faults: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Calls spoiled, by sandbox and kind."""
    kills: Counter[str] = field(default_factory=Counter)
    meddled: Counter[str] = field(default_factory=Counter)
    """Edits at the register, deeds by hand, and what was done to servers and messages."""
    fell: list[str] = field(default_factory=list)
    """When the program ended although nobody had ended it."""
    runs: int = 0
    listings: int = 0
    states: Counter[str] = field(default_factory=Counter)
    right_after_s: float | None = None
    verdict: laws.Verdict | None = None
    overdrawn: list[str] = field(default_factory=list)
    """Packs of which the shops together showed too many at some moment."""
    calls: laws.Calls | None = None
    took_s: float = 0.0

    @property
    def well(self) -> bool:
        """Every law held, in time."""
        if self.right_after_s is None or self.verdict is None:
            return False
        return not (self.verdict.broken() or self.fell or self.overdrawn)


class Campaign:
    """``size`` says how much goes wrong and for how long."""

    def __init__(self, seed: int, size: Size, scale: Scale, say: Say = lambda _line: None) -> None:
        self._size = size
        self._say = say
        self._folder = Path(tempfile.mkdtemp(prefix="ocop-chaos-"))
        self._demo = Demo(self._folder / "home", markets=size.markets, **scale.settings())
        self._processes = Processes(self._demo.home)
        self._extras = Extras(self._demo, self._processes)
        self._running = contextlib.ExitStack()
        self._program: Any = None
        self._spoilt: Counter[tuple[str, str]] = Counter()
        """As the sandboxes said last, since they were started."""
        self._cuts: list[Step] = []
        """Calls that are to be held for a kill, and were not yet."""
        self._spared: set[str] = set()
        self._gone: set[str] = set()
        self.report = Report(seed, scale)

    def run(self) -> Report:
        """The whole of it. Raises AssertionError or ChildProcessError when the program does not
        come up."""
        started = time.monotonic()
        try:
            self._start()
            self._carry_out(plan(self.report.seed, self._size))
            self._quiet()
            self._count()
        finally:
            self._end()
        self._judge()
        self.report.took_s = time.monotonic() - started
        if self.report.well:
            shutil.rmtree(self._folder)
        else:
            self._say(f"kept: {self._folder}")
        return self.report

    def _end(self) -> None:
        """Every process ends. Where the program could not be started again, attaching to its home
        ends what it left, as the next start would."""
        self._extras.end()
        self._running.close()
        if self._demo.processes():
            with self._demo.env():
                pass
        left = self._demo.processes()
        for process in left:
            processes.kill(process.pid)
        assert not left, f"left behind: {left}"

    # --- the program ------------------------------------------------------------------------

    def _start(self) -> None:
        said = self._said()
        self._program = self._running.enter_context(self._demo.running())
        eventually("the program is up", lambda: self._up(said))

    def _up(self, said: int) -> bool:
        self._extras.tend()  # a database that takes no writes just now is waited for
        if self._program.poll() is not None:
            raise ChildProcessError(f"the program did not start: {self._last_words()}")
        return self._said() > said

    def _last_words(self) -> str:
        return (self._demo.home / "test-output.log").read_text()[-1500:]

    def _said(self) -> int:
        """How often the program has said that it runs."""
        log = self._demo.home / "test-output.log"
        return log.read_text().count("Đang chạy") if log.exists() else 0

    def _restart(self) -> None:
        """SIGKILL of the console, which supervises all; then a person starts it again. What the
        sandboxes had in mind is lost with it."""
        self._look_at_spoilt()
        self.report.faults += self._spoilt
        self._spoilt.clear()
        self._program.kill()
        self._program.wait(30)
        self._start()
        for step in self._cuts:
            self._place(step)

    # --- the plan ---------------------------------------------------------------------------

    def _carry_out(self, steps: tuple[Step, ...]) -> None:
        began = time.monotonic()
        ends = began + self._size.seconds
        for number, step in enumerate(steps):
            while time.monotonic() < min(ends, began + step.at_s):
                self._watch()
                time.sleep(LOOK_S)
            if time.monotonic() >= ends:
                self._say(f"{len(steps) - number} steps were not reached in time")
                self._linger(steps[number:])
                return
            self._try(step)
            if number % 100 == 99:
                self._look_at_spoilt()
                self._say(f"{number + 1} of {len(steps)} steps, {time.monotonic() - began:.0f} s")
        self._linger(())

    def _linger(self, left: Sequence[Step]) -> None:
        """On a busy machine few steps are reached in the time, and few calls come: the plan goes
        on a while longer with what is ``left`` of it, and the register is edited so that calls
        come. A campaign then says something about the least that its size asks for."""
        chance = random.Random(f"linger {self.report.seed}")
        steps = iter(left)
        ends = time.monotonic() + MOST_LINGER_S
        while not self._enough() and time.monotonic() < ends:
            if (step := next(steps, None)) is not None:
                self._try(step)
            self._try(an_edit(chance, self._size))
            until = time.monotonic() + LINGER_EDIT_S
            while time.monotonic() < until:
                self._watch()
                time.sleep(LOOK_S)

    def _enough(self) -> bool:
        if self._size.least_faults:
            self._look_at_spoilt()
        met = (self.report.faults + self._spoilt).total()
        kills = self.report.kills.total()
        return met >= self._size.least_faults and kills >= self._size.least_kills

    def _try(self, step: Step) -> None:
        """A sandbox or a server that is down just now misses the step."""
        try:
            self._do(step)
        except _DOWN:
            self.report.meddled["not taken"] += 1

    def _do(self, step: Step) -> None:
        match step.what:
            case "fault":
                self._place(step)
            case "cut":
                self._cuts.append(step)
                self._place(step)
            case "kill":
                self._kill(step)
            case "extra":
                self._extras.do(step)
                self.report.meddled[step.which] += 1
            case "edit":
                self._edit(step)
            case "hand":
                self._by_hand(step)

    def _place(self, step: Step) -> None:
        self._demo.market(step.market, "POST", "faults", step.body)

    def _kill(self, step: Step) -> None:
        if step.which == "program":
            self.report.kills["program"] += 1
            self._restart()
        elif self._extras.kill(step):
            self.report.kills[step.which] += 1

    def _edit(self, step: Step) -> None:
        book = {code: p for code, p in self._first().items() if code not in self._gone}
        ask = deeds.edit(step.which, step.pick, book)
        if ask is None:
            return
        self._demo.market(ask.market, "POST", ask.path, dict(ask.body))
        self.report.meddled[f"register: {step.which}"] += 1
        if step.which in ("withdrawn", "revoked"):
            self._gone.add(ask.path.split("/")[1])

    def _by_hand(self, step: Step) -> None:
        channel = next(c for c, market in JOURNALS.items() if market == step.market)
        journal = {channel: self._demo.journal(market=step.market)}
        ask = deeds.by_hand(step.which, step.market, step.pick, journal, self._spared)
        if ask is not None:
            self._demo.market(ask.market, "POST", ask.path, dict(ask.body))
            self.report.meddled[f"by hand: {step.which}"] += 1

    # --- meanwhile --------------------------------------------------------------------------

    def _watch(self) -> None:
        """Kill whoever waits in a call that is held for it; thaw and end what has had its time."""
        self._extras.tend()
        if self._program.poll() is not None:
            self.report.fell.append(f"the program ended by itself: {self._last_words()}")
            self._restart()
        for market in {step.market for step in self._cuts}:
            with contextlib.suppress(requests.RequestException, AssertionError):
                for call in self._demo.market(market, "GET", "held").values():
                    self._cut(market, call)

    def _cut(self, market: str, call: dict[str, Any]) -> None:
        step = next((s for s in self._cuts if (s.market, s.which) == (market, call["kind"])), None)
        pid = self._processes.caller(call["port"]) if step is not None else None
        if step is not None and processes.kill(pid):
            self._cuts.remove(step)
            self.report.kills[f"caller {call['when']} the write"] += 1

    def _look_at_spoilt(self) -> None:
        for market in self._size.markets:
            with contextlib.suppress(requests.RequestException, AssertionError):
                for kind, count in self._demo.market(market, "GET", "spoilt").items():
                    self._spoilt[market, kind] = count

    # --- afterwards -------------------------------------------------------------------------

    def _quiet(self) -> None:
        """All faults end; how soon everything is right, and whether it stays so for a period."""
        self._extras.end()
        self._look_at_spoilt()
        self.report.faults += self._spoilt
        for market in (*self._size.markets, "registry"):
            eventually(f"{market} is healed", partial(self._healed, market))
        self._new_day()
        began = time.monotonic()
        period_s = self.report.scale.period_s
        ends = began + max(PERIODS * period_s, LEAST_QUIET_S)
        while time.monotonic() < ends:
            after_s = time.monotonic() - began
            if self._verdict().broken():
                self.report.right_after_s = None
            elif self.report.right_after_s is None:
                self.report.right_after_s = after_s
                self._say(f"right after {after_s:.0f} s")
            elif after_s > self.report.right_after_s + period_s:
                break  # and it has stayed so for a period
            time.sleep(1.0)

    def _new_day(self) -> None:
        """A used-up quota ends with the marketplace's day, which no scale makes shorter: an
        operator who was given more says so."""
        with self._demo.env() as env, env.db.transaction() as session:
            resting = session.execute(
                text("SELECT key FROM shop WHERE breaker_until > now() + interval '10 minutes'")
            ).all()
        for (key,) in resting:
            self._demo.told("accounts", "check", key)
            self.report.meddled["operator: quota anew"] += 1

    def _healed(self, market: str) -> bool:
        self._demo.market(market, "DELETE", "faults")
        return True

    def _count(self) -> None:
        with self._demo.env() as env, env.db.transaction() as session:
            self.report.runs = session.execute(text("SELECT count(*) FROM run")).scalar_one()
            for state, count in session.execute(
                text("SELECT state, count(*) FROM listing GROUP BY state")
            ):
                self.report.states[state] = count
                self.report.listings += count
        calls = self._demo.market("registry", "GET", "journal?since=0")
        for call in calls:
            if call["fault"]:
                self.report.faults["registry", call["fault"]] += 1

    def _judge(self) -> None:
        journals = self._demo.journals()
        self.report.verdict = self._verdict()
        self.report.overdrawn = pool.overdrawn(self._demo.home, journals, self._first())
        self.report.calls = laws.count_calls(
            self._demo.home, journals, self._first(), self._day(journals)
        )

    def _verdict(self) -> laws.Verdict:
        journals = self._demo.journals()
        return laws.judge(self._demo.home, journals, self._first(), self._day(journals))

    def _first(self) -> register.Book:
        return register.on_first_day(self._day(self._demo.journals()))

    def _day(self, journals: checker.Journals) -> date:
        return today(datetime.fromisoformat(next(iter(journals.values()))[0]["at"]))
