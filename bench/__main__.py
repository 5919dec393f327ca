"""``python -m bench``: every measurement, with its goal; exit code 1 when one misses it."""

from __future__ import annotations

import sys

from bench import drain, pull


def main() -> int:
    print("One drain, 2 000 price changes, against a bare requests.Session loop:")
    pushed = drain.measure()
    print(f"ratio {pushed:.2f} (goal: at least 1.0)")
    print("A pull of 100 000 unchanged JSON rows, against only decoding them:")
    pulled = pull.measure()
    print(f"ratio {pulled:.2f} (goal: at most 2.5)")
    return 0 if pushed >= 1.0 and pulled <= 2.5 else 1


if __name__ == "__main__":
    sys.exit(main())
