"""Shopee's sandbox as the conformance kit drives it, under each answer to a doubtful fact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Literal

import orjson

from connectors.conformance.rig import Bench, Deed, Fault, Refusal, Seen, SeenPack
from connectors.contract import Account, Connector, Credentials
from connectors.http import Http
from connectors.shopee import client
from connectors.shopee.connector import ShopeeConnector
from sandbox.serving import serving
from sandbox.shopee import Fault as SandboxFault
from sandbox.shopee import ShopeeSandbox
from sandbox.shopee.switches import switched
from sandbox.shopee.world import DELETED, Item
from tests.connectors.shopee.refusals import ITEM, refusals

PARTNER, KEY, SHOP = 1000001, "test-partner-key-0001", 200000001
CATEGORY = "100780"

VERBS: Mapping[str, Sequence[str]] = {
    "check": ("get_shop_info", "get_channel_list", "get_warehouse_detail", "get_item_limit"),
    "refresh": ("auth/access_token/get",),
    "categories": ("get_category",),
    "attributes": ("get_attribute_tree",),
    "recommend": ("category_recommend",),
    "upload_images": ("upload_image",),
    "find_by_sku": ("search_item", "get_item_list", "get_item_base_info", "get_model_list"),
    "create": ("add_item",),
    "resume": ("init_tier_variation", "get_model_list"),
    "adopt": ("update_item", "update_model"),
    "update_variants": (
        "get_model_list", "init_tier_variation", "update_tier_variation", "add_model",
        "update_model",
    ),
    "update_content": ("product/update_item",),
    "set_price": ("update_price",),
    "set_stock": ("update_stock",),
    "set_availability": ("unlist_item",),
    "read": ("get_item_base_info", "get_model_list", "get_item_violation_info"),
    "changed_since": ("get_item_list",),
}  # fmt: skip
"""Verb → (parts of) the paths that it calls."""

_FAULTS: Mapping[Fault, Mapping[str, Any]] = {
    Fault.RATE_LIMITED: {"kind": "rate"},
    Fault.RATE_LIMITED_UNTIL: {"kind": "rate", "retry_after": 7},
    Fault.UNAVAILABLE: {"kind": "outage"},
    Fault.RESET_BEFORE: {"kind": "reset_before"},
    Fault.EXPIRED_TOKEN: {"kind": "expired_token"},
    Fault.REDIRECT: {"kind": "redirect"},
    Fault.BAD_GATEWAY: {"kind": "outage_after"},
    Fault.LOST_ANSWER: {"kind": "reset_after"},
    Fault.NEVER: {"kind": "silent", "seconds": 600.0},
    Fault.SLOW: {"kind": "slow", "seconds": 60.0},
    Fault.TRUNCATED: {"kind": "truncated"},
    Fault.MALFORMED: {"kind": "malformed"},
    Fault.HTML: {"kind": "html"},
    Fault.ARRAY: {"kind": "array"},
    Fault.UNKNOWN_FIELDS: {"kind": "unknown_fields"},
}

ANSWERS: Mapping[str, Sequence[str]] = {
    "likeliest": (),
    "refusals by HTTP 400 and 401; duplicate SKUs refused; fractions rounded; documented codes": (
        "business_status=400", "auth_status=401", "duplicate_sku=false", "fraction=rounded",
        "price_codes=documented", "warehouse_api=absent",
    ),
    "refusals by HTTP 500; codes without prefix; too early is busy": (
        "business_status=500", "prefix=false", "init_early_code=error_system_busy",
    ),
    "everything by HTTP 200; warnings as lists; too early is inner": (
        "auth_status=200", "rate_status=200", "warning_list=true", "init_early_code=error_inner",
    ),
    "review when put on sale; price limits not told; empty lists null": (
        "review_s=7200", "null_limits=true", "empty_list=null",
    ),
    "review of everything, soon over; prices read as fractions; empty lists empty": (
        "review_s=30", "review_on_create=true", "float_prices=true", "empty_list=empty",
    ),
    "search lags; no model id without models; spent refresh token answers": (
        "search_lag_s=55", "bare_no_model=true", "spent_refresh_answers=true",
    ),
    "search knows packs; twenty options; shipping ignored in updates": (
        "search_models=true", "options_per_tier=20", "logistic_update=false", "gtin_rule=Flexible",
    ),
    "hidden at first; stock at least 1; no warehouses to ask for": (
        "hidden_s=20", "min_stock=1", "warehouse_api=suspended",
    ),
    "one unknown item refuses the reading of all": ("unknown_ids=all_refused",),
}  # fmt: skip
"""Each answer to the doubtful facts; those that do not touch one another are given together."""


class _Stage:
    """One server a process; whose sandbox is open answers. Starting one takes longer than most
    checks do."""

    def __init__(self) -> None:
        self.app: Any = None
        self._serving = serving(self)
        self.url = self._serving.__enter__()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


@cache
def _stage() -> _Stage:
    return _Stage()


class ShopeeBench:
    """One sandbox with one connected shop."""

    def __init__(self, words: Sequence[str]) -> None:
        self._moment = datetime.now(UTC).replace(microsecond=0)
        self._market = ShopeeSandbox(None, switched(["rate_per_s=none", *words]), self.now)
        self._market.add_partner(PARTNER, KEY)
        shop = self._market.add_shop(SHOP, PARTNER)
        stage = _stage()
        stage.app = self._market.app
        code = Credentials(
            partner_id=str(PARTNER), partner_key=KEY, shop_id=str(SHOP), code=shop.code
        )
        account = Account("thu", stage.url, code)
        login = ShopeeConnector(account, Http(), self.now).refresh()
        account = replace(account, credentials=login)
        settings = ShopeeConnector(account, Http(), self.now).check().settings
        self._account = replace(account, settings=dict(settings))

    def close(self) -> None:
        self._market.close()

    def now(self) -> datetime:
        return self._moment

    def pass_time(self, seconds: float) -> None:
        self._moment += timedelta(seconds=seconds)

    def account(self) -> Account:
        return self._account

    def wrong_account(self) -> Account:
        wrong = Credentials({**self._account.credentials, "partner_key": "another-key-0001"})
        return replace(self._account, credentials=wrong)

    def category(self) -> str:
        return CATEGORY

    def spoil(self, fault: Fault, *, verb: str = "", after: int = 0, times: int = 1) -> bool:
        if fault not in _FAULTS:
            return False
        path = "|".join(VERBS[verb]) if verb else "/api/v2/"
        more = dict(_FAULTS[fault])
        if fault is Fault.REDIRECT:
            elsewhere = self._account.base_url.replace("127.0.0.1", "localhost")
            more["location"] = f"{elsewhere}/api/v2/elsewhere"
        self._market.spoil(SandboxFault(path=path, after=after, times=times, **more))
        return True

    def refuse(self, refusal: Refusal) -> None:
        (item,) = self._living()
        text = orjson.dumps(refusal.body)
        body = orjson.loads(text.replace(orjson.dumps(ITEM), orjson.dumps(item.item_id)))
        path = "|".join(VERBS[refusal.verb])
        self._market.spoil(
            SandboxFault(kind="answer", path=path, times=None, status=refusal.status, body=body)
        )

    def heal(self) -> None:
        self._market.heal()

    def asked_changes(self) -> int:
        return sum(bool(entry["asks_change"]) for entry in self._market.journal())

    def stands(self) -> Sequence[Seen]:
        return [_seen(item) for item in self._living()]

    def decide(self, sku: str, verdict: Literal["approve", "reject", "ban"], why: str = "") -> bool:
        """Shopee's desk bans, and never rejects (3.17)."""
        if verdict == "reject":
            return False
        for item, _model in self._of(sku):
            if verdict == "ban":
                violation = {"violation_reason": why or "License Reason"}
                self._market.do(SHOP, "ban", item_id=item.item_id, violation=violation)
            elif item.status in ("REVIEWING", "BANNED"):
                self._market.do(SHOP, "approve", item_id=item.item_id)
        return True

    def by_hand(self, sku: str, deed: Deed, value: int = 0) -> None:
        more: dict[str, Any] = {
            "price": {"price": value}, "stock": {"stock": value}, "sell": {"units": value},
        }.get(deed, {})  # fmt: skip
        name = {"price": "edit", "stock": "edit", "off": "unlist"}.get(deed, deed)
        ((item, model_id),) = self._of(sku)
        self._market.do(SHOP, name, item_id=item.item_id, model_id=model_id, **more)

    def _living(self) -> list[Item]:
        return [item for item in self._market.items(SHOP) if item.status not in DELETED]

    def _of(self, sku: str) -> list[tuple[Item, int]]:
        """Items of a SKU with the model's id (0: the item itself)."""
        found = []
        for item in self._living():
            models = [m.model_id for m in item.models if m.sku == sku]
            if models or item.sku == sku:
                found.append((item, models[0] if models else 0))
        return found


def _seen(item: Item) -> Seen:
    packs = (
        {m.sku: SeenPack(m.price, m.stock) for m in item.models}
        if item.models
        else {item.sku: SeenPack(item.price, item.stock)}
    )
    title = str(item.fields["item_name"])
    return Seen(str(item.item_id), item.sku, item.status == "NORMAL", title, packs)


class ShopeeRig:
    """What the kit imports; in-call waits are left out while a bench is open."""

    connector: type[Connector] = ShopeeConnector
    answers = ANSWERS
    refusals = tuple(refusals())

    @contextmanager
    def open(self, words: Sequence[str]) -> Iterator[Bench]:
        slept, client.sleep = client.sleep, lambda _seconds: None
        bench = ShopeeBench(words)
        try:
            yield bench
        finally:
            client.sleep = slept
            bench.close()
