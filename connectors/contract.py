"""The contract between the worker and a channel: plain frozen dataclasses in and out.

A connector is a class found by the entry point group ``ocop_sync.connectors``. It is built with
an :class:`Account`, an :class:`~connectors.http.Http` and a clock, keeps no state between calls
but caches, and may be called from several threads at once.

Many-at-once verbs take a sequence of rows and return one :data:`Outcome` a row, in order. They
do not raise :class:`~connectors.errors.ChannelError`: a fault of the whole call is the outcome
of each row that it hit, and rows that were never sent are ``Failed(Unavailable)``. Single verbs
(``check``, ``categories``, ``attributes``, ``changed_since``, ``refresh`` …) raise.

A connector validates before it calls: a row that breaks a known limit is
``Failed(Rejected(...))`` without a request. Units: money integer đồng, weights grams, sizes
millimetres, times aware UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from connectors.errors import ChannelError
from connectors.http import Http

T = TypeVar("T")
Clock = Callable[[], datetime]
"""Returns the present moment, aware, UTC."""


# --- outcomes ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """The channel's clear yes. ``request_id`` is the channel's own id of the (last) call."""

    value: T
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Pending:
    """Begun and not finished: call ``resume`` with ``handle`` after ``ask_after`` seconds.

    ``handle`` is opaque to the worker, JSON, at most 4 KB. The worker commits it before anything
    else happens, so a killed worker loses nothing.
    """

    handle: Mapping[str, Any]
    ask_after: float
    request_id: str = ""
    in_review: bool = False
    """The channel's own people are deciding, which may take days."""


@dataclass(frozen=True, slots=True)
class Failed:
    """No, or unknown: the error's class says which (see :mod:`connectors.errors`).

    ``made``: the item that stands on the channel although ``create`` or ``resume`` failed (its
    packs were refused, say). Without it a ``Rejected`` means that nothing was made.
    """

    error: ChannelError
    made: RemoteItem | None = None


Outcome = Done[T] | Pending | Failed


# --- the account ------------------------------------------------------------------------------


class Credentials(dict[str, str]):
    """A shop's secrets, by field name. Never shown: ``repr`` prints the names only."""

    def __repr__(self) -> str:
        return f"Credentials({', '.join(sorted(self))})"

    __str__ = __repr__


@dataclass(frozen=True, slots=True)
class Account:
    """One shop on one channel. ``settings`` is what ``check`` found when it was connected.

    ``folder`` is a place for files of the connector's own, one a shop; what lies below its
    ``public`` folder is served at ``public_url`` (an unguessable address, no slash at its end).
    ``public_url`` is "" where the deployment has no public address.
    """

    shop_key: str
    base_url: str
    credentials: Credentials
    settings: Mapping[str, Any] = field(default_factory=dict)
    folder: Path | None = None
    public_url: str = ""


@dataclass(frozen=True, slots=True)
class ShopFacts:
    """What a shop says of itself; ``settings`` is stored and given back in :class:`Account`.

    ``account_id`` is the channel's own id of the account, by which connecting it twice is
    noticed; "" where the base URL is the account. ``account_moves``: the channel knows no accounts
    and the id only says where ours lies, so that the same shop may have another one day.
    ``problems`` are sentences (Vietnamese) that
    keep the shop from selling, empty when well. ``clock_skew_s`` is our clock minus the
    channel's, in seconds, None when unknown.
    """

    name: str
    region: str
    currency: str
    settings: Mapping[str, Any]
    problems: tuple[str, ...] = ()
    consent_expires_at: datetime | None = None
    clock_skew_s: float | None = None
    account_id: str = ""
    account_moves: bool = False


# --- categories and attributes ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Category:
    category_id: str
    parent_id: str | None
    name: str
    leaf: bool


@dataclass(frozen=True, slots=True)
class AttributeOption:
    value_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """``free_text``: a value without ``value_id`` is allowed. ``units``: allowed unit names.
    ``numeric``: a free text must be a number."""

    attribute_id: str
    name: str
    mandatory: bool
    free_text: bool
    options: tuple[AttributeOption, ...] = ()
    units: tuple[str, ...] = ()
    max_values: int = 1
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class AttributeValue:
    """One chosen value: ``value_id`` of an option, or ``text`` (and ``unit``) when free."""

    attribute_id: str
    value_id: str = ""
    text: str = ""
    unit: str = ""


