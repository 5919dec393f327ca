"""What actions of the API were answered, by their idempotency keys: a key is claimed before
anything is done, and its answer is written in the transaction that does it.

So a claim without an answer did nothing, or is still at it; one that is older than any request
may be claimed anew, and whoever held it then finds its claim gone and does nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import text
from sqlmodel import Session

from models.operator import ApiAnswer

KEPT = timedelta(days=7)
"""How long a key is answered the same."""
GIVEN_UP = timedelta(minutes=10)
"""No request takes this long: its process died."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key of one token, and the digest of the request that it came with. ``at`` is when it was
    claimed: a later claim of the same key has another."""

    token_id: int
    key: str
    request_digest: str
    at: datetime


def claim(session: Session, key: Key) -> ApiAnswer | None:
    """Claim a key. None: it is ours; else what is known of it: ``status`` null is somebody still
    at it. Keys that are no longer kept are cleared away on the way."""
    session.execute(
        text("DELETE FROM api_answer WHERE token_id = :token AND at < :before"),
        {"token": key.token_id, "before": key.at - KEPT},
    )
    row = session.execute(
        text("""INSERT INTO api_answer (token_id, key, request_digest, at)
            VALUES (:token, :key, :digest, :now)
            ON CONFLICT (token_id, key) DO UPDATE
                SET request_digest = excluded.request_digest, at = excluded.at
                WHERE api_answer.status IS NULL AND api_answer.at < :given_up
            RETURNING key"""),
        {
            "token": key.token_id,
            "key": key.key,
            "digest": key.request_digest,
            "now": key.at,
            "given_up": key.at - GIVEN_UP,
        },
    ).first()
    if row is not None:
        return None
    found = session.get(ApiAnswer, (key.token_id, key.key))
    # given back between the two statements: as if it were still held, and free the next time
    return found or ApiAnswer(
        token_id=key.token_id, key=key.key, request_digest=key.request_digest, at=key.at
    )


def answered(session: Session, key: Key, status: int, body: Any) -> bool:
    """Write what a claimed key is answered from now on; False when the claim is ours no more,
    and then nothing of this transaction may stand."""
    row = session.execute(
        text("""UPDATE api_answer SET status = :status, body = CAST(:body AS jsonb)
            WHERE token_id = :token AND key = :key AND at = :at AND status IS NULL
            RETURNING key"""),
        {
            "token": key.token_id,
            "key": key.key,
            "at": key.at,
            "status": status,
            "body": orjson.dumps(body).decode(),
        },
    ).first()
    return row is not None


def give_back(session: Session, key: Key) -> None:
    """Nothing was done under this key: it is free. One that was answered after all (the commit's
    own answer was lost) stays."""
    session.execute(
        text("""DELETE FROM api_answer
            WHERE token_id = :token AND key = :key AND at = :at AND status IS NULL"""),
        {"token": key.token_id, "key": key.key, "at": key.at},
    )


def forget(session: Session, token_id: int, key: str) -> None:
    """What was answered under this key is not to be said again."""
    session.execute(
        text("DELETE FROM api_answer WHERE token_id = :token AND key = :key"),
        {"token": token_id, "key": key},
    )
