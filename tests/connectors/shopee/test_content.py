"""Content alone: never price or stock, and the packs' weights stay (trap 13, reference 3.8)."""

from __future__ import annotations

from dataclasses import replace

from connectors.contract import ContentChange, Failed, RemoteStatus
from connectors.errors import Rejected
from tests.connectors.shopee.conftest import SHOP, Opener, Rig, done, pack


def test_texts_change_and_nothing_else(rig: Rig) -> None:
    item = rig.listed(pack("A", 40_000, 7, grams=550), pack("B", 60_000, 8, grams=1_100))
    content = rig.content("Mỳ gạo Chũ tên mới")
    done(rig.shop.update_content([ContentChange(item, "OCOP-1", content)])[0])
    held = rig.stored(item)
    assert held.fields["item_name"] == "Mỳ gạo Chũ tên mới"
    assert [(m.price, m.stock, m.weight) for m in held.models] == [
        (40_000, 7, 0.55),
        (60_000, 8, 1.1),
    ]
    sent = rig.calls("update_item")[0]["body"]
    assert not {"original_price", "seller_stock", "logistic_info", "weight"} & set(sent)


def test_the_weight_of_a_single_pack_goes_with_it(rig: Rig) -> None:
    item = rig.listed(pack("A"))
    content = replace(rig.content(), weight_g=800)
    done(rig.shop.update_content([ContentChange(item, "A", content)])[0])
    assert rig.stored(item).fields["weight"] == 0.8


def test_a_banned_item_is_mended_by_an_edit(open_rig: Opener) -> None:
    rig = open_rig(review_s=5)
    item = rig.listed(pack("A"), on=True)
    rig.market.do(SHOP, "ban", item_id=int(item.remote_id))
    done(rig.shop.update_content([ContentChange(item, "A", rig.content("Mỳ gạo Chũ đã sửa"))])[0])
    (seen,) = rig.shop.read([item.remote_id], full=False)
    assert done(seen).status is RemoteStatus.IN_REVIEW


def test_a_promotion_locks_the_name(rig: Rig) -> None:
    item = rig.listed(pack("A"))
    rig.market.do(SHOP, "promote", item_id=int(item.remote_id))
    (outcome,) = rig.shop.update_content([ContentChange(item, "A", rig.content("Mỳ gạo khác"))])
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, Rejected)
    assert outcome.error.field == "promotion"
