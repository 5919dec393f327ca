"""Tiki through the conformance kit, and the proof that is shipped with the connector."""

from __future__ import annotations

from connectors.conformance import proven, suite
from connectors.conformance.pytests import promised
from connectors.tiki.connector import TikiConnector
from tests.connectors.tiki.rig import TikiRig

TestTiki = suite(TikiRig())


def test_the_shipped_proof_is_not_stale() -> None:
    """Made by ``pytest --prove tests/connectors/tiki/test_conformance.py``."""
    proof, now = proven(TikiConnector), promised(TikiRig())
    assert proof.level == "gold"
    assert proof.answers == now.answers
    assert proof.names() | set(proof.absent) == now.names()
    assert proof.failed == ()
