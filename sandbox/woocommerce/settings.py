"""What a shop says of itself: settings, the status report, the site's description."""

from __future__ import annotations

from typing import Any

from sandbox.woocommerce.refusals import Refused
from sandbox.woocommerce.switches import Switches
from sandbox.woocommerce.world import Site


def setting(switches: Switches, group: str, name: str) -> dict[str, Any]:
    values = {
        ("general", "woocommerce_currency"): switches.currency,
        ("general", "woocommerce_price_num_decimals"): str(switches.decimals),
        ("general", "woocommerce_calc_taxes"): _yes(said=switches.calc_taxes),
        ("tax", "woocommerce_prices_include_tax"): _yes(said=switches.prices_include_tax),
        ("products", "woocommerce_manage_stock"): _yes(said=switches.stock_managed),
        ("products", "woocommerce_weight_unit"): switches.weight_unit,
        ("products", "woocommerce_dimension_unit"): switches.dimension_unit,
    }
    if not switches.settings_told:
        words = "Sorry, you cannot view this resource."
        raise Refused(403, "woocommerce_rest_cannot_view", words)
    if group == "tax" and not switches.calc_taxes:  # unmeasured: goes with the taxes
        words = "Invalid setting group."
        raise Refused(404, "rest_setting_setting_group_invalid", words)
    if (group, name) not in values:
        raise Refused(404, "woocommerce_rest_setting_setting_invalid", "Invalid setting.")
    return {"id": name, "value": values[group, name], "default": "", "type": "text"}


def _yes(*, said: bool) -> str:
    return "yes" if said else "no"


def report(switches: Switches) -> dict[str, Any]:
    if not switches.report_told:
        words = "Sorry, you cannot view this resource."
        raise Refused(403, "woocommerce_rest_cannot_view", words)
    return {
        "environment": {"version": switches.version, "wp_version": "7.1.0"},
        "settings": {
            "currency": switches.currency,
            "number_of_decimals": switches.decimals,
        },
    }


def root(switches: Switches, site: Site, home: str) -> dict[str, Any]:
    """Open to everybody, unless a plugin hides it."""
    if not switches.root_told:
        raise Refused(401, "rest_not_logged_in", "You are not currently logged in.")
    return {"name": site.name, "url": home, "home": home, "namespaces": ["wp/v2", "wc/v3"]}
