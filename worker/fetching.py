"""Fetch the pictures that products on offer need and we do not have yet."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import structlog

from config.errors import from_os_error
from connectors.http import Http, TransportError
from models import registry
from models.registry import WaitingPicture
from worker.env import Env
from worker.pictures import BadPicture, Picture, fetch
from worker.tracecode import draw_missing

_log = structlog.get_logger(__name__)

BATCH = 64
THREADS = 4


def fetch_pictures(env: Env) -> set[int]:
    """Fetch what is missing, batch by batch; returns the products whose pictures changed.

    Pictures of traceability codes are drawn. A picture that cannot be used says why; one whose
    server is away, or that finds no room on the disk, stays missing and is asked for again by the
    next pull.
    """
    http = Http(guard=env.guard)
    touched = draw_missing(env)
    asked: set[int] = set()
    while True:
        with env.db.transaction() as session:
            waiting = registry.pictures_to_fetch(session, BATCH + len(asked))
        fresh = [w for w in waiting if w.asset_id not in asked][:BATCH]
        if not fresh or env.stop.is_set():
            return touched
        asked.update(w.asset_id for w in fresh)
        touched |= _fetch_batch(env, http, fresh)


def _fetch_batch(env: Env, http: Http, waiting: Sequence[WaitingPicture]) -> set[int]:
    with ThreadPoolExecutor(THREADS) as threads:
        found = list(threads.map(lambda w: _try(env, http, w), waiting))
    with env.db.transaction() as session:
        done = []
        for picture, result in zip(waiting, found, strict=True):
            if isinstance(result, Picture):
                registry.picture_fetched(
                    session, picture.asset_id, result.sha256, result.content_type,
                    result.size, result.width, result.height, env.now(),
                )  # fmt: skip
            elif isinstance(result, BadPicture):
                registry.picture_unusable(session, picture.asset_id, str(result), env.now())
            else:
                continue
            done.append(picture.asset_id)
        return set(registry.products_of_pictures(session, done))


def _try(env: Env, http: Http, picture: WaitingPicture) -> Picture | Exception:
    try:
        return fetch(picture.url, http, env.images)
    except (BadPicture, TransportError) as error:
        return error
    except OSError as error:
        _log.warning("picture not kept", error=str(from_os_error(env.images, error)))
        return error
