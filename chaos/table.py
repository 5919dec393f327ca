"""The report as people read it."""

from __future__ import annotations

from collections import Counter

from chaos.campaign import Report

MOST = 20
"""Lines of each broken law that are shown."""


def lines(report: Report) -> list[str]:
    """The whole table, a line each."""
    verdict, calls = report.verdict, report.calls
    if verdict is None or calls is None:
        raise ValueError("the campaign has no verdict yet")
    rows = [
        *_faults(report.faults),
        *_counted("kills", report.kills),
        *_counted("meanwhile", report.meddled),
        f"runs                     {report.runs:>6}",
        f"listings                 {report.listings:>6}  ({_words(report.states)})",
        f"packs on sale            {verdict.on_sale:>6}",
        f"changing calls           {calls.changing:>6}  (that changed nothing: {calls.idle})",
        f"changes made / needed    {calls.made:>6} / {calls.needed}  → with idle calls, "
        f"{calls.ratio:.2f} of the least",
        "right again after        " + _right(report),
        f"duplicates               {len(verdict.duplicates):>6}",
        f"losses                   {len(verdict.losses):>6}",
        f"wrongly on sale          {len(verdict.wrongly):>6}",
        f"stock above the pool     {len(verdict.above_pool):>6}",
        f"too many at some moment  {len(report.overdrawn):>6}",
        f"take-downs refused       {len(verdict.refused):>6}",
    ]
    broken = [*report.fell, *verdict.broken(), *report.overdrawn]
    return rows + [f"  ! {line}" for line in broken[:MOST]]


def _right(report: Report) -> str:
    if report.right_after_s is None:
        return "not in time"
    periods = report.right_after_s / report.scale.period_s
    return f"{report.right_after_s:>6.0f} s ({periods:.1f} periods)"


def _faults(faults: Counter[tuple[str, str]]) -> list[str]:
    markets = sorted({market for market, _kind in faults})
    kinds = sorted({kind for _market, kind in faults})
    head = "faults by kind          " + "".join(f"{m[:11]:>12}" for m in markets) + f"{'all':>8}"
    rows = [
        f"  {kind:<22}"
        + "".join(f"{faults[m, kind] or '':>12}" for m in markets)
        + f"{sum(faults[m, kind] for m in markets):>8}"
        for kind in kinds
    ]
    sums = "".join(f"{sum(c for (m, _k), c in faults.items() if m == market):>12}"
                   for market in markets)  # fmt: skip
    return [head, *rows, f"  {'all':<22}{sums}{faults.total():>8}"]


def _counted(title: str, counted: Counter[str]) -> list[str]:
    rows = [f"  {name:<28}{count:>6}" for name, count in sorted(counted.items())]
    return [f"{title:<24} {counted.total():>6}", *rows]


def _words(counted: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counted.most_common())
