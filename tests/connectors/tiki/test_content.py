"""Content goes to review; the seller's code has an endpoint of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connectors.contract import (
    Adoption,
    ContentChange,
    Done,
    Failed,
    Outcome,
    Pending,
    RemoteItem,
    RemoteVariant,
)
from connectors.errors import Ambiguous, NotFound, Rejected, Unavailable
from sandbox.tiki import Fault
from tests.connectors.tiki.conftest import (
    FACTS,
    Opener,
    content,
    done,
    followed,
    listed,
    pack,
    refused,
)
from tests.connectors.tiki.rig import SID, TikiBench

SKU = "MICHU-500G"
POST = "updateProductInfo"


def edited(bench: TikiBench, item: RemoteItem, words: str = "Lời mới.") -> Pending:
    change = ContentChange(item, SKU, content(description=words))
    (outcome,) = bench.shop.update_content([change])
    assert isinstance(outcome, Pending), outcome
    return outcome


def test_it_is_reviewed_and_the_product_stays_as_it_is_meanwhile(bench: TikiBench) -> None:
    item = listed(bench)
    pending = edited(bench, item)
    assert pending.in_review
    assert set(bench.calls(POST)[-1]["body"]) == {
        "product_id", "description", "attributes", "image", "images",
    }  # fmt: skip
    assert "Lời mới" not in bench.product(SKU).fields["description"]
    found = done(followed(bench, pending))
    assert found == RemoteItem(item.remote_id, (RemoteVariant(SKU, item.remote_id),))
    assert "Lời mới" in bench.product(SKU).fields["description"]
    assert bench.product(SKU).price == 32_000


def test_the_desk_refuses_it(bench: TikiBench) -> None:
    item = listed(bench)
    pending = edited(bench, item)
    bench.pass_time(6)
    bench.decide(SKU, "reject", "Ảnh mờ")
    refused(bench.shop.resume([pending.handle])[0], "images")


# --- a name that claims stars -----------------------------------------------------------------

NAME = "Mì gạo Chũ Lục Ngạn - Gói 500 g"
LAPSED = replace(FACTS, stars=None)


def renamed(bench: TikiBench, item: RemoteItem, **changes: Any) -> Outcome[Any]:
    """The end of a change of content, under a name that Tiki does not change."""
    wanted = content(**{"description": "Lời mới.", **changes})
    (outcome,) = bench.shop.update_content([ContentChange(item, SKU, wanted)])
    return followed(bench, outcome) if isinstance(outcome, Pending) else outcome


@pytest.mark.parametrize("review", ["true", "false"])
def test_a_name_that_claims_what_has_lapsed_is_told(open_bench: Opener, review: str) -> None:
    bench = open_bench(f"update_review={review}")
    item = listed(bench)
    error = refused(renamed(bench, item, title=NAME, facts=LAPSED), "title")
    assert "4 sao" in error.message
    assert "4 sao" in error.hint
    assert "OCOP" in error.hint
    assert "Seller Center" in error.hint
    assert "Lời mới" in bench.product(SKU).fields["description"], "the rest is there"
    bench.market.do(SID, "merge", sku=SKU, name=NAME)
    assert isinstance(renamed(bench, item, title=NAME, facts=LAPSED), Done)


@pytest.mark.parametrize(("name", "title", "stars", "good"), [
    ("Mì Chũ OCOP 4 sao", "Mì Chũ OCOP 4 sao", 4, True),
    ("Mì Chũ OCOP 4 sao", "Mì Chũ", 4, True),
    ("Mì Chũ OCOP 3 sao", "Mì Chũ OCOP 4 sao", 4, False),
    ("Mì Chũ OCOP 5 SAO", "Mì Chũ OCOP 4 sao", 4, False),
    ("Mì Chũ 4★", "Mì Chũ", None, False), ("Mì Chũ OCOP", "Mì Chũ", None, False),
    ("Mì Chũ 4-star", "Mì Chũ", None, False), ("Gạo 5 sao", "Gạo 5 sao", None, True),
    ("Tên người khác đặt", "Mì Chũ OCOP 4 sao", 4, True), ("Mì Chũ 24 sao", "Mì Chũ", None, True),
    ("Mì Chũ 4 saothế", "Mì Chũ", None, True),
])  # fmt: skip
def test_what_a_name_may_claim(
    bench: TikiBench, name: str, title: str, stars: int | None, good: bool
) -> None:
    item = listed(bench)
    bench.market.do(SID, "merge", sku=SKU, name=name)
    outcome = renamed(bench, item, title=title, facts=replace(FACTS, stars=stars))
    if good:
        done(outcome)
    else:
        refused(outcome, "title")


def test_a_name_that_cannot_be_read_is_looked_at_again(bench: TikiBench) -> None:
    item = listed(bench)
    pending = edited(bench, item)
    bench.pass_time(400)
    bench.market.spoil(Fault(kind="outage", path="v2.1/products/2", times=9))
    (outcome,) = bench.shop.resume([pending.handle])
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, Unavailable)
    bench.market.heal()
    done(bench.shop.resume([pending.handle])[0])


def test_content_of_a_product_that_went_meanwhile_and_an_older_handle(bench: TikiBench) -> None:
    item = listed(bench)
    pending = edited(bench, item)
    bench.pass_time(400)
    older = {name: value for name, value in pending.handle.items() if name != "may"}
    bench.market.do(SID, "merge", sku=SKU, name="Mì OCOP 5 sao")
    done(bench.shop.resume([older])[0])
    refused(bench.shop.resume([pending.handle])[0], "title")
    bench.by_hand(SKU, "delete")
    done(bench.shop.resume([pending.handle])[0])


@pytest.mark.parametrize("how", ["deleted", "forgotten"])
def test_a_change_that_was_lost_is_told(bench: TikiBench, how: str) -> None:
    item = listed(bench)
    pending = edited(bench, item)
    if how == "deleted":
        bench.pass_time(6)
        bench.market.do(SID, "delete_request", sku=SKU)
    else:
        bench.pass_time(31 * 86400)
        bench.credentials = bench.shop.refresh()
    (outcome,) = bench.shop.resume([pending.handle])
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, Rejected)
    assert outcome.error.hint


def test_an_open_change_of_content_is_no_create(bench: TikiBench) -> None:
    item = listed(bench)
    edited(bench, item)
    bench.pass_time(6)
    assert done(bench.shop.find_by_sku(["OTHER"])[0]) == ()


def test_content_that_is_not_sent(bench: TikiBench) -> None:
    item = listed(bench)
    (outcome,) = bench.shop.update_content([ContentChange(item, SKU, content(image_ids=()))])
    refused(outcome, "images")
    assert bench.calls(POST) == []


def test_an_unclear_answer_and_an_unknown_product(bench: TikiBench) -> None:
    item = listed(bench)
    bench.market.spoil(Fault(kind="reset_after", path=POST))
    (outcome,) = bench.shop.update_content([ContentChange(item, SKU, content())])
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, Ambiguous)
    assert len(bench.calls(POST)) == 1
    (gone,) = bench.shop.update_content([ContentChange(RemoteItem("270009999"), SKU, content())])
    assert isinstance(gone, Failed)
    assert isinstance(gone.error, NotFound)


@pytest.mark.parametrize("words", [(), ("sku_version=v2",)])
def test_adoption_writes_our_code_where_it_has_another(
    open_bench: Opener, words: tuple[str, ...]
) -> None:
    bench = open_bench(*words)
    item = listed(bench, pack("CU-1"))
    ours = RemoteItem(item.remote_id, (RemoteVariant("MOI-1", item.remote_id),))
    assert done(bench.shop.adopt([Adoption(ours, "MOI-1")])[0]) == ours
    held = bench.product("MOI-1")
    assert (held.price, held.available, held.active) == (32_000, 20, False)
    before = bench.asked_changes()
    assert isinstance(bench.shop.adopt([Adoption(ours, "MOI-1")])[0], Done)
    assert bench.asked_changes() == before, "one that has it already is left alone"


def test_adoption_of_a_code_that_another_product_has(bench: TikiBench) -> None:
    listed(bench, pack("A"))
    other = listed(bench, pack("B"))
    (outcome,) = bench.shop.adopt([Adoption(RemoteItem(other.remote_id), "A")])
    refused(outcome, "sku")
