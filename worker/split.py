"""Which packs of a product share one remote item. Pure.

Decided at first creation, then sticky: a pack keeps its part, a new pack joins the first part
that can take it, and a later price that breaks the ratio is a hold, never a re-split
(design: "Which variants share an item").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pack:
    """A variant id and its price in this shop, in đồng."""

    variant_id: int
    price_vnd: int


@dataclass(frozen=True, slots=True)
class Room:
    """What one remote item can hold. ``price_ratio``: dearest / cheapest, None when unbounded."""

    max_variants: int
    price_ratio: float | None
    variants_are_items: bool


def split(packs: Sequence[Pack], placed: Mapping[int, int], room: Room) -> dict[int, int]:
    """The part (0, 1, …) of each pack. ``placed``: parts decided earlier, kept as they are."""
    parts: dict[int, list[Pack]] = {}
    answer: dict[int, int] = {}
    for pack in packs:
        if pack.variant_id in placed:
            part = placed[pack.variant_id]
            parts.setdefault(part, []).append(pack)
            answer[pack.variant_id] = part
    for pack in sorted(packs, key=lambda p: (p.price_vnd, p.variant_id)):
        if pack.variant_id in answer:
            continue
        part = _first_that_takes(pack, parts, room)
        parts.setdefault(part, []).append(pack)
        answer[pack.variant_id] = part
    return answer


def ratio_broken(prices: Sequence[int], room: Room) -> bool:
    """Whether packs at these prices (đồng) may not share an item."""
    if room.price_ratio is None or len(prices) < 2:
        return False
    return max(prices) > room.price_ratio * min(prices)


def _first_that_takes(pack: Pack, parts: Mapping[int, list[Pack]], room: Room) -> int:
    for part in sorted(parts):
        if not room.variants_are_items and _takes(parts[part], pack, room):
            return part
    return max(parts, default=-1) + 1


def _takes(members: Sequence[Pack], pack: Pack, room: Room) -> bool:
    prices = [member.price_vnd for member in members] + [pack.price_vnd]
    return len(prices) <= room.max_variants and not ratio_broken(prices, room)
