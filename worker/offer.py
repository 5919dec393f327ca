"""The exact listing that a shop should show: content, packs and prices. Pure.

What a listing may say is ocop-domain §6: stars and number only while the certificate is in
force, a potential 5 is sold as 4, no claim of healing. Net and shipping weight are different
(§7). Limits are the channel's; texts come from templates (see :mod:`worker.texts`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from connectors.contract import Capabilities, StarterRow
from models.facts import (
    CategoryFacts,
    CertificateFacts,
    ImageFacts,
    ProductFacts,
    ShopFacts,
    VariantFacts,
)
from models.text import fold
from worker import texts
from worker.labels import fitting
from worker.reasons import day
from worker.rules import PackingRule, RuleBook, TemplateRule

_STRENGTH = re.compile(r"\b(\d{1,2}(?:[.,]\d+)?)\s*(?:%|độ\b)")

CITY = "Bắc Giang"
"""The certifying province as the products' brands name it (one installation, one province)."""

GROUP_NAMES = {
    "thuc-pham": "Thực phẩm",
    "do-uong": "Đồ uống",
    "duoc-lieu": "Dược liệu và sản phẩm từ dược liệu",
    "thu-cong-my-nghe": "Hàng thủ công mỹ nghệ",
    "sinh-vat-canh": "Sinh vật cảnh",
    "du-lich": "Dịch vụ du lịch cộng đồng, du lịch sinh thái và điểm du lịch",
}
"""The six groups of QĐ 148 (ocop-domain §2)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Text and picture limits of one shop: the live ones where ``check`` read them."""

    title: tuple[int, int]
    description: tuple[int, int]
    images: int
    label: int


def limits_of(capabilities: Capabilities, settings: Mapping[str, Any]) -> Limits:
    """The shop's limits; ``settings`` keys are the capability's names, null is not told."""

    def pair(name: str, default: tuple[int, int]) -> tuple[int, int]:
        low, high = settings.get(name) or (None, None)
        return (
            default[0] if low is None else int(low),
            default[1] if high is None else int(high),
        )

    return Limits(
        title=pair("title_length", capabilities.title_length),
        description=pair("description_length", capabilities.description_length),
        images=pair("images", capabilities.images)[1],
        label=int(settings.get("variant_label_max") or capabilities.variant_label_max),
    )


def price_of(variant: VariantFacts, product: ProductFacts, shop: ShopFacts, rules: RuleBook) -> int:
    """The shop's price in đồng. Raises ValueError when the registry states none."""
    if variant.price_vnd is None:
        raise ValueError(f"{variant.sku} has no price")
    return rules.price(shop.channel, shop.key, product.code).price(variant.price_vnd)


def category_for(
    product: ProductFacts, mapping: Sequence[CategoryFacts], starter: Sequence[StarterRow] = ()
) -> CategoryFacts | None:
    """The mapping row for a product: that of the words that come first in its folded name (what it
    is: rice noodles are noodles), of those the longest. Words of the ``starter`` that the market
    has no category for give way to none that come later, but to the kind's default; None when that
    is not mapped."""
    name = f" {fold(product.name)} "
    rows = {row.words: row for row in mapping if row.kind == product.kind}
    known = {*rows, *(row.words for row in starter if row.kind == product.kind)} - {""}
    held = [words for words in known if f" {words} " in name]
    first = min(held, key=lambda words: (name.find(f" {words} "), -len(words)), default="")
    return rows.get(first) or rows.get("")


@dataclass(frozen=True, slots=True)
class Page:
    """One listing's page: the packs on it, what may be claimed, and the rules for its text."""

    product: ProductFacts
    variants: Sequence[VariantFacts]
    certificate: CertificateFacts | None
    packing: PackingRule
    template: TemplateRule
    capabilities: Capabilities
    limits: Limits
    today: date


def content(page: Page, category: CategoryFacts) -> dict[str, Any]:
    """The content facet: title, description, category, attributes, pictures (sha256), weight
    (grams, shipping, of the heaviest pack), size (mm), and what the programme says of it."""
    values = values_of(page)
    template = page.template
    return {
        "title": texts.title(template.title or texts.TITLE, values, page.limits.title),
        "description": texts.description(
            template.description or texts.DESCRIPTION, values, page.limits.description
        ),
        "category_id": category.category_id,
        "attributes": attributes(page.product, page.variants[0], category),
        "images": pictures(page),
        "weight_g": max(ship_weight(v, page.packing) for v in page.variants),
        "dims_mm": list(page.packing.dims_mm),
        "facts": facts_of(page),
        "papers": papers_of(page),
    }


def values_of(page: Page) -> dict[str, str]:
    """What templates may name (:data:`worker.texts.FIELDS`)."""
    product, certificate = page.product, page.certificate
    say = texts.honest if certificate else lambda text: texts.unclaimed(texts.honest(text))
    alone = page.variants[0] if len(page.variants) == 1 else None
    return {
        "name": product.name if certificate else texts.unclaimed(product.name),
        "pack": alone.pack if alone else "",
        "packs": "; ".join(v.pack for v in page.variants),
        "net": net_text(alone) if alone else "",
        "description": say(product.description) or product.name,
        "shelf_life": page.variants[0].shelf_life,
        "producer": product.producer_name,
        "origin": origin(product),
        "group": GROUP_NAMES.get(product.group, ""),
        "self_declaration": product.self_declaration,
        "trace_code": product.trace_code,
        "stars": str(certificate.stars) if certificate else "",
        "decision": certificate.decision if certificate else "",
        "recognised_on": day(certificate.recognised_on) if certificate else "",
        "expires_on": day(certificate.expires_on) if certificate else "",
    }


