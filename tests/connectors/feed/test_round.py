"""From a row to a floor that shows it, on every floor and under every doubtful fact."""

from __future__ import annotations

import pytest

from connectors.contract import RemoteStatus
from connectors.feed import channels, validate_folder
from connectors.feed.connector import FeedConnector
from tests.connectors.feed.conftest import Opener, Rig, listing
from tests.connectors.feed.rig import FeedRig

FLOORS = ("San24h", "Postmart", "Voso", "TrangTinh", "Google", "CsdlOcop")
GTIN = "8938501234568"


@pytest.mark.parametrize("second", [0, 1])
@pytest.mark.parametrize("name", FLOORS)
def test_every_floor_takes_every_file_of_its_profile(
    open_rig: Opener, name: str, second: int
) -> None:
    kind: type[FeedConnector] = getattr(channels, name)
    rig = open_rig(f"file={second}", "domain=ocop.example.vn", kind=kind)
    category = rig.bench.category()
    hostile = 'Mì "Chũ", & <b>ngon</b>; 5 > 3\t= 2'
    rig.made("MI-CHU", gtin=GTIN, category_id=category)
    rig.made("0012", title=hostile, description=f"=cộng\n{hostile}", category_id=category)
    rig.switched(True, "MI-CHU", "0012")
    rig.sent()
    assert rig.bench.floor.fetch() == ""
    assert {i.sku: (i.state, i.reason, i.price) for i in rig.bench.floor.items("htx-nam-the")} == {
        "MI-CHU": ("live", "", 39_000), "0012": ("live", "", 39_000),
    }  # fmt: skip
    assert rig.state("MI-CHU").status is RemoteStatus.LIVE
    assert list(validate_folder(rig.bench.folder)) == []


@pytest.mark.parametrize("answer", FeedRig.every)
def test_under_every_answer(open_rig: Opener, answer: str) -> None:
    rig = open_rig(*FeedRig.every[answer])
    rig.on_sale("A", "B")
    if "review_s=60" in FeedRig.every[answer]:
        assert rig.state("A").status is RemoteStatus.IN_REVIEW
        rig.bench.pass_time(60)
    seen = rig.state("A")
    assert (seen.status, seen.variants[0].price_vnd, seen.variants[0].stock) == (
        RemoteStatus.LIVE, 39_000, 20,
    )  # fmt: skip
    assert seen.url.startswith("https://")
    rig.bench.by_hand("A", "sell", 3)
    assert rig.state("A").variants[0].stock == 17
    rig.price("A", 41_000)
    rig.switched(False, "B")
    rig.sent()
    assert rig.state("A").variants[0].price_vnd == 41_000
    assert rig.state("A").variants[0].stock == 17
    assert rig.state("B").status is RemoteStatus.UNLISTED


def test_a_row_that_was_never_switched_on_is_in_no_file(rig: Rig) -> None:
    rig.made("A")
    rig.sent()
    assert list((rig.bench.folder / "public").iterdir()) == []
    seen = rig.state("A")
    assert seen.status is RemoteStatus.UNLISTED
    assert (seen.variants[0].price_vnd, seen.variants[0].stock) == (39_000, 20)


def test_a_batch_keeps_its_order(rig: Rig) -> None:
    outcomes = rig.shop.create([listing("A"), listing("B", price=0), listing("C")])
    assert [type(o).__name__ for o in outcomes] == ["Done", "Failed", "Done"]
    found = rig.shop.find_by_sku(["C", "B", "A"])
    assert [len(o.value) for o in found] == [1, 0, 1]  # type: ignore[union-attr]
