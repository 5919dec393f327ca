"""Every fact about the real channel that is doubtful, as a switch: tests run under both answers.

The numbers in the comments are the sections of the Shopee reference that the facts come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Literal, get_type_hints


@dataclass(frozen=True, slots=True)
class Switches:
    """Defaults are the likelier answer; times are seconds."""

    business_status: int = 200  # 2.2: HTTP status of a business refusal
    auth_status: int = 403  # 2.2: of a bad sign, token, partner or permission
    rate_status: int = 429  # 2.2: of error_rate_limit, 200 or 429
    retry_after: int | None = None  # 2.2: Retry-After beside it, when it is there at all
    prefix: bool = True  # 2.1: "product." before the codes of the product service
    review_s: float | None = None  # 3.17: REVIEWING after a relist or an edit, for how long
    review_on_create: bool = False  # 3.7: also after add_item with NORMAL
    search_lag_s: float = 0.0  # 3.7: search_item and get_item_list miss a new item so long
    search_models: bool = False  # 3.14: item_sku finds items by their models' SKUs too
    hidden_s: float = 0.0  # 3.7: get_item_base_info misses it so long
    duplicate_sku: bool = True  # 3.7: two items may carry one item_sku
    spent_refresh_answers: bool = False  # trap 4: a used refresh token gives the new pair again
    fraction: Literal["refused", "rounded"] = "refused"  # 7: a price that is not whole
    logistic_update: bool = True  # 3.8: update_item takes logistic_info, or warns and ignores
    null_limits: bool = False  # 7: get_item_limit answers null price limits
    price_codes: Literal["observed", "documented"] = "observed"  # 3.9: error_update_price_fail
    warehouse_api: Literal["there", "absent", "suspended"] = "there"  # 3.0 does not list it
    unknown_ids: Literal["left_out", "all_refused"] = "left_out"  # 3.15: one of a batch
    gtin_rule: Literal["Optional", "Flexible", "Mandatory"] = "Optional"  # 3.6, 3.7
    empty_list: Literal["absent", "null", "empty"] = "absent"  # 3.13: nothing matches
    float_prices: bool = False  # 7: reads show 100000.0
    warning_list: bool = False  # trap 19: ``warning`` is a list
    bare_no_model: bool = False  # trap 17: a no-model answer lacks model_id
    options_per_tier: int = 50  # 3.16: 50 seen, 20 told
    min_stock: int = 0  # trap 14: stock_limit.min_limit above 0
    init_after_s: float = 5.0  # 3.7: before this init_tier_variation is refused
    init_early_code: str = "error_item_not_found"  # 3.7: with this code
    rate_per_s: float | None = 10.0  # 6: per shop; None: no limit (benchmarks)
    burst: int = 20  # 6
    daily_quota: int | None = None  # 2.3: error_limit, resets 00:00 UTC+8
    code_life_s: float = 600.0  # 1.4
    token_life_s: float = 14400.0  # 1.4
    old_token_grace_s: float = 300.0  # 1.4: a replaced access token goes on so long
    refresh_life_s: float = 30 * 86400.0  # 1.4
    consent_life_s: float = 365 * 86400.0  # 1.4


def switched(words: Sequence[str]) -> Switches:
    """Switches from ``name=value`` words. Raises ValueError naming the word that is wrong."""
    hints = get_type_hints(Switches)
    known = {f.name for f in fields(Switches)}
    values = {}
    for word in words:
        name, equals, text = word.partition("=")
        if name not in known or not equals:
            raise ValueError(f"'{word}': expected name=value, one of {', '.join(sorted(known))}")
        values[name] = _value(hints[name], text)
    return replace(Switches(), **values)  # type: ignore[arg-type]


def _value(hint: object, text: str) -> object:
    if text == "none":
        return None
    if hint is bool:
        return text.lower() in ("1", "true", "yes")
    if hint in (int, int | None):
        return int(text)
    if hint in (float, float | None):
        return float(text)
    return text
