"""What the floor's export says, and what it does not."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook

from connectors.contract import (
    ContentChange,
    Credentials,
    Failed,
    RemoteItem,
    RemoteStatus,
)
from connectors.errors import ProtocolError, Unavailable
from connectors.feed.export import lines
from connectors.feed.profile import load
from sandbox.floor import Fault as FloorFault
from sandbox.floor import switched
from tests.connectors.feed.conftest import Opener, Rig, content, done, listing
from tests.connectors.feed.rig import SHOP, TOKEN

SAN = load("san24h")


def test_sent_is_not_live(rig: Rig) -> None:
    rig.made("A")
    rig.switched(True, "A")
    assert "lần xuất file tới" in rig.state("A").reason
    rig.shop.finish()
    seen = rig.state("A")
    assert seen.status is RemoteStatus.IN_REVIEW
    moment = rig.bench.now().astimezone(ZoneInfo("Asia/Ho_Chi_Minh"))
    assert seen.reason == f"đã gửi file lúc {moment:%H:%M %d/%m/%Y}, chờ sàn xác nhận"
    assert (seen.variants[0].price_vnd, seen.variants[0].stock, seen.url) == (None, None, "")
    rig.bench.pass_time(60)
    assert rig.state("A").status is RemoteStatus.LIVE


def test_only_a_change_waits_again_and_only_its_row(rig: Rig) -> None:
    rig.on_sale("A", "B")
    rig.price("A", 41_000)
    rig.bench.pass_time(1)
    rig.shop.finish()
    states = [done(o).status for o in rig.shop.read(["A", "B"], full=False)]
    assert states == [RemoteStatus.IN_REVIEW, RemoteStatus.LIVE]


def test_the_floors_own_words_for_a_refusal(rig: Rig) -> None:
    rig.on_sale("A", "B")
    rig.bench.decide("A", "reject", "Thiếu giấy ATTP")
    rig.bench.decide("B", "ban")
    assert (rig.state("A").status, rig.state("A").reason) == (
        RemoteStatus.REJECTED, "Thiếu giấy ATTP",
    )  # fmt: skip
    assert (rig.state("B").status, rig.state("B").reason) == (
        RemoteStatus.BANNED, "Vi phạm quy định",
    )  # fmt: skip


def test_a_row_taken_off_by_somebody_else(rig: Rig) -> None:
    rig.on_sale("A", "B", "C")
    assert rig.state("C").status is RemoteStatus.LIVE
    rig.state("B")
    rig.bench.by_hand("A", "off")
    rig.bench.by_hand("C", "delete")
    assert rig.state("A").status is RemoteStatus.UNLISTED
    gone = rig.state("C")
    assert (gone.status, "không còn dòng này" in gone.reason) == (RemoteStatus.MISSING, True)
    done(rig.shop.create([listing("C")])[0])
    rig.switched(True, "C")
    rig.shop.finish()
    assert rig.state("C").status is not RemoteStatus.MISSING


def test_a_withdrawal_that_the_floor_has_not_followed_is_live(open_rig: Opener) -> None:
    rig = open_rig()
    rig.on_sale("A")
    rig.switched(False, "A")
    assert rig.state("A").status is RemoteStatus.LIVE
    rig.shop.finish()
    assert rig.state("A").status is RemoteStatus.IN_REVIEW
    rig.bench.floor.add_shop(SHOP, "http://127.0.0.1:9", "san24h", token="floor-token-0001")
    rig.bench.pass_time(5)
    rig.bench.by_hand("A", "sell", 1)
    seen = rig.state("A")
    assert (seen.status, "vẫn bán" in seen.reason) == (RemoteStatus.LIVE, True)


def test_a_floor_that_still_tells_the_last_withdrawal_has_lost_nothing(open_rig: Opener) -> None:
    rig = open_rig("gone=shown")
    rig.on_sale("A", "B")
    rig.switched(False, "A")
    rig.sent(8 * 86400)
    rig.price("B", 41_000)
    rig.sent()
    rig.switched(True, "A")
    rig.shop.finish()
    rig.bench.floor.add_shop(SHOP, "http://127.0.0.1:9", "san24h", token=TOKEN)
    rig.bench.pass_time(5)
    rig.bench.by_hand("B", "sell", 1)
    seen = rig.state("A")
    assert (seen.status, "'Đã gỡ'" in seen.reason) == (RemoteStatus.IN_REVIEW, True)


@pytest.mark.parametrize("restock", ["always", "on_change"])
def test_a_sale_is_not_raised_by_the_next_file(open_rig: Opener, restock: str) -> None:
    rig = open_rig(f"restock={restock}")
    rig.on_sale("A", "B")
    rig.bench.by_hand("A", "sell", 5)
    assert rig.state("A").variants[0].stock == 15
    published = rig.public("san-pham.csv")
    rig.shop.finish()
    assert rig.public("san-pham.csv") == published, "a sale alone is nothing to publish"
    assert rig.state("A").status is RemoteStatus.LIVE
    rig.price("B", 41_000)
    rig.sent()
    assert {i.sku: i.left for i in rig.bench.floor.items(SHOP)} == {"A": 15, "B": 20}
    rig.stock("A", 30)
    rig.sent()
    assert rig.state("A").variants[0].stock == 30


def test_an_export_that_never_moves_is_believed_after_a_day(open_rig: Opener) -> None:
    """Some floors change their export's time only with its words, and no export tells texts."""
    rig = open_rig("moves=on_change")
    rig.on_sale("A")
    fresh = ContentChange(RemoteItem("A"), "A", content(description="Mô tả mới"))
    done(rig.shop.update_content([fresh])[0])
    rig.sent(3600)
    assert rig.state("A").status is RemoteStatus.IN_REVIEW
    rig.bench.pass_time(86400)
    assert rig.state("A").status is RemoteStatus.LIVE


