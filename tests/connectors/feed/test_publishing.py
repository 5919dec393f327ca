"""What lies in the public folder: whole, unchanged when nothing changed, and withdrawn in steps."""

from __future__ import annotations

import gc
import gzip
import os
import subprocess
import sys
import textwrap
import tracemalloc
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.contract import Account, AvailabilityChange, Credentials, Failed, RemoteStatus
from connectors.errors import NotFound, Unavailable
from connectors.feed import published, publishing
from connectors.feed.channels import Google, San24h
from connectors.http import Http
from tests.connectors.feed.conftest import Opener, Rig, done, listing
from tests.connectors.feed.rig import SHOP


def stamps(rig: Rig) -> dict[str, tuple[int, bytes]]:
    folder = rig.bench.folder / "public"
    return {p.name: (p.stat().st_mtime_ns, p.read_bytes()) for p in folder.iterdir()}


def test_a_compressed_copy_of_the_same_moment_lies_beside_each_file(rig: Rig) -> None:
    rig.on_sale("A")
    folder = rig.bench.folder / "public"
    assert {p.name for p in folder.iterdir()} == {
        "san-pham.xlsx", "san-pham.xlsx.gz", "san-pham.csv", "san-pham.csv.gz",
    }  # fmt: skip
    for name in ("san-pham.xlsx", "san-pham.csv"):
        packed = folder / f"{name}.gz"
        assert gzip.decompress(packed.read_bytes()) == rig.public(name)
        assert packed.stat().st_mtime == (folder / name).stat().st_mtime


def test_an_unchanged_feed_is_not_written_again(rig: Rig) -> None:
    rig.on_sale("A")
    before, journal = stamps(rig), published(rig.bench.folder)
    rig.switched(True, "A")
    rig.price("A", 39_000)
    rig.sent()
    assert stamps(rig) == before
    assert published(rig.bench.folder) == journal


def test_there_and_back_keeps_the_file_and_its_time(rig: Rig) -> None:
    rig.on_sale("A", "B")
    before = stamps(rig)
    rig.price("A", 50_000)
    rig.shop.finish()
    assert stamps(rig) != before
    rig.price("A", 39_000)
    rig.bench.pass_time(5)
    rig.shop.finish()
    back = stamps(rig)
    assert {n: data for n, (_at, data) in back.items()} == {
        n: data for n, (_at, data) in before.items()
    }
    rig.made("C")
    rig.sent()
    assert stamps(rig) == back


def test_the_floor_is_answered_not_modified_and_compressed(rig: Rig) -> None:
    rig.on_sale("A")
    rig.bench.pass_time(60)
    rig.price("A", 41_000)
    rig.sent()
    path = "san-pham.xlsx"
    seen = [call for call in rig.bench.static.seen if call[0] == path]
    assert seen == [(path, 200, "gzip"), (path, 304, ""), (path, 200, "gzip")]


def test_the_journal_says_what_was_published_when(rig: Rig) -> None:
    rig.on_sale("A", "B")
    first = published(rig.bench.folder)
    assert [(f.name, f.rows) for f in first] == [("san-pham.xlsx", 2), ("san-pham.csv", 2)]
    rig.price("A", 50_000)
    rig.shop.finish()
    second = published(rig.bench.folder)
    assert second[0].sha256 == publishing.sha256_of(rig.bench.folder / "public/san-pham.xlsx")
    assert second[0].changed_at > first[0].changed_at


def test_what_differs_at_the_floor_is_told_anew_when_it_is_written_again(rig: Rig) -> None:
    """The bytes are the same; that they are new to the floor shows in their time of change."""
    rig.on_sale("A", "B")
    before = stamps(rig)
    rig.bench.by_hand("A", "price", 77_000)
    rig.bench.by_hand("B", "off")
    assert rig.state("A").variants[0].price_vnd == 77_000
    rig.sent()
    assert stamps(rig) == before, "seen only"
    rig.price("A", 39_000)
    rig.sent()
    assert rig.state("A").variants[0].price_vnd == 39_000
    after = stamps(rig)
    for name, (at, data) in before.items():
        assert after[name][1] == data
        assert after[name][0] > at
    assert rig.state("B").status is RemoteStatus.LIVE, "a file says everything"
    rig.switched(True, "B")
    rig.sent()
    assert stamps(rig) == after


