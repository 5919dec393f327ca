"""What the floor shows of our rows, as far as its export says.

A file tells nothing back: a row that was published is "sent at T" until an export that is younger
than T says more (feeds.md 1, 5). Pure but for :class:`Reader`, which brings the export.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson

from connectors.contract import (
    Changes,
    Done,
    Failed,
    FoundItem,
    Outcome,
    RemoteState,
    RemoteStatus,
    RemoteVariant,
    RemoteVariantState,
)
from connectors.errors import ChannelError, NotFound
from connectors.feed.export import Line, line_from
from connectors.feed.fetching import Exports, made_at
from connectors.feed.profile import Profile
from connectors.feed.rows import Row
from connectors.feed.store import Kept, Store
from connectors.feed.texts import moment, plain

PAGE = 1000

_SAID = {
    "live": RemoteStatus.LIVE,
    "out": RemoteStatus.LIVE,
    "hidden": RemoteStatus.UNLISTED,
    "review": RemoteStatus.IN_REVIEW,
    "rejected": RemoteStatus.REJECTED,
    "banned": RemoteStatus.BANNED,
    "deleted": RemoteStatus.MISSING,
}


class Reader:
    """Reads of one shop."""

    def __init__(self, profile: Profile, exports: Exports) -> None:
        self._profile = profile
        self._exports = exports

    def read(self, store: Store, skus: Sequence[str], *, full: bool) -> list[Outcome[RemoteState]]:
        """One outcome a SKU; what keeps the export from being had fails them all."""
        try:
            self._exports.bring(store)
        except ChannelError as error:
            return [Failed(error) for _ in skus]
        states = self._states(store, skus)
        return [
            Done(states[sku] if full else _without_packs(states[sku]))
            if sku in states
            else Failed(NotFound(f"{self._profile.label}: không có dòng '{sku}' trong file"))
            for sku in skus
        ]

    def _states(self, store: Store, skus: Sequence[str]) -> dict[str, RemoteState]:
        kept, told, at = store.get(skus), store.export_rows(skus), made_at(store)
        states = {
            sku: state_of(
                self._profile, row, line_from(sku, told[sku]) if sku in told else None, at
            )
            for sku, row in kept.items()
        }
        self._learn(store, [(k, states[sku]) for sku, k in kept.items()])
        return states

    def _learn(self, store: Store, seen: Sequence[tuple[Kept, RemoteState]]) -> None:
        """Keep what an export said: what it sold, what it shows otherwise than we sent it, and
        which rows it lost. A row that only we know is in review by our own word: it says
        nothing."""
        said = [(k, state) for k, state in seen if state.status is not RemoteStatus.IN_REVIEW]
        missing = {k.row.sku for k, s in said if s.status is RemoteStatus.MISSING}
        other = {k.row.sku for k, state in said if _differs(k, state)}
        sold = [row for k, state in said if (row := _sold(k, state)) is not None]
        news = {
            "differs": [k.row.sku for k, _s in said if k.row.sku in other and not k.differs],
            "agrees": [k.row.sku for k, _s in said if k.row.sku not in other and k.differs],
            "lost": [k.row.sku for k, _s in said if k.row.sku in missing and not k.lost],
            "found": [k.row.sku for k, _s in seen if k.row.sku not in missing and k.lost],
        }
        if sold or any(news.values()):
            with store.writing():
                store.learn(**news)
                store.sold(sold)

    def find(self, store: Store, keys: Sequence[str]) -> list[Outcome[tuple[FoundItem, ...]]]:
        """From our own rows, for a file channel has no other items of ours; their status is what
        the export says."""
        try:
            self._exports.bring(store)
        except ChannelError as error:
            return [Failed(error) for _ in keys]
        at = made_at(store)
        kept = store.find(keys)
        told = store.export_rows([k.row.sku for k in kept])
        by_key: dict[str, list[FoundItem]] = {}
        for k in kept:
            line = line_from(k.row.sku, told[k.row.sku]) if k.row.sku in told else None
            found = FoundItem(
                remote_id=k.row.sku,
                item_sku=k.row.item_sku,
                status=state_of(self._profile, k, line, at).status,
                variants=(RemoteVariant(k.row.sku, ""),),
            )
            for key in {k.row.sku, k.row.item_sku}:
                by_key.setdefault(key, []).append(found)
        return [Done(tuple(by_key.get(key, ()))) for key in keys]

    def changed(self, store: Store, cursor: str | None) -> Changes:
        """SKUs whose line in the export came, changed or went, and those that were written here,
        a page at a time. Raises ChannelError."""
        self._exports.bring(store)
        place: dict[str, Any] = (
            orjson.loads(cursor) if cursor else {"since": None, "until": None, "after": ""}
        )
        if place["until"] is None:
            place["until"] = store.moment()
        skus = store.changed(place["since"], place["after"], PAGE)
        if len(skus) == PAGE:
            place["after"] = skus[-1]
            return Changes(tuple(skus), orjson.dumps(place).decode(), more=True)
        rest = {"since": place["until"], "until": None, "after": ""}
        return Changes(tuple(skus), orjson.dumps(rest).decode(), more=False)


def state_of(profile: Profile, kept: Kept, line: Line | None, export_at: float) -> RemoteState:
    """What is known of a row. ``line``: what the export says of it, None when it is not there."""
    younger = export_at > (kept.sent_at or 0) + profile.export.lag_s
    if kept.lost and (line is None or line.state == "deleted" or not younger):
        return _state(kept, RemoteStatus.MISSING, "sàn không còn dòng này trong file kết quả")
    if kept.row.on:
        return _wanted_on(kept, line if younger else None, export_at if younger else 0)
    return _wanted_off(kept, line, younger)


def _wanted_on(kept: Kept, line: Line | None, export_at: float) -> RemoteState:
    """A row that shall be on sale; ``line`` and ``export_at`` only when they know of it."""
    if not kept.current:
        return _state(kept, RemoteStatus.IN_REVIEW, "sẽ có trong lần xuất file tới")
    if line is None:
        if kept.seen_live and export_at:
            words = f"sàn không còn dòng này trong file kết quả lúc {_moment(export_at)}"
            return _state(kept, RemoteStatus.MISSING, words)
        return _state(kept, RemoteStatus.IN_REVIEW, _waiting(kept))
    status = _SAID.get(line.state)
    if status is RemoteStatus.MISSING and not kept.seen_live:
        words = f"sàn ghi '{line.word}', có thể là của lần gỡ trước; {_waiting(kept)}"
        return _state(kept, RemoteStatus.IN_REVIEW, words)
    if status is None:
        words = f"sàn ghi trạng thái '{line.word}', chưa rõ nghĩa; {_waiting(kept)}"
        return _state(kept, RemoteStatus.IN_REVIEW, words)
    return _state(kept, status, line.reason or _default_words(status, line), line)


def _wanted_off(kept: Kept, line: Line | None, younger: bool) -> RemoteState:
    """A row that shall be hidden: on sale as long as a younger export says so, and not known as
    long as the last word is of before the withdrawal."""
    shows = line is not None and line.state == "live"
    if kept.sent_shown:
        if shows:
            return _state(kept, RemoteStatus.LIVE, "", line)
        return _state(kept, RemoteStatus.IN_REVIEW, "sẽ gỡ trong lần xuất file tới")
    if kept.sent_at is None:
        status = RemoteStatus.LIVE if shows else RemoteStatus.UNLISTED
        return _state(kept, status, "", line if shows else None)
    if not younger:
        return _state(kept, RemoteStatus.IN_REVIEW, _waiting(kept))
    if shows:
        return _state(kept, RemoteStatus.LIVE, "sàn vẫn bán dù đã gửi file gỡ", line)
    if line is not None and line.state in ("rejected", "banned"):
        return _state(kept, _SAID[line.state], line.reason)
    return _state(kept, RemoteStatus.UNLISTED, "")


def _state(kept: Kept, status: RemoteStatus, reason: str, line: Line | None = None) -> RemoteState:
    """The pack's price and stock are the export's where it shows the row on sale. A hidden row
    has no stock there, which is no sale: it is told as our own file keeps it."""
    row = kept.row
    price = stock = None
    if line is not None and status is RemoteStatus.LIVE:
        price, stock = line.price_vnd, line.stock
    elif status is RemoteStatus.UNLISTED and not row.on:
        price, stock = row.price_vnd, row.stock
    pack = RemoteVariantState(
        row.sku, "", price, stock, plain(row.variant.label), row.variant.gtin or ""
    )
    return RemoteState(
        remote_id=row.sku,
        status=status,
        reason=reason,
        item_sku=row.item_sku,
        title=(line.title if line else "") or plain(row.content.title),
        url=line.url if line and status is RemoteStatus.LIVE else "",
        variants=(pack,),
    )


def _differs(kept: Kept, state: RemoteState) -> bool:
    """Whether somebody at the floor changed what we sent: another price, more units (fewer are a
    sale), off the shelf or still on it."""
    row, (pack,) = kept.row, state.variants
    if not row.on:
        return state.status is RemoteStatus.LIVE and not kept.sent_shown
    if state.status is RemoteStatus.LIVE:
        price, stock = pack.price_vnd, pack.stock
        return price not in (None, row.price_vnd) or (stock is not None and stock > row.stock)
    return state.status is RemoteStatus.UNLISTED


def _sold(kept: Kept, state: RemoteState) -> Row | None:
    """The row with the units that a younger export has left of it, None when none was sold."""
    left = state.variants[0].stock
    on_sale = kept.row.on and state.status is RemoteStatus.LIVE
    if not on_sale or left is None or left >= kept.row.stock:
        return None
    return replace(kept.row, stock=left)


def _without_packs(state: RemoteState) -> RemoteState:
    return replace(state, variants=())


def _waiting(kept: Kept) -> str:
    return f"đã gửi file lúc {_moment(kept.sent_at or 0)}, chờ sàn xác nhận"


def _default_words(status: RemoteStatus, line: Line) -> str:
    """A floor that refuses without a reason is quoted with its status word."""
    if status in (RemoteStatus.REJECTED, RemoteStatus.BANNED):
        return line.word
    return ""


def _moment(at: float) -> str:
    return moment(datetime.fromtimestamp(at, UTC))
