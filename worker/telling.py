"""Tell producers what is new: at most one digest a day by each way, nothing twice, nothing lost.

What they know is a row; a digest that did not arrive leaves it as it was, and the next round tries
again. A digest is claimed before it is sent, and no transaction is open meanwhile. A process that
is killed between a delivery and its record sends that digest again, under the same number.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from urllib.parse import urlsplit

import structlog

from connectors.http import Http, TransportError
from models import notices, producer_links
from models.notices import DocumentFact, ListingFact, Recipient
from worker import links, mail, messages
from worker.env import HOME_ZONE, Env, local_day
from worker.mail import MailAway, MailRefused
from worker.messages import Digest
from worker.notices import Outcome, decide

AWAKE_HOURS = (7, 20)
"""Digests go out from the first hour up to the second, in Vietnam: a phone rings."""
CLAIM = timedelta(minutes=10)
"""Longer than any delivery."""
ROUND_S = 240.0
"""After so long a round begins no further delivery; the next one goes on."""
WEBHOOK_DEADLINE_S = 10.0


class NotDelivered(Exception):
    """A digest did not arrive (Vietnamese message without a secret)."""


def tell(env: Env) -> int:
    """One round; returns how many digests went out."""
    now = env.now()
    with env.db.transaction() as session:
        people = notices.recipients(session, now)
        ids = sorted({who.producer_id for who in people})
        listings = notices.listings_by_producer(session, ids)
        documents = notices.documents_by_producer(session, ids)
    round_ = _Round(env, now)
    for who in people:
        mine, papers = listings.get(who.producer_id, []), documents.get(who.producer_id, [])
        round_.serve(who, mine, papers)
    return round_.sent


class _Round:
    """``mail_away``: what the mail server's failure was; it is not asked again in this round."""

    def __init__(self, env: Env, now: datetime) -> None:
        self._env, self._now = env, now
        self._ends = env.monotonic() + ROUND_S
        self._http = Http(guard=env.guard)
        self._mail_away = ""
        self.sent = 0

    def serve(
        self, who: Recipient, listings: list[ListingFact], documents: list[DocumentFact]
    ) -> None:
        """Send what is new to them, if it is time; note what needs no word."""
        outcome = decide(listings, documents, who.told, local_day(self._now))
        silent = dict(outcome.quiet) if who.enabled else outcome.told()
        if silent != who.told:
            with self._env.db.transaction() as session:
                notices.remember(session, who, silent, self._now)
        if outcome.news and who.enabled and self._is_time():
            self._deliver(who, outcome)

    def _is_time(self) -> bool:
        hour = self._now.astimezone(HOME_ZONE).hour
        return AWAKE_HOURS[0] <= hour < AWAKE_HOURS[1] and self._env.monotonic() < self._ends

    def _deliver(self, who: Recipient, outcome: Outcome) -> None:
        now, until = self._now, self._now + CLAIM
        with self._env.db.transaction() as session:
            if not notices.claim(session, who, _day_began(now), now, until):
                return
            link = producer_links.newest_alive(session, who.producer_id, now)
        base = self._env.public_base_url
        page = f"{base}{links.path(self._env, link)}" if base and link else ""
        digest = messages.digest_of(
            who.producer_id, who.producer, outcome.news, page, local_day(now)
        )
        log = structlog.get_logger(__name__).bind(producer=who.producer_id, way=who.way)
        try:
            self._send(who, digest)
        except NotDelivered as error:
            log.warning("a digest did not arrive", problem=str(error))
            with self._env.db.transaction() as session:
                notices.failed(session, who, until, str(error), now)
            return
        log.info("a digest arrived", news=len(outcome.news))
        with self._env.db.transaction() as session:
            notices.delivered(session, who, until, outcome.told(), now)
        self.sent += 1

    def _send(self, who: Recipient, digest: Digest) -> None:
        if who.way == "email":
            self._email(who.address, digest)
        else:
            self._webhook(who.address, digest)

    def _email(self, address: str, digest: Digest) -> None:
        server = self._env.mail
        if server is None:
            raise NotDelivered("chưa có máy chủ thư; cán bộ kỹ thuật đặt OCOP_SMTP_URL")
        if self._mail_away:
            raise NotDelivered(self._mail_away)
        try:
            mail.send(server, messages.email(digest, server.sender, address, self._now))
        except MailRefused as error:
            raise NotDelivered(str(error)) from None
        except MailAway as error:
            self._mail_away = str(error)
            raise NotDelivered(str(error)) from None

    def _webhook(self, url: str, digest: Digest) -> None:
        """The URL may hold a secret: only its host is ever named."""
        host = urlsplit(url).hostname
        try:
            answer = self._http.request(
                "POST", url, json=messages.webhook(digest), deadline_s=WEBHOOK_DEADLINE_S,
                headers={"Idempotency-Key": digest.number}, max_bytes=1 << 16,
            )  # fmt: skip
        except TransportError as error:
            raise NotDelivered(f"không gửi được tới webhook: {error}") from None
        if not 200 <= answer.status < 300:
            raise NotDelivered(f"webhook {host} trả lời {answer.status}")


def _day_began(now: datetime) -> datetime:
    """When this day began in Vietnam."""
    return datetime.combine(local_day(now), time(), HOME_ZONE).astimezone(UTC)
