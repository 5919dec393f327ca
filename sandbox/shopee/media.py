"""upload_image: multipart only, field ``image``, JPG or PNG, 10 MB each, at most 9 (3.4)."""

from __future__ import annotations

import hashlib
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from sandbox.shopee.call import Call
from sandbox.shopee.refusals import Refused
from sandbox.shopee.world import World

MAX_BYTES = 10 * 1024 * 1024
MAX_FILES = 9
_MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


def upload_image(world: World, call: Call) -> dict[str, Any]:
    """Each picture gets an id of its own, which never says what is in it."""
    files = _files(call)
    if not files:
        raise Refused("error_param", "image is required")
    if len(files) > MAX_FILES:
        raise Refused("error_param", f"image must be less than {MAX_FILES + 1}")
    entries = [_entry(world, index, data) for index, data in enumerate(files)]
    failed = [e for e in entries if e["error"]]
    if len(failed) == len(entries):
        raise Refused(failed[0]["error"], failed[0]["message"])
    first = next(e for e in entries if not e["error"])
    return {"image_info": first["image_info"], "image_info_list": entries}


def _entry(world: World, index: int, data: bytes) -> dict[str, Any]:
    if len(data) > MAX_BYTES:
        return _refused(index, "error_image_size", "The image is larger than 10.0 MB.")
    if not data.startswith(_MAGIC):
        return _refused(index, "error_image_format", "Only JPG, JPEG and PNG are supported.")
    number = world.next_id("image", 1)
    image_id = f"vn-11134207-7r98o-{number:010x}"
    world.images[image_id] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    world.touched.add(("image", image_id))
    url = f"https://cf.shopee.vn/file/{image_id}"
    info = {
        "image_id": image_id,
        "image_url_list": [{"image_url_region": "VN", "image_url": url}],
    }
    return {"id": index, "error": "", "message": "", "image_info": info}


def _refused(index: int, code: str, message: str) -> dict[str, Any]:
    return {"id": index, "error": code, "message": message, "image_info": {}}


def _files(call: Call) -> list[bytes]:
    kind = call.headers.get("content-type", "")
    if not kind.lower().startswith("multipart/form-data"):
        raise Refused("error_param", "content type must be multipart/form-data")
    message = BytesParser(policy=HTTP).parsebytes(
        b"Content-Type: " + kind.encode("latin-1") + b"\r\n\r\n" + call.body
    )
    found = []
    for part in message.walk():
        if part.get_param("name", header="content-disposition") == "image":
            payload = part.get_payload(decode=True)
            found.append(payload if isinstance(payload, bytes) else b"")
    return found
