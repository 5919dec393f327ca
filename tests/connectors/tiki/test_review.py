"""Requests followed to their end, and taken back."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from connectors.contract import Done, Failed, FoundItem, Outcome, Pending, RemoteItem
from connectors.errors import SHOP_FAULTS, NotFound, ProtocolError, Rejected
from sandbox.tiki import Fault
from tests.connectors.tiki.conftest import (
    Opener,
    begun,
    done,
    followed,
    listed,
    listing,
    pack,
    refused,
)
from tests.connectors.tiki.rig import SID, TikiBench


def resumed(bench: TikiBench, pending: Pending, **changes: Any) -> Outcome[RemoteItem]:
    return bench.shop.resume([{**pending.handle, **changes}])[0]


def test_it_is_asked_seldomer_and_seldomer(bench: TikiBench) -> None:
    pending, waits = begun(bench), []
    for _ in range(10):
        (answer,) = bench.shop.resume([pending.handle])
        assert isinstance(answer, Pending)
        pending = answer
        waits.append(answer.ask_after)
    assert waits == sorted(waits)
    assert waits[0] <= 20
    assert waits[-1] == 600
    assert len(orjson.dumps(dict(pending.handle))) < 4096


def test_the_desk_says_yes_before_its_time(bench: TikiBench) -> None:
    pending = begun(bench)
    bench.pass_time(6)
    bench.decide("MICHU-500G", "approve")
    item = done(resumed(bench, pending))
    assert item.remote_id == str(bench.product("MICHU-500G").product_id)


@pytest.mark.parametrize("form", ["plain", "json", "list", "empty", "null"])
def test_a_reason_in_every_form(open_bench: Opener, form: str) -> None:
    bench = open_bench(f"reason_form={form}")
    pending = begun(bench)
    bench.pass_time(6)
    bench.decide("MICHU-500G", "reject", "Giấy chứng nhận ATTP đã hết hạn")
    outcome = resumed(bench, pending)
    error = refused(outcome, "papers")
    assert "Giấy chứng nhận ATTP đã hết hạn" in error.message
    assert "{" not in error.message
    assert outcome.made is None  # type: ignore[union-attr]


def test_a_rejected_request_is_final_and_a_new_one_may_follow(bench: TikiBench) -> None:
    pending = begun(bench)
    bench.pass_time(6)
    bench.decide("MICHU-500G", "reject", "Image does not match product name")
    refused(resumed(bench, pending), "images")
    assert done(followed(bench, begun(bench))).remote_id


@pytest.mark.parametrize("at_once", ["true", "false"])
@pytest.mark.parametrize("wording", ["path", "sentence"])
@pytest.mark.parametrize("form", ["json", "plain"])
def test_a_taken_sku_leads_to_adoption(
    open_bench: Opener, form: str, wording: str, at_once: str
) -> None:
    bench = open_bench(
        f"duplicate_form={form}", f"wording={wording}", f"duplicate_at_once={at_once}"
    )
    item = listed(bench)
    (twin,) = bench.shop.create([listing()])
    refused(followed(bench, twin) if isinstance(twin, Pending) else twin, "sku")
    (found,) = done(bench.shop.find_by_sku(["MICHU-500G"])[0])
    assert found.remote_id == item.remote_id


def test_a_deleted_request_made_nothing(bench: TikiBench) -> None:
    pending = begun(bench)
    bench.pass_time(6)
    bench.market.do(SID, "delete_request", sku="MICHU-500G")
    outcome = resumed(bench, pending)
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, NotFound)


def test_a_track_that_tiki_forgot(open_bench: Opener) -> None:
    """After thirty days the product is looked for by its SKU before anything is concluded."""
    bench = open_bench()
    pending = begun(bench)
    bench.pass_time(31 * 86400)
    bench.credentials = bench.shop.refresh()
    assert done(resumed(bench, pending)).remote_id
    gone = resumed(bench, pending, sku="OTHER")
    assert isinstance(gone, Failed)
    assert isinstance(gone.error, NotFound)


def test_a_track_that_is_not_known_yet(open_bench: Opener) -> None:
    bench = open_bench("tracking_lag_s=30")
    pending = begun(bench)
    assert isinstance(resumed(bench, pending), Pending)
    assert isinstance(bench.shop.cancel([pending.handle])[0], Pending)
    assert done(followed(bench, pending)).remote_id


def test_a_lost_track_whose_request_is_still_open_is_followed_again(bench: TikiBench) -> None:
    pending = begun(bench)
    bench.pass_time(10)
    begun_long_ago = int(bench.now().timestamp()) - 1000
    again = resumed(bench, pending, track_id="0" * 32, begun=begun_long_ago)
    assert isinstance(again, Pending)
    assert again.handle["track_id"] == pending.handle["track_id"]
    lost = {**pending.handle, "track_id": "0" * 32, "begun": begun_long_ago}
    done_or_failed = bench.shop.cancel([lost])[0]
    assert isinstance(done_or_failed, Done)
    assert bench.market.items(SID) == []


def test_request_ids_are_texts_of_nineteen_digits(bench: TikiBench) -> None:
    pending = begun(bench)
    bench.pass_time(6)
    assert isinstance(bench.shop.cancel([pending.handle])[0], Done)
    (call,) = [e for e in bench.market.journal() if e["method"] == "DELETE"]
    assert call["path"].rsplit("/", 1)[1] == "1121448919994696893"


def test_what_is_not_transformed_cannot_be_taken_back_yet(bench: TikiBench) -> None:
    pending = begun(bench)
    (early,) = bench.shop.cancel([pending.handle])
    assert isinstance(early, Pending)
    assert early.handle == pending.handle
    bench.pass_time(6)
    assert isinstance(bench.shop.cancel([pending.handle])[0], Done)


def test_the_desk_was_faster(bench: TikiBench) -> None:
    pending = begun(bench)
    done(followed(bench, pending))
    (late,) = bench.shop.cancel([pending.handle])
    assert isinstance(late, Failed)
    assert isinstance(late.error, Rejected)
    assert late.error.code == "late"


@pytest.mark.parametrize("kind", ["reset_after", "outage_after", "html"])
def test_a_cancel_whose_answer_was_lost(bench: TikiBench, kind: Any) -> None:
    pending = begun(bench)
    bench.pass_time(6)
    bench.market.spoil(Fault(kind=kind, path="DELETE"))
    assert isinstance(bench.shop.cancel([pending.handle])[0], Done)
    assert bench.market.items(SID) == []


def test_find_tells_many_open_requests_apart(open_bench: Opener) -> None:
    """More of them than a page of the tracking list, which has no pages."""
    bench = open_bench("review_s=none")
    skus = [f"SP-{n:03d}" for n in range(120)]
    shop = bench.shop
    for sku in skus:
        shop.create([listing(pack(sku))])
        bench.pass_time(3)
    bench.pass_time(10)
    found = [done(o) for o in bench.shop.find_by_sku([*skus, "NONE"])]
    assert found[-1] == ()
    assert all(self_found(f, sku) for f, sku in zip(found, skus, strict=False))
    assert len({f[0].handle["track_id"] for f in found[:-1]}) == 120


def self_found(found: tuple[FoundItem, ...], sku: str) -> bool:
    return len(found) == 1 and found[0].item_sku == sku


def test_a_request_that_is_stuck_blocks_nobody_for_ever(open_bench: Opener) -> None:
    bench = open_bench("transform_s=999999")
    begun(bench)
    (outcome,) = bench.shop.find_by_sku(["OTHER"])
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, ProtocolError)
    bench.pass_time(3500)
    assert isinstance(bench.shop.find_by_sku(["OTHER"])[0], Failed)
    bench.pass_time(200)
    bench.credentials = bench.shop.refresh()
    assert done(bench.shop.find_by_sku(["OTHER"])[0]) == ()


@pytest.mark.parametrize("shown", ["variants", "sku"])
@pytest.mark.parametrize("listed", ["true", "false"])
def test_a_request_that_shows_its_sku_elsewhere(
    open_bench: Opener, shown: str, listed: str
) -> None:
    bench = open_bench(f"asked_shown={shown}", f"request_products={listed}")
    pending = begun(bench)
    bench.pass_time(6)
    (found,) = done(bench.shop.find_by_sku(["MICHU-500G"])[0])
    assert found.handle["track_id"] == pending.handle["track_id"]
    assert done(bench.shop.find_by_sku(["OTHER"])[0]) == ()


def test_a_review_that_tells_no_sku_is_unknown_to_its_end(open_bench: Opener) -> None:
    """Two to three hours (3.4): it is not stuck. It may be anybody's, so that it concerns the row
    that asks, and not the shop: take-downs go on."""
    bench = open_bench("asked_shown=none", "review_s=none")
    begun(bench)
    bench.pass_time(3 * 3600)
    bench.credentials = bench.shop.refresh()
    for sku in ("MICHU-500G", "OTHER"):
        (outcome,) = bench.shop.find_by_sku([sku])
        assert isinstance(outcome, Failed)
        assert isinstance(outcome.error, ProtocolError)
        assert not isinstance(outcome.error, SHOP_FAULTS)
        assert outcome.error.code == "not_transformed"
    bench.decide("MICHU-500G", "approve")
    assert done(bench.shop.find_by_sku(["MICHU-500G"])[0])[0].remote_id
    assert done(bench.shop.find_by_sku(["OTHER"])[0]) == ()


def test_a_lost_cancel_is_not_done_while_a_request_may_be_ours(open_bench: Opener) -> None:
    bench = open_bench("asked_shown=none", "review_s=none")
    pending = begun(bench)
    bench.pass_time(10)
    lost = {**pending.handle, "track_id": "0" * 32, "begun": 0}
    (outcome,) = bench.shop.cancel([lost])
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, ProtocolError)
    bench.decide("MICHU-500G", "reject")
    assert isinstance(bench.shop.cancel([lost])[0], Done)


def test_a_request_that_tiki_does_not_show_blocks_nobody_for_ever(open_bench: Opener) -> None:
    bench = open_bench("request_products=false", "review_s=none")
    begun(bench)
    bench.pass_time(6)
    gone = {"errors": ["Request not found"]}
    one = r"GET /integration/v2/requests/1"
    bench.market.spoil(Fault(kind="answer", path=one, times=None, status=404, body=gone))
    assert isinstance(bench.shop.find_by_sku(["OTHER"])[0], Failed)
    bench.pass_time(3700)
    bench.credentials = bench.shop.refresh()
    assert done(bench.shop.find_by_sku(["OTHER"])[0]) == ()


@pytest.mark.parametrize("words", [(), ("find_loose=true",)])
def test_find_compares_for_equality(open_bench: Opener, words: tuple[str, ...]) -> None:
    bench = open_bench(*words)
    listed(bench, pack("OCOP-1"))
    assert done(bench.shop.find_by_sku(["OCOP-1-500G"])[0]) == ()
    assert done(bench.shop.find_by_sku(["OCOP"])[0]) == ()
    assert done(bench.shop.find_by_sku(["ocop-1"])[0]) == ()


def test_other_refusals_do_not_hide_a_new_request(bench: TikiBench) -> None:
    """What ended in the tracking list does not keep anybody from saying that there is none."""
    first = begun(bench)
    bench.pass_time(6)
    bench.decide("MICHU-500G", "reject")
    assert isinstance(resumed(bench, first), Failed)
    assert done(bench.shop.find_by_sku(["MICHU-500G"])[0]) == ()
    assert isinstance(bench.shop.create([listing()])[0], Pending)
