"""Profiles, the channels that they make, and what a shop says when it is connected."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import orjson
import pytest

from connectors.contract import (
    Account,
    Adoption,
    Connector,
    Credentials,
    Failed,
    RemoteItem,
    RemoteVariant,
)
from connectors.errors import AuthRefused, NotFound, Rejected, Unavailable
from connectors.feed import channels, profile
from connectors.feed.connector import FeedConnector
from connectors.feed.profile import FOLDER, BadProfile, load, read
from connectors.http import Http
from tests.connectors.feed.conftest import Opener, Rig, done
from tests.connectors.feed.rig import SHOP

NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))


def test_every_profile_is_a_channel() -> None:
    found = {
        e.name: e.load()
        for e in entry_points(group="ocop_sync.connectors")
        if e.value.startswith("connectors.feed.")
    }
    assert sorted(found) == NAMES
    for name, kind in found.items():
        assert issubclass(kind, FeedConnector)
        assert (kind.capabilities.channel, kind.profile.channel) == (name, name)
        assert kind.capabilities.variants_are_items
        assert kind.capabilities.fetches_images
        made: Connector = kind(Account("x", "", Credentials()), Http(), lambda: None)  # type: ignore[arg-type,return-value]
        assert made.token_expires_at() is None


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_serves_every_kind_of_product_that_it_takes(name: str) -> None:
    known = load(name)
    capabilities = getattr(channels, "".join(p.capitalize() for p in name.split("-"))).capabilities
    leaves = {
        place.path.rsplit(" > ", 1)[-1].lower().replace(",", "") for place in known.categories
    }
    for row in capabilities.starter:
        if capabilities.closed_kinds.get(row.kind) != "block":
            assert any(p in leaf for p in row.phrases for leaf in leaves), (name, row)


def test_a_new_floor_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = orjson.loads((FOLDER / "voso.json").read_bytes())
    body |= {"channel": "cho-que", "label": "Chợ quê"}
    (tmp_path / "cho-que.json").write_bytes(orjson.dumps(body))
    monkeypatch.setattr(profile, "FOLDER", tmp_path)
    kind = channels.__getattr__("ChoQue")
    assert (kind.__name__, kind.capabilities.label) == ("ChoQue", "Chợ quê")


@pytest.mark.parametrize(("change", "named"), [
    ({"columns": [{"header": "SKU", "value": "skuu"}]}, "skuu"),
    ({"columns": []}, "columns"),
    ({"colums": []}, "colums"),
    ({"files": [{"name": "../a.csv", "format": "csv"}]}, "files.0.name"),
    ({"files": [{"name": "a.doc", "format": "doc"}]}, "files.0.format"),
    ({"export": {"columns": {"sku": ["SKU"]}, "words": {}}}, "status"),
    ({"withdrawal": {"days": -1}}, "withdrawal.days"),
    ({"categories": [{"path": "A"}, {"path": "A"}]}, "categories"),
    ({"columns": [{"header": "Tên", "value": "title"}]}, "sku"),
])  # fmt: skip
def test_a_slip_in_a_profile_is_named(tmp_path: Path, change: dict[str, Any], named: str) -> None:
    body = orjson.loads((FOLDER / "san24h.json").read_bytes()) | change
    path = tmp_path / "san24h.json"
    path.write_bytes(orjson.dumps(body))
    with pytest.raises(BadProfile, match=r"san24h\.json") as slip:
        read(path)
    assert named in str(slip.value)


def test_a_profile_that_is_not_there() -> None:
    with pytest.raises(BadProfile, match=r"khong-co\.json"):
        load("khong-co")


# --- the shop ---------------------------------------------------------------------------------


def test_a_shop_that_is_well(rig: Rig) -> None:
    facts = rig.shop.check()
    account = rig.bench.account()
    assert facts.problems == ()
    assert facts.settings["files"] == [
        f"{account.public_url}/san-pham.xlsx", f"{account.public_url}/san-pham.csv",
    ]  # fmt: skip
    assert facts.account_id == f"san24h {account.base_url}/exports/latest"
    assert facts.clock_skew_s is not None


def test_two_shops_by_hand_are_two_accounts(rig: Rig) -> None:
    account = replace(rig.bench.account(), base_url="", credentials=Credentials())
    ids = {
        rig.bench.connector(replace(account, shop_key=key)).check().account_id
        for key in ("mot", "hai")
    }
    assert len(ids) == 2


def test_what_keeps_a_shop_from_selling(open_rig: Opener) -> None:
    rig = open_rig(kind=channels.Google)
    account = replace(
        rig.bench.account(), base_url="file:", credentials=Credentials(), public_url=""
    )
    first, second = rig.bench.connector(account).check().problems
    assert "địa chỉ công khai" in first
    assert "'site'" in second


def test_a_floor_that_does_not_answer(rig: Rig) -> None:
    gone = replace(rig.bench.account(), base_url="http://127.0.0.1:9")
    with pytest.raises(Unavailable):
        rig.bench.connector(gone).check()


def test_a_shop_without_a_folder(rig: Rig) -> None:
    with pytest.raises(Unavailable, match="thư mục"):
        rig.bench.connector(replace(rig.bench.account(), folder=None)).check()


def test_what_files_have_not(rig: Rig) -> None:
    shop = rig.shop
    assert shop.refresh() == rig.bench.account().credentials
    assert shop.recommend("mì chũ") == []
    assert shop.attributes(["Nông sản > Mì gạo"]) == {}
    for outcome in (*shop.cancel([{}]), *shop.resume([{}])):
        assert isinstance(outcome, Failed)
        assert isinstance(outcome.error, Rejected)
    with pytest.raises(AuthRefused):
        shop.authorization_url("http://x", "s")
    with pytest.raises(AuthRefused):
        shop.exchange_code({})


def test_only_an_item_under_our_own_sku_is_adopted(rig: Rig) -> None:
    rig.made("A", "B")
    ours = RemoteItem("A", (RemoteVariant("A", ""),))
    other = RemoteItem("B", (RemoteVariant("C", ""),))
    taken, refused, unknown = rig.shop.adopt([
        Adoption(ours, "L-1"), Adoption(other, "C"), Adoption(RemoteItem("Z"), "Z"),
    ])  # fmt: skip
    assert done(taken) == ours
    assert [f.item_sku for f in done(rig.shop.find_by_sku(["L-1"])[0])] == ["L-1"]
    assert isinstance(refused, Failed)
    assert isinstance(refused.error, Rejected)
    assert "Đổi mã trên sàn thành 'C'" in refused.error.hint
    assert isinstance(unknown, Failed)
    assert isinstance(unknown.error, NotFound)


def test_categories_are_a_tree(rig: Rig) -> None:
    tree = {c.category_id: c for c in rig.shop.categories()}
    leaf = tree["Nông sản > Mì gạo"]
    assert (leaf.name, leaf.parent_id, leaf.leaf) == ("Mì gạo", "Nông sản", True)
    assert (tree["Nông sản"].parent_id, tree["Nông sản"].leaf) == (None, False)


def test_the_rig_tells_what_stands(rig: Rig) -> None:
    """The kit looks through it."""
    rig.made("A")
    (hidden,) = rig.bench.stands()
    assert (hidden.remote_id, hidden.on_sale, hidden.packs["A"].stock) == ("A", False, 20)
    before = rig.bench.asked_changes()
    rig.switched(True, "A")
    rig.sent()
    (shown,) = rig.bench.stands()
    assert (shown.on_sale, shown.packs["A"].price_vnd) == (True, 39_000)
    assert rig.bench.asked_changes() == before + 1
    rig.bench.by_hand("A", "delete")
    assert rig.bench.stands() == []
    assert SHOP in rig.bench.account().base_url
