"""Who takes notices in tests: a mail server and a webhook on loopback, each with a journal."""

from __future__ import annotations

import base64
import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class MailDesk(socketserver.ThreadingTCPServer):
    """SMTP (RFC 5321) as far as one message needs it. ``refused``: recipients that it does not
    take; ``logins``: what was logged in with; ``heard``: every command."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.mails: list[EmailMessage] = []
        self.logins: list[str] = []
        self.heard: list[str] = []
        self.refused: set[str] = set()
        self.away = False

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}?starttls=no"


class _Talk(socketserver.StreamRequestHandler):
    server: MailDesk

    def handle(self) -> None:
        if self.server.away:
            self._say("421 away")
            return
        self._say("220 desk")
        while line := self.rfile.readline():
            words = line.decode().strip()
            self.server.heard.append(words)
            if not self._answer(words):
                return

    def _answer(self, words: str) -> bool:
        verb = words.split(" ")[0].upper()
        if verb == "EHLO":
            self._say("250-desk")
            self._say("250-AUTH PLAIN")
            self._say("250 SMTPUTF8")
        elif verb == "AUTH":
            self.server.logins.append(base64.b64decode(words.split(" ")[2]).decode())
            self._say("235 in")
        elif verb == "RCPT" and any(name in words for name in self.server.refused):
            self._say("550 no such person, try secret-words")
        elif verb == "DATA":
            self._say("354 go on")
            self._take()
            self._say("250 taken")
        elif verb == "QUIT":
            self._say("221 bye")
            return False
        else:
            self._say("250 ok")
        return True

    def _take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        made: Any = message_from_bytes(b"".join(lines), policy=policy.default)
        self.server.mails.append(made)

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


class HookDesk(ThreadingHTTPServer):
    """A webhook: what it got, and with what it answers."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Hook)
        self.got: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.status = 200

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/tin?key=bi-mat-cua-cong"


class _Hook(BaseHTTPRequestHandler):
    server: HookDesk

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append(json.loads(body))
        self.server.keys.append(self.headers["Idempotency-Key"])
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        return None


@contextmanager
def running(server: Any) -> Iterator[Any]:
    """The server, served in a thread."""
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
