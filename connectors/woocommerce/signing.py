"""Who calls: Basic over TLS, OAuth 1.0a one-legged in the query over plain HTTP, where WooCommerce
refuses Basic (docs: "Login")."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Literal
from urllib.parse import quote, urlencode

from oauthlib import oauth1

from connectors.contract import Clock

Method = Literal["GET", "POST", "PUT", "DELETE"]


def signed(
    method: Method,
    url: str,
    query: Sequence[tuple[str, str]],
    secrets: Mapping[str, str],
    clock: Clock,
) -> tuple[str, dict[str, str]]:
    """The address to call, query and signature in it, and the headers to send."""
    text = urlencode(query, quote_via=quote)
    full = f"{url}?{text}" if text else url
    key, secret = secrets.get("consumer_key", ""), secrets.get("consumer_secret", "")
    if url.startswith("https://"):
        pair = base64.b64encode(f"{key}:{secret}".encode()).decode()
        return full, {"Authorization": f"Basic {pair}"}
    signer = oauth1.Client(
        key,
        client_secret=secret,
        signature_method=oauth1.SIGNATURE_HMAC_SHA256,
        signature_type=oauth1.SIGNATURE_TYPE_QUERY,
        timestamp=str(int(clock().timestamp())),
    )
    address, _headers, _body = signer.sign(full, http_method=method)
    return str(address), {}
