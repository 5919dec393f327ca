"""Get the floor's export: from its address, else the newest file that a person put into the
shop's ``exports`` folder. What was got is kept until there is a newer one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from connectors.contract import Account, Clock
from connectors.errors import AuthRefused, ChannelError, ProtocolError, RateLimited, Unavailable
from connectors.feed.export import Line, is_ended, lines
from connectors.feed.profile import Profile
from connectors.feed.store import Store
from connectors.http import Answer, Http, NotSent, TransportError, Unclear

MAX_BYTES = 64 * 1024 * 1024
DEADLINE_S = 20.0
SURE_S = 2.0
SHORT_S = 600.0
FEW = 3
"""Lines below which an export may lose what it likes."""
SUFFIXES = (".csv", ".xlsx", ".txt", ".tsv")


def address(account: Account) -> str:
    """Where the export is fetched, "" when a person brings it."""
    given = account.credentials.get("export_url", "")
    base = account.base_url if account.base_url.startswith(("http://", "https://")) else ""
    return given or (f"{base.rstrip('/')}/exports/latest" if base else "")


def _mark_of(where: str) -> str:
    """An address that is written down only to be known again: it may hold a password."""
    return hashlib.sha256(where.encode()).hexdigest()


class _Doubtful(Exception):
    """The export has lost much of what it had, seems to be half of one, or is an older one."""


class Exports:
    """The exports of one shop."""

    def __init__(self, profile: Profile, account: Account, http: Http, clock: Clock) -> None:
        self._profile = profile
        self._account = account
        self._http = http
        self._clock = clock

    def bring(self, store: Store) -> None:
        """Take a newer export in, when there is one: the floor's, or a person's where the floor
        gives none. Raises ChannelError."""
        if not (address(self._account) and self._fetch(store)):
            self._pick(store)

    def reach(self) -> Answer:
        """Ask the floor for its export and read it through without taking it in; 404 means that
        it has none yet. Raises ChannelError."""
        answer = self._ask({})
        if answer.status == 200:
            for _line in lines(self._profile, answer.body):
                pass
        return answer

    # --- from the floor ---------------------------------------------------------------------

    def _fetch(self, store: Store) -> bool:
        """Whether the floor has an export."""
        where = _mark_of(address(self._account))
        known = store.meta("export_from") == where
        etag, stamp = store.meta("export_etag"), store.meta("export_stamp")
        if not _is_sure(stamp, store.meta("export_got")):
            stamp = ""
        asked = {"If-None-Match": etag, "If-Modified-Since": stamp} if known else {}
        answer = self._ask({name: value for name, value in asked.items() if value})
        if answer.status == 404:
            return False
        at = self._made_at(answer, store)
        if answer.status == 304:
            self._confirm(store, at)
            return True
        headers = {
            "export_etag": answer.headers.get("etag", ""),
            "export_stamp": answer.headers.get("last-modified", ""),
            "export_got": repr(self._clock().timestamp()),
            "export_from": where,
        }
        self._take(store, answer.body, at, headers)
        return True

    def _ask(self, headers: dict[str, str]) -> Answer:
        token = self._account.credentials.get("token", "")
        login = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            answer = self._http.request(
                "GET", address(self._account), headers={**login, **headers},
                deadline_s=DEADLINE_S, max_bytes=MAX_BYTES,
            )  # fmt: skip
        except (NotSent, Unclear, TransportError) as error:
            raise Unavailable(f"chưa lấy được file kết quả của sàn: {error}") from error
        problem = self._problem(answer)
        if problem is not None:
            raise problem
        return answer

    def _problem(self, answer: Answer) -> ChannelError | None:
        status, label = answer.status, self._profile.label
        if status in (200, 304, 404):
            return None
        if status == 429:
            words = f"{label} yêu cầu hỏi chậm lại"
            return RateLimited(words, retry_after=answer.retry_after(), code="429")
        if status in (401, 403):
            words = f"{label} không nhận mã truy cập file kết quả: đặt lại 'token' của gian hàng"
            return AuthRefused(words, code=str(status))
        if status >= 500 or status == 408:
            return Unavailable(f"{label} đang lỗi ({status})", code=str(status))
        return ProtocolError(
            f"{label} trả lời {status} khi lấy file kết quả",
            code=str(status),
            excerpt=answer.body[:2048].decode("utf-8", "replace"),
        )

    def _made_at(self, answer: Answer, store: Store) -> float:
        """When the export was made: its own time of change; without one it was made now. A floor
        that answers is taken to know what we published ``known_after_s`` ago, whether or not its
        export changed since."""
        stamp = answer.headers.get("last-modified", "")
        if not stamp and answer.status == 304:
            stamp = store.meta("export_stamp")
        now, moment = self._clock().timestamp(), _http_date(stamp)
        if moment is None:
            return now
        return min(now, max(moment, now - self._profile.export.known_after_s))

    # --- from a person ----------------------------------------------------------------------

    def _pick(self, store: Store) -> None:
        newest = self._newest()
        if newest is None:
            return
        changed = newest.stat().st_mtime
        mark = f"{newest.name} {newest.stat().st_size} {changed}"
        if mark != store.meta("export_from"):
            at = min(changed, self._clock().timestamp())
            self._take(store, newest.read_bytes(), at, {"export_from": mark, "export_stamp": ""})

    def _newest(self) -> Path | None:
        folder = (self._account.folder or Path()) / "exports"
        if self._account.folder is None or not folder.is_dir():
            return None
        files = [p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES and p.is_file()]
        return max(files, key=lambda p: (p.stat().st_mtime, p.name), default=None)

    # --- taking in --------------------------------------------------------------------------

    def _take(self, store: Store, data: bytes, at: float, facts: dict[str, str]) -> None:
        """An older export never replaces a newer one from elsewhere; one that breaks in the
        middle leaves the one before as it was."""
        same = facts["export_from"] == store.meta("export_from")
        if at < made_at(store) and not same:
            return
        digest = hashlib.sha256(data).hexdigest()
        before = store.export_count()
        facts = {**facts, "export_ended": "yes" if is_ended(data) else "no"}
        try:
            with store.writing():
                if digest != store.meta("export_sha"):
                    store.take_export(_bodies(lines(self._profile, data)))
                    if not self._believed(store):
                        self._newer(store, facts["export_stamp"] if same else "")
                        used_to = store.meta("export_ended") if same else ""
                        self._whole(store, before, facts["export_ended"], used_to)
                store.saw_live(at - self._profile.export.lag_s)
                store.set_meta(export_at=repr(at), export_sha=digest, export_doubted="", **facts)
        except _Doubtful as doubt:
            self._remember_doubt(store)
            raise Unavailable(str(doubt), code="export_short") from None

    def _believed(self, store: Store) -> bool:
        """What was doubted is believed when the floor still says so some minutes later."""
        now = self._clock().timestamp()
        return now - float(store.meta("export_doubted") or now) >= SHORT_S

    def _newer(self, store: Store, stamp: str) -> None:
        """An export that its own time of change calls older than the one before it comes out of a
        cache that lags: yesterday's prices shall not look like a change. Raises _Doubtful."""
        theirs, known = _http_date(stamp), _http_date(store.meta("export_stamp"))
        if theirs is not None and known is not None and theirs < known:
            raise self._doubt("cũ hơn lần trước")

    def _whole(self, store: Store, before: int, ended: str, used_to: str) -> None:
        """An export that has lost much of what it had, or lacks the end of its last line where it
        used to have one (or where it is nothing but its header), may be half a file, which shall
        not make a shop look empty. Raises _Doubtful."""
        count = store.export_count()
        if count < before * 2 / 3 and before >= FEW:
            raise self._doubt(f"chỉ còn {count} dòng, lần trước có {before}")
        if ended == "no" and (used_to == "yes" or (not used_to and not count)):
            raise self._doubt("có thể bị cắt ở dòng cuối")

    def _doubt(self, words: str) -> _Doubtful:
        wait = f"chờ lần đọc sau {SHORT_S / 60:g} phút để chắc là đúng"
        return _Doubtful(f"file kết quả của {self._profile.label} {words}: {wait}")

    def _remember_doubt(self, store: Store) -> None:
        with store.writing():
            if not store.meta("export_doubted"):
                store.set_meta(export_doubted=repr(self._clock().timestamp()))

    def _confirm(self, store: Store, at: float) -> None:
        if at > made_at(store) or store.meta("export_doubted"):
            with store.writing():
                store.saw_live(at - self._profile.export.lag_s)
                store.set_meta(export_at=repr(max(at, made_at(store))), export_doubted="")


def made_at(store: Store) -> float:
    """When the export that we hold was made (unix seconds), 0 when there is none."""
    return float(store.meta("export_at") or 0)


def _bodies(found: Iterator[Line]) -> Iterator[tuple[str, str]]:
    return ((line.sku, line.text()) for line in found)


def _http_date(text: str) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _is_sure(stamp: str, got: str) -> bool:
    """Whether a time of change names one version only: it counts seconds, and an export that was
    made in the second of our visit may have changed again in it (RFC 9110, 8.8.2.2)."""
    changed = _http_date(stamp)
    return changed is not None and bool(got) and float(got) - changed >= SURE_S


def skew_s(answer: Answer, now: datetime) -> float | None:
    """Our clock minus the floor's, in seconds."""
    theirs = _http_date(answer.headers.get("date", ""))
    return None if theirs is None else now.timestamp() - theirs
