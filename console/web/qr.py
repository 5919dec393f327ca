"""QR codes as SVG: of a producer's link, and of a product's public page for its pack."""

from __future__ import annotations

import io
from urllib.parse import quote

import segno
from markupsafe import Markup
from starlette.responses import Response

BORDER = 4
"""Quiet zone in modules, as the standard wants it."""


def trace_path(code: str) -> str:
    """The path of the public page behind a traceability code."""
    return f"/t/{quote(code, safe='')}"


def drawn(address: str) -> Markup:
    """To stand in a page: neither style nor script, so that the page's policy lets it be."""
    made = segno.make(address, error="m", micro=False)
    return Markup(made.svg_inline(scale=4, border=BORDER, light="white"))  # noqa: S704 (our own)


def picture(address: str) -> Response:
    """To be printed: a file of its own."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        out, kind="svg", scale=10, border=BORDER, light="white"
    )
    return Response(out.getvalue(), media_type="image/svg+xml")
