"""Pictures: fetched once by address, kept by content, uploaded once a shop.

The address comes from a person's sheet, so everything is checked: scheme, resolved address,
type by the bytes themselves, size, time. (design: "Security", outgoing fetches; ocop-domain §6:
we pass the producer's own picture, nothing is drawn into it)
"""

from __future__ import annotations

import hashlib
import io
import os
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from connectors.contract import Connector, Done, Failed, ImageFile
from connectors.errors import ChannelError
from connectors.http import Forbidden, Http, TooLarge, Unclear

MAX_BYTES = 12 * 1024 * 1024
MAX_PIXELS = 60_000_000
DEADLINE_S = 20.0
TYPES = {"JPEG": "image/jpeg", "PNG": "image/png"}


_NO_PICTURE = (
    UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, struct.error,
    OverflowError, Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip
"""What the library makes of bytes that are no picture, or of one that is made to hurt."""


class BadPicture(ValueError):
    """The picture cannot be used; the message is one Vietnamese sentence for its producer."""


@dataclass(frozen=True, slots=True)
class Picture:
    sha256: str
    content_type: str
    size: int
    width: int
    height: int


def fetch(url: str, http: Http, store: Path) -> Picture:
    """Fetch, check and keep a picture; ``http`` guards which addresses are asked. Raises
    BadPicture (for its producer), TransportError (asked again later)."""
    try:
        answer = http.request("GET", url, deadline_s=DEADLINE_S, max_bytes=MAX_BYTES)
    except Forbidden as error:
        raise BadPicture(f"địa chỉ ảnh không dùng được: {error}") from None
    except TooLarge:
        raise BadPicture(f"ảnh lớn hơn {MAX_BYTES // 1024 // 1024} MB") from None
    if 300 <= answer.status < 400:
        raise BadPicture("địa chỉ ảnh chuyển hướng sang nơi khác")
    if answer.status in (404, 410):
        raise BadPicture(f"ảnh không còn ở địa chỉ này (HTTP {answer.status})")
    if answer.status != 200:
        raise Unclear(f"máy chủ ảnh trả lời HTTP {answer.status}")
    return keep(store, answer.body)


def keep(store: Path, data: bytes) -> Picture:
    """Check a picture and keep it by its content. Raises BadPicture."""
    picture = inspect(data)
    write(store, picture.sha256, data)
    return picture


def write(store: Path, sha256: str, data: bytes) -> None:
    """A file whole or not at all, under the name of its content."""
    target = store / sha256
    if not target.exists():
        store.mkdir(parents=True, exist_ok=True)
        part = target.with_suffix(f".{os.getpid()}.part")
        part.write_bytes(data)
        part.replace(target)


def inspect(data: bytes) -> Picture:
    """What the bytes are. Raises BadPicture unless they are a JPEG or PNG of a sane size."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            kind, (width, height) = image.format or "", image.size
            if kind in TYPES and width * height <= MAX_PIXELS:
                image.verify()
    except _NO_PICTURE:
        raise BadPicture("địa chỉ ảnh không trả về một tấm ảnh") from None
    if kind not in TYPES:
        raise BadPicture(f"ảnh kiểu {kind or 'lạ'}, sàn chỉ nhận JPG hoặc PNG")
    if width * height > MAX_PIXELS:
        raise BadPicture(f"ảnh quá lớn ({width}×{height} điểm)")
    return Picture(hashlib.sha256(data).hexdigest(), TYPES[kind], len(data), width, height)


@dataclass(frozen=True, slots=True)
class Uploaded:
    """By sha256: the channel's id, or why there is none."""

    ids: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, ChannelError] = field(default_factory=dict)


def load(store: Path, sha256: str, content_type: str) -> ImageFile | None:
    """A kept picture, None when its file is gone."""
    path = store / sha256
    return ImageFile(sha256, content_type, path.read_bytes()) if path.exists() else None


def upload(
    connector: Connector, files: Sequence[ImageFile]
) -> tuple[dict[str, str], dict[str, ChannelError]]:
    """Upload pictures; returns the channel's ids and the errors, both by sha256."""
    ids: dict[str, str] = {}
    errors: dict[str, ChannelError] = {}
    for file, outcome in zip(files, connector.upload_images(files), strict=True):
        if isinstance(outcome, Done):
            ids[file.sha256] = outcome.value
        elif isinstance(outcome, Failed):
            errors[file.sha256] = outcome.error
    return ids, errors


def first_error(digests: Sequence[str], errors: Mapping[str, ChannelError]) -> ChannelError | None:
    """The error of the first of these pictures that has one."""
    return next((errors[d] for d in digests if d in errors), None)
