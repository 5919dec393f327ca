"""The pictures: real JPEGs of honest size, all different, and always the same bytes."""

from __future__ import annotations

import hashlib
import io

from PIL import Image

from sandbox.registry import Images, NewImage, RegistrySandbox
from sandbox.registry.pictures import draw
from tests.sandbox.registry.conftest import CREAM, NOODLES, Client


def test_a_picture_is_what_the_product_says(http: Client) -> None:
    for image in http.get(f"/v1/products/{NOODLES}").json()["images"]:
        assert image["url"].startswith(http.base_url + "/anh/")
        answer = http.get(image["url"].removeprefix(http.base_url))
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert 50_000 <= len(answer.content) <= 300_000
        with Image.open(io.BytesIO(answer.content)) as picture:
            picture.load()
            assert picture.format == "JPEG"
            assert picture.size == (image["width"], image["height"])


def test_each_is_different_and_the_same_again() -> None:
    names = [f"OCOP-24-215-{number:04d}-1.jpg" for number in range(1, 7)]
    drawn = [draw(name) for name in names]
    assert len(set(drawn)) == len(names)
    assert [draw(name) for name in names[:2]] == drawn[:2]


def test_etag_spares_the_bytes(http: Client) -> None:
    path = f"/anh/{CREAM}-1.jpg"
    tag = http.get(path).headers["ETag"]
    assert http.get(path, headers={"If-None-Match": tag}).status_code == 304


def test_new_pictures_come_with_their_hash(http: Client, registry: RegistrySandbox) -> None:
    new = (NewImage(name="banh-com-moi.jpg"), NewImage(name=f"{CREAM}-1.jpg", shows_logo=True))
    registry.edit(CREAM, Images(images=new))
    images = http.get(f"/v1/products/{CREAM}").json()["images"]
    assert [image["shows_logo"] for image in images] == [False, True]
    for image in images:
        data = http.get(image["url"].removeprefix(http.base_url)).content
        assert hashlib.sha256(data).hexdigest() == image["sha256"]
