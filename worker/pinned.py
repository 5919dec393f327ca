"""Values that an undo put back, in place of the offer's own. Pure.

An override stands for one value of the offer: as soon as the offer says another one, there is
something new to show, and the override is over. (design: hold, override)
"""

from __future__ import annotations

from collections.abc import Iterable

from models.overrides import Pin
from worker.digests import digest
from worker.draft import Draft


def pin_prices(draft: Draft, pins: Iterable[Pin]) -> None:
    """Put the pinned prices (đồng) in; who undid a price has seen the plan, so that no guard asks
    about it again (``draft.pinned``)."""
    for pin in pins:
        if pin.kind != "price" or not draft.on:
            continue
        if pin.key in draft.prices and digest(draft.prices[pin.key]) == pin.source:
            draft.prices[pin.key] = pin.value
            draft.pinned.add(pin.key)
        else:
            draft.outdated.append(pin.id)


def pin_content(draft: Draft, pins: Iterable[Pin]) -> None:
    """Put the pinned content in."""
    for pin in pins:
        if pin.kind != "content" or not draft.content:
            continue
        if digest(draft.content) == pin.source:
            draft.content = pin.value
        else:
            draft.outdated.append(pin.id)