def origin(product: ProductFacts) -> str:
    """Today's commune and province; the address as printed where today's is not known (§3)."""
    if product.place:
        return f"{product.place}, Việt Nam"
    printed = [p for p in (product.commune, product.district, CITY) if p]
    return ", ".join([*printed, "Việt Nam"])


def net_text(variant: VariantFacts) -> str:
    """``500 g``, ``1,5 kg``, ``500 ml``; "" when the registry states no net (§7)."""
    for amount, small, large in ((variant.net_ml, "ml", "lít"), (variant.net_g, "g", "kg")):
        if amount:
            if amount < 1000:
                return f"{amount} {small}"
            return f"{amount / 1000:g} {large}".replace(".", ",")
    return ""


def facts_of(page: Page) -> dict[str, Any]:
    """:class:`connectors.contract.Facts` as JSON: days are ISO texts."""
    product, certificate = page.product, page.certificate
    return {
        "product_code": product.code,
        "name": product.name if certificate else texts.unclaimed(product.name),
        "producer": product.producer_name,
        "origin": origin(product),
        "group": GROUP_NAMES.get(product.group, ""),
        "stars": certificate.stars if certificate else None,
        "decision": certificate.decision if certificate else "",
        "recognised_on": certificate.recognised_on.isoformat() if certificate else "",
        "expires_on": certificate.expires_on.isoformat() if certificate else "",
        "self_declaration": product.self_declaration,
        "trace_code": product.trace_code,
        "shelf_life": page.variants[0].shelf_life,
    }


def papers_of(page: Page) -> list[dict[str, Any]]:
    """Papers in force whose file a channel may fetch; ``file`` is the sha256 of it, "" where
    there is only a number."""
    if not page.capabilities.fetches_images:
        return []
    return [
        {
            "kind": paper.kind,
            "number": paper.number,
            "valid_until": paper.valid_until.isoformat() if paper.valid_until else "",
            "file": paper.sha256 or "",
        }
        for paper in page.product.papers
        if paper.valid_until is None or paper.valid_until >= page.today
    ]


def pictures(page: Page) -> list[str]:
    """The producer's pictures that fit the channel (sha256), then that of the traceability code.
    A listing that may not claim shows none that carries the mark."""
    fit = [
        image.sha256
        for image in page.product.images
        if image.sha256 and fits(image, page.capabilities)
        if page.certificate or image.shows_logo is False
    ]
    drawn = page.product.trace_picture
    code = [drawn] if drawn and "image/png" in page.capabilities.image_types else []
    return fit[: page.limits.images] + (code if len(fit) < page.limits.images else [])


def fits(image: ImageFacts, capabilities: Capabilities) -> bool:
    """Whether a channel takes a picture: its type, weight and shortest side."""
    return (
        not image.problem
        and image.content_type in capabilities.image_types
        and image.size <= capabilities.image_max_bytes
        and not 0 < image.short_side < capabilities.image_min_px
    )


def variant_rows(
    variants: Sequence[VariantFacts], packing: PackingRule, label_max: int
) -> list[dict[str, Any]]:
    """The variants facet: SKU, label, shipping weight (grams), GTIN and net of each pack."""
    nets = [_net(v) for v in variants]
    labels = fitting([v.pack for v in variants], nets, label_max)
    return [
        {
            "sku": v.sku,
            "label": label,
            "weight_g": ship_weight(v, packing),
            "gtin": v.gtin,
            "net_g": v.net_g,
            "net_ml": v.net_ml,
        }
        for v, label in zip(variants, labels, strict=True)
    ]


def _net(variant: VariantFacts) -> str:
    """ "500 g", "330 ml"; "" where the registry states neither."""
    if variant.net_g:
        return f"{variant.net_g} g"
    return f"{variant.net_ml} ml" if variant.net_ml else ""


def ship_weight(variant: VariantFacts, packing: PackingRule) -> int:
    """Shipping weight in grams; a millilitre weighs a gram where no mass is stated (§7)."""
    return packing.weight_g(variant.net_g or variant.net_ml or 0)


def attributes(
    product: ProductFacts, variant: VariantFacts, category: CategoryFacts
) -> list[dict[str, str]]:
    """The category's attributes with the product's facts in them."""
    rows = (filled(a, product, variant) for a in category.attributes)
    return [{name: value for name, value in row.items() if name != "name"} for row in rows]


def unanswered(product: ProductFacts, variant: VariantFacts, category: CategoryFacts) -> list[str]:
    """Names of attributes that the category demands and that nothing of ours answers."""
    rows = (filled(a, product, variant) for a in category.attributes)
    return [
        row.get("name") or row["attribute_id"]
        for row in rows
        if not row.get("value_id") and not row["text"].strip()
    ]


def alcohol(product: ProductFacts) -> str:
    """The strength that the registry's text states, in per cent ("29,5"); "" when it does not."""
    if product.kind != "alcohol":
        return ""
    found = _STRENGTH.search(f"{product.name}. {product.description}")
    return found[1].replace(",", ".") if found else ""


def filled(
    attribute: Mapping[str, str], product: ProductFacts, variant: VariantFacts
) -> dict[str, str]:
    """An attribute default with the product's facts put in for ``{net}``, ``{shelf_life}`` …"""
    net = variant.net_g or variant.net_ml or 0
    values = {
        "{net}": str(net),
        "{shelf_life}": variant.shelf_life or "Xem trên bao bì",
        "{origin}": CITY,
        "{producer}": product.producer_name,
        "{self_declaration}": product.self_declaration or "Xem trên bao bì",
        "{alcohol}": alcohol(product),
    }
    text = attribute.get("text", "")
    for mark, value in values.items():
        text = text.replace(mark, value)
    return {**attribute, "text": text}
