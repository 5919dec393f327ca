"""What the checks sell: listings that any channel of the contract takes, and pictures.

Made from the capabilities, so that the same check fits every channel.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Sequence
from functools import lru_cache

from connectors.contract import (
    Account,
    Attribute,
    AttributeValue,
    Capabilities,
    Content,
    Facts,
    ImageFile,
    NewListing,
    PricedVariant,
    Variant,
)

TITLE = "Mỳ gạo Chũ Xuân Trường 4 sao"
DESCRIPTION = (
    "Mỳ gạo làm từ gạo bao thai hồng, sợi dai, không phẩm màu. "
    "Bảo quản nơi khô ráo, thoáng mát. Hạn dùng 12 tháng kể từ ngày sản xuất. "
)


def sku(number: int, pack: str = "500G") -> str:
    """The SKU of a pack of the numbered product."""
    return f"OCOP-24-219-{number:04d}-{pack}"


def item_sku(number: int) -> str:
    """The key of a listing of several packs."""
    return f"OCOP-24-219-{number:04d}"


def fitted(words: str, bounds: tuple[int, int]) -> str:
    """Words repeated or cut to lie well within bounds (characters)."""
    low, high = bounds
    while len(words) < low:
        words = f"{words} {words}"
    return words[:high].strip().ljust(low, "o")


def exactly(words: str, length: int) -> str:
    """Words of just this length, without a space at the end."""
    text = (f"{words} " * (length // len(words) + 1))[:length]
    return text[:-1] + "o" if text.endswith(" ") else text


def gtin(number: int) -> str:
    """An EAN-13 with the prefix of Viet Nam and a good check digit."""
    body = f"893{number:09d}"
    total = sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(body))
    return f"{body}{-total % 10}"


def pack(
    name: str, label: str = "Gói 500 g", price: int = 45_000, stock: int = 12, grams: int = 550
) -> PricedVariant:
    return PricedVariant(Variant(name, label, grams, net_g=grams - 50), price, stock)


def one_pack(number: int) -> tuple[PricedVariant, ...]:
    found = pack(sku(number))
    with_code = Variant(found.variant.sku, "Gói 500 g", 550, gtin(number), net_g=500)
    return (PricedVariant(with_code, found.price_vnd, found.stock),)


def two_packs(number: int) -> tuple[PricedVariant, ...]:
    return (*one_pack(number), pack(sku(number, "1KG"), "Gói 1 kg", 85_000, 5, 1_100))


def content(
    capabilities: Capabilities,
    category: str,
    attributes: Sequence[AttributeValue],
    image_ids: Sequence[str],
    title: str = "",
) -> Content:
    return Content(
        title=title or fitted(TITLE, capabilities.title_length),
        description=fitted(DESCRIPTION * 2, capabilities.description_length),
        category_id=category,
        attributes=tuple(attributes),
        image_ids=tuple(image_ids),
        weight_g=550,
        dims_mm=(300, 120, 80),
        facts=Facts(
            product_code="24-219-0001",
            name="Mỳ gạo Chũ Xuân Trường",
            producer="Hợp tác xã Mỳ Chũ Xuân Trường",
            origin="xã Nam Dương, tỉnh Bắc Ninh",
            group="Thực phẩm",
            stars=4,
            decision="1234/QĐ-UBND",
            recognised_on="2025-12-05",
            expires_on="2028-12-05",
            self_declaration="01/XUANTRUONG/2025",
            trace_code="TXNG-0001",
            shelf_life="12 tháng",
        ),
    )


def listing(packs: Sequence[PricedVariant], what: Content, key: str = "") -> NewListing:
    """A pack alone gives the item its SKU, as the worker does it."""
    name = packs[0].variant.sku if len(packs) == 1 else packs[0].variant.sku.rsplit("-", 1)[0]
    return NewListing(key or name, what, tuple(packs))


def filled(attributes: Sequence[Attribute]) -> tuple[AttributeValue, ...]:
    """A value for each mandatory attribute: the first option, else a figure with its unit."""
    return tuple(_value(a) for a in attributes if a.mandatory)


def _value(attribute: Attribute) -> AttributeValue:
    if attribute.options:
        return AttributeValue(attribute.attribute_id, value_id=attribute.options[0].value_id)
    unit = attribute.units[0] if attribute.units else ""
    return AttributeValue(attribute.attribute_id, text="500" if unit else "12", unit=unit)


# --- pictures ---------------------------------------------------------------------------------

SIDE = 1200
"""Pixels, enough for every channel that we know."""


@lru_cache(maxsize=128)  # every check sends a few, and they are slow to draw
def picture(mark: int = 0, side: int = SIDE, kinds: frozenset[str] = frozenset()) -> ImageFile:
    """A square picture of one colour; ``mark`` makes it another one."""
    if not kinds or "image/png" in kinds:
        return image_file(png(side, mark), "image/png")
    return image_file(jpeg(side, mark), "image/jpeg")


def image_file(data: bytes, content_type: str) -> ImageFile:
    return ImageFile(hashlib.sha256(data).hexdigest(), content_type, data)


def png(side: int, mark: int) -> bytes:
    """A grey PNG."""
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    rows = (b"\0" + bytes([mark % 256]) * side) * side
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def jpeg(side: int, mark: int) -> bytes:
    """A grey baseline JPEG: one table of each kind, and blocks that hold no difference."""
    quant = b"\xff\xdb\x00\x43\x00" + bytes([16]) * 64
    frame = b"\xff\xc0\x00\x0b\x08" + struct.pack(">HH", side, side) + b"\x01\x01\x11\x00"
    codes = bytes([1]) + bytes(15)
    tables = b"".join(
        b"\xff\xc4\x00\x14" + bytes([kind]) + codes + b"\x00" for kind in (0x00, 0x10)
    )
    comment = b"\xff\xfe\x00\x06" + f"{mark % 10000:04d}".encode()
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00"
    blocks = ((side + 7) // 8) ** 2
    body = bytes(blocks * 2 // 8 + 1)
    return b"\xff\xd8" + comment + quant + frame + tables + scan + body + b"\xff\xd9"


def public_picture(account: Account, mark: int) -> str:
    """An address of a picture for channels that fetch them: a file under the account's public
    folder where the rig serves one."""
    name = f"anh-{mark}.png"
    if account.folder is not None and account.public_url:
        folder = account.folder / "public"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(png(SIDE, mark))
        return f"{account.public_url}/{name}"
    return f"https://anh.ocop.example.vn/{name}"
