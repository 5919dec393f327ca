"""Uploading pictures: multipart, one a call (reference 3.4)."""

from __future__ import annotations

from connectors.contract import Done, Failed, ImageFile, Outcome
from connectors.errors import AuthExpired, AuthRefused, ChannelError, ProtocolError, Rejected
from connectors.shopee.answers import rows
from connectors.shopee.client import Client, Reply, Signed
from connectors.shopee.limits import picture

PATH = "media_space/upload_image"


class Uploader:
    """Signs as a public call, as documented; remembers when the channel wants the shop's."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._signed = Signed.PUBLIC

    def upload(self, image: ImageFile) -> Outcome[str]:
        """The channel's id of one picture."""
        problem = picture(image)
        if problem:
            return Failed(problem)
        try:
            reply = self._send(image)
            return Done(_image_id(reply), reply.request_id)
        except Rejected as error:
            return Failed(_about_images(error))
        except ChannelError as error:
            return Failed(error)

    def _send(self, image: ImageFile) -> Reply:
        name = f"{image.sha256}.{'png' if image.content_type == 'image/png' else 'jpg'}"
        files = [("image", (name, image.data, image.content_type))]
        try:
            return self._client.upload(PATH, files, self._signed)
        except (AuthRefused, AuthExpired):
            if self._signed is Signed.SHOP:
                raise
        reply = self._client.upload(PATH, files, Signed.SHOP)
        self._signed = Signed.SHOP
        return reply


def _image_id(reply: Reply) -> str:
    """Of a single answer or of the list; the entry has an error of its own."""
    for entry in rows(reply.response, "image_info_list"):
        if entry.get("error"):
            raise Rejected(f"Shopee: {entry.get('message') or entry['error']}", field="images")
        info = entry.get("image_info")
        if isinstance(info, dict) and info.get("image_id"):
            return str(info["image_id"])
    info = reply.response.get("image_info") or {}
    if not info.get("image_id"):
        raise ProtocolError("Shopee nhận ảnh mà không trả mã ảnh", request_id=reply.request_id)
    return str(info["image_id"])


def _about_images(error: Rejected) -> Rejected:
    """A refusal of an upload is about the picture, whatever its code says."""
    return Rejected(
        error.message,
        code=error.code,
        field="images",
        hint=error.hint or "Thay ảnh sản phẩm (JPG hoặc PNG, dưới 10 MB).",
        request_id=error.request_id,
    )
