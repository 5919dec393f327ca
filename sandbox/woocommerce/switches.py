"""Every fact about a real shop that differs from shop to shop, or was not measured, as a switch.

What was measured on a real server is not here: it is simply how this one behaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Literal, get_type_hints


@dataclass(frozen=True, slots=True)
class Switches:
    """Defaults are the likelier answer; times are seconds."""

    currency: str = "VND"
    decimals: int = 0
    weight_unit: str = "kg"
    dimension_unit: str = "cm"
    may_publish: bool = True  # plugins of approval turn publish into pending
    stock_managed: bool = True  # the whole shop counts its stock
    calc_taxes: bool = False
    prices_include_tax: bool = False  # what is entered as a price; told only where taxes are on
    version: str = "11.0.1"
    permalinks: Literal["pretty", "plain", "home"] = "pretty"  # plain: 404 page; home: front page
    behind_tls: bool = False  # calls count as HTTPS: Basic is taken
    root_told: bool = True  # security plugins hide the site's description
    settings_told: bool = True  # keys of a person who may not read settings
    report_told: bool = True  # nor the status report
    images: Literal["fetch", "skip", "refuse"] = "skip"  # skip: taken unread
    image_hosts: Literal["safe", "any"] = "safe"  # any: a plugin lifts WordPress's rule on them
    image_names: Literal["kept", "file"] = "kept"  # unmeasured: a picture's name reads back
    trash_by_id: bool = True  # unmeasured: include= with status=trash
    trashed_pack_sku: Literal["product_invalid_sku", "woocommerce_rest_product_not_created"] = (
        "product_invalid_sku"  # unmeasured: a new pack whose SKU lies in the trash
    )
    rows_max: int = 100  # hosts in front may take less
    total_headers: bool = True  # proxies drop X-WP-Total
    language: Literal["en", "vi"] = "en"  # in which it says no: words are translated, codes not
    page_drops: int = 0  # the page from which a row that may not be shown was taken after paging
    ids_as_text: bool = False  # plugins that write numbers as texts
    entities: bool = False  # names and options read back with & as &amp;
    empty_batch: Literal["list", "object"] = "list"  # of PHP's: what an empty batch answers
    bom: bool = False  # a theme's byte order mark before the JSON
    row_ms: float = 0.0  # real milliseconds that each row of a write takes


def switched(words: Sequence[str]) -> Switches:
    """Switches from ``name=value`` words. Raises ValueError naming the word that is wrong."""
    hints = get_type_hints(Switches)
    known = {f.name for f in fields(Switches)}
    values: dict[str, object] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if name not in known or not equals:
            raise ValueError(f"'{word}': expected name=value, one of {', '.join(sorted(known))}")
        values[name] = _value(hints[name], text)
    return replace(Switches(), **values)  # type: ignore[arg-type]


def _value(hint: object, text: str) -> object:
    if hint is bool:
        return text.lower() in ("1", "true", "yes")
    if hint is int:
        return int(text)
    if hint is float:
        return float(text)
    return text
