"""One connector on one bench, as the worker drives it, with everything that it says looked at.

Every answer goes through :class:`Watched`, which holds what is true of all of them: a many-at-once
verb gives one outcome a row and does not raise, a refusal has a hint in Vietnamese, a handle is
JSON of at most 4 KB, and no secret is in what a person or a log may see.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from connectors.conformance import samples
from connectors.conformance.check import Absent
from connectors.conformance.rig import Bench, Fault, Rig, Seen
from connectors.contract import (
    Account,
    AvailabilityChange,
    Changes,
    Connector,
    Content,
    Done,
    Failed,
    FoundItem,
    NewListing,
    Outcome,
    Pending,
    PricedVariant,
    RemoteItem,
    RemoteState,
)
from connectors.errors import ChannelError, ProtocolError, Rejected
from connectors.http import Answer, Http

MANY = frozenset({
    "upload_images", "find_by_sku", "create", "resume", "cancel", "adopt", "update_variants",
    "update_content", "set_price", "set_stock", "set_availability", "read",
})  # fmt: skip

HANDLE_MAX = 4096
SHORT_S = 0.5
"""The longest call where an answer never comes."""

_SECRET = ("key", "secret", "token", "pass", "code")


class Killed(BaseException):
    """The process died here."""


class Wire(Http):
    """Counts the calls that leave, and kills the process after one of them."""

    def __init__(self, longest_s: float | None = None) -> None:
        super().__init__(longest_s=longest_s)
        self.calls = 0
        self.kill_after: int | None = None

    def request(self, method: str, url: str, **more: Any) -> Answer:
        answer = super().request(method, url, **more)
        self.calls += 1
        if self.kill_after is not None:
            self.kill_after -= 1
            if self.kill_after < 0:
                self.kill_after = None
                raise Killed
        return answer


class World:
    """What a check works with."""

    def __init__(self, rig: Rig, bench: Bench) -> None:
        self.rig = rig
        self.bench = bench
        self.capabilities = rig.connector.capabilities
        self.account = bench.account()
        self.wire = Wire()
        self._shop: Connector | None = None
        self._attributes: tuple[Any, ...] | None = None
        self._image_ids: dict[int, str] = {}

    # --- the connector ----------------------------------------------------------------------

    @property
    def shop(self) -> Connector:
        """The present connector, its login fresh as the worker keeps it."""
        shop = self._shop or self.connector()
        lapses = shop.token_expires_at()
        if lapses is not None and lapses <= self.bench.now() + timedelta(seconds=60):
            self.account = with_credentials(self.account, shop.refresh())
            shop = self.connector()
        self._shop = shop
        return shop

    def connector(
        self,
        *,
        account: Account | None = None,
        longest_s: float | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> Connector:
        """Another connector, on a wire of its own where calls are cut short."""
        wire = self.wire if longest_s is None else Wire(longest_s)
        chosen = account or self.account
        inner = self.rig.connector(chosen, wire, clock or self.bench.now)
        return cast(Connector, Watched(inner, chosen))

    def reborn(self) -> None:
        """The process was started again: nothing is left but what was committed."""
        self._shop = None

    def refresh(self) -> None:
        """As the worker does after AuthExpired."""
        self.account = with_credentials(self.account, self.connector().refresh())
        self._shop = None

    # --- time -------------------------------------------------------------------------------

    def wait(self, seconds: float) -> None:
        self.bench.pass_time(seconds)

    def settle(self) -> None:
        """Make visible what was written and let the channel's search catch up."""
        self.shop.finish()
        self.wait(max(1.0, self.capabilities.settle_s))

    # --- what is sold -----------------------------------------------------------------------

    def content(self, title: str = "", mark: int = 1) -> Content:
        category = self.bench.category()
        if self._attributes is None:
            self._attributes = samples.filled(self.shop.attributes([category]).get(category, ()))
        low = max(1, self.capabilities.images[0])
        ids = [self.image(mark + i) for i in range(low)]
        return samples.content(self.capabilities, category, self._attributes, ids, title)

    def fixed(self, what: str) -> bool:
        """Whether the channel never changes this of an item."""
        return what in getattr(self.rig, "fixed", ())

    def new_title(self, listing: NewListing, words: str) -> str:
        """Another title for a listing; its own where the channel never changes one."""
        if self.fixed("title"):
            return listing.content.title
        return samples.fitted(words, self.capabilities.title_length)

    def image(self, mark: int) -> str:
        """The channel's id of a picture, or an address where it fetches them itself."""
        if mark not in self._image_ids:
            if self.capabilities.fetches_images:
                self._image_ids[mark] = samples.public_picture(self.account, mark)
            else:
                kinds = self.capabilities.image_types
                (sent,) = self.shop.upload_images([samples.picture(mark, kinds=kinds)])
                self._image_ids[mark] = done(sent)
        return self._image_ids[mark]

    def listing(self, number: int = 1, packs: int = 1, **more: Any) -> NewListing:
        """The numbered product with one pack or two; a channel whose variants are items of
        their own gets one."""
        two = packs > 1 and not self.capabilities.variants_are_items
        wanted = samples.two_packs(number) if two else samples.one_pack(number)
        return samples.listing(wanted, self.content(**more))

    def made(self, listing: NewListing | None = None, *, on: bool = False) -> RemoteItem:
        """The item of a listing, created and settled; on sale when ``on``."""
        wanted = listing or self.listing()
        (begun,) = self.shop.create([wanted])
        item = cast(RemoteItem, done(self.settled(begun, wanted.item_sku)))
        self.settle()
        if on:
            self.switch(item, wanted, on=True)
        return item

    def switch(self, item: RemoteItem, listing: NewListing, *, on: bool) -> None:
        """Onto the shelf (approved where the desk looks) or off it."""
        (answer,) = self.shop.set_availability([AvailabilityChange(item, on)])
        done(self.settled(answer, listing.item_sku))
        self.settle()
        if on and not self.seen(listing).on_sale:
            self.bench.decide(listing.item_sku, "approve")
            self.settle()

    def settled(self, outcome: Outcome[Any], sku: str) -> Outcome[Any]:
        """The end of what was begun: asked again when it is due, approved where it is looked at."""
        for _ in range(40):
            if not isinstance(outcome, Pending):
                return outcome
            outcome = self.asked_again(outcome, sku)
        raise AssertionError(f"still pending after 40 askings: {outcome}")

    def asked_again(self, pending: Pending, sku: str) -> Outcome[Any]:
        """One resume, of the handle as a database gives it back."""
        handle = stored(pending.handle)
        self.shop.finish()
        if pending.in_review:
            self.bench.decide(sku, "approve")
        self.wait(pending.ask_after)
        (outcome,) = self.shop.resume([handle])
        return outcome

    def write(self, verb: str, change: Any, sku: str = "") -> Any:
        """Do one row of a writing verb to its end; the value of its ``Done``."""
        (outcome,) = getattr(self.shop, verb)([change])
        value = done(self.settled(outcome, sku))
        self.settle()
        return value

    # --- the truth --------------------------------------------------------------------------

    def standing(self, sku: str) -> list[Seen]:
        """Everything in the shop that carries the SKU."""
        return [s for s in self.bench.stands() if sku == s.item_sku or sku in s.packs]

    def seen(self, listing: NewListing) -> Seen:
        """The one item of a listing."""
        keys = {listing.item_sku, *(p.variant.sku for p in listing.variants)}
        found = {s.remote_id: s for key in keys for s in self.standing(key)}
        assert len(found) == 1, f"items of {listing.item_sku} in the shop: {sorted(found)}"
        return next(iter(found.values()))

    def shows(self, listing: NewListing, packs: Sequence[PricedVariant] = ()) -> Seen:
        """Assert that the shop holds the listing just as it is wanted; the item seen."""
        seen = self.seen(listing)
        wanted = packs or listing.variants
        assert seen.title == listing.content.title
        assert amounts(seen) == {p.variant.sku: (p.price_vnd, p.stock) for p in wanted}
        return seen

    def read(self, remote_id: str, *, full: bool = True) -> RemoteState:
        return cast(RemoteState, done(self.shop.read([remote_id], full=full)[0]))

    def found(self, sku: str) -> tuple[FoundItem, ...]:
        return cast("tuple[FoundItem, ...]", done(self.shop.find_by_sku([sku])[0]))

    def walked(self, cursor: str | None) -> tuple[list[str], str]:
        """Every id of the change feed from a cursor on, and the cursor after it."""
        ids: list[str] = []
        for _ in range(60):
            page: Changes = self.shop.changed_since(cursor)
            assert isinstance(page.cursor, str)
            ids += page.remote_ids
            cursor = page.cursor
            if not page.more:
                return ids, cursor
        raise AssertionError("the change feed does not end")

    # --- misbehaviour -----------------------------------------------------------------------

    def needs(self, fault: Fault, verb: str) -> None:
        """Raises Absent where the channel has no such fault, before anything is made for it."""
        self.spoil(fault, verb=verb)
        self.bench.heal()

    def spoil(self, fault: Fault, *, verb: str = "", after: int = 0, times: int = 1) -> None:
        """Raises Absent where the channel has no such fault."""
        if not self.bench.spoil(fault, verb=verb, after=after, times=times):
            raise Absent(f"the channel has no fault {fault.value}")


