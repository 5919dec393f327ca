"""The seam's promises on answers that no well-behaved server gives, over a raw socket."""

from __future__ import annotations

import gzip
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from connectors.http import Http, Unclear

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@contextmanager
def answering(say: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that reads one request and answers it with ``say``; yields its URL."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)

        def serve() -> None:
            client, _address = listener.accept()
            with client:
                client.recv(65536)
                try:
                    say(client)
                except OSError:
                    return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        thread.join(5)


def dripping(head: bytes, piece: bytes) -> Callable[[socket.socket], None]:
    """A body that comes a piece every 20 ms, for ten seconds."""

    def say(client: socket.socket) -> None:
        client.sendall(head)
        for _ in range(500):
            client.sendall(piece)
            time.sleep(0.02)

    return say


@pytest.mark.parametrize(("head", "piece"), [
    (HEAD + b"Content-Length: 500\r\n\r\n", b" "),
    (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    (HEAD + b"Connection: close\r\n\r\n", b" "),
])  # fmt: skip
def test_a_body_that_drips_ends_with_the_total_deadline(head: bytes, piece: bytes) -> None:
    with answering(dripping(head, piece)) as url:
        begun = time.monotonic()
        with pytest.raises(Unclear, match=r"in time|cut short"):
            Http().request("GET", url, deadline_s=0.3)
        assert time.monotonic() - begun < 1


def test_a_head_that_drips_ends_with_the_total_deadline() -> None:
    """Each byte comes in time; the head never ends."""
    with answering(dripping(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a")) as url:
        begun = time.monotonic()
        with pytest.raises(Unclear):
            Http().request("GET", url, deadline_s=0.3)
        assert time.monotonic() - begun < 1


def test_a_head_that_begins_late_ends_with_the_same_deadline() -> None:
    """A byte in time does not buy as long a wait again."""

    def say(client: socket.socket) -> None:
        time.sleep(0.8)
        client.sendall(b"HTTP/1.1 200 OK\r\nX")
        time.sleep(3)

    with answering(say) as url:
        begun = time.monotonic()
        with pytest.raises(Unclear):
            Http().request("GET", url, deadline_s=1)
        assert time.monotonic() - begun < 1.6


@pytest.mark.parametrize("packed", ["gzip, gzip", "br", "zstd", "deflate"])
def test_a_bomb_in_a_bomb_is_not_unpacked(packed: str) -> None:
    body = gzip.compress(gzip.compress(b"0" * 50_000_000))
    head = HEAD + f"Content-Encoding: {packed}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with (
        answering(lambda client: client.sendall(head + body)) as url,
        pytest.raises(Unclear, match="packed"),
    ):
        Http().request("GET", url)


def test_a_bomb_is_not_unpacked_further_than_a_piece() -> None:
    body = gzip.compress(b"0" * 300_000_000)
    head = HEAD + f"Content-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    tracemalloc.start()
    try:
        with (
            answering(lambda client: client.sendall(head + body)) as url,
            pytest.raises(Unclear, match="larger"),
        ):
            Http().request("GET", url, max_bytes=1_000_000)
        assert tracemalloc.get_traced_memory()[1] < 150_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("head", "body"), [
    (HEAD + b"Content-Length: 9\r\n\r\n", b'{"a":'),
    (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b'9\r\n{"a":'),
    (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b'5\r\n{"a":\r\n'),
])  # fmt: skip
def test_a_body_that_is_cut_off_is_no_answer(head: bytes, body: bytes) -> None:
    with answering(lambda client: client.sendall(head + body)) as url, pytest.raises(Unclear):
        Http().request("GET", url, deadline_s=2)


def test_a_packed_body_is_read_whole_and_bounded_unpacked() -> None:
    text = b"[" + b"1," * 200_000 + b"1]"
    packed = gzip.compress(text)
    head = HEAD + f"Content-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n".encode()
    with answering(lambda client: client.sendall(head + packed)) as url:
        assert Http().request("GET", url).body == text
    with (
        answering(lambda client: client.sendall(head + packed)) as url,
        pytest.raises(Unclear, match="larger"),
    ):
        Http().request("GET", url, max_bytes=100_000)


def test_chunks_and_nothing_are_whole_answers() -> None:
    chunked = HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n[1\r\n1\r\n]\r\n0\r\n\r\n"
    with answering(lambda client: client.sendall(chunked)) as url:
        assert Http().request("GET", url).json() == [1]
    empty = HEAD + b"Content-Length: 0\r\n\r\n"
    with answering(lambda client: client.sendall(empty)) as url:
        assert Http().request("GET", url).body == b""
