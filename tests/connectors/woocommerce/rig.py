"""What the conformance kit needs of WooCommerce (:mod:`connectors.conformance.rig`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import ClassVar, Literal

import orjson

from connectors.conformance.rig import Deed, Fault, Refusal, Seen, SeenPack
from connectors.contract import Account, Connector, Credentials
from connectors.http import Http
from connectors.woocommerce import client
from connectors.woocommerce.connector import WooCommerceConnector
from sandbox.woocommerce import Fault as Spoilt
from sandbox.woocommerce import WooCommerceSandbox
from sandbox.woocommerce.switches import switched
from sandbox.woocommerce.world import Product
from tests.connectors.woocommerce.refusals import ITEM, refusals
from tests.sandbox.woocommerce.stage import Stages

_KEY, _SECRET = "ck_kit_0001", "cs_kit_0001"
_LONGER_THAN_ANYBODY_WAITS_S = 90.0

_KINDS: Mapping[Fault, str] = {
    Fault.RATE_LIMITED: "rate",
    Fault.RATE_LIMITED_UNTIL: "rate",
    Fault.UNAVAILABLE: "outage",
    Fault.RESET_BEFORE: "reset_before",
    Fault.REDIRECT: "redirect",
    Fault.BAD_GATEWAY: "outage_after",
    Fault.LOST_ANSWER: "reset_after",
    Fault.NEVER: "silent",
    Fault.SLOW: "slow",
    Fault.TRUNCATED: "truncated",
    Fault.MALFORMED: "malformed",
    Fault.HTML: "html",
    Fault.ARRAY: "array",
    Fault.UNKNOWN_FIELDS: "unknown_fields",
    Fault.ROW_DOWN: "row_down",
}

_CALLS: Mapping[str, tuple[str, str]] = {
    "check": ("settings/general/woocommerce_currency", "GET"),
    "refresh": ("/products", "GET"),
    "categories": ("products/categories", "GET"),
    "find_by_sku": ("/products", "GET"),
    "read": ("/products", "GET"),
    "changed_since": ("/products", "GET"),
    "create": ("products/batch", "POST"),
    "resume": ("variations/batch", "POST"),
    "adopt": ("/products/", "PUT"),
    "update_variants": ("/variations", ""),
    "update_content": ("products/batch", "POST"),
    "set_price": ("/batch", "POST"),
    "set_stock": ("/batch", "POST"),
    "set_availability": ("products/batch", "POST"),
}
"""Verb → a part of the path, and the method, of the call that carries it out."""

_DEEDS: Mapping[Deed, str] = {
    "price": "price", "stock": "stock", "off": "off", "delete": "trash", "sell": "sell",
}  # fmt: skip


@cache
def _stages() -> Stages:
    """Servers for the life of the process: starting one takes longer than most checks do."""
    return Stages(ExitStack())


class WooCommerceBench:
    """One open shop."""

    def __init__(self, market: WooCommerceSandbox, url: str, clock: list[datetime]) -> None:
        self._market = market
        self._url = url
        self._clock = clock
        self._settings = WooCommerceConnector(self.account(), Http(), self.now).check().settings

    def now(self) -> datetime:
        return self._clock[0]

    def pass_time(self, seconds: float) -> None:
        self._clock[0] += timedelta(seconds=seconds)

    def account(self) -> Account:
        login = Credentials(consumer_key=_KEY, consumer_secret=_SECRET)
        return Account("kit", self._url, login, getattr(self, "_settings", {}))

    def wrong_account(self) -> Account:
        login = Credentials(consumer_key=_KEY, consumer_secret="cs_sai")
        return replace(self.account(), credentials=login)

    def category(self) -> str:
        return "ocop:my-bun-mien"

    def spoil(self, fault: Fault, *, verb: str = "", after: int = 0, times: int = 1) -> bool:
        kind = _KINDS.get(fault)
        if kind is None or (verb and verb not in _CALLS):
            return False
        path, method = _CALLS.get(verb, ("/wp-json/", ""))
        self._market.spoil(
            Spoilt(
                kind=kind,
                path=path,
                method=method,
                after=after,
                times=times,
                seconds=_LONGER_THAN_ANYBODY_WAITS_S,
                retry_after=7 if fault is Fault.RATE_LIMITED_UNTIL else None,
                location="https://khac.example/wp-json/" if fault is Fault.REDIRECT else "",
            )
        )
        return True

    def refuse(self, refusal: Refusal) -> None:
        product = next(p for p in self._market.products() if p.kind != "variation")
        text = orjson.dumps(refusal.body)
        body = orjson.loads(text.replace(orjson.dumps(ITEM), orjson.dumps(product.product_id)))
        path, method = _CALLS[refusal.verb]
        self._market.spoil(
            Spoilt(kind="answer", path=path, method=method, times=None, status=refusal.status,
                   body=body)
        )  # fmt: skip

    def heal(self) -> None:
        self._market.heal()

    def asked_changes(self) -> int:
        return sum(entry["asks_change"] for entry in self._market.journal())

    def stands(self) -> Sequence[Seen]:
        """What lies in the trash is deleted to people, although its SKU stays taken."""
        rows = [p for p in self._market.products() if p.status != "trash"]
        return [
            _seen(p, [v for v in rows if v.parent_id == p.product_id])
            for p in rows
            if p.kind != "variation"
        ]

    def decide(self, sku: str, verdict: Literal["approve", "reject", "ban"], why: str = "") -> bool:
        """A shop of one's own has no review desk."""
        return False

    def by_hand(self, sku: str, deed: Deed, value: int = 0) -> None:
        """Off and away go products, not packs: their product is meant then."""
        thing = next(p for p in self._market.products() if p.sku == sku)
        owner = thing.parent_id if deed in ("off", "delete") and thing.parent_id else 0
        self._market.do(
            _DEEDS[deed],
            item_id=owner or thing.product_id,
            price=str(value),
            stock=value,
            units=value,
        )


