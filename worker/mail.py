"""One e-mail to the deployment's mail server.

The password goes out under TLS only: a server that offers no STARTTLS is not logged in to, unless
the settings say ``starttls=no`` (a relay on this very machine).
"""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

PATIENCE_S = 10.0
"""Of every step of the talk with the server, seconds."""
PORTS = {"smtp": 587, "smtps": 465}


class MailAway(Exception):
    """The server took nothing: away, or it does not let us in. Says so for all mail."""


class MailRefused(Exception):
    """The server does not take this message (an address that is none)."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """``tls``: "starttls", "tls" (from the first byte) or "none"."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    tls: str
    sender: str


def mail_server(url: str, sender: str) -> MailServer:
    """From ``smtp://user:password@host:587`` (STARTTLS) or ``smtps://…``; the settings have judged
    the form."""
    parts = urlsplit(url)
    tls = "tls" if parts.scheme == "smtps" else "starttls"
    if parts.query == "starttls=no":
        tls = "none"
    user, host = unquote(parts.username or ""), parts.hostname or ""
    return MailServer(
        host, parts.port or PORTS[parts.scheme], user, unquote(parts.password or ""), tls,
        sender or (user if "@" in user else f"ocop-sync@{host}"),
    )  # fmt: skip


def send(server: MailServer, message: EmailMessage) -> None:
    """Give the message to the server. Raises MailAway, MailRefused; neither names a secret."""
    try:
        with _open(server) as talk:
            talk.send_message(message)
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
        raise MailRefused(f"máy chủ thư không nhận ({_code(error)})") from None
    except (smtplib.SMTPException, OSError) as error:
        raise MailAway(f"máy chủ thư {server.host} không dùng được ({_kind(error)})") from None


def _open(server: MailServer) -> smtplib.SMTP:
    """A talk in which we are logged in, where there is a user."""
    context = ssl.create_default_context()
    talk: smtplib.SMTP
    if server.tls == "tls":
        talk = smtplib.SMTP_SSL(server.host, server.port, timeout=PATIENCE_S, context=context)
    else:
        talk = smtplib.SMTP(server.host, server.port, timeout=PATIENCE_S)
    try:
        if server.tls == "starttls":
            talk.starttls(context=context)
        if server.user:
            talk.login(server.user, server.password)
    except BaseException:
        talk.close()
        raise
    return talk


def _code(error: smtplib.SMTPException) -> str:
    """The number that the server answered: its words may hold anything."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return ", ".join(str(code) for code, _words in error.recipients.values())
    return str(getattr(error, "smtp_code", type(error).__name__))


def _kind(error: Exception) -> str:
    return str(getattr(error, "smtp_code", type(error).__name__))
