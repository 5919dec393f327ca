"""May a product be sold in a shop today, and if not, why. Pure.

Sources: ocop-domain §2 (validity, last day included; revoked, suspended), §5 (kinds and
channels), §6 (what a listing may say). What a lapse does is a rule; revoked for food safety or
recalled is always a take-down (design: "What a lapse does").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from connectors.contract import Capabilities
from models.facts import CertificateFacts, ProductFacts, ShopFacts
from worker.reasons import Reason, day, reason
from worker.rules import RuleBook

KIND_NAMES = {
    "dry": "hàng khô, chế biến",
    "fresh": "rau quả tươi",
    "chilled": "hàng lạnh",
    "eggs": "trứng",
    "alcohol": "rượu",
    "herbs": "dược liệu",
    "essential_oil": "tinh dầu",
    "craft": "hàng thủ công",
    "plant": "cây cảnh",
    "live_animal": "vật nuôi sống",
    "tourism": "dịch vụ du lịch",
}

PAPER_NAMES = {
    "food_safety": "giấy chứng nhận an toàn thực phẩm",
    "self_declaration": "bản tự công bố sản phẩm",
    "alcohol_licence": "giấy phép sản xuất, bán rượu",
    "trademark": "giấy chứng nhận nhãn hiệu",
}

_SAFETY_WORDS = ("an toàn thực phẩm", "attp", "thu hồi sản phẩm", "recall", "food safety")


@dataclass(frozen=True, slots=True)
class Verdict:
    """``reason`` None: it may be sold. ``certificate``: the one a listing may claim, None when
    the listing must not name stars, number or OCOP."""

    reason: Reason | None
    certificate: CertificateFacts | None = None

    @property
    def may_sell(self) -> bool:
        return self.reason is None


def valid_certificate(
    certificates: Sequence[CertificateFacts], today: date
) -> CertificateFacts | None:
    """The certificate in force today: the latest issued that has begun, where it has not lapsed and
    was not revoked or suspended. It stands in the place of those before it: what it loses, they do
    not give back."""
    begun = [c for c in certificates if c.recognised_on <= today]
    latest = max(begun, key=lambda c: c.recognised_on, default=None)
    if latest is None or latest.status != "valid" or latest.expires_on < today:
        return None
    return latest


def certify(
    product: ProductFacts,
    shop: ShopFacts,
    capabilities: Capabilities,
    rules: RuleBook,
    today: date,
) -> Verdict:
    """The verdict for one product in one shop of a channel that can do ``capabilities``."""
    certificate = valid_certificate(product.certificates, today)
    refusal = (
        _assigned(product, shop)
        or _programme(product)
        or _lapse(product, shop, rules, certificate, today)
        or _kind(product, shop, capabilities.closed_kinds, rules)
        or _papers(product, shop, capabilities, rules, today)
        or _data(product)
    )
    return Verdict(refusal, certificate)


def forbidden(
    product: ProductFacts,
    shop: ShopFacts,
    capabilities: Capabilities,
    rules: RuleBook,
    today: date,
) -> Reason | None:
    """The law's word alone, whatever else keeps a product off a shop: its certificate, a recall,
    a kind that is not taken there, a paper. None: nothing forbids selling it today."""
    if product.withdrawn_at is not None and _speaks_of_safety(product.withdrawn_reason):
        return reason("WITHDRAWN", f": {product.withdrawn_reason}")
    certificate = valid_certificate(product.certificates, today)
    return (
        _lapse(product, shop, rules, certificate, today)
        or _kind(product, shop, capabilities.closed_kinds, rules)
        or _papers(product, shop, capabilities, rules, today)
    )


def assigned(product: ProductFacts, shop: ShopFacts) -> bool:
    """Whether the shop's assortment holds the product; the last row that names it decides."""
    if shop.producer_id is None:
        inside = product.producer_agreed
    else:
        inside = product.producer_id == shop.producer_id
    values = {
        "producer": product.producer_name,
        "group": product.group,
        "product": product.code,
    }
    for mode, scope, value in shop.assortment:
        if values[scope] == value:
            inside = mode == "include"
    return inside


