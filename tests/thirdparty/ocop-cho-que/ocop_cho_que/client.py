"""One call to Chợ Quê, and which of our errors its answer is.

A floor's page says what each answer means; the rest of the connector never looks at a status.
Nothing is repeated here: what may be repeated is sent again by the worker.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connectors.contract import Account
from connectors.errors import (
    Ambiguous,
    AuthRefused,
    ChannelError,
    NotFound,
    ProtocolError,
    RateLimited,
    Rejected,
    Unavailable,
)
from connectors.http import Answer, Http, NotSent, Unclear

DEADLINE_S = 15.0

FIELDS = {
    "key": "item_sku", "title": "title", "text": "description", "kind": "category",
    "photos": "images", "price": "price", "stock": "stock", "grams": "weight",
}  # fmt: skip
"""Their names of what is wrong → ours."""


class Client:
    def __init__(self, account: Account, http: Http) -> None:
        self._account = account
        self._http = http

    def read(self, path: str, query: Sequence[tuple[str, str]] = ()) -> dict[str, Any]:
        """A reading, and a write that may be done twice: unclear means only "not now"."""
        return self._call("GET", path, Unavailable, query=query)

    def change(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """An absolute change of what exists: harmless when it is sent again."""
        return self._call("PATCH", path, Unavailable, json=body)

    def make(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Something new: when the answer is lost, nobody knows whether it stands."""
        return self._call("POST", path, Ambiguous, json=body)

    def _call(
        self, method: str, path: str, unclear: type[ChannelError], **more: Any
    ) -> dict[str, Any]:
        try:
            answer = self._http.request(
                method,
                self._account.base_url.rstrip("/") + path,
                headers={"Authorization": f"Bearer {self._account.credentials['api_key']}"},
                deadline_s=DEADLINE_S,
                **more,
            )
        except NotSent as error:
            raise Unavailable(f"không kết nối được Chợ Quê ({error})") from None
        except Unclear as error:
            raise unclear(f"Chợ Quê không trả lời trọn vẹn ({error})") from None
        if answer.status == 429:
            raise RateLimited("Chợ Quê báo gọi quá nhanh", retry_after=answer.retry_after())
        if answer.status >= 500:
            raise unclear(f"Chợ Quê lỗi máy chủ (HTTP {answer.status})")
        if 300 <= answer.status < 400:
            raise ProtocolError("Chợ Quê chuyển hướng: kiểm tra địa chỉ của sàn")
        return _judged(answer, unclear)


def needed(body: dict[str, Any], name: str) -> Any:
    """A field that the floor promises. Raises ProtocolError."""
    if body.get(name) is None:
        raise ProtocolError(f"Chợ Quê trả lời thiếu trường {name}", excerpt=", ".join(body))
    return body[name]


def _judged(answer: Answer, unclear: type[ChannelError]) -> dict[str, Any]:
    """The body of a success. A refusal says in ``error`` and ``field`` what is wrong."""
    try:
        body = answer.json()
    except ValueError:
        raise unclear(f"Chợ Quê trả lời không phải JSON (HTTP {answer.status})") from None
    if not isinstance(body, dict):
        raise ProtocolError("câu trả lời không có dạng của Chợ Quê", excerpt=type(body).__name__)
    if answer.status < 300:
        return body
    code, words = str(body.get("error") or ""), f"Chợ Quê: {body.get('message') or answer.status}"
    if answer.status in (401, 403):
        raise AuthRefused(f"{words}. Kiểm tra api_key của gian hàng.", code=code)
    if answer.status == 404:
        raise NotFound(words, code=code)
    field = FIELDS.get(str(body.get("field")), "")
    hint = "Sản phẩm này đã có trên Chợ Quê." if code == "key_taken" else "Sửa theo lời của sàn."
    raise Rejected(words, code=code, field=field, hint=hint)
