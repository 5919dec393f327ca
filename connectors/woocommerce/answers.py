"""WooCommerce's products and variations as our states. Pure (docs: "Reading")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from html import unescape
from typing import Any

from connectors.composed import composed
from connectors.contract import RemoteState, RemoteStatus, RemoteVariant, RemoteVariantState
from connectors.errors import ProtocolError
from connectors.woocommerce.capabilities import CAPABILITIES

PRODUCT_FIELDS = (
    "id,type,status,sku,name,permalink,price,regular_price,manage_stock,stock_quantity,"
    "stock_status,backorders,weight,images,attributes,date_modified_gmt"
)
VARIATION_FIELDS = (
    "id,status,sku,price,regular_price,manage_stock,stock_quantity,stock_status,backorders,weight,"
    "attributes"
)

TRASH = "trash"
GROUP_SUFFIX = "-NHOM"
"""Ends the parent's SKU where one of its packs owns the listing's: no two may share one."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Variation:
    """A pack as the shop holds it. ``sku`` is its own, "" when it merely shows its parent's."""

    variation_id: str
    sku: str
    option: str
    price_vnd: int | None
    stock: int | None
    managed: bool
    weight: str
    attributes: tuple[Row, ...]
    status: str

    def remote(self) -> RemoteVariant:
        return RemoteVariant(self.sku, self.variation_id)


def same(one: str, other: str) -> bool:
    """Whether the shop's database takes two SKUs for one: it does not mind the case."""
    return one.casefold() == other.casefold()


def status_of(row: Row) -> RemoteStatus:
    """Only what is published can be bought; what is in the trash is gone to buyer and seller."""
    status = str(row.get("status") or "")
    if status == "publish":
        return RemoteStatus.LIVE
    return RemoteStatus.MISSING if status == TRASH else RemoteStatus.UNLISTED


def is_variable(row: Row) -> bool:
    return row.get("type") == "variable"


def price_of(row: Row) -> int | None:
    """What buyers pay, in whole đồng: the price of a promotion while there is one, which is what
    ``price`` shows, or the regular one where no other is told. "35.000" is thirty-five; "" is no
    price, which is 0 (it cannot be bought); a fraction or a word is not ours to round: None."""
    named = (str(row[name]) for name in ("price", "regular_price") if row.get(name) is not None)
    text = next((t for told in named if (t := told.strip())), "")
    if not text:
        return 0
    value = _decimal(text)
    return int(value) if value is not None and value == value.to_integral_value() else None


def stock_of(row: Row) -> int | None:
    """Units that buyers can have. Without a count of its own (somebody switched it off), or with
    backorders, they can have any number, until somebody calls it sold out by hand: that differs
    from whatever we set, so that it is noticed and counted again."""
    if manages(row) and not sells_below_zero(row):
        return counted(row)
    return 0 if row.get("stock_status") == "outofstock" else CAPABILITIES.stock_range[1]


def counted(row: Row) -> int | None:
    """Units that the shop counts and stops at: oversold (negative) is 0, a fraction counts its
    whole units, None where it does not count."""
    if not manages(row) or sells_below_zero(row) or row.get("stock_quantity") is None:
        return None
    value = _decimal(str(row["stock_quantity"]))
    return None if value is None else max(0, int(value // 1))


def sells_below_zero(row: Row) -> bool:
    """Backorders ("yes", "notify"): a buyer may order what is not there."""
    return row.get("backorders") not in (None, "", "no")


def manages(row: Row) -> bool:
    """``parent`` says that a variation shares its parent's count."""
    return row.get("manage_stock") in (True, "true", 1, "1", "yes")


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def variation_of(row: Row, parent_sku: str) -> Variation:
    """One row of /variations. One without a SKU of its own reads back with its parent's."""
    sku = str(row.get("sku") or "")
    attributes = tuple(objects(row, "attributes"))
    return Variation(
        variation_id=str(int_of(row.get("id"))),
        sku="" if same(sku, parent_sku) else sku,
        option=clean(str(attributes[0].get("option") or "")) if attributes else "",
        price_vnd=price_of(row),
        stock=stock_of(row),
        managed=manages(row),
        weight=str(row.get("weight") or ""),
        attributes=attributes,
        status=str(row.get("status") or ""),
    )


def choice(row: Row) -> Row | None:
    """The attribute that the buyer chooses a pack by."""
    return next((a for a in objects(row, "attributes") if a.get("variation") is True), None)


def options(attribute: Row | None) -> list[str]:
    given = attribute.get("options") if attribute else None
    return [clean(str(option)) for option in given] if isinstance(given, list) else []


def item_sku_of(sku: str, packs: Sequence[str]) -> str:
    """The listing's key behind a parent's SKU: the pack's that stands for it, or its own."""
    bare = sku.removesuffix(GROUP_SUFFIX)
    return bare if bare != sku and any(same(bare, pack) for pack in packs) else sku


def ordered(row: Row, variations: Sequence[Variation]) -> list[Variation]:
    """In the order of the parent's options."""
    places = {option: place for place, option in enumerate(options(choice(row)))}
    return sorted(variations, key=lambda v: places.get(v.option, len(places)))


def state_of(row: Row, variations: Sequence[Variation] | None = None) -> RemoteState:
    """A product as a reading; ``variations`` None: of the status only."""
    remote_id = str(int_of(row.get("id")))
    packs: tuple[RemoteVariantState, ...] = ()
    sku = str(row.get("sku") or "")
    if variations is not None and is_variable(row):
        sku = item_sku_of(sku, [v.sku for v in variations])
        packs = tuple(
            RemoteVariantState(v.sku, v.variation_id, v.price_vnd, v.stock, v.option)
            for v in ordered(row, variations)
        )
    elif variations is not None:
        packs = (RemoteVariantState(sku, "", price_of(row), stock_of(row)),)
    else:
        sku = sku.removesuffix(GROUP_SUFFIX)
    return RemoteState(
        remote_id=remote_id,
        status=status_of(row),
        item_sku=sku,
        title=clean(str(row.get("name") or "")),
        url=str(row.get("permalink") or ""),
        variants=packs,
        image_ids=tuple(str(i.get("src") or "") for i in objects(row, "images")),
    )


def objects(row: Row, name: str) -> list[Row]:
    """A list of objects that may be absent or null."""
    value = row.get(name)
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def clean(text: str) -> str:
    """A text as people read it: entities resolved, NFC, single blanks."""
    return " ".join(composed(unescape(text)).split())


def int_of(value: Any) -> int:
    """An id that may come as a text. Raises ProtocolError."""
    try:
        return int(value)
    except (TypeError, ValueError):
        raise ProtocolError(f"WooCommerce: số '{value}' không đọc được") from None
