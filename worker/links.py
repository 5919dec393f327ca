"""The address of a producer's page: a link's number, signed.

Keys are derived from the vault's master keys: the first signs, all verify, so that a link goes on
working through a rotation for as long as the old key is kept (design: "Security").
"""

from __future__ import annotations

import hashlib

from itsdangerous import BadData, URLSafeSerializer

from models import producer_links
from models.producer_links import Link
from worker.env import Env

PURPOSE = "producer-link"
LONGEST = 300
"""Characters of a token; ours have about 70."""


class BadLink(Exception):
    """Not a link of ours: forged, mistyped, or signed with a key that is gone."""


class EndedLink(Exception):
    """A link of ours that has expired or was revoked (``revoked``)."""

    def __init__(self, revoked: bool) -> None:
        super().__init__("revoked" if revoked else "expired")
        self.revoked = revoked


def token(env: Env, link: Link) -> str:
    """What stands behind ``/p/`` for this link."""
    signed = _signer(env).dumps([link.id, link.mark])
    return signed if isinstance(signed, str) else signed.decode()


def path(env: Env, link: Link) -> str:
    return f"/p/{token(env, link)}"


def opened(env: Env, text: str) -> Link:
    """The living link of a token. Raises BadLink, EndedLink."""
    if len(text) > LONGEST:
        raise BadLink
    try:
        number, mark = _signer(env).loads(text)
    except (BadData, ValueError, TypeError):
        raise BadLink from None
    with env.db.transaction() as session:
        found = producer_links.find(session, int(number))
    if found is None or found.mark != mark:
        raise BadLink
    if not found.lives(env.now()):
        raise EndedLink(found.revoked_at is not None)
    return found


def _signer(env: Env) -> URLSafeSerializer:
    newest_last = list(reversed(env.derive(PURPOSE)))
    return URLSafeSerializer(
        newest_last, salt=PURPOSE,
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    )  # fmt: skip
