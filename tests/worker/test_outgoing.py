"""Addresses that people give: pictures, registers, shops. Over real loopback HTTP."""

from __future__ import annotations

import errno
import io
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import text

from connectors.errors import ChannelError
from connectors.guard import Guard
from connectors.http import Http
from connectors.registry.contract import RegistryError, SourceImage
from connectors.woocommerce.connector import WooCommerceConnector
from tests.connectors.test_guard import Server, names
from tests.connectors.test_http import answering
from tests.worker.conftest import World
from tests.worker.fakes import source_product
from worker import pictures
from worker.connect import BadAccount
from worker.env import local_day
from worker.fetching import fetch_pictures
from worker.pictures import BadPicture, Picture, fetch, inspect
from worker.pull import run_pull
from worker.runtime import open_source

OPEN = Http(guard=Guard({"127.0.0.1"}))


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as found:
        yield found


def png(*chunks: tuple[bytes, bytes], size: tuple[int, int] = (2, 2)) -> bytes:
    """A PNG with these chunks before its pixels."""
    width, height = size
    rows = zlib.compress((b"\0" + b"\0" * 3 * width) * height)
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)), *chunks,
        (b"IDAT", rows), (b"IEND", b""),
    ]  # fmt: skip
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )


def served(data: bytes) -> Any:
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(data)}\r\n\r\n".encode()
    return answering(lambda client: client.sendall(head + data))


BOMB = (b"zTXt", b"Comment\0\0" + zlib.compress(b"0" * 80_000_000))
HUGE = b"\x89PNG\r\n\x1a\n" + png()[8:16] + struct.pack(">II", 60_000, 60_000) + png()[24:]


@pytest.mark.parametrize("data", [
    png(BOMB), HUGE, png()[:40], b"GIF89a" + b"\0" * 30, b"<html>", b"", b"\xff\xd8\xff",
    png((b"iCCP", b"x\0\0" + zlib.compress(b"0" * 80_000_000))),
])  # fmt: skip
def test_bytes_that_are_made_to_hurt_are_a_bad_picture_or_a_small_one(
    data: bytes, tmp_path: Path
) -> None:
    """Never another error: one picture must not stop the pull of all others."""
    with served(data) as url:
        try:
            found = fetch(url, OPEN, tmp_path)
        except BadPicture as error:
            assert "ảnh" in str(error)
        else:
            assert found.width * found.height <= 4


def test_a_good_picture_is_kept(tmp_path: Path) -> None:
    data = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(data, "JPEG")
    with served(data.getvalue()) as url:
        found = fetch(url, OPEN, tmp_path)
    assert (found.width, found.height, found.content_type) == (40, 30, "image/jpeg")
    assert (tmp_path / found.sha256).read_bytes() == data.getvalue()
    assert isinstance(inspect(data.getvalue()), Picture)


def test_a_picture_that_is_sent_on_is_not_followed(server: Server, tmp_path: Path) -> None:
    with (
        Server(location=f"http://127.0.0.1:{server.port}/") as first,
        pytest.raises(BadPicture, match="chuyển hướng"),
    ):
        fetch(f"http://127.0.0.1:{first.port}/a.jpg", OPEN, tmp_path)
    assert server.asked == []


def test_a_picture_in_a_private_network_is_refused_with_a_reason(
    world: World, server: Server
) -> None:
    world.env.private_hosts = frozenset()
    image = SourceImage(f"http://127.0.0.1:{server.port}/a.jpg")
    world.book.products = [source_product(images=(image,))]
    world.pull()
    with world.env.db.transaction() as session:
        session.execute(text("UPDATE asset SET sha256 = NULL"))
    fetch_pictures(world.env)
    ((problem,),) = world.sql("SELECT problem FROM asset WHERE url LIKE 'http://127%'")
    assert "mạng riêng" in str(problem)
    assert server.asked == []


def test_a_full_disk_holds_up_pictures_and_nothing_else(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the pull nor its plan; what is missing is fetched and drawn when there is room."""
    world.env.private_hosts = frozenset({"127.0.0.1"})

    def fetched(run: Callable[[], object]) -> int:
        """How many pictures there are after a run, while the picture's server answers."""
        with served(png(size=(600, 600))) as url:
            images = (SourceImage(url),)
            world.book.products = [source_product(images=images, trace_code="8930001")]
            run()
        return int(str(world.sql("SELECT count(*) FROM asset WHERE sha256 IS NOT NULL")[0][0]))

    def pulled() -> None:
        run_pull(world.env, world.book, slot=None, who="test", fetch=fetch_pictures)

    def full(*_where: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(pictures, "write", full)
        assert fetched(pulled) == 0
    assert world.sql("SELECT status, outcome FROM run") == [("ended", "ok")]
    assert fetched(pulled) == 2


def test_a_register_whose_name_leads_into_the_network_is_refused_unless_allowed(
    world: World, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, today = f"http://so.example:{server.port}", local_day(world.env.now())
    with names(monkeypatch, so_example=["127.0.0.1"]):
        with pytest.raises(RegistryError, match="OCOP_ALLOWED_PRIVATE_HOSTS"):
            list(open_source(url, today).pages(None).pages)
        assert server.asked == []
        allowed = open_source(url, today, private_hosts=frozenset({"so.example"}))
        with pytest.raises(RegistryError, match="JSON"):
            list(allowed.pages(None).pages)
    assert server.asked


def test_a_register_whose_private_address_an_operator_wrote_is_asked(
    world: World, server: Server
) -> None:
    source = open_source(f"http://127.0.0.1:{server.port}", local_day(world.env.now()))
    with pytest.raises(RegistryError, match="JSON"):
        list(source.pages(None).pages)
    assert server.asked


def test_a_shop_whose_private_address_an_operator_wrote_is_asked(
    world: World, server: Server
) -> None:
    world.env.private_hosts = frozenset()
    world.env.connectors = {"woocommerce": WooCommerceConnector}
    with pytest.raises(ChannelError):
        world.connect(
            channel="woocommerce", base_url=f"http://127.0.0.1:{server.port}",
            consumer_key="ck_0123456789", consumer_secret="cs_0123456789",
        )  # fmt: skip
    assert server.asked


@pytest.mark.parametrize("base_url", [
    "http://169.254.169.254/latest", "http://[fe80::1]/", "file:///etc/passwd",
    "ftp://shop.example",
])  # fmt: skip
def test_a_shop_s_address_is_judged_when_it_is_given(world: World, base_url: str) -> None:
    world.env.private_hosts = frozenset()
    with pytest.raises(BadAccount, match="địa chỉ"):
        world.connect(base_url=base_url)
    assert world.shops() == []


def test_a_shop_whose_name_leads_into_the_network_is_not_asked(
    world: World, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.env.private_hosts = frozenset()
    world.env.connectors = {"woocommerce": WooCommerceConnector}
    with names(monkeypatch, shop_example=["127.0.0.1"]), pytest.raises(ChannelError, match="riêng"):
        world.connect(
            channel="woocommerce", base_url=f"http://shop.example:{server.port}",
            consumer_key="ck_0123456789", consumer_secret="cs_0123456789",
        )  # fmt: skip
    assert server.asked == []
