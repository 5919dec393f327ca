"""Which addresses are asked, over real connections: none that is private, whatever it is called."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from connectors import guard
from connectors.guard import Guard, Refused, is_private, named
from connectors.http import Forbidden, Http, NotSent

PUBLIC = "93.184.216.34"


class Server:
    """Counts who comes; answers 200, or sends on to ``location``."""

    def __init__(self, location: str = "") -> None:
        self.asked: list[str] = []
        seen = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                seen.append(self.headers["Host"])
                self.send_response(302 if location else 200)
                if location:
                    self.send_header("Location", location)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, *_anything: Any) -> None:
                return None

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Server:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as found:
        yield found


@contextmanager
def names(monkeypatch: pytest.MonkeyPatch, **known: list[str]) -> Iterator[list[str]]:
    """A name server: each look-up of a name gets the next of its addresses."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def look_up(host: str, port: Any, *args: Any, **kwargs: Any) -> Any:
        name = str(host).replace(".", "_").replace("-", "_")
        if name not in known:
            return real(host, port, *args, **kwargs)
        asked.append(host)
        found = known[name]
        address = found.pop(0) if len(found) > 1 else found[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in address.split()]

    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", look_up)
        yield asked


@pytest.mark.parametrize("host", [
    "127.0.0.1", "localhost", "0.0.0.0", "127.1", "2130706433", "0x7f000001", "[::1]",  # noqa: S104
    "[::ffff:127.0.0.1]",
])  # fmt: skip
def test_this_machine_is_not_asked_under_any_name(server: Server, host: str) -> None:
    with pytest.raises(NotSent):
        Http(guard=Guard()).request("GET", f"http://{host}:{server.port}/")
    assert server.asked == []


def test_a_name_that_leads_here_is_not_asked(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with names(monkeypatch, evil_example=["127.0.0.1"]), pytest.raises(Forbidden, match="riêng"):
        Http(guard=Guard()).request("GET", f"http://evil.example:{server.port}/")
    assert server.asked == []


def test_a_name_with_one_public_and_one_private_address_is_not_asked(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        names(monkeypatch, evil_example=[f"{PUBLIC} 127.0.0.1"]),
        pytest.raises(Forbidden),
    ):
        Http(guard=Guard()).request("GET", f"http://evil.example:{server.port}/")
    assert server.asked == []


def test_a_name_that_changes_its_mind_is_looked_up_once(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rebinding: public when it is judged, ours when it is connected to. (Loopback stands for
    the public here: 'public' is what the test says it is.)"""
    monkeypatch.setattr(guard, "is_private", lambda address: address == "127.0.0.2")
    with names(monkeypatch, evil_example=["127.0.0.1", "127.0.0.2"]) as asked:
        answer = Http(guard=Guard()).request("GET", f"http://evil.example:{server.port}/")
        assert answer.status == 200
        assert asked == ["evil.example"]
        assert server.asked == [f"evil.example:{server.port}"]
        with pytest.raises(Forbidden):
            Http(guard=Guard()).request("GET", f"http://evil.example:{server.port}/")
    assert len(server.asked) == 1


def test_a_redirect_is_followed_nowhere(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    with Server(location=f"http://127.0.0.1:{server.port}/secret") as first:
        answer = Http(guard=Guard({"127.0.0.1"})).request("GET", f"http://127.0.0.1:{first.port}/")
    assert answer.status == 302
    assert server.asked == []


def test_a_host_that_is_allowed_by_name_is_asked(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    allowed = Http(guard=Guard({"so.lan"}))
    with names(monkeypatch, so_lan=["127.0.0.1"], other_lan=["127.0.0.1"]):
        assert allowed.request("GET", f"http://SO.lan:{server.port}/").status == 200
        with pytest.raises(Forbidden, match="OCOP_ALLOWED_PRIVATE_HOSTS"):
            allowed.request("GET", f"http://other.lan:{server.port}/")
        with pytest.raises(Forbidden):
            allowed.request("GET", f"http://127.0.0.1:{server.port}/")


def test_the_next_address_of_a_name_is_tried(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "is_private", lambda _address: False)
    with names(monkeypatch, two_example=["127.0.0.77 127.0.0.1"]):
        answer = Http(guard=Guard()).request("GET", f"http://two.example:{server.port}/")
    assert answer.status == 200


@pytest.mark.parametrize("url", [
    "file:///etc/passwd", "ftp://a.example/x", "gopher://a.example/", "http://", "//a.example",
    "javascript:alert(1)", "http://[::1",
])  # fmt: skip
def test_only_the_web_is_asked(url: str) -> None:
    with pytest.raises(Refused):
        Guard().check(url)
    with pytest.raises(Forbidden):
        Http(guard=Guard()).request("GET", url)


def test_an_unknown_name_is_no_private_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_anything: Any, **_more: Any) -> Any:
        raise socket.gaierror(-2, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(NotSent) as raised:
        Http(guard=Guard()).request("GET", "http://nowhere.example/")
    assert not isinstance(raised.value, Forbidden)


@pytest.mark.parametrize("address", [
    "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "127.9.9.9",
    "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fd00::1",  # noqa: S104
    "ff02::1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
])  # fmt: skip
def test_private_addresses_are_known_in_every_dress(address: str) -> None:
    assert is_private(address)


@pytest.mark.parametrize("address", [
    PUBLIC, "8.8.8.8", "2606:2800:220:1::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "san.example",
])  # fmt: skip
def test_public_ones_are_not(address: str) -> None:
    assert not is_private(address)


@pytest.mark.parametrize(("url", "host"), [
    ("http://127.0.0.1:8080", "127.0.0.1"), ("http://localhost/shop", "localhost"),
    ("http://[::1]/", "::1"), ("http://10.1.2.3", "10.1.2.3"), ("http://wordpress:80", "wordpress"),
    ("https://cua-hang.local/x", "cua-hang.local"), ("http://may.test", "may.test"),
])  # fmt: skip
def test_a_host_that_an_operator_s_address_names_may_be_asked(url: str, host: str) -> None:
    assert named(url) == {host}
    Guard().and_named(url).check(url)


@pytest.mark.parametrize("url", [
    "https://cua-hang.vn", "http://93.184.216.34", "http://169.254.169.254/latest",
    "http://[fe80::1]/", "http://2130706433/", "/srv/so.xlsx", "http://[bad",
])  # fmt: skip
def test_a_public_name_is_no_word_for_what_it_leads_to(url: str) -> None:
    assert named(url) == frozenset()