def _seen(product: Product, packs: Sequence[Product]) -> Seen:
    """A product that stepped aside for its pack of the same SKU counts under that."""
    variable = product.kind == "variable"
    sku = product.sku
    if variable and any(p.sku == sku.removesuffix("-NHOM") for p in packs):
        sku = sku.removesuffix("-NHOM")
    return Seen(
        remote_id=str(product.product_id),
        item_sku=sku,
        on_sale=product.status == "publish",
        title=str(product.fields["name"]),
        packs={
            p.sku: SeenPack(int(p.price) if p.price else None, p.stock)
            for p in (packs if variable else [product])
        },
    )


class WooCommerceRig:
    """What the kit imports; in-call waits are left out while a bench is open."""

    connector: type[Connector] = WooCommerceConnector
    refusals = tuple(refusals())
    answers: ClassVar[Mapping[str, Sequence[str]]] = {
        "likely": (),
        "trashed packs are told like trashed products": (
            "trashed_pack_sku=woocommerce_rest_product_not_created",
        ),
        "the trash is not read by id": ("trash_by_id=false",),
        "a host that takes few rows": ("rows_max=2",),
        "numbers as texts, entities, a byte order mark": (
            "ids_as_text=true", "entities=true", "bom=true",
        ),
        "refusals in Vietnamese, an object for an empty batch": (
            "language=vi", "empty_batch=object",
        ),
        "keys that may not read settings": ("settings_told=false", "root_told=false"),
        "no total headers, pictures lose their names, grams and millimetres": (
            "total_headers=false", "image_names=file", "weight_unit=g", "dimension_unit=mm",
        ),
    }  # fmt: skip

    @contextmanager
    def open(self, words: Sequence[str]) -> Iterator[WooCommerceBench]:
        clock = [datetime(2026, 3, 1, 2, 0, tzinfo=UTC)]
        market = WooCommerceSandbox(None, switched(words), lambda: clock[0])
        market.add_site(_KEY, _SECRET, name="Cửa hàng thử")
        slept, client.sleep = client.sleep, lambda _seconds: None
        try:
            with _stages().playing(market.app) as url:
                yield WooCommerceBench(market, url, clock)
        finally:
            client.sleep = slept
            market.close()
