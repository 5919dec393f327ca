"""Of a token that somebody holds, the tables keep the hash alone."""

from __future__ import annotations

import hashlib


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
