"""What is news to a producer: said once, and only what is still so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.notices import DocumentFact, ListingFact
from models.states import STATES
from worker.notices import decide

TODAY = date(2026, 11, 20)
SINCE = datetime(2026, 11, 19, 2, 0, tzinfo=UTC)
LISTING = ListingFact(7, "Mỳ gạo Chũ", "Shop tỉnh", "live", SINCE, "", "", "https://san.example/7")
CERTIFICATE = DocumentFact(
    3, "certificate", "1/QĐ-UBND", "Mỳ gạo Chũ", date(2028, 6, 1), "valid", ""
)


def in_state(state, **changes):
    return replace(LISTING, state=state, **changes)


def told_of(*steps):
    """The kinds of news, step by step, for somebody who is told at each."""
    told: dict[str, str] = {}
    said = []
    for step in steps:
        listings = [step] if isinstance(step, ListingFact) else []
        documents = [step] if isinstance(step, DocumentFact) else []
        found = decide(listings, documents, told, TODAY)
        said.append([line.kind for line in found.news])
        told = found.told()
    return said


@pytest.mark.parametrize(
    ("states", "kinds"),
    [
        (["live", "live"], [[], []]),
        (["rejected", "rejected"], [["rejected"], []]),
        (["banned", "in_review", "live"], [["banned"], [], ["back"]]),
        (["live", "rejected", "in_review", "live", "live"], [[], ["rejected"], [], ["back"], []]),
        (["live", "unlisted", "unlisted", "live"], [[], ["off"], [], ["back"]]),
        (["live", "missing", "creating", "in_review", "live"], [[], ["off"], [], [], ["back"]]),
        (["pending", "blocked", "creating", "in_review", "live"], [[], [], [], [], []]),
        (["rejected", "unlisted", "live"], [["rejected"], [], ["back"]]),
    ],
)
def test_what_becomes_of_a_listing(states, kinds):
    assert told_of(*(in_state(state) for state in states)) == kinds


def test_what_is_asked_again_without_anybody_s_doing_is_told_once():
    """A vacation, a code that is taken: refused at every try, of which there are several a day."""
    first = in_state("rejected", retried=True, reason="Gian hàng đang tạm nghỉ.")
    again = replace(first, since=SINCE + timedelta(days=1))
    other = replace(again, reason="Thiếu giấy tờ.")
    told = told_of(first, in_state("creating"), again, other)
    assert told == [["rejected"], [], [], ["rejected"]]


def test_rejected_once_more_is_news_again():
    later = in_state("rejected", since=SINCE + timedelta(days=2))
    assert told_of(in_state("rejected"), later, later) == [["rejected"], ["rejected"], []]


def test_the_channels_words_and_one_thing_to_do():
    fact = in_state("rejected", reason="Sàn từ chối: ảnh mờ", advice="Thay ảnh.")
    (line,) = decide([fact], [], {}, TODAY).news
    assert (line.product, line.where, line.text, line.advice) == (
        "Mỳ gạo Chũ", "Shop tỉnh", "Sàn từ chối: ảnh mờ", "Thay ảnh.",
    )  # fmt: skip
    (bare,) = decide([in_state("banned")], [], {}, TODAY).news
    assert bare.text and bare.advice


def ends(days, **changes):
    return replace(CERTIFICATE, until=TODAY + timedelta(days=days), **changes)


def as_days_pass(*left):
    """The kinds of news of one certificate, so many days before its end."""
    told: dict[str, str] = {}
    said = []
    for days in left:
        found = decide([], [CERTIFICATE], told, CERTIFICATE.until - timedelta(days=days))
        said.append([line.kind for line in found.news])
        told = found.told()
    return said


def test_a_certificate_is_warned_of_thrice_and_when_it_ends():
    assert as_days_pass(31, 30, 29, 14, 13, 3, 0, -1, -2) == [
        [], ["lapsing"], [], ["lapsing"], [], ["lapsing"], [], ["lapsed"], [],
    ]  # fmt: skip


def test_late_to_the_first_warning_is_one_warning():
    (line,) = decide([], [ends(5)], {}, TODAY).news
    assert "25/11/2026" in line.text and "còn 5 ngày" in line.text and "đánh giá lại" in line.advice


def test_renewed_in_time_and_warned_again_years_later():
    assert told_of(ends(10), ends(1000), ends(25)) == [["lapsing"], [], ["lapsing"]]


def test_what_lapsed_long_ago_is_no_news():
    assert as_days_pass(-31, -32) == [[], []]
    assert as_days_pass(-30, -31) == [["lapsed"], []]
    assert as_days_pass(20, -40) == [["lapsing"], ["lapsed"]]


def test_revoked_and_suspended():
    revoked = ends(100, status="revoked", why="mất an toàn")
    assert told_of(ends(100), revoked, revoked) == [[], ["revoked"], []]
    assert "mất an toàn" in decide([], [revoked], {}, TODAY).news[0].text


def test_a_paper_and_a_certificate_of_one_number_are_two_things():
    paper = replace(ends(10), kind="food_safety")
    assert len(decide([], [ends(10), paper], {}, TODAY).news) == 2


def test_the_worst_comes_first():
    listings = [in_state("rejected"), replace(in_state("banned"), id=8)]
    kinds = [line.kind for line in decide(listings, [ends(10)], {}, TODAY).news]
    assert kinds == ["banned", "rejected", "lapsing"]


facts = st.lists(
    st.builds(
        lambda number, state, day: replace(in_state(state), id=number, since=SINCE + day),
        st.integers(1, 5), st.sampled_from(STATES), st.timedeltas(timedelta(0), timedelta(days=9)),
    ),
    unique_by=lambda fact: fact.id,
)  # fmt: skip


@given(st.lists(facts, min_size=1, max_size=6))
def test_what_was_told_is_no_news(days):
    """Whatever happens: the same facts right after a digest say nothing, and who gets no digest
    misses nothing that still holds."""
    told: dict[str, str] = {}
    for listings in days:
        found = decide(listings, [], told, TODAY)
        assert decide(listings, [], found.told(), TODAY).news == ()
        unsent = decide(listings, [], found.quiet, TODAY)
        assert unsent.news == found.news
        told = found.told()