# --- what we want a shop to show --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ImageFile:
    """A picture's bytes. ``sha256`` (hex) is its identity; ids a channel gives are never."""

    sha256: str
    content_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the programme and the law say of a product, for channels that have fields for it.

    "" or None: not known, or not to be claimed (an expired certificate has no stars here). Days
    are ISO texts (``2027-12-05``). ``origin`` is today's commune and province; ``group`` one of
    the programme's six, in Vietnamese.
    """

    product_code: str = ""
    name: str = ""
    producer: str = ""
    origin: str = ""
    group: str = ""
    stars: int | None = None
    decision: str = ""
    recognised_on: str = ""
    expires_on: str = ""
    self_declaration: str = ""
    trace_code: str = ""
    shelf_life: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A document of the product or its producer. ``kind`` is one of :data:`PAPER_KINDS`,
    ``valid_until`` an ISO day ("" without end), ``url`` where the channel may fetch its file ("":
    no file is stored)."""

    kind: str
    number: str
    valid_until: str = ""
    url: str = ""


PAPER_KINDS = ("food_safety", "self_declaration", "alcohol_licence", "trademark")


@dataclass(frozen=True, slots=True)
class Content:
    """What a buyer reads, without price and stock. Texts are plain; a connector whose channel
    wants HTML makes it. ``image_ids`` are the channel's ids, in order, or public addresses where
    the channel fetches pictures itself (``Capabilities.fetches_images``).

    ``weight_g`` is the shipping weight (net plus packing), ``dims_mm`` length, width, height.
    """

    title: str
    description: str
    category_id: str
    attributes: tuple[AttributeValue, ...]
    image_ids: tuple[str, ...]
    weight_g: int
    dims_mm: tuple[int, int, int]
    facts: Facts = Facts()
    papers: tuple[Paper, ...] = ()


@dataclass(frozen=True, slots=True)
class Variant:
    """One pack. ``label`` is what the buyer chooses by ("Gói 500 g"); net in grams or ml."""

    sku: str
    label: str
    weight_g: int
    gtin: str | None = None
    net_g: int | None = None
    net_ml: int | None = None


@dataclass(frozen=True, slots=True)
class PricedVariant:
    """A pack with the price (đồng) and the absolute stock (units) that it starts with."""

    variant: Variant
    price_vnd: int
    stock: int


@dataclass(frozen=True, slots=True)
class RemoteVariant:
    """Our SKU and the channel's id of it; ``remote_id`` is "" where the item has no variants."""

    sku: str
    remote_id: str


@dataclass(frozen=True, slots=True)
class RemoteItem:
    """A remote item that is ours. ``variants`` empty: not known, the connector reads them."""

    remote_id: str
    variants: tuple[RemoteVariant, ...] = ()


@dataclass(frozen=True, slots=True)
class NewListing:
    """``item_sku`` is the stable key of the listing, by which ``find_by_sku`` finds it again.

    One variant: the item is made without variations where the channel can. A created item is
    invisible to buyers until ``set_availability(on=True)``.
    """

    item_sku: str
    content: Content
    variants: tuple[PricedVariant, ...]
    variation_name: str = "Quy cách"


@dataclass(frozen=True, slots=True)
class VariantsChange:
    """The packs an item shall have, in order; those not named are removed.

    ``variants`` carry price and stock only for packs that are new: the others keep theirs.
    """

    item: RemoteItem
    item_sku: str
    variants: tuple[PricedVariant, ...]
    variation_name: str = "Quy cách"


@dataclass(frozen=True, slots=True)
class ContentChange:
    item: RemoteItem
    item_sku: str
    content: Content


@dataclass(frozen=True, slots=True)
class Adoption:
    """An item that stood in the shop before us and is ours now. ``item.variants`` pairs our SKUs
    with the channel's ids of its packs ("" where the item has no packs)."""

    item: RemoteItem
    item_sku: str


@dataclass(frozen=True, slots=True)
class PriceChange:
    """Prices in đồng by SKU. All packs of an item travel in one change."""

    item: RemoteItem
    prices: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class StockChange:
    """Absolute stock in units by SKU."""

    item: RemoteItem
    stock: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class AvailabilityChange:
    item: RemoteItem
    on: bool