class Watched:
    """A connector all of whose answers are judged."""

    def __init__(self, inner: Connector, account: Account) -> None:
        self._inner = inner
        self._account = account

    def __getattr__(self, name: str) -> Any:
        verb = getattr(self._inner, name)
        if not callable(verb):
            return verb

        def called(*arguments: Any, **more: Any) -> Any:
            try:
                answer = verb(*arguments, **more)
            except ChannelError as error:
                assert name not in MANY, f"{name} raised {error!r}: a fault is an outcome"
                self._judge(error)
                raise
            if name in MANY:
                self._judge_rows(name, arguments[0], answer)
            return answer

        return called

    def _judge_rows(self, verb: str, rows: Sequence[Any], outcomes: Any) -> None:
        assert isinstance(outcomes, list), f"{verb} gave {type(outcomes).__name__}, not a list"
        assert len(outcomes) == len(rows), f"{verb}: {len(rows)} rows, {len(outcomes)} outcomes"
        for outcome in outcomes:
            assert isinstance(outcome, Done | Pending | Failed), f"{verb} gave {outcome!r}"
            self._hides(repr(outcome))
            if isinstance(outcome, Failed):
                self._judge(outcome.error)
            elif isinstance(outcome, Pending):
                judge_handle(outcome.handle)
            else:
                for error in getattr(outcome.value, "refused", {}).values():
                    self._judge(error)

    def _judge(self, error: ChannelError) -> None:
        assert isinstance(error, ChannelError)
        self._hides(f"{error} {error!r}")
        if isinstance(error, ProtocolError):
            self._hides(error.excerpt)
        assert str(error).strip(), f"{type(error).__name__} without a word"
        if isinstance(error, Rejected):
            assert vietnamese(error.hint), f"hint of {error!r} is no Vietnamese: '{error.hint}'"

    def _hides(self, text: str) -> None:
        for name, value in secrets_of(self._account).items():
            assert value not in text, f"the secret '{name}' shows"


