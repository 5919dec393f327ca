"""The way in: a registry at an http(s) address, walked page by page.

The cursor that is kept between walks holds the finished walk's own time (never our clock), five
minutes back, and the ETag of the first page that such a question got: an unchanged registry then
answers 304 (registry-formats, section 5).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import orjson

from connectors.http import Http
from connectors.registry.contract import Page, RegistryError, Walk, WalkEnd
from connectors.registry.http_json.client import Client, CursorExpired, Got
from connectors.registry.http_json.page import page_of

PATH = "/v1/products"
PAGE_SIZE = 200
OVERLAP = timedelta(minutes=5)
MAX_PAGES = 10_000


class HttpJsonSource:
    """``location`` with or without ``/v1`` at its end."""

    def __init__(self, location: str, http: Http | None = None) -> None:
        self._base = location.rstrip("/").removesuffix("/v1")
        self._client = Client(self._base, http or Http())
        self.key = f"http:{self._base.partition('://')[2]}"

    def pages(self, since: str | None) -> Walk:
        """Everything, or what changed since an earlier walk."""
        walk = _Walk(self._client, self._base, _known(since))
        return Walk(walk.pages(), walk.end)


def open_source(
    location: str, today: date, full: bool = False, http: Http | None = None
) -> HttpJsonSource | None:
    """The source at ``location``, asked through ``http``; None for what is not a web address.
    ``today`` and ``full`` are for sources that cannot tell by themselves."""
    if not location.lower().startswith(("http://", "https://")):
        return None
    return HttpJsonSource(location, http)


@dataclass(frozen=True, slots=True)
class _Known:
    """What an earlier walk left: from when to ask, and the ETag of that question's first page."""

    since: str = ""
    etag: str = ""


def _known(cursor: str | None) -> _Known:
    return _Known(**orjson.loads(cursor)) if cursor else _Known()


@dataclass(slots=True)
class _Walk:
    """One walk. ``codes`` are those seen, to be held against the registry's own total."""

    client: Client
    base: str
    known: _Known
    snapshot: str = ""
    etag: str = ""
    total: int | None = None
    unchanged: bool = False
    codes: set[str] = field(default_factory=set)
    cursors: set[str] = field(default_factory=set)

    def pages(self) -> Iterator[Page]:
        cursor: str | None = None
        restarted = False
        while True:
            try:
                got = self._get(cursor)
            except CursorExpired:
                if restarted:
                    raise self._error("con trỏ hết hạn hai lần", "một con trỏ còn hạn") from None
                restarted, cursor = True, None
                self._begin_again()
                continue
            if got is None:
                self.unchanged = True
                return
            page, cursor = self._page(got, first=cursor is None), self._next(got.body)
            del got  # a decoded page is large: never two of them at once
            yield page
            if cursor is None:
                self._check_whole()
                return

    def _begin_again(self) -> None:
        self.snapshot, self.etag, self.total = "", "", None
        self.codes.clear()
        self.cursors.clear()

    def _get(self, cursor: str | None) -> Got | None:
        query = [("limit", str(PAGE_SIZE))]
        if self.known.since:
            query.append(("updated_since", self.known.since))
        if cursor is not None:
            query.append(("cursor", cursor))
            return self.client.get(PATH, query)
        got = self.client.get(PATH, query, self.known.etag)
        self.etag = got.etag if got else ""
        return got

    def _page(self, got: Got, *, first: bool) -> Page:
        body = got.body
        rows = body.get("items")
        if not isinstance(rows, list):
            raise self._error("thiếu danh sách items", "một trang có items")
        snapshot, total = body.get("snapshot"), body.get("total")
        if not isinstance(snapshot, str) or not _moment(snapshot):
            raise self._error(f"snapshot là {snapshot!r}", "thời điểm ISO 8601 có múi giờ")
        if not first and snapshot != self.snapshot:
            raise self._error("snapshot đổi giữa chừng", "một snapshot trong cả lượt đọc")
        self.snapshot = snapshot
        self.total = total if type(total) is int else None
        if first and not rows and not self.known.since:
            raise self._error("sổ rỗng, không có sản phẩm nào", "sổ đăng ký có sản phẩm")
        page = page_of(got.raw, rows)
        self.codes.update([code for code, _digest, _version in page.known])
        self.codes.update(t.code for t in page.tombstones)
        return page

    def _next(self, body: Mapping[str, Any]) -> str | None:
        cursor = body.get("next_cursor")
        if cursor is None:
            return None
        if not isinstance(cursor, str) or cursor in self.cursors or len(self.cursors) >= MAX_PAGES:
            raise self._error("con trỏ trang lặp lại", "mỗi trang một con trỏ mới")
        self.cursors.add(cursor)
        return cursor

    def _check_whole(self) -> None:
        """A walk that stops short must never look like many products withdrawn."""
        if self.total is not None and len(self.codes) < self.total:
            raise self._error(
                f"dừng ở {len(self.codes)} trên {self.total} sản phẩm", "đủ số sản phẩm đã báo"
            )

    def end(self) -> WalkEnd:
        if self.unchanged:
            return WalkEnd(full=False, cursor=None, unchanged=True, total=self.total)
        moment = _moment(self.snapshot)
        since = (moment - OVERLAP).isoformat() if moment else self.known.since
        etag = self.etag if since == self.known.since else ""
        cursor = orjson.dumps({"since": since, "etag": etag}).decode()
        return WalkEnd(full=not self.known.since, cursor=cursor, total=self.total)

    def _error(self, found: str, expected: str) -> RegistryError:
        return RegistryError(
            where=f"sổ đăng ký {self.base}{PATH}",
            found=found,
            expected=expected,
            advice="hỏi nơi quản lý sổ; lần sau hệ thống tự đọc lại, không có gì bị gỡ",
        )


def _moment(text: str) -> datetime | None:
    """An aware moment, None when the text is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
