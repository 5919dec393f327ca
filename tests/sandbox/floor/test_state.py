"""Visits, the desk, the export, the journal, faults, and a state that outlives its process."""

from __future__ import annotations

import csv
import io
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import orjson
import pytest
import requests
from openpyxl import load_workbook

from sandbox.floor import Fault, FloorSandbox, switched
from sandbox.serving import serving
from tests.sandbox.floor.conftest import SHOP, Opener, Place, Web

B = {"Mã sản phẩm (SKU)": "B"}


def table(place: Place, **headers: str) -> list[dict[str, str]]:
    text = place.get(**headers).content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


# --- visits -----------------------------------------------------------------------------------


def test_a_row_that_vanished_is_taken_off(place: Place) -> None:
    place.fetch({}, B)
    place.fetch({})
    assert place.states() == {"A": "live", "B": "deleted"}
    assert [row["Mã sản phẩm (SKU)"] for row in table(place)] == ["A"]
    place.fetch({}, B)
    assert place.states() == {"A": "live", "B": "live"}


def test_an_unchanged_file_is_not_read_again(place: Place) -> None:
    place.fetch({})
    place.fetch()
    assert [e["status"] for e in place.floor.journal()] == [200, 304]
    assert "if-none-match" in place.web.asked[1]
    assert place.floor.journal()[1]["asks_change"] is False


def test_a_compressed_file(place: Place) -> None:
    place.web.packed = True
    place.fetch({})
    assert place.states() == {"A": "live"}


def test_nobody_answers(place: Place) -> None:
    place.fetch({})
    place.floor.add_shop(SHOP, "http://127.0.0.1:9", "san24h")
    place.fetch()
    assert place.states() == {"A": "live"}
    assert place.floor.journal()[-1]["status"] == 0


def test_hidden_and_sold_out(place: Place) -> None:
    place.fetch({"Trạng thái": "Ẩn"}, {**B, "Tồn kho": 0})
    assert place.states() == {"A": "hidden", "B": "live"}
    shown = {e["item_sku"]: e["on_sale"] for e in place.floor.journal()[-1]["effect"]}
    assert shown == {"A": False, "B": False}


@pytest.mark.parametrize(("restock", "left"), [("always", 20), ("on_change", 17)])
def test_a_file_read_again_restates_the_stock(open_place: Opener, restock: str, left: int) -> None:
    place = open_place(f"restock={restock}")
    place.fetch({}, B)
    place.floor.do(SHOP, "sell", "A", value=3)
    place.fetch({}, {**B, "Giá bán (VND)": 1})
    assert {i.sku: i.left for i in place.floor.items(SHOP)} == {"A": left, "B": 20}


def test_the_desk(open_place: Opener) -> None:
    place = open_place("review_s=100")
    place.fetch({}, B)
    assert place.states() == {"A": "review", "B": "review"}
    place.floor.do(SHOP, "reject", "B", why="Ảnh mờ")
    place.clock.turn(41)
    place.floor.items(SHOP)
    place.clock.turn(60)
    assert place.states() == {"A": "live", "B": "rejected"}
    place.fetch({"Giá bán (VND)": 1}, B)
    assert place.states() == {"A": "live", "B": "rejected"}
    place.fetch({"Tên sản phẩm": "Mì khác"}, {**B, "Tên sản phẩm": "Mì rõ"})
    assert place.states() == {"A": "review", "B": "review"}


def test_by_hand(place: Place) -> None:
    place.fetch({}, B)
    place.floor.do(SHOP, "price", "A", value=5)
    place.floor.do(SHOP, "off", "B")
    assert [row["Giá bán (VND)"] for row in table(place)] == ["5", "39000"]
    assert place.states() == {"A": "live", "B": "hidden"}


# --- the export -------------------------------------------------------------------------------


def test_no_export_before_the_first_file(place: Place) -> None:
    assert place.get().status_code == 404
    place.fetch({})
    assert place.get().status_code == 200
    assert place.get("/exports/latest").status_code == 200
    assert place.get(f"/{SHOP}/exports/latest").status_code == 200
    assert place.get("/exports/khac/latest").status_code == 404
    assert place.send("POST", f"/exports/{SHOP}/latest").status_code == 404


