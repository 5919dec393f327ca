"""``check``: who the shop is and what it allows; categories, attributes, pictures."""

from __future__ import annotations

import pytest

from connectors.contract import Failed, ImageFile
from connectors.errors import AuthRefused, RateLimited, Rejected, Unavailable
from sandbox.shopee import Fault
from tests.connectors.shopee.conftest import CATEGORY, Opener, Rig, done, picture


def test_a_good_shop(rig: Rig) -> None:
    facts = rig.shop.check()
    assert (facts.region, facts.currency, facts.problems) == ("VN", "VND", ())
    channels = [c["id"] for c in facts.settings["logistics"]]
    assert channels == [50021, 50023], "enabled and not masked"
    assert facts.settings["gtin_rule"] == "Optional"
    assert facts.settings["title_length"] == [10, 120]
    assert "location_id" not in facts.settings
    assert facts.consent_expires_at is not None


def test_a_shop_of_another_country_is_refused_in_words(open_rig: Opener) -> None:
    rig = open_rig(region="TH")
    with pytest.raises(AuthRefused, match="Việt Nam"):
        rig.shop.check()


def test_limits_may_be_null(open_rig: Opener) -> None:
    rig = open_rig(null_limits=True)
    assert rig.settings["price_range"] == [None, None]
    assert done(rig.shop.create([rig.listing(_pack())])[0])


def test_a_shop_with_several_warehouses_stocks_the_first(open_rig: Opener) -> None:
    rig = open_rig(warehouses=("VNA", "VNB"))
    assert rig.settings["location_id"] == "VNA"
    item = rig.listed(_pack())
    assert rig.stored(item).location_id == "VNA"


@pytest.mark.parametrize("there", ["absent", "suspended"])
def test_a_shop_connects_where_nobody_knows_of_warehouses(open_rig: Opener, there: str) -> None:
    """The endpoint is on no list of those that every shop has (3.0, 7)."""
    assert "location_id" not in open_rig(warehouse_api=there).settings


@pytest.mark.parametrize(("status", "body"), [
    (404, {"detail": "Not Found"}), (404, None),
    (403, {"error": "error_auth", "message": "no permission to this api"}),
])  # fmt: skip
def test_any_clear_no_is_one(rig: Rig, status: int, body: object) -> None:
    rig.market.spoil(Fault(kind="answer", path="warehouse", status=status, body=body, times=None))
    assert "location_id" not in rig.shop.check().settings


@pytest.mark.parametrize(("kind", "error"), [("outage", Unavailable), ("rate", RateLimited)])
def test_an_outage_is_none(rig: Rig, kind: str, error: type[Exception]) -> None:
    rig.market.spoil(Fault(kind=kind, path="warehouse", times=None))
    with pytest.raises(error):
        rig.shop.check()


def test_a_clock_ten_minutes_off_is_named(rig: Rig) -> None:
    """The channel refuses the timestamp; the message says by how much we are off."""
    other = Rig(rig.market, _Ahead(rig), rig.url, rig.credentials, {})  # type: ignore[arg-type]
    with pytest.raises(Unavailable, match=r"lệch khoảng \d+ giây") as caught:
        other.shop.check()
    assert caught.value.code == "clock"


class _Ahead:
    def __init__(self, rig: Rig) -> None:
        self._rig = rig

    def __call__(self) -> object:
        from datetime import timedelta

        return self._rig.clock() + timedelta(minutes=10)


def test_the_tree_and_its_leaves(rig: Rig) -> None:
    tree = {c.category_id: c for c in rig.shop.categories()}
    assert tree[CATEGORY].leaf
    assert tree[CATEGORY].name == "Mì, bún, miến, phở"
    parent = tree[CATEGORY].parent_id
    assert parent is not None
    assert not tree[parent].leaf
    assert any(c.parent_id is None for c in tree.values())


def test_mandatory_attributes(rig: Rig) -> None:
    found = rig.shop.attributes([CATEGORY, "100812"])
    assert {a.name for a in found[CATEGORY] if a.mandatory} == {
        "Xuất xứ", "Hạn sử dụng", "Trọng lượng",
    }  # fmt: skip
    storage = next(a for a in found["100812"] if a.name == "Điều kiện bảo quản")
    assert storage.options[0].name == "Nhiệt độ thường", "options that ask for more come last"
    assert not storage.free_text


def test_a_picture_gets_an_id(rig: Rig) -> None:
    assert done(rig.shop.upload_images([picture(kind="image/png")])[0]).startswith("vn-")


def test_pictures_that_are_not_sent(rig: Rig) -> None:
    big = ImageFile("0" * 64, "image/jpeg", b"\xff\xd8\xff" + bytes(11 << 20))
    odd = ImageFile("1" * 64, "image/webp", b"RIFF")
    for outcome in rig.shop.upload_images([big, odd]):
        assert isinstance(outcome, Failed)
        assert isinstance(outcome.error, Rejected)
        assert outcome.error.field == "images"
    assert rig.calls("upload_image") == []


def test_bytes_that_are_no_picture_are_refused_by_the_channel(rig: Rig) -> None:
    (outcome,) = rig.shop.upload_images([ImageFile("2" * 64, "image/jpeg", b"GIF89a")])
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, Rejected)
    assert outcome.error.field == "images"
    assert outcome.error.hint


def test_an_upload_is_repeated_through_an_outage(rig: Rig) -> None:
    rig.market.spoil(Fault(kind="outage", path="upload_image", times=2))
    assert done(rig.shop.upload_images([picture()])[0])


def _pack():  # type: ignore[no-untyped-def]
    from tests.connectors.shopee.conftest import pack

    return pack("OCOP-1-500G")
