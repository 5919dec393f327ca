"""What goes in and out, as programs read it: prices in đồng, stock in units, times in UTC, days in
Asia/Ho_Chi_Minh. Sentences for people are Vietnamese."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from console.web.api.words import (
    Code,
    Facet,
    HoldKind,
    HoldStatus,
    RunKind,
    RunStatus,
    State,
    Words,
)

CODES_MOST = 10_000
"""Codes in one push."""


class Shape(BaseModel):
    """A JSON object of ours. A member that we do not know is a slip of the pen, and is refused."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)


def _like(**example: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [example]})


T = TypeVar("T")


class Page(Shape, Generic[T]):
    items: list[T]
    next: str | None = Field(description="The cursor of the next page; null: this was the last.")


# --- status -----------------------------------------------------------------------------------


class Pack(Shape):
    sku: str
    price: int | None = Field(description="What the channel acknowledged, đồng.")
    stock: int | None = Field(description="What the channel acknowledged, units.")
    sold: int = Field(description="Units sold since the register's last statement.")

    model_config = _like(sku="OCOP-24-219-0002-500G", price=45_000, stock=120, sold=3)


class Reason(Shape):
    """Why a listing is not on sale: whose doing it is, and what to do."""

    code: str
    whose: str = Field(description="choice, law, data, channel or us.")
    text: str
    advice: str

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [{
                "code": "EXPIRED", "whose": "law",
                "text": "Giấy chứng nhận OCOP đã hết hạn ngày 09/02/2026.",
                "advice": "Nộp hồ sơ đánh giá lại; có quyết định mới thì sản phẩm tự lên sàn.",
            }]
        },
    )  # fmt: skip


class Listing(Shape):
    """One product in one shop, with its packs."""

    id: int
    product_code: str
    product: str
    producer: str
    shop: str
    channel: str
    item_sku: str
    state: State
    state_since: datetime
    reason: Reason | None
    alarm: dict[str, Any] | None = Field(
        description="On sale against the rule: since when, and the channel's words."
    )
    remote_id: str | None
    url: str
    stars: int | None
    certificate_expires: date | None
    last_synced_at: datetime | None
    packs: list[Pack]

    model_config = _like(
        id=17, product_code="OCOP-24-219-0002", product="Mỳ Chũ Xuân Trường",
        producer="HTX Mỳ Chũ Xuân Trường", shop="shop-mot", channel="shopee",
        item_sku="OCOP-24-219-0002", state="live", state_since="2026-02-09T03:00:00Z",
        reason=None, alarm=None, remote_id="88123", url="", stars=4,
        certificate_expires="2027-05-30", last_synced_at="2026-02-09T03:05:00Z",
        packs=[{"sku": "OCOP-24-219-0002-500G", "price": 45_000, "stock": 120, "sold": 3}],
    )  # fmt: skip


# --- explain ----------------------------------------------------------------------------------


class ProductStory(Shape):
    code: str
    name: str
    producer: str
    registry: list[str] = Field(description="What the register says, a sentence each.")
    withdrawn: str | None = Field(description="Why it is in the register no more.")


class FacetStory(Shape):
    facet: Facet
    wanted: Any
    acked: Any = Field(description="What the channel acknowledged; null: unknown.")
    settled: bool
    refused: bool
    error: Any


class Pin(Shape):
    """A value that an undo put back, and that stands for the register's."""

    id: int
    kind: str
    key: str
    run: int
    by: str


class ShopStory(Shape):
    shop: str
    channel: str
    item_sku: str | None
    remote_id: str | None
    state: State
    state_since: datetime | None
    reason: Reason | None
    alarm: dict[str, Any] | None
    rules: dict[str, Any]
    facets: list[FacetStory]
    pinned: list[Pin]
    last_write_at: datetime | None
    observed_at: datetime | None
    next: str = Field(description="What happens next, one sentence.")


