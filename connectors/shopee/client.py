"""One signed call: envelope, errors, and which of them may be repeated at once.

How a call may be repeated is said by its kind: a READ and an ABSOLUTE write (price, stock, shelf)
are repeated a little inside the call, because doing them twice does no harm; a ONCE call
(add_item, variations, tokens) never is, and an unclear answer to it is Ambiguous.
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any

import tenacity

from connectors.contract import Account, Clock
from connectors.errors import (
    Ambiguous,
    AuthExpired,
    AuthRefused,
    ChannelError,
    NotFound,
    ProtocolError,
    RateLimited,
    Rejected,
    Unavailable,
)
from connectors.http import Answer, FilePart, Http, NotSent, Unclear
from connectors.shopee.capabilities import CAPABILITIES
from connectors.shopee.error_codes import Meaning, is_told, look_up, strip_prefix
from connectors.shopee.signing import public_query, shop_query

PREFIX = "/api/v2/"
TRIES = 3
sleep = time.sleep
"""Between tries; tests replace it."""


class Signed(Enum):
    """Who a call speaks for (reference 1.3)."""

    SHOP = "shop"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Reply:
    """A decoded answer. ``code`` is bare, "" on success; ``response`` is {} when there is none."""

    code: str
    message: str
    request_id: str
    response: Any
    body: Mapping[str, Any]
    skew_s: float | None


class _Unsettled(Exception):
    """An answer that says nothing about whether the call was carried out."""

    def __init__(self, words: str, code: str = "", request_id: str = "") -> None:
        super().__init__(words)
        self.words, self.code, self.request_id = words, code, request_id


class Client:
    """Calls in the name of one account. Safe to use from several threads."""

    def __init__(self, account: Account, http: Http, clock: Clock) -> None:
        self._account = account
        self._http = http
        self._clock = clock
        self._base = account.base_url.rstrip("/")
        self._tries = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(TRIES - 1)
            | tenacity.stop_after_delay(CAPABILITIES.call_deadline_s / 2),
            wait=tenacity.wait_random_exponential(multiplier=0.3, max=2.0),
            retry=tenacity.retry_if_exception_type(_Unsettled),
            sleep=lambda seconds: sleep(seconds),
            reraise=True,
        )

    @property
    def shop_id(self) -> str:
        return self._account.credentials["shop_id"]

    def get(self, path: str, query: Sequence[tuple[str, str]] = ()) -> Reply:
        """A read in the shop's name. Raises ChannelError for anything but success."""
        return self.ok(self._repeated("GET", path, query=query))

    def write(self, path: str, body: Mapping[str, Any]) -> Reply:
        """An absolute write; a refusal of the row is returned, not raised, because lists may
        come beside it (trap 1). Raises what concerns the shop."""
        return self._repeated("POST", path, json=body)

    def count(self, path: str, body: Mapping[str, Any]) -> Reply:
        """Like :meth:`write`, of units that buyers take from meanwhile: not repeated before
        somebody has read what is left (4.4). Raises Ambiguous when unclear."""
        return self._tried("POST", path, json=body)

    def once(self, path: str, body: Mapping[str, Any]) -> Reply:
        """A write that must not be repeated blindly. Raises ChannelError unless it succeeded."""
        return self.ok(self._tried("POST", path, json=body))

    def token(self, path: str, body: Mapping[str, Any]) -> Reply:
        """A token endpoint: public, once."""
        return self.ok(self._tried("POST", path, signed=Signed.PUBLIC, json=body))

    def upload(self, path: str, files: Sequence[FilePart], signed: Signed) -> Reply:
        """A picture; one too many does no harm."""
        return self.ok(self._repeated("POST", path, signed=signed, files=files))

    def ok(self, reply: Reply) -> Reply:
        """The reply itself when it is a success. Raises the error that it stands for."""
        if reply.code:
            raise refusal(reply)
        return reply

    # --- one call ---------------------------------------------------------------------------

    def _repeated(self, method: str, path: str, **more: Any) -> Reply:
        """The first try stands outside of the retrying: nearly every call ends there."""
        try:
            return self._settled(method, path, **more)
        except _Unsettled:
            sleep(random.uniform(0.1, 0.3))  # noqa: S311 (jitter, not a secret)
        try:
            return self._tries(self._settled, method, path, **more)
        except _Unsettled as error:
            raise Unavailable(error.words, code=error.code, request_id=error.request_id) from None

    def _tried(self, method: str, path: str, **more: Any) -> Reply:
        try:
            return self._settled(method, path, **more)
        except _Unsettled as error:
            raise Ambiguous(error.words, code=error.code, request_id=error.request_id) from None

    def _settled(
        self,
        method: str,
        path: str,
        *,
        signed: Signed = Signed.SHOP,
        query: Sequence[tuple[str, str]] = (),
        json: Any = None,
        files: Sequence[FilePart] = (),
    ) -> Reply:
        """One HTTP exchange. Raises _Unsettled, or what concerns the shop."""
        full = PREFIX + path
        try:
            answer = self._http.request(
                method,
                self._base + full,
                query=[*self._common(full, signed), *query],
                json=json,
                files=files,
                deadline_s=CAPABILITIES.call_deadline_s,
            )
        except NotSent as error:
            raise Unavailable(f"không kết nối được Shopee ({error})") from None
        except Unclear as error:
            raise _Unsettled(f"Shopee không trả lời trọn vẹn ({error})") from None
        return self._judged(self._decoded(answer, signed), answer, signed)

    def _common(self, path: str, signed: Signed) -> list[tuple[str, str]]:
        secrets = self._account.credentials
        stamp = int(self._clock().timestamp())
        partner, key = secrets["partner_id"], secrets["partner_key"]
        if signed is Signed.PUBLIC:
            return public_query(partner, key, path, stamp)
        token = secrets.get("access_token", "")
        if not token:
            raise AuthExpired("gian hàng chưa có access token")
        return shop_query(partner, key, path, stamp, token, secrets["shop_id"])

    def _decoded(self, answer: Answer, signed: Signed) -> Reply:
        """The envelope, whatever the HTTP status says (reference 2.2: ``error`` first)."""
        if 300 <= answer.status < 400:
            raise ProtocolError(f"Shopee chuyển hướng (HTTP {answer.status}): kiểm tra địa chỉ")
        try:
            body = answer.json()
        except ValueError:
            raise self._not_json(answer, signed) from None
        if not isinstance(body, dict) or ("error" not in body and answer.status >= 300):
            raise self._not_envelope(answer, body)
        response = body.get("response")
        return Reply(
            code=strip_prefix(str(body.get("error") or "")),
            message=str(body.get("message") or ""),
            request_id=str(body.get("request_id") or ""),
            response={} if response is None else response,
            body=body,
            skew_s=self._skew(answer),
        )

    def _not_json(self, answer: Answer, signed: Signed) -> Exception:
        """A 403 that says nothing may be a lapsed access token whose answer was spoilt on the way:
        a refresh decides. Where the edge refuses our address, it refuses the refresh as well
        (reference 2.2), and then a person has to act."""
        if answer.status == 429:
            return RateLimited("Shopee báo gọi quá nhanh", retry_after=answer.retry_after())
        if answer.status in (401, 403):
            refused = AuthExpired if signed is Signed.SHOP else AuthRefused
            return refused(
                f"Shopee từ chối truy cập (HTTP {answer.status}): địa chỉ IP của máy chủ có thể "
                "chưa được khai báo"
            )
        code = "http_404" if answer.status == 404 else ""
        return _Unsettled(f"Shopee trả lời không phải JSON (HTTP {answer.status})", code)

    def _not_envelope(self, answer: Answer, body: Any) -> Exception:
        """JSON, but not Shopee's. Only the names of its fields are kept: values may be secret."""
        if answer.status == 429:
            return RateLimited("Shopee báo gọi quá nhanh", retry_after=answer.retry_after())
        if answer.status >= 500:
            return _Unsettled(f"Shopee lỗi máy chủ (HTTP {answer.status})")
        names = ", ".join(sorted(map(str, body))) if isinstance(body, dict) else type(body).__name__
        return ProtocolError("câu trả lời không có dạng của Shopee", excerpt=names)

    def _judged(self, reply: Reply, answer: Answer, signed: Signed) -> Reply:
        """Raise what concerns the shop or the line; refusals of the row stay in the reply. Of a
        code that nobody has told us, the HTTP status is the better witness (2.2)."""
        if answer.status != 429 and not reply.code:
            if answer.status >= 500:
                raise _Unsettled(f"Shopee lỗi máy chủ (HTTP {answer.status})")
            return reply
        meaning = look_up(reply.code, reply.message).meaning
        if meaning is Meaning.QUOTA:
            raise RateLimited(
                "ứng dụng đã hết lượt gọi Shopee trong ngày",
                retry_after=until_next_day(self._clock()),
                code=reply.code,
                request_id=reply.request_id,
            )
        if answer.status == 429 or meaning is Meaning.RATE:
            raise RateLimited(
                "Shopee báo gọi quá nhanh",
                retry_after=answer.retry_after(),
                code=reply.code,
                request_id=reply.request_id,
            )
        if meaning is Meaning.TRANSIENT:
            raise _Unsettled(_said(reply), reply.code, reply.request_id)
        if meaning in (Meaning.EXPIRED, Meaning.REFUSED, Meaning.CLOCK):
            raise refusal(reply)
        if not is_told(reply.code):
            if answer.status >= 500:
                raise _Unsettled(_said(reply), reply.code, reply.request_id)
            if answer.status in (401, 403):
                refused = AuthExpired if signed is Signed.SHOP else AuthRefused
                raise refused(_said(reply), code=reply.code, request_id=reply.request_id)
        return reply

    def _skew(self, answer: Answer) -> float | None:
        """Our clock minus the channel's, seconds, from the Date header."""
        try:
            theirs = parsedate_to_datetime(answer.headers["date"])
            return (self._clock() - theirs).total_seconds()
        except (KeyError, ValueError, TypeError):  # "-0000" has no zone, and cannot be compared
            return None