def secrets_of(account: Account) -> dict[str, str]:
    """The credentials that must never show, by name."""
    return {
        name: value
        for name, value in account.credentials.items()
        if any(word in name for word in _SECRET) and not value.isdigit() and len(value) >= 6
    }


def judge_handle(handle: Mapping[str, Any]) -> None:
    """JSON, at most 4 KB, and the same when it comes back from a database."""
    text = json.dumps(dict(handle), ensure_ascii=False)
    size = len(text.encode())
    assert size <= HANDLE_MAX, f"a handle of {size} bytes, at most {HANDLE_MAX} are kept"


def stored(handle: Mapping[str, Any]) -> dict[str, Any]:
    """A handle after its way through JSON."""
    back: dict[str, Any] = json.loads(json.dumps(dict(handle)))
    return back


def vietnamese(text: str) -> bool:
    """Whether a text is a sentence with Vietnamese letters."""
    return any(letter > "\u00bf" for letter in text)


def done(outcome: Outcome[Any]) -> Any:
    """The value of a ``Done``; anything else fails the check."""
    assert isinstance(outcome, Done), f"expected Done, got {outcome!r}"
    return outcome.value


def failed(outcome: Outcome[Any], *kinds: type[ChannelError]) -> ChannelError:
    """The error of a ``Failed`` of one of the kinds; anything else fails the check."""
    assert isinstance(outcome, Failed), f"expected Failed, got {outcome!r}"
    names = " or ".join(kind.__name__ for kind in kinds)
    assert isinstance(outcome.error, kinds), f"expected {names}, got {outcome.error!r}"
    return outcome.error


def raised(verb: Callable[[], Any], *kinds: type[ChannelError]) -> ChannelError:
    """The error that a single verb raises; anything else fails the check."""
    names = " or ".join(kind.__name__ for kind in kinds)
    try:
        answer = verb()
    except ChannelError as error:
        assert isinstance(error, kinds), f"expected {names}, got {error!r}"
        return error
    raise AssertionError(f"expected {names}, got {answer!r}")


def with_credentials(account: Account, credentials: Any) -> Account:
    return Account(
        account.shop_key, account.base_url, credentials, account.settings, account.folder,
        account.public_url,
    )  # fmt: skip


def amounts(seen: Seen) -> dict[str, tuple[int | None, int | None]]:
    """Price and stock of each pack as the shop holds them."""
    return {sku: (pack.price_vnd, pack.stock) for sku, pack in seen.packs.items()}