def test_a_withdrawal_that_was_not_followed_is_told_anew(rig: Rig) -> None:
    rig.on_sale("A")
    rig.switched(False, "A")
    rig.shop.finish()
    before = stamps(rig)
    rig.bench.pass_time(60)
    rig.bench.floor.do(SHOP, "on", "A")
    assert rig.state("A").status is RemoteStatus.LIVE
    rig.switched(False, "A")
    rig.sent()
    assert stamps(rig) != before
    assert rig.state("A").status is RemoteStatus.UNLISTED


def test_no_two_versions_of_a_file_share_a_second(rig: Rig) -> None:
    rig.on_sale("A")
    for dong in (41_000, 42_000, 43_000):
        rig.price("A", dong)
        rig.shop.finish()
        assert rig.bench.floor.fetch() == ""
        assert rig.bench.floor.items(SHOP)[0].price == dong


def test_a_lost_row_leaves_the_file_and_takes_no_write_until_it_is_made_again(rig: Rig) -> None:
    rig.on_sale("A", "B")
    assert rig.state("A").status is RemoteStatus.LIVE
    rig.bench.by_hand("A", "delete")
    assert rig.state("A").status is RemoteStatus.MISSING
    for outcome in (rig.price("A", 41_000), rig.stock("A", 1)):
        assert isinstance(outcome, Failed)
        assert isinstance(outcome.error, NotFound)
    rig.price("B", 41_000)
    rig.sent()
    assert b"\r\nA," not in rig.public("san-pham.csv")
    assert rig.state("A").status is RemoteStatus.MISSING
    rig.on_sale("A")
    assert rig.state("A").status is RemoteStatus.LIVE


def test_a_lost_row_that_comes_back_is_ours_again(rig: Rig) -> None:
    rig.on_sale("A", "B")
    rig.state("A")
    rig.bench.by_hand("A", "delete")
    assert rig.state("A").status is RemoteStatus.MISSING
    rig.bench.floor.do(SHOP, "on", "A")
    assert rig.state("A").status is RemoteStatus.LIVE
    assert done(rig.price("A", 41_000)).accepted == {"A"}


# --- withdrawn --------------------------------------------------------------------------------


def test_a_row_taken_off_sale_is_hidden_without_stock_for_days_and_then_leaves(rig: Rig) -> None:
    rig.on_sale("A", "B")
    rig.switched(False, "A")
    rig.sent()
    line = next(t for t in rig.public("san-pham.csv").decode().split("\r\n") if t[:2] == "A,")
    assert line.endswith(",Ẩn")
    assert ",39000,,0," in line
    rig.bench.pass_time(6 * 86400)
    rig.shop.finish()
    assert b"\r\nA," in rig.public("san-pham.csv")
    rig.bench.pass_time(86400)
    rig.shop.finish()
    assert b"\r\nA," not in rig.public("san-pham.csv")
    rig.bench.pass_time(60)
    assert rig.state("A").status is RemoteStatus.UNLISTED
    assert rig.state("A").variants[0].stock == 20
    rig.switched(True, "A")
    rig.sent()
    assert rig.state("A").status is RemoteStatus.LIVE


def test_google_reads_a_withdrawn_row_as_out_of_stock(open_rig: Opener) -> None:
    rig = open_rig(kind=Google)
    rig.on_sale("A")
    rig.switched(False, "A")
    rig.sent()
    assert b"<g:availability>out_of_stock</g:availability>" in rig.public("google.xml")
    assert rig.state("A").status is RemoteStatus.UNLISTED


def test_the_last_row_leaves_an_empty_file(rig: Rig) -> None:
    """Other than a shop that never sold anything: this floor has to be told."""
    rig.on_sale("A")
    rig.switched(False, "A")
    rig.bench.pass_time(8 * 86400)
    rig.sent()
    assert rig.public("san-pham.csv").count(b"\r\n") == 1
    assert [i.state for i in rig.bench.floor.items("htx-nam-the")] == ["deleted"]


# --- whole or not at all ----------------------------------------------------------------------


