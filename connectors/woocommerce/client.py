"""One call to the shop: signed, judged, and repeated only where that does no harm.

A READ and an ABSOLUTE write (an update that states the whole value) are repeated a little inside
the call; a ONCE call (anything that makes something) never is, and an unclear answer to it is
Ambiguous.
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import orjson
import tenacity

from connectors.contract import Account, Clock
from connectors.errors import (
    Ambiguous,
    AuthRefused,
    ChannelError,
    ProtocolError,
    RateLimited,
    Rejected,
    Unavailable,
)
from connectors.http import Answer, Http, NotSent, Unclear
from connectors.woocommerce.address import Site, site_of
from connectors.woocommerce.capabilities import CAPABILITIES, ROWS_MAX
from connectors.woocommerce.error_codes import (
    CLOCK,
    FIREWALL,
    FIREWALL_HINT,
    NOT_LET_IN,
    PERMALINKS,
    TOO_LARGE,
    clock_is_off,
    error_for,
)
from connectors.woocommerce.signing import Method, signed

TRIES = 3
READ_DEADLINE_S = 30.0
MAX_PAGES = 200
WINDOW_S = 15 * 60
"""A signature that is older or younger than this is refused (docs: "Login")."""
sleep = time.sleep
"""Between tries; tests replace it."""

Query = Sequence[tuple[str, str]]
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list; ``pages`` is how many pages there are (X-WP-TotalPages), None untold."""

    rows: Sequence[Row]
    pages: int | None

    def goes_on(self, number: int, most: int) -> bool:
        """Whether another page follows this one, the ``number``-th of at most ``most`` rows. A
        short page need not be the last: rows that may not be shown go after it was cut. Where it
        is not told how many pages there are, a full one goes on."""
        return len(self.rows) >= most if self.pages is None else number < self.pages


class TooLarge(Rejected):
    """The shop takes fewer rows in one call."""


class _Unsettled(Exception):
    """An answer that says nothing about whether the call was carried out."""

    def __init__(self, words: str, code: str = "") -> None:
        super().__init__(words)
        self.words, self.code = words, code


class Client:
    """Calls in the name of one account. Safe to use from several threads."""

    def __init__(self, account: Account, http: Http, clock: Clock) -> None:
        self._account = account
        self._http = http
        self._clock = clock
        self._tries = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(TRIES - 1)
            | tenacity.stop_after_delay(CAPABILITIES.call_deadline_s / 2),
            wait=tenacity.wait_random_exponential(multiplier=0.3, max=2.0),
            retry=tenacity.retry_if_exception_type(_Unsettled),
            sleep=lambda seconds: sleep(seconds),
            reraise=True,
        )

    @property
    def site(self) -> Site:
        """Raises AuthRefused when the account's address is none."""
        try:
            return site_of(self._account.base_url)
        except ValueError as error:
            raise AuthRefused(str(error), code="address") from None

    def get(self, path: str, query: Query = ()) -> Row:
        """A read of one object."""
        return _object(self._repeated("GET", path, query=query))

    def page(self, path: str, query: Query = ()) -> Page:
        """A read of one page of a list."""
        body, answer = self._repeated("GET", path, query=query)
        if not isinstance(body, list):
            raise ProtocolError(f"WooCommerce: {path} không trả về danh sách", excerpt=_names(body))
        pages = answer.headers.get("x-wp-totalpages", "")
        rows = [row for row in body if isinstance(row, dict)]
        return Page(rows, int(pages) if pages.isdigit() else None)

    def all(self, path: str, query: Query = ()) -> list[Row]:
        """Every page of a list."""
        found: list[Row] = []
        for number in range(1, MAX_PAGES + 1):
            paging = (("per_page", str(ROWS_MAX)), ("page", str(number)))
            part = self.page(path, [*query, *paging])
            found += part.rows
            if not part.goes_on(number, ROWS_MAX):
                break
        return found

    def put(self, path: str, body: Row) -> Row:
        """An absolute write to one thing."""
        return _object(self._repeated("PUT", path, json=body))

    def post(self, path: str, body: Row) -> Row:
        """A write whose repetition does no harm, by POST: updates in a batch."""
        return _object(self._repeated("POST", path, json=body))

    def try_write(self, path: str) -> None:
        """A batch without a row, which changes nothing: it is answered with an empty list, which
        PHP's empty object is, or with an object. Raises what a write would."""
        self._repeated("POST", path, json={})

    def once(self, path: str, body: Row) -> Row:
        """A write that must not be repeated blindly."""
        try:
            return _object(self._settled("POST", path, json=body))
        except _Unsettled as error:
            raise Ambiguous(error.words, code=error.code) from None

    def delete(self, path: str) -> None:
        """For good (``force``): what is in the trash keeps its SKU taken. NotFound when it is
        gone already."""
        self._repeated("DELETE", path, query=[("force", "true")])

    def root(self) -> tuple[Row, float | None]:
        """The site's own description, which needs no login, and our clock minus its, in seconds.
        {} and None when it does not tell."""
        try:
            answer = self._http.request("GET", self.site.root(), deadline_s=READ_DEADLINE_S)
            body = _json(answer)
        except (NotSent, Unclear, ValueError):
            return {}, None
        told = answer.status == 200 and isinstance(body, dict)
        return (body if told else {}), _skew(answer, self._clock())

    # --- one call ---------------------------------------------------------------------------

    def _repeated(self, method: Method, path: str, **more: Any) -> tuple[Any, Answer]:
        """The first try stands outside of the retrying: nearly every call ends there."""
        try:
            return self._settled(method, path, **more)
        except _Unsettled:
            sleep(random.uniform(0.1, 0.3))  # noqa: S311 (jitter, not a secret)
        try:
            return self._tries(self._settled, method, path, **more)
        except _Unsettled as error:
            raise Unavailable(error.words, code=error.code) from None

    def _settled(
        self, method: Method, path: str, *, query: Query = (), json: Any = None
    ) -> tuple[Any, Answer]:
        """One HTTP exchange. Raises _Unsettled, or the refusal."""
        site = self.site
        url, headers = signed(method, site.api(path), query, self._account.credentials, self._clock)
        deadline_s = READ_DEADLINE_S if method == "GET" else CAPABILITIES.call_deadline_s
        try:
            answer = self._http.request(
                method, url, json=json, headers=headers, deadline_s=deadline_s
            )
        except NotSent as error:
            raise Unavailable(f"không kết nối được cửa hàng ({error})") from None
        except Unclear as error:
            raise _Unsettled(f"cửa hàng không trả lời trọn vẹn ({error})") from None
        return self._judged(answer), answer

    def _judged(self, answer: Answer) -> Any:
        if 300 <= answer.status < 400:
            raise ProtocolError(_redirected(answer), code="redirect")
        if answer.status == 429:
            raise RateLimited(
                "máy chủ của cửa hàng báo gọi quá nhanh", retry_after=answer.retry_after()
            )
        try:
            body = _json(answer)
        except ValueError:
            raise _not_json(answer) from None
        if answer.status >= 500:
            raise _Unsettled(f"cửa hàng lỗi máy chủ (HTTP {answer.status})", _code(body))
        if answer.status >= 400:
            raise self._refusal(answer, body)
        return body

    def _refusal(self, answer: Answer, body: Any) -> ChannelError:
        """The error that an envelope stands for."""
        if answer.status == 413:
            return _too_large()
        if not isinstance(body, dict) or not isinstance(body.get("code"), str):
            return ProtocolError(
                f"câu trả lời không có dạng của WooCommerce (HTTP {answer.status})",
                excerpt=_names(body),
            )
        data = body.get("data")
        error = error_for(
            body["code"],
            str(body.get("message") or ""),
            data if isinstance(data, dict) else {},
            answer.status,
        )
        skew = _skew(answer, self._clock())
        if error.code == CLOCK or (error.code == NOT_LET_IN and self._out_of_time(skew)):
            return clock_is_off(skew)
        return error

    def _out_of_time(self, skew: float | None) -> bool:
        """A signature bears our time, and one that the shop would not take for its time alone says
        nothing of the keys. (Basic, over TLS, bears none.)"""
        return not self.site.secure and skew is not None and abs(skew) >= WINDOW_S


