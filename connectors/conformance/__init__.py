"""The conformance kit: any connector against its sandbox, through every verb and every fault.

A channel's tests say::

    from connectors.conformance import suite
    TestShopee = suite(ShopeeRig())

and run with ``-p connectors.conformance.plugin`` (or ``pytest_plugins`` in the root conftest).
With ``--prove`` a run writes what it proved into the connector's package (``proof.json``), where
:func:`proven` reads it. See docs/writing-a-connector.md.

pytest is needed for :func:`suite` and the plugin only: this module, the rig's protocol and the
proof import nothing of it, so that the program itself runs without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.conformance.proof import Proof, proven

if TYPE_CHECKING:
    from connectors.conformance.rig import Rig

__all__ = ["Proof", "proven", "suite"]


def suite(rig: Rig) -> type:
    """A test class with every check that applies to the rig's connector."""
    from connectors.conformance.pytests import suite as build

    return build(rig)
