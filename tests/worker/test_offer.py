"""What a listing says: claims only while they hold, within the channel's lengths."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from connectors.contract import StarterRow
from models.facts import CategoryFacts
from tests.worker.facts import TODAY, certificate, product, variant
from tests.worker.fakes import CAPABILITIES
from worker import offer
from worker.rules import PackingRule, TemplateRule

CATEGORY = CategoryFacts(
    "dry", "", "100", ({"attribute_id": "1", "value_id": "", "text": "{net}", "unit": "g"},)
)
LIMITS = offer.Limits(title=(10, 120), description=(100, 3000), images=9, label=20)


def shown(of=None, cert=None, template=None, limits=LIMITS, **channel):
    of = of or product()
    page = offer.Page(
        of, of.variants, cert, PackingRule(), template or TemplateRule(),
        replace(CAPABILITIES, **channel), limits, TODAY,
    )  # fmt: skip
    return offer.content(page, CATEGORY)


def test_stars_and_number_only_while_the_certificate_holds():
    with_claim = shown(cert=certificate())
    assert "OCOP 4 sao" in with_claim["title"]
    assert "1253/QĐ-UBND" in with_claim["description"]
    without = shown()
    assert "OCOP" not in without["title"] + without["description"]


def test_a_potential_five_is_sold_as_four():
    text = shown(cert=certificate(potential_stars=5))
    assert "5 sao" not in text["title"] + text["description"]


@given(st.text(alphabet="aăâ bcđ ê", min_size=2, max_size=400), st.integers(60, 140))
def test_titles_keep_the_length_and_end_at_a_word(name, most):
    named = product(name=name.strip() or "a")
    title = shown(named, certificate(), limits=replace(LIMITS, title=(10, most)))["title"]
    assert len(title) <= most
    assert "OCOP 4 sao" in title


def test_equal_labels_are_told_apart_within_the_length():
    packs = (
        variant(id=1, sku="A", pack="Hộp quà tặng sum vầy 500 g"),
        variant(id=2, sku="B", pack="Hộp quà tặng sum vầy 900 g"),
    )
    labels = [row["label"] for row in offer.variant_rows(packs, PackingRule(), 20)]
    assert labels == ["Hộp quà tặng 500 g", "Hộp quà tặng 900 g"]


def test_the_first_words_and_of_those_the_longest_choose_the_category():
    rows = [
        CategoryFacts("dry", words, words or "any", ())
        for words in ("", "my", "gao", "che", "che kho", "mat ong")
    ]
    assert offer.category_for(product(name="Mỳ gạo Chũ"), rows).category_id == "my"
    assert offer.category_for(product(name="Gạo nếp Mỹ Hà"), rows).category_id == "gao"
    assert offer.category_for(product(name="Chè kho Mỹ Độ"), rows).category_id == "che kho"
    assert offer.category_for(product(name="Kẹo lạc"), rows).category_id == "any"
    unmapped = [StarterRow("dry", "keo", ("kẹo",)), StarterRow("craft", "mat", ("mắt",))]
    assert offer.category_for(product(name="Kẹo gạo"), rows, unmapped).category_id == "any"
    assert offer.category_for(product(name="Mật ong"), rows, unmapped).category_id == "mat ong"
    assert offer.category_for(product(), rows).category_id == "my"
    assert offer.category_for(product(name="Mật ong hoa vải"), rows).category_id == "mat ong"
    assert offer.category_for(product(name="Tương Mỹ Thái"), rows).category_id == "my"
    assert offer.category_for(product(kind="craft"), rows) is None


def test_facts_fill_the_attributes_and_the_weight_is_for_shipping():
    content = shown(cert=certificate())
    assert content["attributes"][0]["text"] == "500"
    assert content["weight_g"] == 650