class Story(Shape):
    """One product in every shop."""

    product: ProductStory
    shops: list[ShopStory]

    model_config = _like(
        product={
            "code": "OCOP-24-219-0002", "name": "Mỳ Chũ Xuân Trường",
            "producer": "HTX Mỳ Chũ Xuân Trường",
            "registry": ["Nhóm: Thực phẩm, loại: thực phẩm khô"], "withdrawn": None,
        },
        shops=[{
            "shop": "shop-mot", "channel": "shopee", "item_sku": "OCOP-24-219-0002",
            "remote_id": "88123", "state": "live", "state_since": "2026-02-09T03:00:00Z",
            "reason": None, "alarm": None, "rules": {},
            "facets": [{
                "facet": "price", "wanted": {"OCOP-24-219-0002-500G": 45_000},
                "acked": {"OCOP-24-219-0002-500G": 45_000}, "settled": True, "refused": False,
                "error": None,
            }],
            "pinned": [], "last_write_at": "2026-02-09T03:00:00Z",
            "observed_at": "2026-02-09T03:05:00Z",
            "next": "không có gì phải làm; đối chiếu định kỳ",
        }],
    )  # fmt: skip


# --- plan and push ----------------------------------------------------------------------------


class Change(Shape):
    """A facet of a listing that would be sent now."""

    product_code: str
    product: str
    shop: str
    channel: str
    facet: Facet
    skus: list[str]
    old: Any = Field(description="What the channel acknowledged; null: unknown, or not there yet.")
    new: Any

    model_config = _like(
        product_code="OCOP-24-219-0002", product="Mỳ Chũ Xuân Trường", shop="shop-mot",
        channel="shopee", facet="price", skus=["OCOP-24-219-0002-500G"],
        old={"OCOP-24-219-0002-500G": 45_000}, new={"OCOP-24-219-0002-500G": 48_000},
    )  # fmt: skip


class PushOrder(Shape):
    """What to push. ``codes`` (SKUs or product codes) are stated anew, price, stock and
    availability; without them, what is owed is sent."""

    codes: list[Code] | None = Field(default=None, min_length=1, max_length=CODES_MOST)
    shop: Words = Field(default="", description='The key of a shop; "": every shop.')
    channel: Words = Field(default="", description='The name of a channel; "": every channel.')

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"codes": ["OCOP-24-219-0002"], "shop": "shop-mot", "channel": ""},
                {"codes": None, "shop": "", "channel": ""},
            ]
        }
    )


class Run(Shape):
    """One pull, plan, push, reconcile, decision or undoing."""

    id: int
    kind: RunKind
    who: str
    why: str
    started_at: datetime
    ended_at: datetime | None
    status: RunStatus
    outcome: str
    counts: dict[str, Any]

    model_config = _like(
        id=42, kind="push", who="kho-hang", why="OCOP-24-219-0002",
        started_at="2026-02-09T03:00:00Z", ended_at=None, status="running", outcome="", counts={},
    )  # fmt: skip


class PushAccepted(Shape):
    """The workers carry the run out: look at it where Location says."""

    run: Run
    listings: int = Field(description="Listings that were stated anew.")
    due: int = Field(description="Facets that the chosen shops owe.")
    unknown: list[str] = Field(description="Codes that no listing of the shops sent to has.")
    stopped: list[str] = Field(description="Chosen shops that somebody stopped: left out.")

    model_config = _like(
        run={
            "id": 42, "kind": "push", "who": "kho-hang", "why": "OCOP-24-219-0002",
            "started_at": "2026-02-09T03:00:00Z", "ended_at": None, "status": "running",
            "outcome": "", "counts": {},
        },
        listings=1, due=3, unknown=[], stopped=[],
    )  # fmt: skip


# --- runs -------------------------------------------------------------------------------------


class Event(Shape):
    """A line of the log."""

    id: int
    at: datetime
    kind: str
    shop: str | None
    product_code: str
    facet: str
    before: Any
    after: Any
    code: str
    message: str
    request_id: str = Field(description="The channel's own number of the call.")
    duration_ms: int | None

    model_config = _like(
        id=901, at="2026-02-09T03:00:02Z", kind="pushed", shop="shop-mot",
        product_code="OCOP-24-219-0002", facet="price", before={"OCOP-24-219-0002-500G": 45_000},
        after={"OCOP-24-219-0002-500G": 48_000}, code="", message="", request_id="af31",
        duration_ms=210,
    )  # fmt: skip


