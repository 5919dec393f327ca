"""Names and texts in composed form (NFC), in which channels count, show and compare them.

Vietnamese typed on some systems comes apart into letters and marks ("ỳ" as "y" and a grave): the
same to the eye, longer to a channel that counts, and another text to one that compares.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from unicodedata import normalize

from connectors.contract import Content, NewListing, PricedVariant


def composed(text: str) -> str:
    return normalize("NFC", text)


def composed_content(content: Content) -> Content:
    """Title and description; what has other letters than we show (attributes) stays."""
    return replace(
        content, title=composed(content.title), description=composed(content.description)
    )


def composed_packs(packs: Sequence[PricedVariant]) -> tuple[PricedVariant, ...]:
    """The labels that a buyer chooses by."""
    return tuple(
        replace(pack, variant=replace(pack.variant, label=composed(pack.variant.label)))
        for pack in packs
    )


def composed_listing(listing: NewListing) -> NewListing:
    return replace(
        listing,
        content=composed_content(listing.content),
        variants=composed_packs(listing.variants),
        variation_name=composed(listing.variation_name),
    )
