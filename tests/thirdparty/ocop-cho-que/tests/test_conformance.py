"""Chợ Quê through the conformance kit; ``pytest --prove`` writes the proof into the package."""

from __future__ import annotations

from rig import ChoQueRig

from connectors.conformance import suite

TestChoQue = suite(ChoQueRig())