def test_other_columns_are_named_and_nothing_is_lost(open_rig: Opener) -> None:
    rig = open_rig("heads=other")
    rig.made("A")
    rig.switched(True, "A")
    rig.sent()
    (outcome,) = rig.shop.read(["A"], full=True)
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, ProtocolError)
    assert "Mã nội bộ" in outcome.error.message
    assert "Mã sản phẩm (SKU)" in outcome.error.message
    (found,) = rig.shop.find_by_sku(["A"])
    assert isinstance(found, Failed)
    assert isinstance(found.error, ProtocolError)
    assert done(rig.price("A", 40_000)).accepted == {"A"}


# --- changes ----------------------------------------------------------------------------------


def test_what_changed_since(rig: Rig) -> None:
    rig.on_sale("A", "B", "C")
    first = rig.shop.changed_since(None)
    assert (set(first.remote_ids), first.more) == ({"A", "B", "C"}, False)
    assert rig.shop.changed_since(first.cursor).remote_ids == ()
    rig.bench.by_hand("B", "sell", 1)
    second = rig.shop.changed_since(first.cursor)
    assert second.remote_ids == ("B",)
    rig.bench.by_hand("C", "delete")
    third = rig.shop.changed_since(second.cursor)
    assert third.remote_ids == ("C",)
    rig.made("D")
    fourth = rig.shop.changed_since(third.cursor)
    assert fourth.remote_ids == ("D",)
    assert rig.shop.changed_since(fourth.cursor).remote_ids == ()


