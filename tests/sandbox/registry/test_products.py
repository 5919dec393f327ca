"""What a product looks like over HTTP (registry-formats.md 5, field table)."""

from __future__ import annotations

import unicodedata
from collections import Counter
from datetime import date

from sandbox.registry import Certify, RegistrySandbox, Revoke, Suspend
from tests.sandbox.registry.conftest import CREAM, NOODLES, Client, TurnedClock


def test_the_whole_book_is_served_once(http: Client) -> None:
    items = http.items(limit=200)
    assert len(items) == len({item["code"] for item in items}) == 155
    assert sum(len(item["variants"]) for item in items) == 201
    assert len({item["producer"]["id"] for item in items}) == 119
    assert sum(len(item["variants"]) > 1 for item in items) == 40


def test_on_the_books_day_126_products_are_certified(http: Client) -> None:
    states = Counter(item["certificate"]["status"] for item in http.items())
    assert states == {"valid": 126, "expired": 29}


def test_status_follows_the_day_and_the_last_day_is_valid(http: Client, clock: TurnedClock) -> None:
    before = http.get(f"/v1/products/{NOODLES}").json()
    clock.turn(days=158)  # 05/12/2025, its last day
    assert http.get(f"/v1/products/{NOODLES}").json() == before
    clock.turn(days=1)
    after = http.get(f"/v1/products/{NOODLES}").json()
    assert after["certificate"].pop("status") == "expired"
    assert before["certificate"].pop("status") == "valid"
    assert after == before, "a lapse is no edit: neither version nor time may move"


def test_midnight_is_vietnams(http: Client, clock: TurnedClock) -> None:
    clock.turn(days=158, hours=11, minutes=59)  # 23:59 of the last day in Vietnam
    path = f"/v1/products/{NOODLES}"
    assert http.get(path).json()["certificate"]["status"] == "valid"
    clock.turn(minutes=1)
    assert http.get(path).json()["certificate"]["status"] == "expired"


def test_fields_of_a_product(http: Client) -> None:
    item = http.get(f"/v1/products/{NOODLES}").json()
    assert set(item) == {
        *("code", "version", "updated_at", "deleted", "name", "description", "producer", "group"),
        *("certificate", "variants", "tcb", "trace_code", "images"),
    }
    assert (item["version"], item["deleted"], item["group"]) == (1, False, "thuc-pham")
    assert item["updated_at"] == "2022-12-05T09:00:00.000000+07:00"
    assert item["producer"] == {
        "id": "CT-0011",
        "name": "HTX Sản xuất mỳ gạo Chũ Xuân Trường",
        "kind": "Hợp tác xã",
        "phone": "0900000010",
        "address": {
            "old_district": "Huyện Lục Ngạn",
            "old_commune": "Xã Nam Dương",
            "commune": "Xã Nam Dương",
            "province": "Bắc Ninh",
        },
    }
    assert item["certificate"] == {
        "number": None,
        "stars": 4,
        "potential_stars": None,
        "decision": "1253/QĐ-UBND",
        "recognised_on": "2022-12-05",
        "expires_on": "2025-12-05",
        "status": "valid",
        "revoked_on": None,
        "revoked_reason": None,
    }
    assert item["variants"][3] == {
        "sku": None,
        "pack": "Thùng 10 gói x 500 g",
        "net_g": 5000,
        "net_ml": None,
        "gtin": "8930000001238",
        "price_vnd": 270000,
        "stock": 389,
        "shelf_life": "12 tháng",
    }


def test_volumes_potential_stars_and_empty_cells(http: Client) -> None:
    items = {item["code"]: item for item in http.items()}
    gift_box = items["OCOP-24-218-0004"]["variants"][1]
    assert (gift_box["pack"], gift_box["net_ml"]) == ("Hộp quà 2 chai x 500 ml", 1000)
    honey = items["OCOP-24-219-0017"]["variants"][1]
    assert (honey["pack"], honey["net_g"], honey["net_ml"]) == ("Chai 1 lít", 1400, 1000)
    rainbow = items["OCOP-24-219-0003"]["certificate"]
    assert (rainbow["stars"], rainbow["potential_stars"]) == (4, 5)
    tour = items["OCOP-24-219-0029"]
    assert (tour["variants"][0]["net_g"], tour["tcb"], tour["images"]) == (None, None, [])
    assert sum(item["producer"]["address"]["commune"] is None for item in items.values()) == 6


def test_all_text_is_nfc(http: Client) -> None:
    text = http.get("/v1/products", limit=200).text
    assert text == unicodedata.normalize("NFC", text)


def test_certificates_newest_first(http: Client, registry: RegistrySandbox) -> None:
    new = Certify(decision="77/QĐ-UBND", stars=5, recognised_on=date(2025, 6, 1))
    registry.edit(NOODLES, new)
    listed = http.get(f"/v1/products/{NOODLES}/certificates").json()
    assert [one["decision"] for one in listed] == ["77/QĐ-UBND", "1253/QĐ-UBND"]
    assert listed[0]["expires_on"] == "2028-06-01"
    assert http.get(f"/v1/products/{NOODLES}").json()["certificate"] == listed[0]
    assert http.get("/v1/products/OCOP-24-999-0001/certificates").status_code == 404


def test_revoked_and_suspended_stay_what_they_are_after_expiry(
    http: Client, registry: RegistrySandbox, clock: TurnedClock
) -> None:
    registry.edit(NOODLES, Revoke(reason="Vi phạm an toàn thực phẩm"))
    registry.edit(CREAM, Suspend())
    clock.turn(days=3000)
    revoked = http.get(f"/v1/products/{NOODLES}").json()["certificate"]
    assert revoked["status"] == "revoked"
    assert revoked["revoked_on"] == "2025-06-30"
    assert revoked["revoked_reason"] == "Vi phạm an toàn thực phẩm"
    assert http.get(f"/v1/products/{CREAM}").json()["certificate"]["status"] == "suspended"
