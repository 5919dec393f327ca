"""Where an account's calls go: a base URL may be given with or without ``/integration`` (1)."""

from __future__ import annotations

from connectors.contract import Account

_API = "/integration"
_OAUTH = "/sc/oauth2"


def root(account: Account) -> str:
    """The host, without the API's prefix and without a slash at its end."""
    return account.base_url.rstrip("/").removesuffix(_API).rstrip("/")


def api(account: Account, path: str) -> str:
    """``path`` begins with its version, which is each endpoint's own."""
    return f"{root(account)}{_API}/{path}"


def token_url(account: Account) -> str:
    return account.credentials.get("token_url") or f"{root(account)}{_OAUTH}/token"


def consent_url(account: Account) -> str:
    """The page on which a seller agrees; it stands beside the token endpoint."""
    given = account.credentials.get("token_url", "")
    if given.endswith("/token"):
        return given.removesuffix("token") + "auth"
    return f"{root(account)}{_OAUTH}/auth"
