"""The category mapping that ships with a channel, as a CSV in its folder.

Columns: ``kind`` (a product kind), ``words`` (folded words of the product's name that the row is
for, "" for the kind's default), ``phrases`` (names that the channel's category may have, the
likeliest first, parted by ``;``). Category ids differ from shop to shop, so names are what can be
shipped; which category resembles them most is found when a shop is connected.
"""

from __future__ import annotations

import csv
from pathlib import Path

from connectors.contract import StarterRow


def load_starter(path: Path) -> tuple[StarterRow, ...]:
    """The rows of the file, in its order."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            StarterRow(
                row["kind"],
                row["words"],
                tuple(part.strip() for part in row["phrases"].split(";") if part.strip()),
            )
            for row in csv.DictReader(file)
        )
