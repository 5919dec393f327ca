"""The exact listing that a shop should show: content, packs and prices. Pure.

What a listing may say is ocop-domain §6: stars and number only while the certificate is in
force, a potential 5 is sold as 4, no claim of healing. Net and shipping weight are different
(§7). Limits are the channel's; texts are cut at a word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.contract import Capabilities
from models.facts import CategoryFacts, CertificateFacts, ProductFacts, ShopFacts, VariantFacts
from models.text import fold
from worker.reasons import day
from worker.rules import PackingRule, RuleBook

CITY = "Bắc Giang"
"""The certifying province as the products' brands name it (one installation, one province)."""


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


def category_for(product: ProductFacts, mapping: Sequence[CategoryFacts]) -> CategoryFacts | None:
    """The mapping row for a product: the longest words that its folded name holds, its kind's
    default otherwise, None when the kind is not mapped."""
    name = f" {fold(product.name)} "
    fitting = [
        row
        for row in mapping
        if row.kind == product.kind and (not row.words or f" {row.words} " in name)
    ]
    return max(fitting, key=lambda row: len(row.words), default=None)


def content(
    product: ProductFacts,
    variants: Sequence[VariantFacts],
    certificate: CertificateFacts | None,
    category: CategoryFacts,
    packing: PackingRule,
    limits: Limits,
) -> dict[str, Any]:
    """The content facet: title, description, category, attributes, pictures (sha256), weight
    (grams, shipping, of the heaviest pack) and size (mm)."""
    pictures = [i.sha256 for i in product.images if i.sha256 and not i.problem]
    return {
        "title": title(product, variants, certificate, limits.title),
        "description": description(product, variants, certificate, limits.description),
        "category_id": category.category_id,
        "attributes": [filled(a, product, variants[0]) for a in category.attributes],
        "images": pictures[: limits.images],
        "weight_g": max(ship_weight(v, packing) for v in variants),
        "dims_mm": list(packing.dims_mm),
    }


def variant_rows(
    variants: Sequence[VariantFacts], packing: PackingRule, label_max: int
) -> list[dict[str, Any]]:
    """The variants facet: SKU, label, shipping weight (grams) and GTIN of each pack, in order."""
    labels = _distinct([cut_at_word(v.pack, label_max) for v in variants], label_max)
    return [
        {"sku": v.sku, "label": label, "weight_g": ship_weight(v, packing), "gtin": v.gtin}
        for v, label in zip(variants, labels, strict=True)
    ]


def ship_weight(variant: VariantFacts, packing: PackingRule) -> int:
    """Shipping weight in grams; a millilitre weighs a gram where no mass is stated (§7)."""
    return packing.weight_g(variant.net_g or variant.net_ml or 0)


def title(
    product: ProductFacts,
    variants: Sequence[VariantFacts],
    certificate: CertificateFacts | None,
    length: tuple[int, int],
) -> str:
    """Name, pack when there is only one, and the stars while they may be claimed."""
    claim = f" - OCOP {certificate.stars} sao" if certificate else ""
    pack = f" - {variants[0].pack}" if len(variants) == 1 else ""
    room = length[1] - len(claim)
    text = cut_at_word(product.name + pack, room) + claim
    for more in (f" - {product.producer_name}", f" - {product.district}", f" - {CITY}"):
        if len(text) < length[0]:
            text = cut_at_word(text + more, length[1])
    return text


def description(
    product: ProductFacts,
    variants: Sequence[VariantFacts],
    certificate: CertificateFacts | None,
    length: tuple[int, int],
) -> str:
    """Label facts that the law wants on a shop page (ocop-domain §4), one a line."""
    lines = [product.description or product.name, ""]
    lines += [f"Quy cách: {'; '.join(v.pack for v in variants)}"]
    lines += [f"Hạn sử dụng: {variants[0].shelf_life}"] if variants[0].shelf_life else []
    place = ", ".join(p for p in (product.commune, product.district, CITY) if p)
    lines += [f"Chủ thể: {product.producer_name}", f"Xuất xứ: {place}, Việt Nam"]
    if product.self_declaration:
        lines.append(f"Số tự công bố: {product.self_declaration}")
    if product.trace_code:
        lines.append(f"Mã truy xuất nguồn gốc: {product.trace_code}")
    if certificate:
        lines.append(
            f"Sản phẩm OCOP {certificate.stars} sao theo Quyết định {certificate.decision} "
            f"ngày {day(certificate.recognised_on)}, có giá trị đến {day(certificate.expires_on)}."
        )
    text = "\n".join(lines)
    if len(text) < length[0]:
        text += f"\nSản phẩm do {product.producer_name} làm ra và chịu trách nhiệm về chất lượng."
    return cut_at_word(text, length[1])


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
    }
    text = attribute.get("text", "")
    for mark, value in values.items():
        text = text.replace(mark, value)
    return {**attribute, "text": text}


def cut_at_word(text: str, most: int) -> str:
    """``text`` at most ``most`` characters long, cut between words where there is a gap."""
    if len(text) <= most:
        return text
    cut = text[: most + 1].rfind(" ")
    return text[: cut if cut > most // 2 else most].rstrip(" ,;-–(")


def _distinct(labels: Sequence[str], most: int) -> list[str]:
    """Labels made different where the cut made them equal ("Hộp 10 quả", "Hộp 10 quả 2")."""
    seen: set[str] = set()
    answer: list[str] = []
    for label in labels:
        unique, number = label, 2
        while unique.lower() in seen:
            tail = f" {number}"
            unique, number = label[: most - len(tail)] + tail, number + 1
        seen.add(unique.lower())
        answer.append(unique)
    return answer
