"""``python -m bench``: every measurement, with its goal; exit code 1 when one misses it."""

from __future__ import annotations

import sys

from bench import drain, feed, neighbours, pages, pull


def main() -> int:
    print("One drain, 2 000 price changes, against a bare requests.Session loop:")
    pushed = drain.measure()
    print(f"ratio {pushed:.2f} (goal: at least 1.0)")
    print("A pull of 100 000 unchanged JSON rows, against only decoding them:")
    pulled = pull.measure()
    print(f"ratio {pulled:.2f} (goal: at most 2.5)")
    print("A new price in all shops while one never answers, against while all answer:")
    slower = neighbours.measure()
    print(f"ratio {slower:.2f} (goal: at most 1.1)")
    print("The console's pages with 100 000 listings, against with one product in each shop:")
    heavier = pages.measure()
    print(f"worst ratio {heavier:.2f} (goal: at most 3)")
    fine = pushed >= 1.0 and pulled <= 2.5 and slower <= 1.1 and heavier <= 3
    for floor in feed.FLOORS:
        print(f"Publishing the files of '{floor}', 100 000 rows against 10 000:")
        peak, took = feed.measure(floor)
        print(f"ratio of peaks {peak:.2f} (goal: at most 1.1), time against a bare CSV {took:.1f}")
        fine = fine and peak <= 1.1
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