def test_a_token(open_place: Opener) -> None:
    place = open_place(token="t")
    place.fetch({})
    assert place.get().status_code == 401
    assert place.get(Authorization="Bearer x").status_code == 401
    assert place.get(Authorization="Bearer t").status_code == 200


@pytest.mark.parametrize("marks", ["both", "etag", "modified", "nothing"])
def test_validators(open_place: Opener, marks: str) -> None:
    place = open_place(f"marks={marks}")
    place.fetch({})
    first = place.get()
    told = {name for name in ("ETag", "Last-Modified") if name in first.headers}
    assert len(told) == {"both": 2, "etag": 1, "modified": 1, "nothing": 0}[marks]
    asked = {}
    if "ETag" in told:
        asked["If-None-Match"] = first.headers["ETag"]
    if "Last-Modified" in told:
        asked["If-Modified-Since"] = first.headers["Last-Modified"]
    assert place.get(**asked).status_code == (304 if told else 200)
    place.clock.turn(5)
    place.floor.do(SHOP, "sell", "A")
    assert place.get(**asked).status_code == 200


@pytest.mark.parametrize(("words", "head", "word"), [
    ((), "Trạng thái", "Đang bán"),
    (("heads=short", "words=en"), "Tình trạng", "approved"),
    (("heads=english",), "status", "Đang bán"),
    (("heads=extra",), "Trạng thái", "Đang bán"),
])  # fmt: skip
def test_heads_and_words(open_place: Opener, words: tuple[str, ...], head: str, word: str) -> None:
    place = open_place(*words)
    place.fetch({})
    assert table(place)[0][head] == word


def test_a_workbook(open_place: Opener) -> None:
    place = open_place("export=xlsx", "title_line=true")
    place.fetch({})
    rows = list(load_workbook(io.BytesIO(place.get().content)).worksheets[0].values)
    assert rows[0][0] == "Kết quả đăng bán"
    assert rows[2][:4] == ("A", "Mì gạo Chũ", 39_000, 20)


# --- the journal, faults, control -------------------------------------------------------------


def test_the_journal_alone_tells_what_every_item_shows(place: Place) -> None:
    place.fetch({}, B)
    place.floor.do(SHOP, "sell", "A", value=2)
    place.get()
    place.fetch({"Trạng thái": "Ẩn"})
    journal = place.send("GET", f"/_sandbox/journal?after=0&shop_id={SHOP}").json()
    folded: dict[str, Any] = {}
    for entry in journal:
        assert {"seq", "at", "shop_id", "method", "path", "status", "asks_change"} <= set(entry)
        folded |= {shown["item_sku"]: shown for shown in entry["effect"]}
    assert folded == {i.sku: i.shown() for i in place.floor.items(SHOP)}
    assert [e["method"] for e in journal] == ["GET", "", "GET", "GET"]
    assert [e["asks_change"] for e in journal] == [True, False, False, True]
    assert journal[0]["effect"][0]["packs"] == [["A", 39_000, 20]]


def test_another_process_works_the_floor(place: Place) -> None:
    place.put({})
    feed = {"shop_id": "2", "url": place.floor._floor.shop(SHOP).url, "profile": "san24h"}
    assert place.send("POST", "/_sandbox/feeds", json=feed).status_code == 200
    assert place.send("POST", "/_sandbox/fetch", json={"shop_id": "2"}).json()["2"] == ""
    (item,) = place.send("GET", "/_sandbox/items?shop_id=2").json()
    assert (item["item_sku"], item["on_sale"]) == ("A", True)
    deed = {"shop_id": "2", "sku": "A", "deed": "ban"}
    assert place.send("POST", "/_sandbox/deeds", json=deed).json()[0]["status"] == "banned"
    for path, body in (
        ("feeds", {**feed, "profile": "khac"}),
        ("deeds", {**deed, "sku": "Z"}),
        ("deeds", {**deed, "deed": "x"}),
        ("faults", {"kind": "x"}),
    ):
        assert place.send("POST", f"/_sandbox/{path}", json=body).status_code == 400
    assert place.send("GET", "/_sandbox/nothing").status_code == 404


