"""A product as schema.org says it, for search engines (https://schema.org/Product,
https://schema.org/Certification)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from markupsafe import Markup

from console.web.qr import trace_path
from models.certified import Certified, OnSale
from models.facts import CertificateFacts
from worker.offer import GROUP_NAMES

Data = Mapping[str, Any]


def product_data(
    product: Certified, certificate: CertificateFacts | None, places: Sequence[OnSale], base: str
) -> Data:
    """``base``: our public address, "" without one: then no address of ours is named (the name
    that a request came by is anybody's word)."""
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": product.name,
        "sku": product.code,
        "description": product.description,
        "category": GROUP_NAMES.get(product.group, product.group),
        "manufacturer": _producer(product),
        "countryOfOrigin": {"@type": "Country", "name": "VN"},
    }
    last = certificate or max(product.certificates, key=lambda one: one.recognised_on, default=None)
    if last is not None:
        data["hasCertification"] = _certification(last, certificate is not None)
    if base:
        data["url"] = base + trace_path(product.trace_code)
        data["image"] = [base + product.picture] if product.picture else []
    data["offers"] = [_offer(place) for place in places]
    return {name: value for name, value in data.items() if value not in ("", [])}


def _producer(product: Certified) -> Data:
    return {
        "@type": "Organization",
        "name": product.producer,
        "address": {
            "@type": "PostalAddress",
            "addressLocality": product.place or product.commune,
            "addressCountry": "VN",
        },
    }


def _certification(certificate: CertificateFacts, valid: bool) -> Data:
    return {
        "@type": "Certification",
        "name": "OCOP",
        "certificationIdentification": certificate.decision,
        "certificationStatus": f"https://schema.org/Certification{'A' if valid else 'Ina'}ctive",
        "certificationRating": {
            "@type": "Rating",
            "ratingValue": certificate.stars,
            "bestRating": 5,
        },
        "validFrom": certificate.recognised_on,
        "expires": certificate.expires_on,
    }


def _offer(place: OnSale) -> Data:
    offer: dict[str, Any] = {
        "@type": "Offer",
        "url": place.url,
        "seller": {"@type": "Organization", "name": place.shop},
    }
    if place.price is not None:
        offer |= {"price": place.price, "priceCurrency": "VND"}
    return offer


def as_script(data: Sequence[Data]) -> Markup:
    """The text of a ``<script type="application/ld+json">``: no sign in it can end the element."""
    text = orjson.dumps(data[0] if len(data) == 1 else list(data)).decode()
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 (escaped above)
