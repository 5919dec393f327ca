"""One call with the account's token: statuses and words → our errors, and what may be repeated.

How a call may be repeated is said by its method here: ``get`` and ``absolute`` (price, stock,
switch, cancel) are repeated a little inside the call when the server fails, because doing them
twice does no harm; ``once`` (a product request) never is, and an unclear answer to it is
Ambiguous. Nothing that was refused (4xx) is repeated (reference 2, trap 14).
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from email.utils import parsedate_to_datetime
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
    Unavailable,
)
from connectors.http import Answer, Http, NotSent, Unclear
from connectors.tiki import addresses
from connectors.tiki.capabilities import CAPABILITIES, PAGE
from connectors.tiki.fields import last_page, rows
from connectors.tiki.words import errors_of, fold, refused

TRIES = 3
MAX_PAGES = 2_000
"""A walk that is longer is no walk: 100 000 rows of one shop."""

sleep = time.sleep
"""Between tries; tests replace it."""

Query = Sequence[tuple[str, str]]


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
        self.skew_s: float | None = None
        """Our clock minus Tiki's at the last answer, seconds, from its Date header."""

    def get(self, path: str, query: Query = ()) -> Any:
        """A read: an object or a list, as decoded. Raises ChannelError."""
        return self._repeated("GET", path, query=query)

    def one(self, path: str, query: Query = ()) -> Mapping[str, Any]:
        """A read of one object. Raises ChannelError, ProtocolError for anything else."""
        return _object(self.get(path, query))

    def pages(
        self, path: str, query: Query = (), *, bare: bool = False
    ) -> Iterator[Mapping[str, Any]]:
        """Every row of a list, to ``last_page`` and never stopping on a short page (2, trap 8);
        ``bare`` where it may be an array alone.

        A list without paging is whole, unless it is just as long as we allowed: then the next
        page is asked for, and a list that heeds no page shows the same again.
        """
        before: list[Mapping[str, Any]] = []
        for page in range(1, MAX_PAGES + 1):
            body = self.get(path, [*query, ("page", str(page)), ("limit", str(PAGE))])
            found, last = rows(body, bare=bare), last_page(body)
            if last is None and found == before:
                return
            yield from found
            if page >= last if last is not None else len(found) != PAGE:
                return
            before = found

    def absolute(self, method: str, path: str, body: Any = None) -> Mapping[str, Any]:
        """A write that may be done twice. Raises ChannelError, Unavailable when unclear."""
        return _object(self._repeated(method, path, json=body))

    def once(self, path: str, body: Mapping[str, Any], method: str = "POST") -> Mapping[str, Any]:
        """A write that must not be repeated blindly. Raises ChannelError: Ambiguous when unclear,
        ProtocolError when something else than an object came."""
        try:
            answer = self._settled(method, path, json=body)
        except _Unsettled as error:
            raise Ambiguous(error.words, code=error.code) from None
        return _object(answer)

    # --- one call ---------------------------------------------------------------------------

    def _repeated(self, method: str, path: str, **more: Any) -> Any:
        """The first try stands outside of the retrying: nearly every call ends there."""
        try:
            return self._settled(method, path, **more)
        except _Unsettled:
            sleep(random.uniform(0.1, 0.3))  # noqa: S311 (jitter, not a secret)
        try:
            return self._tries(self._settled, method, path, **more)
        except _Unsettled as error:
            raise Unavailable(error.words, code=error.code) from None

    def _settled(self, method: str, path: str, *, query: Query = (), json: Any = None) -> Any:
        """One HTTP exchange. Raises _Unsettled, or the error that the answer stands for."""
        token = self._account.credentials.get("access_token", "")
        if not token:
            raise AuthExpired("gian hàng chưa có access token")
        try:
            answer = self._http.request(
                method,
                addresses.api(self._account, path),
                query=query,
                json=json,
                headers={
                    "Authorization": f"Bearer {token}",
                    "Accept": "application/json",
                    "Content-Type": "application/json",
                },
                deadline_s=CAPABILITIES.call_deadline_s,
            )
        except NotSent as error:
            raise Unavailable(f"không kết nối được Tiki ({error})") from None
        except Unclear as error:
            raise _Unsettled(f"Tiki không trả lời trọn vẹn ({error})") from None
        self.skew_s = self._skew(answer)
        return self._judged(answer)

    def _judged(self, answer: Answer) -> Any:
        """The decoded body of a success. The status decides, the words are only told (2); but half
        of a JSON is no refusal: whatever broke it may have written the status too."""
        status = answer.status
        if 300 <= status < 400:
            raise ProtocolError(f"Tiki chuyển hướng (HTTP {status}): kiểm tra địa chỉ")
        if status == 429:
            raise RateLimited(
                "Tiki báo gọi quá nhanh", retry_after=answer.retry_after(), code="429"
            )
        if status >= 500:
            raise _Unsettled(f"Tiki lỗi máy chủ (HTTP {status})", str(status))
        try:
            body = answer.json()
        except ValueError:
            if status < 300 or (answer.body and answer.content_type.endswith("json")):
                raise _Unsettled(f"Tiki trả lời không phải JSON (HTTP {status})") from None
            body = None
        if status < 300:
            return body
        raise refusal(status, errors_of(body))

    def _skew(self, answer: Answer) -> float | None:
        try:
            theirs = parsedate_to_datetime(answer.headers["date"])
        except (KeyError, ValueError, TypeError):
            return None
        return (self._clock() - theirs).total_seconds()


def refusal(status: int, said: str) -> ChannelError:
    """Our error for a refused call (2).

    A 401 asks for a new token, but for one that belongs to no seller, and a 403 for a person:
    neither scope nor seller mend themselves (trap 9).
    """
    code = str(status)
    words = f"Tiki: {said}" if said else f"Tiki từ chối (HTTP {status})"
    if status == 401:
        if _unlinked(fold(said)):
            return AuthRefused(
                f"{words}. Ứng dụng chưa gắn với gian hàng nào: kết nối lại bằng tài khoản "
                "chủ gian hàng.",
                code=code,
            )
        return AuthExpired(words, code=code)
    if status == 403:
        return AuthRefused(
            f"{words}. Tiki không cho phép: ứng dụng thiếu quyền (product, inventory) hoặc gian "
            "hàng đang ngừng hoạt động. Kiểm tra trên Seller Center rồi kết nối lại.",
            code=code,
        )
    if status == 404:
        return NotFound(words, code=code)
    if status in (405, 406):
        return ProtocolError(words, code=code)
    return refused(said, code=code)


def _unlinked(folded: str) -> bool:
    """Whether a 401 speaks of the seller alone. One sentence may name all its causes at once, and
    then a lapsed token is the likelier."""
    tells = "link" in folded or "lien ket" in folded
    return tells and not any(word in folded for word in ("expir", "het han", "missing", "invalid"))


def _object(body: Any) -> Mapping[str, Any]:
    if isinstance(body, dict):
        return body
    raise ProtocolError("Tiki: câu trả lời không phải một đối tượng", excerpt=type(body).__name__)
