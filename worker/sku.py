"""The SKU of a pack: minted once, stored, never made from a row's position.

``code-<net+unit[×n]>`` in ASCII, at most 40 characters, a letter on collision (design: "Tables",
variant). Later rows find their pack again by SKU, GTIN, or net and count, so that retyping
"500g" as "500 g" never mints.
"""

from __future__ import annotations

import string
from collections.abc import Collection, Iterable
from typing import Protocol

from models.text import slug

MAX_SKU = 40


class Pack(Protocol):
    """What identifies a pack within its product."""

    @property
    def sku(self) -> str | None: ...
    @property
    def gtin(self) -> str | None: ...
    @property
    def net_g(self) -> int | None: ...
    @property
    def net_ml(self) -> int | None: ...
    @property
    def count(self) -> int | None: ...
    @property
    def pack(self) -> str: ...


def size_part(pack: Pack) -> str:
    """``300G``, ``500ML``, ``340GX24``; without a net, the pack's words."""
    count = pack.count or 1
    for net, unit in ((pack.net_ml, "ML"), (pack.net_g, "G")):
        if net:
            if count > 1 and net % count == 0:
                return f"{net // count}{unit}X{count}"
            return f"{net}{unit}"
    return slug(pack.pack).upper() or "1"


def mint(code: str, pack: Pack, taken: Collection[str]) -> str:
    """A SKU for a pack of product ``code`` that is not in ``taken``."""
    base = f"{code}-{size_part(pack)}"[:MAX_SKU].rstrip("-")
    if base not in taken:
        return base
    for letter in string.ascii_uppercase:
        candidate = f"{base[: MAX_SKU - 2]}-{letter}"
        if candidate not in taken:
            return candidate
    raise ValueError(f"{code}: hơn 26 quy cách trùng cỡ {size_part(pack)}")


def same_pack(new: Pack, known: Iterable[Pack]) -> Pack | None:
    """The known pack that ``new`` is: by SKU, else by GTIN, else by net and count.

    Two packs without a net are the same only when their words are.
    """
    candidates = list(known)
    if new.sku:
        for pack in candidates:
            if pack.sku == new.sku:
                return pack
    if new.gtin:
        for pack in candidates:
            if pack.gtin == new.gtin:
                return pack
    for pack in candidates:
        if _size(pack) == _size(new) and not (pack.gtin and new.gtin):
            return pack
    return None


def _size(pack: Pack) -> tuple[int | None, int | None, int, str]:
    words = "" if pack.net_g or pack.net_ml else slug(pack.pack)
    return (pack.net_g, pack.net_ml, pack.count or 1, words)
