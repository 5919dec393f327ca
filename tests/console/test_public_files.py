"""What channels fetch: by an unguessable address, with validators, and nothing beside it."""

from __future__ import annotations

import gzip

import pytest
import requests

from console.web.app import make_app
from console.web.here import Console
from models import public, registry
from models.shop import Shop
from sandbox.serving import serving

JPEG = b"\xff\xd8\xff picture"
SHA = "b" * 64


@pytest.fixture
def env(world, tmp_path):
    """One kept picture, and one shop with a published file."""
    world.env.images, world.env.files = tmp_path / "images", tmp_path / "files"
    world.env.images.mkdir()
    (world.env.images / SHA).write_bytes(JPEG)
    folder = world.env.files / "san24h" / "public"
    folder.mkdir(parents=True)
    (folder / "hang.csv").write_text("SKU,Giá\nA,1\n", encoding="utf-8")
    (folder / "hang.csv.gz").write_bytes(gzip.compress(b"SKU,Gi\xc3\xa1\nA,1\n"))
    (world.env.files / "san24h" / "rows.sqlite3").write_text("secret")
    with world.env.db.transaction() as session:
        registry.drawn(session, "https://x/1.jpg", SHA, "image/jpeg", 9, 600, 600, world.env.now())
        session.add(
            Shop(
                key="san24h", name="S", channel="fake", base_url="", public_token="t" * 24,
                enabled=True,
            )
        )  # fmt: skip
    return world.env


class Client:
    """Sends paths as they are written, dots and all."""

    def __init__(self, base: str) -> None:
        self.base, self.session = base, requests.Session()
        self.session.trust_env = False

    def get(self, path, method="GET", **headers):
        request = self.session.prepare_request(requests.Request(method, self.base + "/"))
        request.url = self.base + path
        request.headers.update(headers)
        return self.session.send(request, allow_redirects=False, timeout=10)


@pytest.fixture
def client(env):
    with serving(make_app(Console(env))) as base:
        yield Client(base)


def address(env):
    with env.db.transaction() as session:
        return public.addresses(session, "", [SHA])[SHA]


def test_a_picture_by_its_address(env, client):
    path = address(env)
    found = client.get(path)
    assert (found.status_code, found.content) == (200, JPEG)
    assert found.headers["content-type"] == "image/jpeg"
    assert len(path.rsplit("/", 1)[1].removesuffix(".jpg")) == 32
    again = client.get(path, **{"If-None-Match": found.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        f"/media/{SHA}.jpg",
        "/media/../../etc/passwd",
        "/media/%2e%2e%2fmaster.keys",
        f"/files/{'t' * 24}/../rows.sqlite3",
        f"/files/{'t' * 24}/..%2frows.sqlite3",
        f"/files/{'x' * 24}/hang.csv",
        "/files/san24h/hang.csv",
        f"/files/{'t' * 24}/",
    ],
)
def test_nothing_else_can_be_named(client, path):
    assert client.get(path).status_code == 404


def test_a_file_with_its_compressed_twin_and_validators(client):
    path = f"/files/{'t' * 24}/hang.csv"
    plain = client.get(path, **{"Accept-Encoding": "identity"})
    packed = client.get(path, **{"Accept-Encoding": "gzip"})
    assert plain.headers.get("content-encoding") is None
    assert packed.headers["content-encoding"] == "gzip"
    assert plain.text == packed.text == "SKU,Giá\nA,1\n"
    assert plain.headers["etag"] != packed.headers["etag"]
    seen = {"If-Modified-Since": plain.headers["last-modified"], "Accept-Encoding": "identity"}
    assert client.get(path, **seen).status_code == 304
    assert client.get(path, "HEAD").status_code == 200
