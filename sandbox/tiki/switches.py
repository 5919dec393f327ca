"""Every fact about the real channel that is doubtful, as a switch: tests run under both answers.

The numbers in the comments are the sections of the Tiki reference that the facts come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Literal, get_type_hints


@dataclass(frozen=True, slots=True)
class Switches:
    """Defaults are the likelier answer; times are seconds."""

    # requests and their review (3.3 to 3.5)
    spelling: Literal["awaiting", "waiting"] = "awaiting"  # 3.4: md_awaiting_approve or md_waiting…
    queue_s: float = 2.0  # 3.4: queuing so long
    transform_s: float = 5.0  # 3.5: request_id appears then
    drafted: bool = False  # 3.4: a drafted state before the desk
    review_s: float | None = 7200.0  # 3.4: 2 to 3 hours; none: only by the desk's hand
    reason_form: Literal["plain", "json", "list", "empty", "null"] = "plain"  # trap 6: the desk's
    duplicate_form: Literal["json", "plain"] = "json"  # 3.3: "is not unique"
    duplicate_at_once: bool = False  # trap 1: refused by 422 already
    product_lag_s: float = 0.0  # an approved product is not found at once
    tracking_lag_s: float = 0.0  # nor is a track
    track_life_s: float = 30 * 86400.0  # trap 7
    min_code: bool = False  # 8: v2.1 still wants it
    wording: Literal["path", "sentence"] = "path"  # 8: how refusals are worded in v2.x
    document_names: Literal["vi", "en"] = "vi"  # 3.2: the language of what a category demands
    documents: Literal["query", "category", "none"] = "query"  # 3.2: where they are told
    request_filter: bool = True  # 3.5: the list of requests heeds ``state``
    tracking_filter: bool = True  # 3.5: the tracking list heeds created_at_min and _max
    request_products: bool = True  # 3.5: include=products is heeded by the list
    asked_shown: Literal["products", "variants", "sku", "none"] = "products"
    # 3.5: where a request that is not decided shows its SKU; "sku": as the products' ``sku``
    late_delete: Literal[400, 404, 422] = 422  # 3.5: deleting an approved request

    # shapes (2, 3.8)
    find_shape: Literal["list", "object", "data"] = "list"  # 3.8: findBy
    find_version: Literal["v2.1", "v2"] = "v2.1"  # 3.8
    find_loose: bool = False  # 3.8: findBy also brings codes that begin so
    find_none: Literal["404", "empty"] = "404"  # 2, 3.8: findBy without a hit
    id_name: Literal["product_id", "id"] = "product_id"  # 3.8
    active_text: bool = True  # 3.8: "1" in lists
    decimal_money: bool = False  # 4.1: 409000.0
    sellable: Literal["saleable", "sellable"] = "saleable"  # trap 5
    inventory_asked: bool = False  # 3.8: the detail shows stock only with include=inventory
    primary_name: Literal["is_primary", "isPrimary", "primary"] = "is_primary"  # 3.2
    parent_name: Literal["parent_id", "parent"] = "parent_id"  # 3.2
    whole_tree: bool = True  # 3.2: without isPrimary the list holds the primary ones too
    display_names: bool = True  # 3.2: null otherwise
    brand_listed: bool = False  # 3.2: brand (603) only from its list
    home_listed: Literal["no", "Vietnam", "VN"] = "no"
    # 3.2: origin and its kin only from a list, in which the country is called so
    short_pages: bool = False  # 2: fewer rows than ``limit`` before the last page
    max_limit: int = 50  # 2: 50 or 100
    warehouses_at: Literal["v2", "v1"] = "v2"  # 3.2
    warehouse_filter: bool = True  # 3.2: status and type are heeded
    dropship: Literal["dropship", "drop_ship"] = "dropship"  # 3.6
    sku_version: Literal["v1", "v2"] = "v1"  # 3.7: updateOriginalSku

    # writing (3.7)
    omitted_market: Literal["none", "price"] = "none"  # 3.3: the list price that nobody named
    above_market: Literal["refused", "bumped"] = "refused"  # price over the list price
    left_out_is_zero: bool = True  # a warehouse that is not named
    update_review: bool = True  # 6.10: content goes to review; false: approved at once

    # login and rate (1, 2)
    token_life_s: float = 3600.0
    code_life_s: float = 600.0
    old_refresh_works: bool = False  # 1: after rotation
    refresh_rotates: bool = True  # 1
    one_sentence_401: bool = False  # 2: all causes of a 401 in one sentence
    rate_per_s: float | None = 200.0  # 2: per seller; none: no limit
    rate_headers: bool = False  # 2: X-RateLimit-Limit-Second
    retry_after: int | None = None  # 2: not seen


def switched(words: Sequence[str]) -> Switches:
    """Switches from ``name=value`` words. Raises ValueError naming the word that is wrong."""
    hints = get_type_hints(Switches)
    known = {f.name for f in fields(Switches)}
    values = {}
    for word in words:
        name, equals, text = word.partition("=")
        if name not in known or not equals:
            raise ValueError(f"'{word}': expected name=value, one of {', '.join(sorted(known))}")
        values[name] = _value(hints[name], text, word)
    return replace(Switches(), **values)  # type: ignore[arg-type]


def _value(hint: object, text: str, word: str) -> object:
    if text == "none" and "None" in str(hint):
        return None
    if hint is bool:
        return text.lower() in ("1", "true", "yes")
    allowed = getattr(hint, "__args__", ())
    if hint is int or hint == int | None or (allowed and all(isinstance(a, int) for a in allowed)):
        return int(text)
    if hint is float or hint == float | None:
        return float(text)
    if allowed and text not in allowed:
        raise ValueError(f"'{word}': expected one of {', '.join(map(str, allowed))}")
    return text