@pytest.mark.parametrize(("kind", "status"), [
    ("rate", 429), ("outage", 503), ("redirect", 302), ("outage_after", 502), ("html", 200),
    ("array", 200), ("unknown_fields", 200), ("malformed", 200),
])  # fmt: skip
def test_faults_answer(place: Place, kind: str, status: int) -> None:
    place.fetch({})
    good = place.get().content
    spec = {"kind": kind, "times": 1, "location": "http://x/", "retry_after": 7}
    assert place.send("POST", "/_sandbox/faults", json=spec).status_code == 200
    assert len(place.send("GET", "/_sandbox/faults").json()) == 1
    bad = place.get()
    assert (bad.status_code, bad.content == good) == (status, False)
    assert place.get().content == good


def test_faults_that_look_right(place: Place) -> None:
    place.fetch({}, B)
    older = place.get()
    place.clock.turn(5)
    place.floor.do(SHOP, "sell", "A")
    newer = place.get()
    place.floor.spoil(Fault(kind="shortened"))
    assert [row["Trạng thái"] for row in table(place)] == []
    place.floor.spoil(Fault(kind="clipped"))
    assert place.get().content == newer.content.removesuffix(b"n\r\n")
    place.floor.spoil(Fault(kind="stale"))
    asked = {"If-None-Match": newer.headers["ETag"]}
    found = place.get(**asked)
    assert found.content == older.content != newer.content
    assert found.headers["Last-Modified"] == older.headers["Last-Modified"]
    assert place.get().content == newer.content


@pytest.mark.parametrize("kind", ["reset_before", "reset_after", "truncated", "silent"])
def test_faults_cut_the_line(place: Place, kind: str) -> None:
    place.fetch({})
    place.floor.spoil(Fault.model_validate({"kind": kind, "seconds": 0.01}))
    with pytest.raises(requests.exceptions.RequestException):
        place.get()
    place.floor.spoil(Fault(kind="outage"))
    place.send("DELETE", "/_sandbox/faults")
    assert place.get().status_code == 200


@pytest.mark.parametrize("word", ["review", "nothing=1", "=3"])
def test_a_switch_that_is_none(word: str) -> None:
    with pytest.raises(ValueError, match="expected name=value"):
        switched([word])


def test_a_feed_by_a_switch() -> None:
    floor = FloorSandbox(None, switched(["feed_url=http://127.0.0.1:9/x/", "profile=voso"]))
    floor.fetch()
    assert floor.journal()[0]["path"] == "http://127.0.0.1:9/x/san-pham.csv"


@pytest.mark.process
def test_a_process_that_comes_by_itself_and_outlives_a_kill(
    tmp_path: Path, open_place: Opener
) -> None:
    helper = open_place()
    helper.put({})
    state = tmp_path / "floor.sqlite3"
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    with serving(helper.web) as web:
        command = [
            sys.executable, "-m", "sandbox.floor", "--port", str(port), "--state", str(state),
            "--switches", "fetch_every_s=0.1", f"feed_url={web}/web",
        ]  # fmt: skip
        process = subprocess.Popen(command, env={**os.environ, "OCOP_HOME": str(tmp_path)})
        try:
            text = _wait_for(f"http://127.0.0.1:{port}/exports/latest")
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait(10)
    assert "Đang bán" in text
    again = FloorSandbox(state)
    assert [(i.sku, i.state) for i in again.items("1")] == [("A", "live")]
    assert [e["item_sku"] for entry in again.journal() for e in entry["effect"]] == ["A"]


def _wait_for(url: str) -> str:
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        try:
            with requests.Session() as session:
                session.trust_env = False
                answer = session.get(url, timeout=5)
            if answer.status_code == 200:
                return answer.content.decode("utf-8-sig")
        except requests.exceptions.ConnectionError:
            pass
        time.sleep(0.05)
    raise AssertionError("the floor did not come")


def test_what_is_kept_is_json(place: Place) -> None:
    place.fetch({})
    assert orjson.dumps(place.floor.journal())
    assert isinstance(place.web, Web)
