"""``python -m chaos --seed N --minutes M``: a campaign, its table; exit code 1 when a law broke."""

from __future__ import annotations

import argparse
import secrets
import sys
from functools import partial

from chaos import __doc__ as about
from chaos.campaign import Campaign
from chaos.plan import SHARES, Size
from chaos.scale import Scale
from chaos.table import lines

MOST_MINUTES = 15.0
AROUND_S = 170.0
"""What starting, the two quiet periods and the verdict take of the minutes."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m chaos", description=about)
    parser.add_argument("--seed", type=int, default=None, help="the plan; none: a new one")
    parser.add_argument("--minutes", type=float, default=MOST_MINUTES, help="in whole, at most 15")
    parser.add_argument("--markets", default=",".join(SHARES), help="which take part, by comma")
    parser.add_argument("--scale", type=float, default=30.0, help="waits are this part of duty's")
    arguments = parser.parse_args()
    seed = arguments.seed if arguments.seed is not None else secrets.randbelow(10**6)
    scale = Scale(arguments.scale)
    minutes = min(MOST_MINUTES, arguments.minutes)
    size = sized(minutes * 60 - AROUND_S, tuple(arguments.markets.split(",")))
    say = partial(print, flush=True)
    say(f"seed {seed}, {minutes:g} minutes, {scale}")
    report = Campaign(seed, size, scale, say).run()
    say("\n".join(lines(report)))
    say(f"seed {seed}, {report.took_s:.0f} s in whole")
    return 0 if report.well else 1


def sized(seconds: float, markets: tuple[str, ...]) -> Size:
    """How much fits: about three faults a second, a kill every eight."""
    seconds = max(20.0, seconds)
    return Size(
        seconds=seconds,
        faults=int(seconds * 3),
        kills=int(seconds / 8),
        edits=int(seconds * 0.7),
        hands=int(seconds / 15),
        extras=int(seconds / 20),
        gone=min(10, int(seconds / 50)),
        markets=markets,
    )


if __name__ == "__main__":
    sys.exit(main())
