"""One product as its producer reads it: its certificate, and a line for each channel where it is,
or is not, on sale. Channels of which the same is to be said share a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from console.web import why
from models.certified import Certified
from models.facts import CertificateFacts
from models.producers import HeldPaper, ListingLine
from models.states import LIVE
from worker.certify import valid_certificate, why_not_valid
from worker.reasons import Reason, reason

SOON_DAYS = 60
"""A certificate or paper that ends within so many days is shown as a warning."""


@dataclass(frozen=True, slots=True)
class Place:
    """A shop on a channel; ``url`` "" where nobody knows it."""

    channel: str
    shop: str
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """``reason`` and ``advice``, in the page's language, are "" where there is nothing to say."""

    state: str
    reason: str
    advice: str
    alarm: bool
    places: list[Place] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Card:
    """``certificate`` is the one in force today; without one ``trouble`` says why."""

    product: Certified
    certificate: CertificateFacts | None
    trouble: Reason | None
    ends_soon: bool
    lines: Sequence[Line]
    papers: Sequence[HeldPaper]

    @property
    def on_sale(self) -> bool:
        return any(line.state == LIVE for line in self.lines)


def cards(
    products: Sequence[Certified],
    listings: Sequence[ListingLine],
    papers: Sequence[HeldPaper],
    labels: Mapping[str, str],
    today: date,
) -> list[Card]:
    """One a product, in the order of the products; ``labels``: channels' names for people."""
    return [
        _card(
            product,
            [item for item in listings if item.product_id == product.id],
            [paper for paper in papers if paper.product_id == product.id],
            labels,
            today,
        )
        for product in products
    ]


def standing(product: Certified, today: date) -> tuple[CertificateFacts | None, Reason | None]:
    """The certificate in force today, or why there is none."""
    if product.withdrawn:
        why = product.withdrawn_reason
        return None, reason("WITHDRAWN", f": {why}" if why else "")
    certificate = valid_certificate(product.certificates, today)
    if certificate is not None:
        return certificate, None
    return None, why_not_valid(product.certificates, today)


def _card(
    product: Certified,
    listings: Sequence[ListingLine],
    papers: Sequence[HeldPaper],
    labels: Mapping[str, str],
    today: date,
) -> Card:
    certificate, trouble = standing(product, today)
    if trouble is not None:
        told = trouble.as_json()
        trouble = replace(trouble, text=why.text(told), advice=why.advice(told))
    soon = certificate is not None and (certificate.expires_on - today).days <= SOON_DAYS
    lines: dict[tuple[str, str, str, bool], Line] = {}
    for item in sorted(listings, key=lambda item: item.state != LIVE):
        live = item.state == LIVE
        said = ("", "") if live else _said(item)
        key = (item.state, *said, item.alarm)
        line = lines.setdefault(key, Line(*key))
        url = item.url if live and item.url.startswith(("http://", "https://")) else ""
        line.places.append(Place(labels.get(item.channel, item.channel), item.shop, url))
    return Card(product, certificate, trouble, soon, list(lines.values()), papers)


def _said(item: ListingLine) -> tuple[str, str]:
    """A listing's reason and what to do, in the page's language."""
    told = {
        "code": item.reason_code, "text": item.reason, "advice": item.advice,
        "detail": item.reason_detail,
    }  # fmt: skip
    return why.text(told), why.advice(told)
