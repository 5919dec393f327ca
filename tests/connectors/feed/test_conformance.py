"""San24h through the conformance kit, and the proof that is shipped with the connector."""

from __future__ import annotations

from connectors.conformance import proven, suite
from connectors.conformance.pytests import promised
from connectors.feed.channels import San24h
from tests.connectors.feed.rig import FeedRig

TestSan24h = suite(FeedRig())


def test_the_shipped_proof_is_not_stale() -> None:
    """Made by ``pytest --prove tests/connectors/feed/test_conformance.py``."""
    proof, now = proven(San24h), promised(FeedRig())
    assert proof.level == "gold"
    assert proof.answers == now.answers
    assert proof.names() | set(proof.absent) == now.names()
    assert proof.failed == ()