@dataclass(frozen=True, slots=True)
class VariantAnswers:
    """Per-SKU answers of one price or stock change; a SKU in neither is unknown.

    ``refused`` holds an error a SKU (``Rejected``, ``NotFound`` or ``Ambiguous``).
    """

    accepted: frozenset[str]
    refused: Mapping[str, ChannelError] = field(default_factory=dict)


# --- what a shop shows ------------------------------------------------------------------------


class RemoteStatus(StrEnum):
    """A remote item's state, in our words (each connector's mapping says which is which)."""

    LIVE = "live"
    UNLISTED = "unlisted"
    IN_REVIEW = "in_review"
    REJECTED = "rejected"
    BANNED = "banned"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class RemoteVariantState:
    """What the channel shows of a pack; None where it does not say."""

    sku: str
    remote_id: str
    price_vnd: int | None
    stock: int | None
    label: str = ""
    gtin: str = ""


@dataclass(frozen=True, slots=True)
class RemoteState:
    """A reading of one remote item. ``reason`` is the channel's own words for a ban or review.

    ``variants`` is empty when the reading was of the status only. ``notice`` is a Vietnamese
    sentence about what the channel did by itself and we do not undo (a page merged with another
    seller's, say), "" mostly.
    """

    remote_id: str
    status: RemoteStatus
    reason: str = ""
    item_sku: str = ""
    title: str = ""
    url: str = ""
    variants: tuple[RemoteVariantState, ...] = ()
    image_ids: tuple[str, ...] = ()
    notice: str = ""


@dataclass(frozen=True, slots=True)
class FoundItem:
    """An item of the shop that carries one of our SKUs (exact match, any status).

    ``handle``: a create that was begun and is no item yet (``remote_id`` is "" then); the worker
    goes on with ``resume``.
    """

    remote_id: str
    item_sku: str
    status: RemoteStatus
    variants: tuple[RemoteVariant, ...] = ()
    handle: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """One page of the channel's change feed. ``cursor`` (JSON text) continues after it."""

    remote_ids: tuple[str, ...]
    cursor: str
    more: bool