class RunStory(Run):
    """A run, and a page of what it did."""

    events: Page[Event]

    model_config = _like(
        id=42, kind="push", who="kho-hang", why="OCOP-24-219-0002",
        started_at="2026-02-09T03:00:00Z", ended_at="2026-02-09T03:00:04Z", status="ended",
        outcome="ok", counts={"total": 1, "left": 0, "sent": 1},
        events={"items": [{
            "id": 901, "at": "2026-02-09T03:00:02Z", "kind": "pushed", "shop": "shop-mot",
            "product_code": "OCOP-24-219-0002", "facet": "price",
            "before": {"OCOP-24-219-0002-500G": 45_000},
            "after": {"OCOP-24-219-0002-500G": 48_000}, "code": "", "message": "",
            "request_id": "af31", "duration_ms": 210,
        }], "next": None},
    )  # fmt: skip


# --- holds, stop and start --------------------------------------------------------------------


class Hold(Shape):
    """A question to a person; once opened it is never changed."""

    id: int
    kind: HoldKind
    shop: str | None
    message: str
    status: HoldStatus
    opened_at: datetime
    decided_at: datetime | None
    decided_by: str

    model_config = _like(
        id=3, kind="price_jump", shop="shop-mot", message="Giá đổi mạnh: 20.000 đ → 200.000 đ",
        status="open", opened_at="2026-02-09T03:00:00Z", decided_at=None, decided_by="",
    )  # fmt: skip


class HoldItem(Shape):
    shop: str | None
    product_code: str | None
    product: str | None
    change: str = Field(description="The very change that waits.")
    detail: dict[str, Any]
    live: bool = Field(description="The decision still stands for it.")


class HoldStory(Hold):
    """A hold, what yes and no do, the one thing to do first, and a page of what it is about."""

    about: str
    approve: str
    reject: str
    first: str
    items: Page[HoldItem]

    model_config = _like(
        id=3, kind="price_jump", shop=None, message="Giá đổi mạnh: 20.000 đ → 200.000 đ",
        status="open", opened_at="2026-02-09T03:00:00Z", decided_at=None, decided_by="",
        about="Giá đổi quá lớn so với giá sàn đang có.",
        approve="Gửi giá mới ở lần gửi kế tiếp.",
        reject="Giữ giá cũ, chừng nào giá trong sổ chưa đổi sang mức khác.",
        first="Hỏi chủ thể giá đúng là bao nhiêu.",
        items={"items": [{
            "shop": "shop-mot", "product_code": "OCOP-24-219-0002",
            "product": "Mỳ Chũ Xuân Trường", "change": "200000", "live": True,
            "detail": {"sku": "OCOP-24-219-0002-500G", "before": 20_000, "after": 200_000},
        }], "next": None},
    )  # fmt: skip


class HaltOrder(Shape):
    shop: Words = Field(default="", description='The key of a shop; "": all of them.')
    why: Words = ""

    model_config = _like(shop="shop-mot", why="sai giá")


class GoOrder(Shape):
    shop: Words = Field(default="", description='The key of a shop; "": the stop of all.')

    model_config = _like(shop="shop-mot")


class StandingStop(Shape):
    shop: str | None = Field(description="null: all shops.")
    at: datetime
    by: str
    why: str


class Halted(Shape):
    changed: bool = Field(description="False: it was so before.")
    owed: int = Field(description="Listings on sale that are to come down, and wait.")
    stops: list[StandingStop] = Field(description="Every stop that stands now.")

    model_config = _like(
        changed=True, owed=0,
        stops=[{"shop": "shop-mot", "at": "2026-02-09T03:00:00Z", "by": "kho-hang",
                "why": "sai giá"}],
    )  # fmt: skip