def test_pages_of_changes(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.feed.reading.PAGE", 2)
    rig.on_sale("A", "B", "C", "D", "E")
    found: list[str] = []
    page = rig.shop.changed_since(None)
    while page.more:
        found += page.remote_ids
        page = rig.shop.changed_since(page.cursor)
    assert [*found, *page.remote_ids] == ["A", "B", "C", "D", "E"]


def test_found_as_the_export_says(rig: Rig) -> None:
    rig.on_sale("A")
    rig.bench.by_hand("A", "off")
    (found,) = done(rig.shop.find_by_sku(["A"])[0])
    assert found.status is RemoteStatus.UNLISTED


def test_found_by_the_packs_sku_and_by_the_listings(rig: Rig) -> None:
    done(rig.shop.create([replace(listing("PACK-1"), item_sku="LISTING-1")])[0])
    for key in ("PACK-1", "LISTING-1"):
        (found,) = done(rig.shop.find_by_sku([key])[0])
        assert (found.remote_id, found.item_sku, found.status) == (
            "PACK-1", "LISTING-1", RemoteStatus.UNLISTED,
        )  # fmt: skip
    assert done(rig.shop.find_by_sku(["pack-1"])[0]) == ()


# --- by hand ----------------------------------------------------------------------------------


def by_hand(rig: Rig) -> Rig:
    """The same shop on a floor that gives its export to people only."""
    account = replace(rig.bench.account(), base_url="", credentials=Credentials())
    rig.bench.account = lambda: account  # type: ignore[method-assign]
    return rig


def put(rig: Rig, name: str, data: bytes, later_s: float) -> None:
    """The file is ``later_s`` younger than now, and so much time passes."""
    path = rig.bench.folder / "exports" / name
    path.write_bytes(data)
    at = rig.bench.now().timestamp() + later_s
    os.utime(path, (at, at))
    rig.bench.pass_time(max(0, later_s))


def test_a_person_brings_the_export(rig: Rig) -> None:
    shop = by_hand(rig)
    shop.made("A")
    shop.switched(True, "A")
    shop.shop.finish()
    put(rig, "cu.csv", "SKU,Trạng thái\r\nA,Từ chối\r\n".encode(), -60)
    assert rig.state("A").status is RemoteStatus.IN_REVIEW
    put(rig, "moi.csv", "SKU;Trạng thái;Tồn kho\nA;Đang bán;7\n".encode("utf-8-sig"), 60)
    assert (rig.state("A").status, rig.state("A").variants[0].stock) == (RemoteStatus.LIVE, 7)
    put(rig, "moi.csv", "SKU;Trạng thái;Tồn kho\nA;Từ chối;7\n".encode(), 120)
    assert rig.state("A").status is RemoteStatus.REJECTED


def test_an_older_export_never_overrides_a_newer_one(rig: Rig) -> None:
    shop = by_hand(rig)
    shop.made("A")
    shop.switched(True, "A")
    shop.shop.finish()
    put(rig, "moi.csv", "SKU,Trạng thái\r\nA,Đang bán\r\n".encode(), 60)
    assert rig.state("A").status is RemoteStatus.LIVE
    (rig.bench.folder / "exports" / "moi.csv").unlink()
    put(rig, "cu.csv", "SKU,Trạng thái\r\nA,Từ chối\r\n".encode(), -30)
    assert rig.state("A").status is RemoteStatus.LIVE


def test_a_person_may_stand_in_for_a_floor_that_has_no_export_yet(rig: Rig) -> None:
    rig.made("A")
    rig.switched(True, "A")
    rig.shop.finish()
    rig.bench.floor.add_shop(SHOP, "http://127.0.0.1:9", "san24h", token=TOKEN)
    put(rig, "a.csv", "SKU,Trạng thái\r\nA,Đang bán\r\n".encode(), 60)
    assert rig.state("A").status is RemoteStatus.LIVE


def test_a_withdrawal_that_nobody_confirmed_is_not_known(rig: Rig) -> None:
    """The floor may have taken the file before; that no export speaks of it proves nothing."""
    shop = by_hand(rig)
    shop.made("A")
    shop.switched(True, "A")
    shop.shop.finish()
    shop.switched(False, "A")
    rig.bench.pass_time(60)
    shop.shop.finish()
    assert rig.state("A").status is RemoteStatus.IN_REVIEW
    put(rig, "a.csv", "SKU,Trạng thái\r\nB,Đang bán\r\n".encode(), 60)
    assert rig.state("A").status is RemoteStatus.UNLISTED
    rig.price("A", 40_000)
    shop.shop.finish()
    assert rig.state("A").status is RemoteStatus.UNLISTED, "it stayed hidden all the time"
    rig.bench.pass_time(8 * 86400)
    shop.shop.finish()
    assert rig.state("A").status is RemoteStatus.UNLISTED


def test_a_workbook_of_a_person(rig: Rig) -> None:
    shop = by_hand(rig)
    shop.made("0012")
    shop.switched(True, "0012")
    shop.shop.finish()
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (["Sàn 24h"], [], ["Mã SKU", "Ghi chú", "Tình trạng", "Giá"],
                ["0012", "ok", "ĐANG BÁN", "39.000 đ"], ["khác", "", "Ẩn", 1.0]):  # fmt: skip
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    put(rig, "ket-qua.xlsx", out.getvalue(), 60)
    seen = rig.state("0012")
    assert (seen.status, seen.variants[0].price_vnd) == (RemoteStatus.LIVE, 39_000)


# --- the file itself --------------------------------------------------------------------------

WHOLE = "SKU,Lý do,Giá,Trạng thái\r\nA,,1000,Đang bán\r\nB,Ảnh mờ,2000,Từ chối\r\n"


@pytest.mark.parametrize("data", [
    WHOLE.encode(), WHOLE.encode("utf-8-sig"), WHOLE.replace(",", ";").encode(),
    WHOLE.replace(",", "\t").encode(), WHOLE.encode("utf-16"), WHOLE.rstrip().encode(),
    WHOLE.replace("SKU", "mã  SKU*").encode(), WHOLE.replace("\r\n", "\n").encode(),
])  # fmt: skip
def test_forms_of_an_export(data: bytes) -> None:
    first, second = lines(SAN, data)
    assert (first.sku, first.state, first.price_vnd) == ("A", "live", 1000)
    assert (second.state, second.reason) == ("rejected", "Ảnh mờ")


@pytest.mark.parametrize("size", range(5, len(WHOLE.encode()) - 3, 9))
def test_a_file_that_was_cut(size: int) -> None:
    """A cut inside of a line is noticed; one inside of the last cell is a word nobody knows."""
    data = WHOLE.encode()[:size]
    if data.endswith((b"\r", b"\n")):
        return
    try:
        found = list(lines(SAN, data))
    except (Unavailable, ProtocolError):
        return
    assert found[-1].state == "" or data.endswith("Đang bán".encode())


def test_an_export_that_lost_most_of_its_lines_is_asked_again(rig: Rig) -> None:
    rig.on_sale("A", "B", "C")
    assert rig.state("B").status is RemoteStatus.LIVE
    for sku in ("B", "C"):
        rig.bench.by_hand(sku, "delete")
    for _ in range(2):
        (outcome,) = rig.shop.read(["B"], full=True)
        assert isinstance(outcome, Failed)
        assert isinstance(outcome.error, Unavailable)
        assert "chỉ còn 1 dòng, lần trước có 3" in outcome.error.message
    rig.bench.pass_time(600)
    assert [rig.state(s).status for s in "AB"] == [RemoteStatus.LIVE, RemoteStatus.MISSING]


def test_an_export_older_than_the_one_before_is_asked_again(rig: Rig) -> None:
    """Out of a cache that lags; a floor that was set back says so again."""
    rig.on_sale("A")
    assert rig.state("A").variants[0].price_vnd == 39_000
    rig.bench.pass_time(60)
    rig.bench.by_hand("A", "price", 41_000)
    assert rig.state("A").variants[0].price_vnd == 41_000
    rig.bench.floor.spoil(FloorFault(kind="stale", times=None))
    for _ in range(2):
        (outcome,) = rig.shop.read(["A"], full=True)
        assert isinstance(outcome, Failed)
        assert isinstance(outcome.error, Unavailable)
        assert "cũ hơn lần trước" in outcome.error.message
    rig.bench.pass_time(600)
    assert rig.state("A").variants[0].price_vnd == 39_000


def test_a_good_answer_ends_the_doubt_of_the_one_before(open_rig: Opener) -> None:
    """Two doubtful answers hours apart, good ones between, are no lasting state; that nothing
    has changed (304) is a good answer."""
    rig = open_rig("moves=on_change")
    rig.on_sale("A", "B", "C")
    assert rig.state("A").status is RemoteStatus.LIVE
    rig.bench.pass_time(60)
    for _ in range(2):
        rig.bench.floor.spoil(FloorFault(kind="shortened"))
        (outcome,) = rig.shop.read(["A"], full=True)
        assert isinstance(outcome, Failed)
        assert rig.state("C").status is RemoteStatus.LIVE
        rig.bench.pass_time(3600)


def test_an_export_that_lacks_the_end_it_used_to_have_is_half_of_one(rig: Rig) -> None:
    """Cut inside of the last cell no line lacks a cell."""
    rig.on_sale("A", "B", "C")
    assert rig.state("A").status is RemoteStatus.LIVE
    rig.bench.floor._floor.switches = switched(["last_newline=false"])
    rig.bench.by_hand("A", "sell", 1)
    (outcome,) = rig.shop.read(["A"], full=True)
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, Unavailable)
    assert "bị cắt" in outcome.error.message
    rig.bench.pass_time(600)
    assert rig.state("A").variants[0].stock == 19
    rig.bench.by_hand("A", "sell", 1)
    assert rig.state("A").variants[0].stock == 18


