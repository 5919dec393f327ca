"""Draw a product's picture from its file name: all different, always the same bytes.

They stand for the producers' photographs: a JPEG of 60-200 KB, square, with a pattern and
colours that come from the name's hash, and a pack that carries the name.
"""

from __future__ import annotations

import functools
import hashlib
import io

from PIL import Image, ImageDraw, ImageFont, ImageOps

CONTENT_TYPE = "image/jpeg"
_SIDES = (1000, 1024, 1080)
_COARSE, _FINE = 48, 256
"""Points a side of the two patterns; the fine one gives the file an honest size."""


def size_of(name: str) -> tuple[int, int]:
    """Width and height in pixels of the picture ``name``, without drawing it."""
    side = _SIDES[_noise(name, 1)[0] % len(_SIDES)]
    return side, side


def draw(name: str) -> bytes:
    """The JPEG of ``name`` (a file name such as ``OCOP-24-219-0002-1.jpg``)."""
    side, _ = size_of(name)
    tints = _noise(name + "/tints", 9)
    picture = ImageOps.colorize(
        Image.blend(_pattern(name, _COARSE, side), _pattern(name, _FINE, side), 0.4),
        black=_dark(tints[0:3]),
        white=_light(tints[3:6]),
    )
    _draw_pack(ImageDraw.Draw(picture), side, _dark(tints[6:9]), name.rsplit(".", 1)[0])
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def _noise(name: str, count: int) -> bytes:
    return hashlib.shake_256(name.encode()).digest(count)


def _pattern(name: str, points: int, side: int) -> Image.Image:
    grain = Image.frombytes("L", (points, points), _noise(f"{name}/{points}", points * points))
    return grain.resize((side, side), Image.Resampling.BILINEAR)


def _draw_pack(canvas: ImageDraw.ImageDraw, side: int, colour: tuple[int, ...], text: str) -> None:
    left, top, right, bottom = side * 0.22, side * 0.18, side * 0.78, side * 0.88
    canvas.rounded_rectangle((left, top, right, bottom), 40, colour, "white", 8)
    canvas.rectangle((left, side * 0.45, right, side * 0.58), "white")
    canvas.text((side / 2, side * 0.515), text, "black", _font(), anchor="mm")


@functools.cache
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(42)


def _dark(tint: bytes) -> tuple[int, int, int]:
    return tint[0] // 2, tint[1] // 2, tint[2] // 2


def _light(tint: bytes) -> tuple[int, int, int]:
    return 255 - tint[0] // 3, 255 - tint[1] // 3, 255 - tint[2] // 3
