"""A digest as it travels: the text of an e-mail, the JSON of a webhook. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from worker.notices import News

MOST_LINES = 20
"""Lines of one digest; the rest is on the producer's page."""
LONGEST = 300
"""Characters of one sentence: what a channel says may be a page."""


@dataclass(frozen=True, slots=True)
class Digest:
    """``number`` is the same for the same news of one day to the same producer: who gets it twice
    can see that; ``page``: the address of the producer's page, "" without one."""

    number: str
    producer: str
    news: tuple[News, ...]
    page: str

    @property
    def subject(self) -> str:
        return f"OCOP: {len(self.news)} tin về sản phẩm của {_line(self.producer)[:80]}"

    @property
    def text(self) -> str:
        """Plain text: one line what happened, one line what to do."""
        shown = [_sentence(line) for line in self.news[:MOST_LINES]]
        left = len(self.news) - len(shown)
        parts = [f"Kính gửi {_line(self.producer)[:LONGEST]},", *shown]
        if left > 0:
            parts.append(f"… và {left} tin nữa.")
        if self.page:
            parts.append(f"Xem từng sản phẩm, hoặc tắt nhận tin: {self.page}")
        return "\n\n".join(parts) + "\n"


def digest_of(
    producer_id: int, producer: str, news: Sequence[News], page: str, today: date
) -> Digest:
    """A digest of some news."""
    about = "\n".join(sorted(f"{line.subject} {line.stamp}" for line in news))
    number = hashlib.sha256(f"{producer_id} {today}\n{about}".encode()).hexdigest()[:24]
    return Digest(number, producer, tuple(news), page)


def email(digest: Digest, sender: str, to: str, now: datetime) -> EmailMessage:
    """An e-mail in plain text."""
    message = EmailMessage()
    message["Subject"] = digest.subject
    message["From"] = sender
    message["To"] = to
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{digest.number}@{sender.rpartition('@')[2].strip('>') or 'ocop'}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(digest.text)
    return message


def webhook(digest: Digest) -> dict[str, Any]:
    """What a gateway gets: the whole text for one that only passes it on, and its parts."""
    return {
        "id": digest.number,
        "producer": _line(digest.producer)[:LONGEST],
        "subject": digest.subject,
        "text": digest.text,
        "page": digest.page,
        "news": [
            {
                "kind": line.kind,
                "product": _line(line.product)[:LONGEST],
                "where": _line(line.where)[:LONGEST],
                "text": _line(line.text)[:LONGEST],
                "advice": _line(line.advice)[:LONGEST],
                "url": line.url,
            }
            for line in digest.news[:MOST_LINES]
        ],
    }


def _sentence(line: News) -> str:
    of = _line(line.product)[:LONGEST]
    place = f", {_line(line.where)[:LONGEST]}" if line.where else ""
    head = f"- {of}{place}: " if of else "- "
    todo = f"\n  → {_line(line.advice)[:LONGEST]}" if line.advice else ""
    return f"{head}{_line(line.text)[:LONGEST]}{todo}"


def _line(text: str) -> str:
    """On one line, and no sign in it that turns the direction of what follows."""
    plain = "".join(" " if c in _BREAKS else c for c in text if c not in _TURNING)
    return " ".join(plain.split())


_BREAKS = frozenset("\r\n\t\v\f\x85\u2028\u2029")
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\0")