@pytest.mark.parametrize("data", [b"<!doctype html><p>x", b"  <html>", b"PK\x03\x04broken"])
def test_what_is_no_export(data: bytes) -> None:
    with pytest.raises(Unavailable):
        list(lines(SAN, data))


@pytest.mark.parametrize(("text", "dong"), [
    ("39000", 39_000), ("39.000", 39_000), ("39,000 đ", 39_000), ("39 000 VND", 39_000),
    ("39000.0", 39_000), ("1.234.567₫", 1_234_567), ("", None), ("liên hệ", None), ("39.5", None),
    ("-5", None),
])  # fmt: skip
def test_amounts(text: str, dong: int | None) -> None:
    (line,) = lines(SAN, f"SKU\tGiá\tTrạng thái\nA\t{text}\tẨn\n".encode())
    assert line.price_vnd == dong


def test_a_word_that_nobody_knows_is_quoted(rig: Rig) -> None:
    shop = by_hand(rig)
    shop.made("A")
    shop.switched(True, "A")
    shop.shop.finish()
    put(rig, "a.csv", "SKU,Trạng thái\r\nA,Đang xét lại\r\n".encode(), 60)
    seen = rig.state("A")
    assert (seen.status, "'Đang xét lại'" in seen.reason) == (RemoteStatus.IN_REVIEW, True)


def test_a_workbook_that_is_damaged_inside() -> None:
    book = Workbook()
    for number in range(300):
        book.worksheets[0].append([f"SKU {number}", f"Trạng thái {number * 7919}"])
    out = io.BytesIO()
    book.save(out)
    data = bytearray(out.getvalue())
    at = data.index(b"xl/worksheets/sheet1.xml") + 200
    data[at : at + 400] = bytes(400)
    with pytest.raises(Unavailable):
        list(lines(SAN, bytes(data)))


def test_what_lies_beside_is_left_alone(rig: Rig, tmp_path: Path) -> None:
    shop = by_hand(rig)
    shop.made("A")
    put(rig, "ghi-chu.docx", b"x", 60)
    assert rig.state("A").status is RemoteStatus.UNLISTED
