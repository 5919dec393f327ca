"""May it be sold here today, and if not, whose doing is it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from models.facts import PaperFacts, RuleFacts
from tests.worker.facts import NOW, TODAY, certificate, product, shop, variant
from tests.worker.fakes import CAPABILITIES
from worker.certify import certify, valid_certificate
from worker.rules import active

LICENCE = PaperFacts("alcohol_licence", "GP 1", TODAY, None)
CHANNEL = replace(CAPABILITIES, required_papers={"alcohol": ("alcohol_licence",)})


def verdict(of=None, at=None, rules=(), today=TODAY):
    return certify(of or product(), at or shop(), CHANNEL, active(rules), today)


def code(*args, **kwargs):
    found = verdict(*args, **kwargs).reason
    return found.code if found else None


def test_an_ordinary_product_may_be_sold_and_may_claim_its_stars():
    assert verdict().may_sell
    assert verdict().certificate.stars == 4


def test_the_last_day_is_included():
    lapsing = product(certificates=(certificate(expires_on=TODAY),))
    assert code(lapsing) is None
    assert code(lapsing, today=TODAY + timedelta(days=1)) == "EXPIRED"


@pytest.mark.parametrize(
    ("of", "expected", "whose"),
    [
        (product(certificates=()), "NO_CERTIFICATE", "law"),
        (
            product(certificates=(certificate(recognised_on=TODAY + timedelta(days=1)),)),
            "NOT_YET",
            "law",
        ),
        (product(certificates=(certificate(status="revoked"),)), "REVOKED", "law"),
        (product(certificates=(certificate(status="suspended"),)), "SUSPENDED", "law"),
        (product(withdrawn_at=NOW), "WITHDRAWN", "law"),
        (product(flags=("PRICE_RANGE",)), "FLAGGED", "data"),
        (product(kind="tourism"), "KIND_BLOCKED", "law"),
        (product(kind="alcohol"), "KIND_WAITING", "law"),
        (product(variants=()), "NO_VARIANT", "data"),
        (product(variants=(variant(price_vnd=None),)), "NO_PRICE", "data"),
        (product(images=()), "NO_IMAGE", "data"),
        (product(producer_agreed=False), "NOT_AGREED", "choice"),
    ],
)
def test_every_refusal_has_its_own_reason_and_owner(of, expected, whose):
    found = verdict(of).reason
    assert (found.code, found.whose) == (expected, whose)
    assert found.text.endswith((".", ")"))
    assert found.advice


def test_a_person_answers_where_the_channel_asks():
    yes = RuleFacts("permit", "product", product().code, "shopee", {"answer": "yes"})
    no = RuleFacts("permit", "product", product().code, "shopee", {"answer": "no"})
    wine = product(kind="alcohol", papers=(LICENCE,))
    assert code(wine, rules=[yes]) is None
    assert code(wine, rules=[no]) == "KIND_REFUSED"
    assert code(product(kind="tourism"), rules=[yes]) == "KIND_BLOCKED"


def test_a_newer_certificate_takes_over():
    old = certificate(expires_on=TODAY - timedelta(days=1), recognised_on=date(2023, 5, 14))
    new = certificate(stars=5, decision="2/QĐ", recognised_on=TODAY)
    assert valid_certificate((old, new), TODAY) is new


def test_unclaim_keeps_the_listing_without_the_claim_but_not_for_food_safety():
    rule = RuleFacts("lapse", "default", "", "", {"mode": "unclaim"})
    lapsed = product(certificates=(certificate(expires_on=TODAY - timedelta(days=1)),))
    kept = verdict(lapsed, rules=[rule])
    assert kept.may_sell
    assert kept.certificate is None
    unsafe = certificate(status="revoked", revoked_reason="vi phạm an toàn thực phẩm")
    assert code(product(certificates=(unsafe,)), rules=[rule]) == "REVOKED"


def test_assortment_rows_add_and_take_away():
    away = shop(assortment=(("exclude", "product", product().code),))
    assert code(at=away) == "NOT_ASSIGNED"
    own = shop(producer_id=99)
    assert code(at=own) == "NOT_ASSIGNED"
    added = shop(producer_id=99, assortment=(("include", "group", "thuc-pham"),))
    assert code(at=added) is None


def needs(*papers):
    return RuleFacts("papers", "channel", "shopee", "", {"needs": {"dry": list(papers)}})


def test_a_paper_that_the_channel_demands_must_be_there_and_in_force():
    yes = RuleFacts("permit", "product", product().code, "shopee", {"answer": "yes"})
    wine = product(kind="alcohol")
    assert code(wine, rules=[yes]) == "NO_PAPER"
    licensed = replace(wine, papers=(LICENCE,))
    assert code(licensed, rules=[yes]) is None
    assert code(licensed, rules=[yes], today=TODAY + timedelta(days=1)) == "PAPER_LAPSED"
    endless = replace(wine, papers=(LICENCE, replace(LICENCE, valid_until=None)))
    assert code(endless, rules=[yes], today=TODAY + timedelta(days=1)) is None


def test_a_rule_says_which_papers_a_kind_needs_here():
    assert code(rules=[needs("trademark")]) == "NO_PAPER"
    assert code(rules=[needs("self_declaration")]) is None
    undeclared = product(self_declaration="")
    assert code(undeclared, rules=[needs("self_declaration")]) == "NO_PAPER"
    assert code(undeclared, rules=[needs()]) is None
