"""Shopee's items and models as our states. Pure (reference 3.13, 3.15, 3.16, trap 19)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.contract import RemoteState, RemoteStatus, RemoteVariant, RemoteVariantState
from connectors.errors import ProtocolError

STATUS = {
    "NORMAL": RemoteStatus.LIVE,
    "UNLIST": RemoteStatus.UNLISTED,
    "REVIEWING": RemoteStatus.IN_REVIEW,
    "BANNED": RemoteStatus.BANNED,
    "SELLER_DELETE": RemoteStatus.MISSING,
    "SHOPEE_DELETE": RemoteStatus.MISSING,
    "DELETED": RemoteStatus.MISSING,
}

LIVING = ("NORMAL", "UNLIST", "REVIEWING", "BANNED")
ALL = (*LIVING, "SELLER_DELETE", "SHOPEE_DELETE")


@dataclass(frozen=True, slots=True)
class Model:
    """A model as the channel shows it. ``index`` is its tier_index."""

    model_id: int
    sku: str
    index: tuple[int, ...]
    price_vnd: int | None
    stock: int | None
    weight_kg: float | None
    gtin: str


@dataclass(frozen=True, slots=True)
class Models:
    """All models of an item with the labels of its levels; no levels: an item without models."""

    levels: tuple[tuple[str, ...], ...]
    models: tuple[Model, ...]

    def label(self, model: Model) -> str:
        return " / ".join(
            level[i] for level, i in zip(self.levels, model.index, strict=False) if i < len(level)
        )

    def remote(self) -> tuple[RemoteVariant, ...]:
        return tuple(RemoteVariant(m.sku, str(m.model_id)) for m in self.models)


def rows(response: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """A list of objects that may be absent or null (3.13)."""
    value = response.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise ProtocolError(f"Shopee: trường {name} không phải danh sách")
    return [row for row in value if isinstance(row, dict)]


def models_of(response: Mapping[str, Any]) -> Models:
    """A get_model_list response; the levels stand in it twice, in an older and a newer form."""
    levels = tuple(
        tuple(str(o.get("option") or "") for o in rows(tier, "option_list"))
        for tier in rows(response, "tier_variation")
    ) or tuple(
        tuple(
            str(o.get("variation_option_name") or "") for o in rows(tier, "variation_option_list")
        )
        for tier in rows(response, "standardise_tier_variation")
    )
    return Models(levels, tuple(_model(row) for row in rows(response, "model")))


def _model(row: Mapping[str, Any]) -> Model:
    model_id = row.get("model_id")
    if not isinstance(model_id, int):
        raise ProtocolError("Shopee: model không có model_id")
    index = row.get("tier_index")
    return Model(
        model_id=model_id,
        sku=str(row.get("model_sku") or ""),
        index=tuple(index) if isinstance(index, list) else (),
        price_vnd=price_of(row),
        stock=stock_of(row),
        weight_kg=_number(row.get("weight")),
        gtin=_gtin(row),
    )


def _gtin(row: Mapping[str, Any]) -> str:
    """ "00" says that there is none (3.7)."""
    code = str(row.get("gtin_code") or "")
    return "" if code == "00" else code


def price_of(row: Mapping[str, Any]) -> int | None:
    """The price before promotions, đồng: an array or an object, a number or a text."""
    info = row.get("price_info")
    if isinstance(info, list):
        info = info[0] if info else None
    if not isinstance(info, dict):
        return None
    value = _number(info.get("original_price"))
    return None if value is None else round(value)


def stock_of(row: Mapping[str, Any]) -> int | None:
    """The seller's own stock over all locations; what Shopee's warehouses hold is not ours."""
    info = row.get("stock_info_v2")
    if not isinstance(info, dict):
        return None
    own = [_number(entry.get("stock")) for entry in rows(info, "seller_stock")]
    units = [round(value) for value in own if value is not None]
    if units:
        return sum(units)
    summary = info.get("summary_info")
    value = _number(summary.get("total_available_stock")) if isinstance(summary, dict) else None
    return None if value is None else round(value)


def state_of(row: Mapping[str, Any], shop_id: str) -> RemoteState:
    """A get_item_base_info entry, without its models."""
    item_id = str(row["item_id"])
    status = STATUS.get(str(row.get("item_status")))
    if status is None:
        raise ProtocolError(f"Shopee: trạng thái lạ '{row.get('item_status')}'")
    image = row.get("image")
    images = image.get("image_id_list") if isinstance(image, dict) else None
    return RemoteState(
        remote_id=item_id,
        status=status,
        item_sku=str(row.get("item_sku") or ""),
        title=str(row.get("item_name") or ""),
        url=f"https://shopee.vn/product/{shop_id}/{item_id}",
        image_ids=tuple(str(i) for i in images or ()),
    )


def own_variant(row: Mapping[str, Any]) -> RemoteVariantState:
    """The one pack of an item without models."""
    sku = str(row.get("item_sku") or "")
    return RemoteVariantState(sku, "", price_of(row), stock_of(row), gtin=_gtin(row))


def variant_states(models: Models) -> tuple[RemoteVariantState, ...]:
    return tuple(
        RemoteVariantState(m.sku, str(m.model_id), m.price_vnd, m.stock, models.label(m), m.gtin)
        for m in models.models
    )


def violation(row: Mapping[str, Any]) -> str:
    """Why an item is banned, in the channel's words, with what it suggests (3.17)."""
    said: list[str] = []
    for detail in rows(row, "item_status_details"):
        parts = [detail.get(k) for k in ("violation_type", "violation_reason", "suggestion")]
        said.append(" – ".join(str(p) for p in parts if p))
    return "; ".join(said)


def entry_id(row: Mapping[str, Any]) -> str:
    """The model of a success or failure entry: "" for an item without models (trap 17)."""
    value = row.get("model_id")
    return str(value) if value else ""


def int_of(value: Any) -> int:
    """An id that may come as a text. Raises ProtocolError."""
    try:
        return int(value)
    except (TypeError, ValueError):
        raise ProtocolError(f"Shopee: số '{value}' không đọc được") from None


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def has_models(row: Mapping[str, Any]) -> bool:
    """Flags may be texts (trap 19)."""
    return str(row.get("has_model")).lower() == "true"


def ids_of(values: Sequence[Any]) -> list[int]:
    return [int_of(value) for value in values]
