"""The marketplaces of the demo: how each is started, and how an account is opened on it.

Accounts are opened before the marketplace serves, as a seller would have opened them long ago;
what comes back are the credentials that ``accounts add`` is given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Shop = Mapping[str, Any]
"""A row of ``sandbox/data/shops.json``."""

Credentials = dict[str, str]


@dataclass(frozen=True, slots=True)
class Market:
    """``name`` is the sandbox's folder and port, ``channels`` what the product calls the floors
    on it. ``open_accounts`` gets the state file and the shops; ``path`` is what an account's base
    URL has after the host."""

    name: str
    channels: tuple[str, ...]
    switches: tuple[str, ...]
    open_accounts: Callable[[Path, Sequence[Shop]], list[Credentials]]
    path: Callable[[Shop], str] = lambda _shop: ""


def _shopee(state: Path, shops: Sequence[Shop]) -> list[Credentials]:
    from sandbox.shopee import ShopeeSandbox

    partner_id, partner_key = 2000001, "demo-partner-key-for-the-sandbox-only"
    market = ShopeeSandbox(state)
    try:
        market.add_partner(partner_id, partner_key)
        codes = [market.add_shop(int(s["shop_id"]), partner_id, name=s["name"]).code for s in shops]
    finally:
        market.close()
    return [
        {
            "partner_id": str(partner_id), "partner_key": partner_key, "shop_id": s["shop_id"],
            "code": code,
        }
        for s, code in zip(shops, codes, strict=True)
    ]  # fmt: skip


def _tiki(state: Path, shops: Sequence[Shop]) -> list[Credentials]:
    from sandbox.tiki import TikiSandbox

    market = TikiSandbox(state)
    logins = [
        {"client_id": f"app-{s['shop_id']}", "client_secret": f"demo-secret-{s['shop_id']}"}
        for s in shops
    ]
    try:
        for shop, login in zip(shops, logins, strict=True):
            market.add_seller(
                shop["shop_id"], name=shop["name"], client_id=login["client_id"],
                client_secret=login["client_secret"],
            )  # fmt: skip
    finally:
        market.close()
    return logins


def _woocommerce(state: Path, shops: Sequence[Shop]) -> list[Credentials]:
    from sandbox.woocommerce import WooCommerceSandbox

    market = WooCommerceSandbox(state)
    logins = [
        {
            "consumer_key": f"ck_demo_{s['shop_id'] or 'root'}",
            "consumer_secret": f"cs_demo_{s['shop_id'] or 'root'}",
        }
        for s in shops
    ]
    try:
        for shop, login in zip(shops, logins, strict=True):
            market.add_site(
                login["consumer_key"], login["consumer_secret"], folder=shop["shop_id"],
                name=shop["name"],
            )  # fmt: skip
    finally:
        market.close()
    return logins


def _floor(state: Path, shops: Sequence[Shop]) -> list[Credentials]:
    """A floor that takes files has no login: it is told where each shop's file lies."""
    return [{"site": "https://san24h.example"} for _shop in shops]


MARKETS = (
    Market("shopee", ("shopee",), ("review_s=3",), _shopee),
    Market(
        "tiki", ("tiki",), ("review_s=3", "queue_s=0.5", "transform_s=1"), _tiki,
    ),
    Market(
        "woocommerce", ("woocommerce",), ("images=fetch", "image_hosts=any"), _woocommerce,
        lambda shop: f"/{shop['shop_id']}" if shop["shop_id"] else "",
    ),
    Market(
        "floor", ("san24h",), ("review_s=2", "fetch_every_s=2"), _floor,
        lambda shop: f"/{shop['shop_id']}",
    ),
)  # fmt: skip
"""Reviews decide in seconds here; the floor fetches every two."""
