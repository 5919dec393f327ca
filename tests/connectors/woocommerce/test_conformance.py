"""WooCommerce through the conformance kit, and the proof that is shipped with the connector."""

from __future__ import annotations

from connectors.conformance import proven, suite
from connectors.conformance.pytests import promised
from connectors.woocommerce.connector import WooCommerceConnector
from tests.connectors.woocommerce.rig import WooCommerceRig

TestWooCommerce = suite(WooCommerceRig())


def test_the_shipped_proof_is_not_stale() -> None:
    """Made by ``pytest --prove tests/connectors/woocommerce/test_conformance.py``."""
    proof, now = proven(WooCommerceConnector), promised(WooCommerceRig())
    assert proof.level == "gold"
    assert proof.answers == now.answers
    assert proof.names() | set(proof.absent) == now.names()
    assert proof.failed == ()