# --- capabilities -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can do, as defaults; live limits are read from the channel by ``check``.

    Times are seconds, rates requests a second for one shop. ``batch`` maps a verb's name to the
    most rows one request takes (1 when absent). ``settle_s``: how long after a write the
    channel's search may still miss it. ``call_deadline_s``: the longest a call may take.
    ``price_ratio``: dearest / cheapest pack of one item, None when unbounded.
    ``lowest_stock``: the smallest stock that the last rung of the take-down ladder may set.
    ``credential_fields``: (required, optional) names in the credentials file.
    ``image_min_px``: the shortest side a picture must have. ``fetches_images``: the channel
    downloads pictures and papers from public addresses; ``upload_images`` is never called.
    ``cancellable``: a create under review can be taken back (``cancel``). ``recommends``: it
    proposes categories for a title (``recommend``). ``required_papers``: product kind -> the
    kinds of paper it must have here. ``starter``: the category mapping that ships with it.
    """

    channel: str
    label: str
    batch: Mapping[str, int]
    in_flight: int
    rate_per_s: float
    burst: int
    settle_s: float
    call_deadline_s: float
    max_variants: int
    price_ratio: float | None
    variants_are_items: bool
    reviewed: bool
    title_length: tuple[int, int]
    description_length: tuple[int, int]
    images: tuple[int, int]
    image_max_bytes: int
    image_types: frozenset[str]
    price_range: tuple[int, int]
    stock_range: tuple[int, int]
    variant_label_max: int
    region: str
    credential_fields: tuple[frozenset[str], frozenset[str]]
    default_base_url: str
    closed_kinds: Mapping[str, str] = field(default_factory=dict)
    """Product kinds (ocop-domain §5) that the channel does not take, or takes only when a person
    allowed them: kind -> ``block`` or ``ask``."""
    lowest_stock: int = 0
    image_min_px: int = 0
    fetches_images: bool = False
    cancellable: bool = False
    recommends: bool = False
    publishes: bool = False
    """Its channel is files: the connector is a :class:`FilePublisher` too."""
    required_papers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    starter: tuple[StarterRow, ...] = ()


@dataclass(frozen=True, slots=True)
class StarterRow:
    """One line of a starter mapping: a product kind, words of the name that it is for ("" = the
    kind's default), and names that the channel's category may have, the likeliest first."""

    kind: str
    words: str
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """A file of a shop as it is served now. ``at`` is when it last changed, ``size`` in bytes."""

    name: str
    url: str
    rows: int
    size: int
    at: datetime


@dataclass(frozen=True, slots=True)
class FileProblem:
    """One thing in a published file that the floor would refuse. ``where`` names file and row;
    ``found`` as written; ``expected`` and ``advice`` are Vietnamese."""

    where: str
    column: str
    found: str
    expected: str
    advice: str


class Connector(Protocol):
    """The verbs. See the module's text for errors, batches and threads."""

    capabilities: ClassVar[Capabilities]

    def __init__(self, account: Account, http: Http, clock: Clock) -> None: ...

    def check(self) -> ShopFacts:
        """Read who the shop is and what it allows. Raises AuthRefused for a wrong region."""

    def refresh(self) -> Credentials:
        """Trade the refresh token for a new pair; returns *all* credentials, replaced.

        Raises Ambiguous when it may have happened (ask once more with the same token),
        AuthRefused when the channel no longer accepts it.
        """

    def token_expires_at(self) -> datetime | None:
        """When the access token in the account lapses (UTC): a moment long past when there is
        none yet and ``refresh`` must fetch it; None when it never does, or nobody knows."""

    def authorization_url(self, redirect_url: str, state: str) -> str:
        """Where the seller gives consent."""

    def exchange_code(self, answer: Mapping[str, str]) -> Credentials:
        """Trade the callback's query parameters for credentials (all fields, complete)."""

    def categories(self) -> Sequence[Category]: ...

    def attributes(self, category_ids: Sequence[str]) -> Mapping[str, Sequence[Attribute]]:
        """What a person has to fill in; what the connector fills from ``Content`` itself is not
        among it."""

    def recommend(self, title: str) -> Sequence[str]:
        """Category ids that the channel proposes for a title, the likeliest first; [] when it
        proposes none."""

    def upload_images(self, images: Sequence[ImageFile]) -> list[Outcome[str]]:
        """The channel's id of each picture."""

    def find_by_sku(self, skus: Sequence[str]) -> list[Outcome[tuple[FoundItem, ...]]]:
        """All items, over all statuses, whose item SKU or a variant's SKU equals ours."""

    def create(self, listings: Sequence[NewListing]) -> list[Outcome[RemoteItem]]: ...

    def resume(self, handles: Sequence[Mapping[str, Any]]) -> list[Outcome[RemoteItem]]:
        """Go on with what a verb left ``Pending``."""

    def cancel(self, handles: Sequence[Mapping[str, Any]]) -> list[Outcome[None]]:
        """Take back a create that was begun: nothing of it is left. ``Pending`` when the channel
        has not got hold of it yet: ask again then, with the same handle. ``Rejected`` when it is
        too late; then ``resume`` says what it became."""

    def adopt(self, adoptions: Sequence[Adoption]) -> list[Outcome[RemoteItem]]:
        """Write our SKUs on an item that becomes ours, where it has others; nothing else of it
        changes."""

    def update_variants(self, changes: Sequence[VariantsChange]) -> list[Outcome[RemoteItem]]: ...

    def update_content(self, changes: Sequence[ContentChange]) -> list[Outcome[None]]: ...

    def set_price(self, changes: Sequence[PriceChange]) -> list[Outcome[VariantAnswers]]: ...

    def set_stock(self, changes: Sequence[StockChange]) -> list[Outcome[VariantAnswers]]: ...

    def set_availability(self, changes: Sequence[AvailabilityChange]) -> list[Outcome[None]]: ...

    def read(self, remote_ids: Sequence[str], *, full: bool) -> list[Outcome[RemoteState]]:
        """``full`` also reads each variant's price and stock. An unknown id is NotFound."""

    def changed_since(self, cursor: str | None) -> Changes:
        """Items changed since ``cursor`` (None: from the beginning, i.e. all)."""

    def finish(self) -> None:
        """The drain has nothing more for now: make visible what was written. File channels
        publish here; the others do nothing. Raises ChannelError."""


class FilePublisher(Connector, Protocol):
    """What a connector adds whose channel is files (``Capabilities.publishes``)."""

    def published(self) -> Sequence[PublishedFile]:
        """The files as they are served now."""

    def validate(self) -> Sequence[FileProblem]:
        """What in them the floor would refuse; [] when it takes all."""
