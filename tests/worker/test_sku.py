"""SKUs: minted once; retyping a pack never mints."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from connectors.registry.contract import SourceVariant
from worker.sku import MAX_SKU, mint, same_pack

BASE = SourceVariant("Gói 500 g", 28000, 5, net_g=500)


def pack(**changes):
    return replace(BASE, **changes)


def test_the_form_is_code_and_net():
    assert mint("OCOP-24-219-0002", pack(), set()) == "OCOP-24-219-0002-500G"
    assert mint("C", pack(net_g=None, net_ml=350), set()) == "C-350ML"
    assert mint("C", pack(net_g=8160, count=24), set()) == "C-340GX24"
    assert mint("C", pack(net_g=None, pack="Chậu 3 cành"), set()) == "C-CHAU-3-CANH"


def test_a_collision_gets_a_letter():
    assert mint("C", pack(), {"C-500G"}) == "C-500G-A"


@given(st.text(min_size=1, max_size=60), st.integers(1, 10**9), st.sets(st.just("C-1G")))
def test_any_pack_gets_ascii_within_the_length(words, net, taken):
    for candidate in (pack(pack=words, net_g=None), pack(net_g=net)):
        sku = mint("OCOP-24-219-0002", candidate, taken)
        assert sku.isascii()
        assert 1 <= len(sku) <= MAX_SKU


def test_retyping_never_mints():
    known = [replace(BASE, sku="C-500G")]
    assert same_pack(pack(pack="gói 500g"), known) is known[0]
    assert same_pack(pack(net_g=300), known) is None


def test_the_registry_s_own_sku_and_the_barcode_come_first():
    first = replace(BASE, sku="A", gtin="8930000001207")
    second = replace(BASE, sku="B", net_g=300)
    assert same_pack(pack(sku="B"), [first, second]) is second
    assert same_pack(pack(gtin="8930000001207", net_g=999), [first, second]) is first
    assert same_pack(pack(gtin="8930000001214"), [first, second]) is None