def refusal(reply: Reply) -> ChannelError:
    """The error that a reply with a code stands for."""
    return error_for(reply.code, reply.message, request_id=reply.request_id, skew_s=reply.skew_s)


def error_for(
    code: str, message: str, *, request_id: str = "", skew_s: float | None = None
) -> ChannelError:
    """Our error for a code and its text (see :mod:`connectors.shopee.error_codes`)."""
    known = look_up(code, message)
    words = f"Shopee: {message or code}"
    match known.meaning:
        case Meaning.EXPIRED:
            return AuthExpired(words, code=code, request_id=request_id)
        case Meaning.REFUSED:
            return AuthRefused(f"{words}. {known.hint}", code=code, request_id=request_id)
        case Meaning.CLOCK:
            off = "" if skew_s is None else f" khoảng {abs(skew_s):.0f} giây"
            text = f"đồng hồ của máy lệch{off} so với Shopee: chỉnh lại giờ rồi hệ thống tự chạy"
            return Unavailable(text, code="clock", request_id=request_id)
        case Meaning.GONE:
            return NotFound(words, code=code, request_id=request_id)
        case Meaning.RATE | Meaning.QUOTA:
            return RateLimited(words, code=code, request_id=request_id)
        case Meaning.TRANSIENT:
            return Unavailable(words, code=code, request_id=request_id)
    return Rejected(
        words, code=code, field=known.field, hint=known.hint, request_id=request_id,
        passing=known.passing,
    )  # fmt: skip


def until_next_day(now: datetime) -> float:
    """Seconds to 00:00 UTC+8, when the app's daily quota starts anew (reference 2.3)."""
    local = now.astimezone(UTC) + timedelta(hours=8)
    midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight - local).total_seconds()


def _said(reply: Reply) -> str:
    return f"Shopee: {reply.message or reply.code}"
