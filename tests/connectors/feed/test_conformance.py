"""Floors through the conformance kit, and the proofs that are shipped with their connector.

San24h is tried under every answer. The other floors are the same code by other profiles: each is
tried in its likeliest world, and under each of its files. Google's product data has no number of
units, which the kit asks every channel for, so that floor is not proven.
"""

from __future__ import annotations

import pytest

from connectors.conformance import proven, suite
from connectors.conformance.pytests import promised
from connectors.feed import channels
from tests.connectors.feed.rig import FeedRig

ONE, TWO = ("likeliest",), ("likeliest", "second file")
RIGS = {
    "san24h": FeedRig(),
    "postmart": FeedRig(channels.Postmart, ONE),
    "voso": FeedRig(channels.Voso, ONE),
    "trang-tinh": FeedRig(channels.TrangTinh, ONE),
    "csdl-ocop": FeedRig(channels.CsdlOcop, TWO),
}

TestSan24h = suite(RIGS["san24h"])
TestPostmart = suite(RIGS["postmart"])
TestVoso = suite(RIGS["voso"])
TestTrangTinh = suite(RIGS["trang-tinh"])
TestCsdlOcop = suite(RIGS["csdl-ocop"])


@pytest.mark.parametrize("channel", RIGS)
def test_the_shipped_proof_is_not_stale(channel: str) -> None:
    """Made by ``pytest --prove tests/connectors/feed/test_conformance.py``."""
    rig = RIGS[channel]
    proof, now = proven(rig.connector), promised(rig)
    assert proof.level == "gold"
    assert proof.answers == now.answers
    assert proof.names() | set(proof.absent) == now.names()
    assert proof.failed == ()