def test_a_publication_that_breaks_leaves_the_old_files(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.on_sale("A")
    before = stamps(rig)
    rig.price("A", 50_000)

    def full(_source: Path, _target: Path) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(publishing, "_compress", full)
        with pytest.raises(Unavailable, match="No space left"):
            rig.shop.finish()
    assert {n: s for n, s in stamps(rig).items() if not n.startswith(".")} == before
    rig.sent()
    assert not [n for n in stamps(rig) if n.startswith(".")]
    assert rig.state("A").variants[0].price_vnd == 50_000


@pytest.mark.process
@pytest.mark.parametrize("moves", range(4))
def test_a_process_killed_between_two_moves_is_made_good(rig: Rig, moves: int) -> None:
    """After each of the four moves of a publication of two files and their compressed copies."""
    rig.on_sale("A")
    rig.price("A", 50_000)
    program = textwrap.dedent(f"""
        import os, sys
        from datetime import UTC, datetime
        from pathlib import Path
        from connectors.contract import Account, Credentials
        from connectors.feed.channels import San24h
        from connectors.http import Http
        left, replace = [{moves}], Path.replace
        def move(self, target):
            if not left[0]:
                os._exit(9)
            left[0] -= 1
            return replace(self, target)
        Path.replace = move
        account = Account("x", "", Credentials(site="ocop.example.vn"), {{}}, Path(sys.argv[1]),
                          sys.argv[2])
        San24h(account, Http(), lambda: datetime.now(UTC)).finish()
    """)
    public = rig.bench.account().public_url
    command = [sys.executable, "-c", program, str(rig.bench.folder), public]
    died = subprocess.run(command, cwd=Path.cwd(), env={**os.environ}, check=False)
    assert died.returncode == 9
    for name in ("san-pham.xlsx", "san-pham.csv"):
        assert rig.bench.floor.fetch() == "", name
    rig.sent()
    assert b",50000,," in rig.public("san-pham.csv")
    assert rig.state("A").variants[0].price_vnd == 50_000
    assert not [n for n in stamps(rig) if n.startswith(".")]


def test_a_file_that_somebody_removed_is_made_again(rig: Rig) -> None:
    rig.on_sale("A")
    (rig.bench.folder / "public" / "san-pham.csv").unlink()
    before = stamps(rig)
    rig.bench.pass_time(60)
    rig.shop.finish()
    assert b"\r\nA," in rig.public("san-pham.csv")
    assert stamps(rig)["san-pham.xlsx"] == before["san-pham.xlsx"], "this one was right"


def test_a_new_domain_of_product_pages_is_published(open_rig: Opener) -> None:
    rig = open_rig(kind=Google)
    rig.on_sale("A")
    account = rig.bench.account()
    moved = replace(account, credentials=Credentials(site="https://moi.example.vn"))
    rig.bench.connector(moved).finish()
    assert b"https://moi.example.vn/p/A" in rig.public("google.xml")


def test_memory_does_not_grow_with_the_rows(tmp_path: Path, rig: Rig) -> None:
    """Buffers fill, rows do not stay: a row that stayed would be 3 kB, what the buffers take on is
    0.3 kB a row. (bench/feed.py holds 100 000 rows against 10 000.)"""
    sizes, peaks = (400, 1600), []
    for rows in sizes:
        account = Account("x", "", Credentials(), {}, tmp_path / str(rows), "http://f.example")
        shop = San24h(account, Http(), rig.bench.now)
        for start in range(0, rows, 200):
            made = shop.create([listing(f"SKU-{n}") for n in range(start, start + 200)])
            shop.set_availability([AvailabilityChange(done(o), True) for o in made])
        gc.collect()  # what is left of the listings would be let go meanwhile, or not
        tracemalloc.start()
        shop.finish()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert (peaks[1] - peaks[0]) / (sizes[1] - sizes[0]) < 1000, peaks


def test_without_a_folder_nothing_is_written(rig: Rig) -> None:
    shop = rig.bench.connector(replace(rig.bench.account(), folder=None))
    (outcome,) = shop.create([listing("A")])
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, Unavailable)
    with pytest.raises(Unavailable):
        shop.finish()


def test_days_count_from_the_withdrawal(rig: Rig) -> None:
    assert timedelta(days=San24h.profile.withdrawal.days) == timedelta(days=7)
    rig.on_sale("A")
    rig.switched(False, "A")
    rig.sent(3 * 86400)
    rig.switched(False, "A")
    rig.price("A", 40_000)
    rig.sent(5 * 86400)
    rig.shop.finish()
    assert b"\r\nA," not in rig.public("san-pham.csv")
