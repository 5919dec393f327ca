"""The province's registry as the model turns it: products, packs, certificates, tombstones."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from connectors.registry.contract import (
    Page,
    SourceCertificate,
    SourceImage,
    SourceProducer,
    SourceProduct,
    SourceVariant,
    Tombstone,
    Walk,
    WalkEnd,
)

WORDS = "Làm từ nông sản địa phương, không phẩm màu, phơi khô tự nhiên. " * 3


@dataclass(frozen=True, slots=True)
class Pack:
    """``price`` đồng (None: on request), ``stock`` units (None: unknown)."""

    grams: int
    price: int | None
    stock: int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One product of the registry."""

    code: str
    name: str
    producer: str
    packs: tuple[Pack, ...]
    expires: date = date(2028, 6, 1)
    status: str = "valid"
    pictured: bool = True

    def sku(self, pack: Pack) -> str:
        """The SKU that is minted of a pack: code and net."""
        return f"{self.code}-{pack.grams}G"


@dataclass
class Registry:
    """A source that says what the model wants. ``full``: absence means something."""

    key: str = "sổ của mô hình"
    entries: dict[str, Entry] = field(default_factory=dict)
    buried: set[str] = field(default_factory=set)
    full: bool = True
    version: int = 0

    def __post_init__(self) -> None:
        for number, producer in enumerate(("HTX A", "HTX A", "HTX B")):
            code = f"OCOP-{number}"
            packs = tuple(Pack(100 * (n + 1), 20_000 * (n + 1), 50) for n in range(1 + number % 2))
            self.entries[code] = Entry(code, f"Mỳ gạo Xuân Trường {number}", producer, packs)

    def change(self, code: str, **values: Any) -> None:
        self.entries[code] = replace(self.entries[code], **values)

    def pages(self, since: str | None) -> Walk:
        products = tuple(_source(entry) for entry in self.entries.values())
        stones = tuple(Tombstone(code, None, "thu hồi") for code in self.buried)
        return Walk(iter([Page(products, stones)]), lambda: WalkEnd(self.full, None))


def _source(entry: Entry) -> SourceProduct:
    revoked = entry.status == "revoked"
    return SourceProduct(
        code=entry.code,
        name=entry.name,
        producer=SourceProducer(entry.producer, entry.producer),
        group="thuc-pham",
        variants=tuple(
            SourceVariant(f"Gói {p.grams} g", p.price, p.stock, net_g=p.grams) for p in entry.packs
        ),
        certificate=SourceCertificate(
            "1/QĐ-UBND", 4, date(2025, 6, 1), entry.expires, status=entry.status,
            revoked_on=date(2026, 11, 1) if revoked else None,
            revoked_reason="vi phạm" if revoked else "",
        ),
        description=WORDS,
        images=(SourceImage(f"http://anh.example/{entry.code}.jpg"),) if entry.pictured else (),
    )  # fmt: skip
