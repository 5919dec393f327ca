"""Tiki's rig for the conformance kit: a seller on the strict sandbox, under a clock that turns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from connectors.conformance.rig import Deed, Fault, Refusal, Seen, SeenPack
from connectors.contract import Account, Connector, Credentials
from connectors.http import Http
from connectors.tiki import client
from connectors.tiki.connector import TikiConnector
from sandbox.tiki import Fault as SandboxFault
from sandbox.tiki import TikiSandbox
from sandbox.tiki.switches import switched
from tests import doors
from tests.connectors.tiki.refusals import refusals

SID, CLIENT_ID, SECRET = "969BEA01", "1234567890", "s3cr3t-of-the-test"
WAREHOUSE = 188954
CATEGORY = "22988"

QUIET = ("rate_per_s=none", "review_s=300")
"""The clock stands still in tests, so that a bucket would never fill again."""

API = "/integration/"
PATHS: Mapping[str, Sequence[str]] = {
    "": (API, "/sc/oauth2/token"),
    "check": ("GET /integration/v2/sellers/me$",),
    "refresh": ("POST /sc/oauth2/token",),
    "categories": ("GET /integration/v2/categories$",),
    "attributes": ("/attributes$",),
    "create": ("POST /integration/v2.1/requests$",),
    "resume": ("GET /integration/v2/tracking/",),
    "cancel": ("DELETE /integration/v2/requests/",),
    "adopt": ("/products/updateOriginalSku$",),
    "update_content": ("POST /integration/v2/requests/updateProductInfo$",),
    "set_price": ("/products/updateSku$",),
    "set_stock": ("/products/updateSku$",),
    "set_availability": ("/products/updateSku$",),
    "read": ("GET /integration/v2.1/products/2",),
    "find_by_sku": ("/products/findBy$",),
    "changed_since": ("GET /integration/v2.1/products$",),
}
"""The calls that decide a verb. ``update_variants`` makes none: a product is one pack."""

KINDS: Mapping[Fault, str] = {
    Fault.RATE_LIMITED: "rate",
    Fault.RATE_LIMITED_UNTIL: "rate",
    Fault.UNAVAILABLE: "outage",
    Fault.RESET_BEFORE: "reset_before",
    Fault.EXPIRED_TOKEN: "expired_token",
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
}

ARRAYS = ("categories", "attributes", "find_by_sku")
"""Verbs whose answers may be bare arrays: an empty one is an answer, not a fault."""


class TurnedClock:
    def __init__(self) -> None:
        self.moment = datetime.now(UTC).replace(microsecond=0)

    def __call__(self) -> datetime:
        return self.moment

    def turn(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@dataclass
class TikiBench:
    """One open sandbox with one connected seller. ``http`` makes the calls of ``shop``."""

    market: TikiSandbox
    clock: TurnedClock
    url: str
    credentials: Credentials
    settings: dict[str, Any] = field(default_factory=dict)
    long_s: float = 3.0
    """How long a silent or slow answer takes: give the HTTP client a shorter ``longest_s``."""

    # --- the protocol ------------------------------------------------------------------------

    def now(self) -> datetime:
        return self.clock()

    def pass_time(self, seconds: float) -> None:
        self.clock.turn(seconds)

    def account(self) -> Account:
        return Account("thu", self.url, self.credentials, self.settings)

    def wrong_account(self) -> Account:
        wrong = {**self.credentials, "client_secret": "wrong", "access_token": "wrong"}
        return Account("thu", self.url, Credentials(wrong), self.settings)

    def category(self) -> str:
        return CATEGORY

    def spoil(self, fault: Fault, *, verb: str = "", after: int = 0, times: int = 1) -> bool:
        kind = KINDS.get(fault)
        if kind is None or verb not in PATHS or (fault is Fault.ARRAY and verb in ARRAYS):
            return False
        self.market.spoil(
            SandboxFault(
                kind=kind,
                path="|".join(PATHS[verb]),
                after=after,
                times=times,
                seconds=self.long_s,
                retry_after=7 if fault is Fault.RATE_LIMITED_UNTIL else None,
                location="http://127.0.0.1:9/integration/steal",
            )
        )
        return True

    def refuse(self, refusal: Refusal) -> None:
        self.market.spoil(
            SandboxFault(
                kind="answer",
                path="|".join(PATHS[refusal.verb]),
                times=None,
                status=refusal.status,
                body=refusal.body,
            )
        )

    def heal(self) -> None:
        self.market.heal()

    def asked_changes(self) -> int:
        return sum(bool(entry["asks_change"]) for entry in self.market.journal())

    def stands(self) -> Sequence[Seen]:
        return [
            Seen(
                remote_id=row["item_id"] if row["item_id"].isdigit() else "",
                item_sku=row["item_sku"],
                on_sale=row["on_sale"],
                title=row["title"],
                packs={sku: SeenPack(price, stock) for sku, price, stock in row["packs"]},
            )
            for row in self.market.items(SID)
        ]

    def decide(self, sku: str, verdict: Literal["approve", "reject", "ban"], why: str = "") -> bool:
        """Tiki hides what exists; it rejects only what is under review."""
        product = next((p for p in self.market.products(SID) if p.original_sku == sku), None)
        waits = any(
            r.open
            and (sku in r.skus or (product and r.body.get("product_id") == product.product_id))
            for r in self.market.requests(SID)
        )
        if waits and verdict != "ban":
            self.market.do(SID, verdict, sku=sku, reason=why)
        elif product and verdict == "ban":
            self.market.do(SID, "hide", sku=sku, reason=why)
        elif product and verdict == "approve":
            self.market.do(SID, "unhide", sku=sku)
        else:
            return False
        return True

    def by_hand(self, sku: str, deed: Deed, value: int = 0) -> None:
        match deed:
            case "price":
                self.market.do(SID, "edit", sku=sku, price=value)
            case "stock":
                self.market.do(SID, "edit", sku=sku, stock=value)
            case "sell":
                self.market.do(SID, "sell", sku=sku, units=value)
            case _:
                self.market.do(SID, deed, sku=sku)

    # --- for Tiki's own tests -------------------------------------------------------------------

    @property
    def shop(self) -> TikiConnector:
        """A fresh connector, as each drain makes one."""
        return TikiConnector(self.account(), Http(), self.clock)

    def calls(self, end: str) -> list[dict[str, Any]]:
        return [e for e in self.market.journal() if e["method"] and e["path"].endswith(end)]

    def product(self, sku: str) -> Any:
        return next(p for p in self.market.products(SID) if p.original_sku == sku)


ANSWERS: Mapping[str, Sequence[str]] = {
    "as the page says": (),
    "waiting spelling, drafted; reasons as JSON; other category names": (
        "spelling=waiting", "drafted=true", "reason_form=json", "primary_name=isPrimary",
        "parent_name=parent", "whole_tree=false", "display_names=false",
    ),
    "reasons as a list; findBy an object; documents by category; requests show variants": (
        "reason_form=list", "find_shape=object", "find_none=empty", "documents=category",
        "late_delete=404", "asked_shown=variants",
    ),
    "reasons empty; findBy data; no documents": (
        "reason_form=empty", "find_shape=data", "find_none=empty", "id_name=id",
        "documents=none", "late_delete=400",
    ),
    "reasons null; findBy only v2; one sentence for 401; refusals in sentences": (
        "reason_form=null", "duplicate_form=plain", "find_version=v2", "find_loose=true",
        "one_sentence_401=true", "old_refresh_works=true", "wording=sentence", "min_code=true",
        "document_names=en",
    ),
    "findBy an empty list; requests show no SKU before they are approved": (
        "find_none=empty", "refresh_rotates=false", "asked_shown=none",
    ),
    "duplicate refused at once; content at once; prices bumped": (
        "duplicate_at_once=true", "update_review=false", "sku_version=v2",
        "above_market=bumped", "left_out_is_zero=false",
    ),
    "products appear late; countries from a list": (
        "product_lag_s=20", "tracking_lag_s=4", "home_listed=Vietnam",
    ),
    "filters ignored; requests without products; brands from a list": (
        "request_filter=false", "tracking_filter=false", "request_products=false",
        "brand_listed=true", "min_code=true",
    ),
    "other shapes": (
        "id_name=id", "active_text=false", "decimal_money=true", "sellable=sellable",
        "inventory_asked=true", "short_pages=true", "max_limit=100",
    ),
    "old category names, old warehouses; rate headers": (
        "primary_name=primary", "parent_name=parent", "warehouses_at=v1", "dropship=drop_ship",
        "warehouse_filter=false", "rate_headers=true", "retry_after=3",
    ),
}  # fmt: skip
"""Each answer to the doubtful facts; those that do not touch one another are given together."""


class TikiRig:
    def __init__(self) -> None:
        self.connector: type[Connector] = TikiConnector
        self.answers: Mapping[str, Sequence[str]] = ANSWERS
        self.refusals = tuple(refusals())
        self.fixed = frozenset({"title"})
        """The name belongs to the master page: no call changes it (3.1, 3.7)."""

    @contextmanager
    def open(self, words: Sequence[str] = ()) -> Iterator[TikiBench]:
        """Nothing sleeps: neither between tries nor for the clock."""
        slept, client.sleep = client.sleep, lambda _seconds: None
        clock = TurnedClock()
        market = TikiSandbox(None, switched([*QUIET, *words]), clock)
        market.add_seller(SID, client_id=CLIENT_ID, client_secret=SECRET, name="HTX Thử")
        try:
            with doors.opened(market.app) as url:
                login = Credentials(client_id=CLIENT_ID, client_secret=SECRET)
                bench = TikiBench(market, clock, url, login)
                bench.credentials = bench.shop.refresh()
                bench.settings = dict(bench.shop.check().settings)
                yield bench
        finally:
            client.sleep = slept
            market.close()
