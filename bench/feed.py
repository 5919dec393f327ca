"""Publishing a shop of files: memory for 100 000 rows against 10 000, and time against writing the
same cells with nothing around.

Each publication runs in a process of its own, so that its peak is its own.
"""

from __future__ import annotations

import csv
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from connectors.contract import (
    Account,
    AvailabilityChange,
    Content,
    Credentials,
    Facts,
    NewListing,
    PricedVariant,
    RemoteItem,
    Variant,
)
from connectors.feed.capabilities import BATCH
from connectors.feed.cells import cells, shop_of
from connectors.feed.channels import Google, San24h
from connectors.feed.connector import FeedConnector
from connectors.feed.folder import validate_folder
from connectors.feed.store import Store
from connectors.feed.writing import flat
from connectors.http import Http

SMALL, LARGE = 10_000, 100_000
FLOORS: dict[str, type[FeedConnector]] = {"san24h": San24h, "google": Google}


@dataclass(frozen=True, slots=True)
class Cost:
    """``peak`` in MiB of the whole process, ``took`` in seconds."""

    peak: float
    took: float


def _connector(floor: str, folder: Path) -> FeedConnector:
    login = Credentials(site="ocop.example.vn")
    account = Account("bench", "", login, {}, folder, "https://files.example.vn/bench")
    return FLOORS[floor](account, Http(), lambda: datetime.now(UTC))


def _listing(number: int) -> NewListing:
    sku = f"OCOP-24-{number:06d}-500G"
    facts = Facts(
        product_code=f"OCOP-24-{number:06d}",
        name=f"Mỳ gạo Chũ số {number}",
        producer=f"HTX số {number % 500}",
        origin="Xã Nam Dương, Bắc Ninh",
        group="Thực phẩm",
        stars=4,
        decision="1/QĐ-UBND",
        recognised_on="2025-01-01",
        expires_on="2028-01-01",
        shelf_life="12 tháng",
    )
    content = Content(
        title=f"Mỳ gạo Chũ số {number} gói 500 g - OCOP 4 sao",
        description="Mỳ gạo làm từ gạo bao thai, sợi dai, không phẩm màu. " * 6,
        category_id="Nông sản > Mì gạo",
        attributes=(),
        image_ids=tuple(f"https://media.example.vn/{number}-{n}.jpg" for n in range(3)),
        weight_g=550,
        dims_mm=(300, 120, 80),
        facts=facts,
    )
    pack = PricedVariant(Variant(sku, "Gói 500 g", 550, None, 500), 40_000 + number % 1000, 50)
    return NewListing(sku, content, (pack,))


def _fill(floor: str, folder: Path, rows: int) -> float:
    """Make ``rows`` rows and switch them on, as a drain does; returns the seconds."""
    connector = _connector(floor, folder)
    connector.check()
    started = time.perf_counter()
    for start in range(0, rows, BATCH):
        made = connector.create([_listing(n) for n in range(start, min(start + BATCH, rows))])
        items = [RemoteItem(_listing(n).item_sku) for n in range(start, start + len(made))]
        connector.set_availability([AvailabilityChange(item, True) for item in items])
    return time.perf_counter() - started


def _publish(floor: str, folder: Path) -> Cost:
    """One publication in a process of its own."""
    command = [sys.executable, "-m", "bench.feed", floor, str(folder)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return Cost(float(told[0]), float(told[1]))


def _bare(floor: str, folder: Path) -> float:
    """Seconds to write the same cells as one CSV, with nothing around."""
    profile = FLOORS[floor].profile
    shop = shop_of(profile, "https://ocop.example.vn", "")
    started = time.perf_counter()
    with closing(Store(folder)) as store, (folder / "bare.csv").open("w", newline="") as out:
        writer = csv.writer(out)
        for row in store.in_file(0):
            writer.writerow([flat(cell) for cell in cells(profile, row, shop)])
    return time.perf_counter() - started


def measure(floor: str) -> tuple[float, float]:
    """Peak of the large over that of the small, and seconds over those of the bare CSV."""
    with tempfile.TemporaryDirectory(prefix="ocop-bench-") as home:
        costs = []
        for rows in (SMALL, LARGE):
            folder = Path(home) / f"{floor}-{rows}"
            filled = _fill(floor, folder, rows)
            costs.append(_publish(floor, folder))
            print(
                f"  {floor}, {rows} rows: written in {filled:.1f} s, published in "
                f"{costs[-1].took:.1f} s, peak {costs[-1].peak:.1f} MiB"
            )
        bare = _bare(floor, folder)
        started = time.perf_counter()
        problems = sum(1 for _ in validate_folder(folder))
        took = time.perf_counter() - started
        print(f"  {floor}: the same cells as a bare CSV {bare:.1f} s; validated in {took:.1f} s")
        if problems:
            raise RuntimeError(f"{problems} problems in a file of our own")
    small, large = costs
    return large.peak / small.peak, large.took / bare


def main() -> None:
    """Publish one folder and print peak (MiB) and seconds: what :func:`_publish` reads."""
    floor, folder = sys.argv[1:3]
    started = time.perf_counter()
    _connector(floor, Path(folder)).finish()
    took = time.perf_counter() - started
    print(_peak(), took)


def _peak() -> float:
    """MiB. The kernel's ``ru_maxrss`` outlives ``exec``: it would tell the parent's peak."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


if __name__ == "__main__":
    main()