def _assigned(product: ProductFacts, shop: ShopFacts) -> Reason | None:
    if not shop.enabled:
        return reason("SHOP_OFF")
    if assigned(product, shop):
        return None
    theirs = shop.producer_id is None and not product.producer_agreed
    return reason("NOT_AGREED" if theirs else "NOT_ASSIGNED")


def _programme(product: ProductFacts) -> Reason | None:
    if product.withdrawn_at is not None:
        why = product.withdrawn_reason
        return reason("WITHDRAWN", f": {why}" if why else "")
    if product.flags:
        return reason("FLAGGED", ", ".join(product.flags))
    return None


def _lapse(
    product: ProductFacts,
    shop: ShopFacts,
    rules: RuleBook,
    certificate: CertificateFacts | None,
    today: date,
) -> Reason | None:
    if certificate is not None:
        return None
    lapsed = why_not_valid(product.certificates, today)
    if not rules.unclaims(shop.channel, shop.key, product.code):
        return lapsed
    if lapsed.code in ("NO_CERTIFICATE", "NOT_YET", "SUSPENDED") or _unsafe(product):
        return lapsed
    if any(image.shows_logo is not False for image in product.images):
        return reason("LOGO_IN_IMAGE")
    return None


def why_not_valid(certificates: Sequence[CertificateFacts], today: date) -> Reason:
    """What is the matter where :func:`valid_certificate` finds none: NO_CERTIFICATE, NOT_YET,
    EXPIRED, REVOKED or SUSPENDED."""
    if not certificates:
        return reason("NO_CERTIFICATE")
    last = max(certificates, key=lambda c: c.recognised_on)
    if last.status == "revoked":
        when = f" ngày {day(last.revoked_on)}" if last.revoked_on else ""
        why = f" ({last.revoked_reason})" if last.revoked_reason else ""
        return reason("REVOKED", when + why)
    if last.status == "suspended":
        return reason("SUSPENDED", f" ({last.revoked_reason})" if last.revoked_reason else "")
    if last.recognised_on > today:
        return reason("NOT_YET", day(last.recognised_on))
    return reason("EXPIRED", day(last.expires_on))


def _unsafe(product: ProductFacts) -> bool:
    """Revoked for food safety, or recalled."""
    words = " ".join(c.revoked_reason for c in product.certificates if c.status == "revoked")
    return _speaks_of_safety(words)


def _speaks_of_safety(words: str) -> bool:
    return any(word in words.lower() for word in _SAFETY_WORDS)


def _kind(
    product: ProductFacts, shop: ShopFacts, closed_kinds: Mapping[str, str], rules: RuleBook
) -> Reason | None:
    stance = closed_kinds.get(product.kind, "allow")
    name = KIND_NAMES[product.kind]
    if stance == "block":
        return reason("KIND_BLOCKED", name)
    answer = rules.permit(shop.channel, shop.key, product.code)
    if answer == "no":
        return reason("KIND_REFUSED", name)
    if stance == "ask" and answer != "yes":
        return reason("KIND_WAITING", name)
    return None


def _papers(
    product: ProductFacts, shop: ShopFacts, capabilities: Capabilities, rules: RuleBook, today: date
) -> Reason | None:
    """The first paper that the law or the channel wants of this kind and that is not in force."""
    needs = rules.papers(shop.channel, shop.key, product.code)
    wanted = needs.get(product.kind, capabilities.required_papers.get(product.kind, ()))
    for kind in wanted:
        if kind == "self_declaration" and product.self_declaration:
            continue
        mine = [paper for paper in product.papers if paper.kind == kind]
        if any(p.valid_until is None or p.valid_until >= today for p in mine):
            continue
        ends = [p.valid_until for p in mine if p.valid_until is not None]
        if ends:
            return reason("PAPER_LAPSED", f"{PAPER_NAMES[kind]} đã hết hạn ngày {day(max(ends))}")
        return reason("NO_PAPER", PAPER_NAMES[kind])
    return None


def _data(product: ProductFacts) -> Reason | None:
    if not product.variants:
        return reason("NO_VARIANT")
    if all(v.price_vnd is None for v in product.variants):
        return reason("NO_PRICE", product.variants[0].pack)
    if not product.images:
        return reason("NO_IMAGE")
    if all(image.problem for image in product.images):
        return reason("IMAGE_BROKEN", product.images[0].problem)
    return None
