"""One item of the registry's JSON as a product. Pure.

A field that is missing or unusable fails as little as it can: a bad price or GTIN is left out
and reported, a missing required field loses this item only, an unknown field is nothing
(registry-formats, section 5, "Rules"). What the registry says of a certificate's dates is taken
as it is: whether it is in force today is judged elsewhere.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from stdnum import ean

from connectors.registry.contract import (
    GROUPS,
    RowProblem,
    SourceCertificate,
    SourceImage,
    SourceProducer,
    SourceProduct,
    SourceVariant,
)
from connectors.registry.spreadsheet.packs import pack_count

MAX_PRICE_VND = 1_000_000_000
"""Above this a price is a slip of the keyboard."""

_STATUSES = {"revoked": "revoked", "suspended": "suspended"}
"""All others are ``valid``: a lapse is told by the date."""


class BadItem(Exception):
    """This item cannot be used: ``field`` is missing or unusable."""

    def __init__(self, field_: str, found: object, expected: str) -> None:
        super().__init__(field_)
        self.field, self.found, self.expected = field_, found, expected


@dataclass(slots=True)
class _Reader:
    """Reads one item, and notes what had to be left out."""

    code: str
    problems: list[RowProblem] = field(default_factory=list)

    def note(self, code: str, name: str, found: object, expected: str) -> None:
        self.problems.append(problem(self.code, code, name, found, expected))


def problem(item: str, code: str, name: str, found: object, expected: str) -> RowProblem:
    """What is wrong with one item, for people."""
    return RowProblem(
        where=f"sản phẩm {item}, trường {name}",
        code=code,
        field=name,
        found="thiếu" if found is None else str(found)[:80],
        expected=expected,
        advice="sửa trong sổ đăng ký; lần đồng bộ sau sẽ đọc lại",
    )


def product(item: Mapping[str, Any]) -> tuple[SourceProduct | None, list[RowProblem]]:
    """The product, None when it cannot be used, and what was wrong."""
    reader = _Reader(str(item.get("code")))
    try:
        return _product(item, reader), reader.problems
    except BadItem as bad:
        reader.note("FIELD_MISSING", bad.field, bad.found, bad.expected)
        return None, reader.problems


def _product(item: Mapping[str, Any], reader: _Reader) -> SourceProduct:
    producer = _object(item, "producer")
    address = producer.get("address")
    address = address if isinstance(address, dict) else {}
    group = _required(item, "group")
    version = item.get("version")
    return SourceProduct(
        code=_required(item, "code"),
        name=_required(item, "name"),
        producer=_producer(producer),
        group=group if group in GROUPS else "",
        variants=_variants(item, reader),
        certificate=_certificate(item.get("certificate")),
        description=_text(item.get("description")),
        district=_text(address.get("old_district")),
        commune=_text(address.get("old_commune")) or _text(address.get("commune")),
        place=_place(address),
        self_declaration=_text(item.get("tcb")),
        trace_code=_text(item.get("trace_code")),
        images=_images(item.get("images")),
        version=version if type(version) is int else None,
        flags=() if group in GROUPS else ("GROUP_UNKNOWN",),
    )


def _place(address: Mapping[str, Any]) -> str:
    """ "Xã Nam Dương, tỉnh Bắc Ninh"; "" while the registry does not know the present commune."""
    commune, province = _text(address.get("commune")), _text(address.get("province"))
    if not commune or not province:
        return ""
    prefix = "" if province.lower().startswith(("tỉnh", "thành phố")) else "tỉnh "
    return f"{commune}, {prefix}{province}"


def _producer(producer: Mapping[str, Any]) -> SourceProducer:
    name = _required(producer, "name", "producer.name")
    key = _text(producer.get("id")) or name.casefold()
    phone = _text(producer.get("phone")) or None
    return SourceProducer(key, name, _text(producer.get("kind")), phone)


# --- packs ------------------------------------------------------------------------------------


def _variants(item: Mapping[str, Any], reader: _Reader) -> tuple[SourceVariant, ...]:
    found = item.get("variants")
    if not isinstance(found, list) or not found:
        raise BadItem("variants", found, "ít nhất một quy cách")
    return tuple(_variant(v, reader) for v in found if isinstance(v, dict))


def _variant(row: Mapping[str, Any], reader: _Reader) -> SourceVariant:
    pack = _text(row.get("pack"))
    return SourceVariant(
        pack=pack,
        price_vnd=_price(row, reader),
        stock=_amount(row, "stock", reader),
        sku=_text(row.get("sku")) or None,
        net_g=_amount(row, "net_g", reader),
        net_ml=_amount(row, "net_ml", reader),
        count=pack_count(pack),
        gtin=_gtin(row, reader),
        shelf_life=_text(row.get("shelf_life")),
    )


def _price(row: Mapping[str, Any], reader: _Reader) -> int | None:
    """Đồng, None when the registry says "ask"."""
    value = row.get("price_vnd")
    if value is None:
        return None
    if type(value) is not int or not 0 < value <= MAX_PRICE_VND:
        expected = f"số nguyên đồng từ 1 đến {MAX_PRICE_VND}, hoặc null"
        reader.note("PRICE_INVALID", "price_vnd", value, expected)
        return None
    return value


def _amount(row: Mapping[str, Any], name: str, reader: _Reader) -> int | None:
    value = row.get(name)
    if value is None:
        return None
    if type(value) is not int or value < 0:
        reader.note("NUMBER_INVALID", name, value, "số nguyên không âm, hoặc null")
        return None
    return value


def _gtin(row: Mapping[str, Any], reader: _Reader) -> str | None:
    code = _text(row.get("gtin"))
    if not code:
        return None
    if not ean.is_valid(code):
        reader.note("GTIN_CHECK_DIGIT", "gtin", code, "mã vạch có chữ số kiểm tra đúng")
        return None
    return code


# --- certificate and pictures -----------------------------------------------------------------


def _certificate(found: Any) -> SourceCertificate | None:
    if found is None:
        return None
    if not isinstance(found, dict):
        raise BadItem("certificate", found, "một giấy chứng nhận, hoặc null")
    recognised, expires = _day(found, "recognised_on"), _day(found, "expires_on")
    if expires <= recognised:
        raise BadItem("certificate.expires_on", expires, f"ngày sau ngày công nhận {recognised}")
    revoked = found.get("revoked_on")
    return SourceCertificate(
        decision=_text(found.get("decision")) or _text(found.get("number")),
        stars=_stars(found, "stars") or 0,
        recognised_on=recognised,
        expires_on=expires,
        potential_stars=_stars(found, "potential_stars"),
        status=_STATUSES.get(_text(found.get("status")), "valid"),
        revoked_on=_day(found, "revoked_on") if revoked else None,
        revoked_reason=_text(found.get("revoked_reason")),
    )


def _stars(found: Mapping[str, Any], name: str) -> int | None:
    value = found.get(name)
    if value is None and name == "potential_stars":
        return None
    if type(value) is not int or not 1 <= value <= 5:
        raise BadItem(f"certificate.{name}", value, "số sao từ 3 đến 5")
    return value


def _day(found: Mapping[str, Any], name: str) -> date:
    value = found.get(name)
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        raise BadItem(f"certificate.{name}", value, "ngày dạng 2025-12-31") from None


def _images(found: Any) -> tuple[SourceImage, ...]:
    rows = found if isinstance(found, list) else []
    return tuple(
        SourceImage(row["url"], _text(row.get("sha256")) or None, _flag(row.get("shows_logo")))
        for row in rows
        if isinstance(row, dict) and isinstance(row.get("url"), str)
    )


# --- values -----------------------------------------------------------------------------------


def _required(found: Mapping[str, Any], name: str, shown: str = "") -> str:
    text = _text(found.get(name))
    if not text:
        raise BadItem(shown or name, found.get(name), "một đoạn chữ")
    return text


def _object(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = found.get(name)
    if not isinstance(value, dict):
        raise BadItem(name, value, "một nhóm trường")
    return value


def _text(value: Any) -> str:
    """NFC, without blanks around; a number (an id) as its digits."""
    if type(value) is int:
        return str(value)
    return unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else ""


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None
