"""Edits, in Python and over HTTP: what changes, what does not, what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.registry import (
    AddPack,
    Certify,
    Describe,
    Expire,
    Net,
    Price,
    Refused,
    RegistrySandbox,
    RemovePack,
    Rename,
    Stock,
    Withdraw,
)
from tests.sandbox.registry.conftest import CREAM, NOODLES, Client, TurnedClock

EDITS = f"/_sandbox/products/{CREAM}/edits"


def read(http: Client, code: str) -> dict[str, Any]:
    item: dict[str, Any] = http.get(f"/v1/products/{code}").json()
    return item


def without(item: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in names}


def test_a_price_changes_nothing_else(
    http: Client, registry: RegistrySandbox, clock: TurnedClock
) -> None:
    before = read(http, NOODLES)
    clock.turn(minutes=5)
    assert registry.edit(NOODLES, Price(pack="Gói 500 g", price_vnd=29_500)) == 2
    after = read(http, NOODLES)
    assert after["version"] == 2
    assert after["updated_at"] == "2025-06-30T12:05:00.000000+07:00"
    expected = [dict(one) for one in before["variants"]]
    expected[1]["price_vnd"] = 29_500
    assert after["variants"] == expected
    stamps = ("version", "updated_at", "variants")
    assert without(after, *stamps) == without(before, *stamps)


@pytest.mark.parametrize("price", [None, 0, -85_000, 10**12])
def test_the_registry_may_say_nonsense(
    http: Client, registry: RegistrySandbox, price: int | None
) -> None:
    registry.edit(CREAM, Price(price_vnd=price))
    assert read(http, CREAM)["variants"][0]["price_vnd"] == price


def test_facts_of_product_and_pack(http: Client, registry: RegistrySandbox) -> None:
    registry.edit(CREAM, Stock(stock=None))
    registry.edit(CREAM, Net(net_g=550))
    registry.edit(CREAM, Rename(name="Bánh cốm mới"))
    registry.edit(CREAM, Describe(description="Dẻo"))
    item = read(http, CREAM)
    assert (item["name"], item["description"], item["version"]) == ("Bánh cốm mới", "Dẻo", 5)
    assert (item["variants"][0]["stock"], item["variants"][0]["net_g"]) == (None, 550)


def test_packs_come_and_go(http: Client, registry: RegistrySandbox) -> None:
    registry.edit(CREAM, AddPack(pack="Hộp 1 kg", net_g=1000, price_vnd=130_000, stock=9))
    packs = [one["pack"] for one in read(http, CREAM)["variants"]]
    assert packs == ["Hộp 10 chiếc 500 g", "Hộp 1 kg"]
    with pytest.raises(Refused, match="already has"):
        registry.edit(CREAM, AddPack(pack="Hộp 1 kg", net_g=1, price_vnd=1, stock=1))
    with pytest.raises(Refused, match="none of"):
        registry.edit(CREAM, Price(price_vnd=1))  # which of the two?
    registry.edit(CREAM, RemovePack(pack="Hộp 10 chiếc 500 g"))
    assert [one["pack"] for one in read(http, CREAM)["variants"]] == ["Hộp 1 kg"]
    with pytest.raises(Refused, match="only pack"):
        registry.edit(CREAM, RemovePack(pack="Hộp 1 kg"))
    assert read(http, CREAM)["version"] == 3, "a refused edit leaves no version"


def test_expired_is_since_yesterday_and_a_new_certificate_mends_it(
    http: Client, registry: RegistrySandbox
) -> None:
    registry.edit(CREAM, Expire())
    lapsed = read(http, CREAM)["certificate"]
    assert (lapsed["expires_on"], lapsed["status"]) == ("2025-06-29", "expired")
    registry.edit(CREAM, Certify(decision="9/QĐ-UBND", stars=4, potential_stars=5))
    renewed = read(http, CREAM)["certificate"]
    assert (renewed["recognised_on"], renewed["expires_on"]) == ("2025-06-30", "2028-06-30")
    assert (renewed["stars"], renewed["potential_stars"], renewed["status"]) == (4, 5, "valid")


def test_a_withdrawn_product_takes_no_edit(registry: RegistrySandbox) -> None:
    registry.edit(CREAM, Withdraw())
    with pytest.raises(Refused, match="was withdrawn"):
        registry.edit(CREAM, Price(price_vnd=1))
    with pytest.raises(Refused, match="never in this registry"):
        registry.edit("OCOP-24-999-0001", Withdraw())


def test_over_http_the_same_words(http: Client) -> None:
    answer = http.send("POST", EDITS, {"edit": "price", "price_vnd": 71_000})
    assert answer.status_code == 200
    assert answer.json() == read(http, CREAM)
    assert answer.json()["variants"][0]["price_vnd"] == 71_000


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"edit": "price"}, 422),
        ({"edit": "price", "price_vnd": 1, "colour": "đỏ"}, 422),
        ({"edit": "paint"}, 422),
        ({"edit": "stock", "stock": 1, "pack": "Gói lạ"}, 404),
        ({"edit": "images", "images": [{}]}, 400),
    ],
)
def test_over_http_a_wrong_edit_is_refused(http: Client, body: Any, status: int) -> None:
    answer = http.send("POST", EDITS, body)
    assert answer.status_code == status, answer.text
    assert answer.json()["message"]
    assert read(http, CREAM)["version"] == 1