def _skew(answer: Answer, now: datetime) -> float | None:
    """Our clock minus the shop's, seconds, from the Date header."""
    try:
        return (now - parsedate_to_datetime(answer.headers["date"])).total_seconds()
    except (KeyError, ValueError, TypeError):
        return None


def _json(answer: Answer) -> Any:
    """The body; themes and plugins are known to put a byte order mark or blank lines before it."""
    return orjson.loads(answer.body.removeprefix(b"\xef\xbb\xbf").strip())


def _object(exchange: tuple[Any, Answer]) -> Row:
    body, _answer = exchange
    if not isinstance(body, dict):
        raise ProtocolError("câu trả lời không có dạng của WooCommerce", excerpt=_names(body))
    return body


def _redirected(answer: Answer) -> str:
    """The query of the target is left out: it may hold a signature."""
    target = urlsplit(answer.headers.get("location", ""))
    where = f"{target.scheme}://{target.netloc}" if target.netloc else "một địa chỉ khác"
    return (
        f"cửa hàng chuyển hướng (HTTP {answer.status}) sang {where}: hãy kết nối lại bằng đúng "
        "địa chỉ đó"
    )


def _not_json(answer: Answer) -> Exception:
    """By who says it: the shop's own half of an answer tells nothing, a page of another program
    does. A firewall's is about an address or a moment, never about the keys, and the call did not
    come through: it passes, and must not wait for a person (a take-down would wait with it)."""
    if answer.content_type.endswith("json") and answer.status != 413:
        return _Unsettled("cửa hàng trả lời JSON không trọn vẹn", "malformed")
    if answer.status in (401, 403):
        return Unavailable(
            f"máy chủ của cửa hàng chặn truy cập (HTTP {answer.status}): tường lửa hoặc plugin "
            f"bảo mật có thể đang chặn REST API. {FIREWALL_HINT}",
            code=FIREWALL,
        )
    if answer.status == 404:
        return Unavailable(PERMALINKS, code="no_api")
    if answer.status == 413:
        return _too_large()
    return _Unsettled(
        f"cửa hàng trả lời không phải JSON (HTTP {answer.status}); nếu cứ như vậy: {PERMALINKS}",
        "html",
    )


def _too_large() -> TooLarge:
    return TooLarge("cửa hàng không nhận nhiều dòng như vậy trong một lần", code=TOO_LARGE)


def _code(body: Any) -> str:
    return str(body.get("code") or "") if isinstance(body, dict) else ""


def _names(body: Any) -> str:
    """What came instead, by the names of its fields only: values may be secret."""
    return ", ".join(sorted(map(str, body))) if isinstance(body, dict) else type(body).__name__
