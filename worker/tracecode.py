"""The picture of a traceability code: what a phone reads off the page or the pack.

Drawn once a code, kept like any other picture (by content) under an address of its own scheme.
(ocop-domain §4, traceability: a string of digits and letters)
"""

from __future__ import annotations

import io

import segno
import structlog

from config.errors import from_os_error
from models import registry
from models.facts import TRACE_SCHEME
from worker import pictures
from worker.env import Env

_log = structlog.get_logger(__name__)

SIDE_PX = 800
"""At least so many pixels a side: channels refuse small pictures."""

BORDER = 4
"""Quiet zone in modules, as the standard wants it."""


def draw(code: str) -> bytes:
    """A PNG of the code, black on white, at least :data:`SIDE_PX` pixels a side."""
    made = segno.make(code, error="m", micro=False)
    width, _height = made.symbol_size(border=BORDER)
    out = io.BytesIO()
    made.save(out, kind="png", scale=-(-SIDE_PX // width), border=BORDER)
    return out.getvalue()


def draw_missing(env: Env) -> set[int]:
    """Draw the codes that have no picture yet; returns the products whose pictures changed. What
    finds no room on the disk stays missing until the next time."""
    with env.db.transaction() as session:
        codes = registry.codes_to_draw(session)
    for code in codes:
        try:
            picture = pictures.keep(env.images, draw(code))
        except OSError as error:
            _log.warning("code not drawn", error=str(from_os_error(env.images, error)))
            break
        with env.db.transaction() as session:
            registry.drawn(
                session, TRACE_SCHEME + code, picture.sha256, picture.content_type, picture.size,
                picture.width, picture.height, env.now(),
            )  # fmt: skip
    with env.db.transaction() as session:
        return set(registry.ids_of_trace_codes(session, codes))
