"""Tokens (reference 1): client credentials for an app of the shop's own, which are asked for again
when they lapse, and the authorization code with a refresh token that changes at every use."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from connectors.contract import Account, Clock, Credentials
from connectors.errors import (
    Ambiguous,
    AuthExpired,
    AuthRefused,
    ChannelError,
    ProtocolError,
    RateLimited,
    Rejected,
    Unavailable,
)
from connectors.http import Answer, Http, NotSent, Unclear
from connectors.tiki import addresses
from connectors.tiki.capabilities import CAPABILITIES
from connectors.tiki.client import Client
from connectors.tiki.fields import from_stamp, stamp, whole
from connectors.tiki.words import errors_of

SCOPES = "product inventory offline"
"""What is asked of a seller: nothing about orders; ``offline`` brings the refresh token."""

STATE_MIN = 8
BASIC, POST = "client_secret_basic", "client_secret_post"
_RECONNECT = "Chủ gian hàng cấp quyền lại cho ứng dụng trên Tiki."


def consent_url(account: Account, redirect_url: str, state: str) -> str:
    """Raises Rejected for a ``state`` that Tiki would refuse."""
    if len(state) < STATE_MIN:
        raise Rejected(f"state phải dài ít nhất {STATE_MIN} ký tự", field="state")
    query = {
        "response_type": "code",
        "client_id": account.credentials["client_id"],
        "redirect_uri": redirect_url,
        "scope": SCOPES,
        "state": state,
    }
    return f"{addresses.consent_url(account)}?{urlencode(query)}"


class Tokens:
    """The token endpoint, for one account."""

    def __init__(self, account: Account, http: Http, clock: Clock) -> None:
        self._account = account
        self._http = http
        self._clock = clock
        self._secrets = account.credentials

    def refresh(self) -> Credentials:
        """By refresh token, by a code that was not traded yet, else by client credentials.

        Raises what :meth:`connectors.contract.Connector.refresh` says.
        """
        if self._secrets.get("refresh_token"):
            form = {
                "grant_type": "refresh_token",
                "refresh_token": self._secrets["refresh_token"],
                "client_id": self._secrets["client_id"],
            }
            return self._kept(*self._ask(form, unclear=Ambiguous))
        if self._secrets.get("code"):
            return self.exchange(self._secrets)
        body, method = self._ask({"grant_type": "client_credentials"}, unclear=Unavailable)
        fresh = self._kept({**body, "refresh_token": None}, method)
        self._belongs_to_a_seller(fresh)
        return fresh

    def exchange(self, answer: Mapping[str, str]) -> Credentials:
        """The first pair for a one-time code, which this spends."""
        if answer.get("error"):
            why = answer.get("error_hint") or answer.get("error_description") or answer["error"]
            raise AuthRefused(f"người bán không đồng ý kết nối với Tiki ({why}). {_RECONNECT}")
        code = answer.get("code", "")
        if not code:
            raise AuthRefused(f"Tiki không trả về mã kết nối. {_RECONNECT}")
        form = {"grant_type": "authorization_code", "code": code}
        redirect = answer.get("redirect_uri") or self._secrets.get("redirect_uri")
        if redirect:
            form["redirect_uri"] = redirect
        form["client_id"] = self._secrets["client_id"]
        return self._kept(*self._ask(form, unclear=Ambiguous))

    # --- the endpoint -----------------------------------------------------------------------

    def _ask(
        self, form: Mapping[str, str], unclear: type[ChannelError]
    ) -> tuple[Mapping[str, Any], str]:
        """The token answer and the way of naming the secret that brought it: the app's registered
        one is tried first, the other once when that is refused."""
        method = POST if "post" in self._secrets.get("auth_method", "").lower() else BASIC
        answer = self._sent(form, method, unclear)
        if _invalid_client(answer):
            method = POST if method == BASIC else BASIC
            answer = self._sent(form, method, unclear)
        return self._judged(answer, unclear), method

    def _sent(self, form: Mapping[str, str], method: str, unclear: type[ChannelError]) -> Answer:
        client_id, secret = self._secrets["client_id"], self._secrets["client_secret"]
        fields, headers = dict(form), {"Accept": "application/json"}
        if method == POST:
            fields |= {"client_id": client_id, "client_secret": secret}
        else:
            pair = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
            headers["Authorization"] = f"Basic {pair}"
        try:
            return self._http.request(
                "POST",
                addresses.token_url(self._account),
                form=fields,
                headers=headers,
                deadline_s=CAPABILITIES.call_deadline_s,
            )
        except NotSent as error:
            raise Unavailable(f"không kết nối được Tiki ({error})") from None
        except Unclear as error:
            raise unclear(f"Tiki không trả lời trọn vẹn khi cấp token ({error})") from None

    def _judged(self, answer: Answer, unclear: type[ChannelError]) -> Mapping[str, Any]:
        """The body of a success. OAuth's refusals are for a person (RFC 6749, 5.2)."""
        body = _body(answer)
        if answer.status == 429:
            raise RateLimited("Tiki báo gọi quá nhanh", retry_after=answer.retry_after())
        if 300 <= answer.status < 400:
            raise ProtocolError(f"Tiki chuyển hướng (HTTP {answer.status}): kiểm tra địa chỉ")
        if 400 <= answer.status < 500:
            code = str(body.get("error") or answer.status)
            if code in ("temporarily_unavailable", "server_error"):
                raise unclear("Tiki tạm thời không cấp được token", code=code)
            said = str(body.get("error_description") or "") or errors_of(body) or code
            raise AuthRefused(f"Tiki không cấp token ({said}). {_hint(code)}", code=code)
        if answer.status >= 500 or not body.get("access_token"):
            raise unclear(f"Tiki trả lời không có token (HTTP {answer.status})")
        return body

    def _kept(self, body: Mapping[str, Any], method: str) -> Credentials:
        """All credentials with the new tokens; a refresh token that was not renewed stays."""
        fresh = {**self._secrets, "access_token": str(body["access_token"]), "auth_method": method}
        lives = whole(body.get("expires_in"))
        if lives is None:
            fresh.pop("token_expires_at", None)
        else:
            fresh["token_expires_at"] = str(stamp(self._clock()) + lives)
        if body.get("refresh_token"):
            fresh["refresh_token"] = str(body["refresh_token"])
        fresh.pop("code", None)
        return Credentials(fresh)

    def _belongs_to_a_seller(self, fresh: Credentials) -> None:
        """A fresh token that is refused at once is one that no refresh can cure (trap 9), and
        asking for the next would go on for ever. Raises AuthRefused; any other trouble is for the
        calls that meet it. Nothing is lost by it: client credentials can be asked again."""
        account = Account(self._account.shop_key, self._account.base_url, fresh)
        try:
            Client(account, self._http, self._clock).get("v2/sellers/me")
        except AuthExpired as error:
            raise AuthRefused(
                f"{error.message}. Token mới cũng không dùng được: ứng dụng chưa gắn với gian "
                "hàng nào trên Tiki.",
                code=error.code,
            ) from None
        except ChannelError as error:
            if isinstance(error, AuthRefused) and error.code == "401":
                raise


def _invalid_client(answer: Answer) -> bool:
    if answer.status not in (400, 401):
        return False
    error = _body(answer).get("error")
    return error == "invalid_client" or (answer.status == 401 and error is None)


def _body(answer: Answer) -> Mapping[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _hint(code: str) -> str:
    if code in ("invalid_client", "unauthorized_client", "401"):
        return "Kiểm tra client_id và client_secret của ứng dụng."
    if code == "invalid_scope":
        return "Bật các quyền product, inventory cho ứng dụng."
    return _RECONNECT


def expires_at(credentials: Mapping[str, str]) -> datetime | None:
    """When the access token lapses; long ago when there is none yet; None when nothing is known
    about it."""
    if not credentials.get("access_token"):
        return from_stamp(0)
    text = credentials.get("token_expires_at", "").strip()
    if text.isdigit():
        return from_stamp(int(text))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
