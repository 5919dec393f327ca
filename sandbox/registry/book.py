"""Read the clean book (CSV, one row a pack) into products as the registry keeps them.

A product is a plain dict in the shape of the API's field table (registry-formats.md 5), but for
what depends on the moment of asking: ``certificates`` holds all, newest first, with the standing
that the registry decided (never "expired"), and ``images`` holds names instead of addresses.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sandbox.registry.pictures import size_of

DATA = Path(__file__).parent / "data"
PROVINCE = "Bắc Ninh"
"""Bắc Giang's name since 01/07/2025 (ocop-domain.md 3)."""

GROUPS = {
    "Thực phẩm": "thuc-pham",
    "Đồ uống": "do-uong",
    "Dược liệu và sản phẩm từ dược liệu": "duoc-lieu",
    "Thủ công mỹ nghệ": "thu-cong-my-nghe",
    "Sinh vật cảnh": "sinh-vat-canh",
    "Dịch vụ du lịch cộng đồng, du lịch sinh thái và điểm du lịch": "du-lich",
}
"""The book's group names and their slugs (ocop-domain.md 2)."""

LOGO_FROM = 3
"""A product with this many pictures shows the certification mark on the last one (ours)."""

_STARS = re.compile(r"(\d) sao(?: \(tiềm năng (\d) sao\))?")
_VOLUME = re.compile(r"(?:(\d+) chai x )?(\d+) (ml|lít)\b")

Row = Mapping[str, str]


def read_book(path: Path = DATA / "ocop-bac-giang.csv") -> list[dict[str, Any]]:
    """All products of the book, in its order, with the dates as printed."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    communes = read_communes()
    makers = {name: number for number, name in enumerate(_unique(rows, "Chủ thể"), start=1)}
    packs: dict[str, list[Row]] = {code: [] for code in _unique(rows, "Mã sản phẩm")}
    for row in rows:
        packs[row["Mã sản phẩm"]].append(row)
    return [_product(rows, makers, communes) for rows in packs.values()]


def read_communes(path: Path = DATA / "communes.csv") -> dict[tuple[str, str], str]:
    """(old district, old commune) to the commune of today (ocop-domain.md, appendix A)."""
    with path.open(encoding="utf-8", newline="") as file:
        return {(r["old_district"], r["old_commune"]): r["commune"] for r in csv.DictReader(file)}


def _unique(rows: Iterable[Row], column: str) -> list[str]:
    return list(dict.fromkeys(row[column] for row in rows))


def _product(
    rows: list[Row], makers: Mapping[str, int], communes: Mapping[tuple[str, str], str]
) -> dict[str, Any]:
    first = rows[0]
    return {
        "code": first["Mã sản phẩm"],
        "name": first["Tên sản phẩm"],
        "description": first["Mô tả"],
        "producer": _producer(first, makers, communes),
        "group": GROUPS[first["Nhóm sản phẩm"]],
        "certificates": [_certificate(first)],
        "variants": [_variant(row) for row in rows],
        "tcb": first["Số TCB"] or None,
        "trace_code": first["Mã truy xuất"] or None,
        "images": _images(first["Ảnh"]),
    }


def _producer(
    row: Row, makers: Mapping[str, int], communes: Mapping[tuple[str, str], str]
) -> dict[str, Any]:
    place = (row["Huyện/TP"], row["Xã/Phường"])
    return {
        "id": f"CT-{makers[row['Chủ thể']]:04d}",
        "name": row["Chủ thể"],
        "kind": row["Loại hình chủ thể"],
        "phone": row["Điện thoại"].replace(" ", "") or None,
        "address": {
            "old_district": place[0],
            "old_commune": place[1],
            "commune": communes.get(place),
            "province": PROVINCE,
        },
    }


def _certificate(row: Row) -> dict[str, Any]:
    stars = _STARS.fullmatch(row["Hạng sao"])
    if stars is None:
        raise ValueError(f"{row['Mã sản phẩm']}: unknown stars {row['Hạng sao']!r}")
    return {
        "number": None,
        "stars": int(stars[1]),
        "potential_stars": int(stars[2]) if stars[2] else None,
        "decision": row["Số quyết định"],
        "recognised_on": _iso_day(row["Ngày công nhận"]),
        "expires_on": _iso_day(row["Ngày hết hạn"]),
        "status": "valid",
        "revoked_on": None,
        "revoked_reason": None,
    }


def _iso_day(text: str) -> str:
    return datetime.strptime(text, "%d/%m/%Y").date().isoformat()  # noqa: DTZ007 - a day only


def _variant(row: Row) -> dict[str, Any]:
    """``sku`` is null: this registry gives none, so the file and the API mint the same ones."""
    pack = row["Quy cách đóng gói"]
    return {
        "sku": None,
        "pack": pack,
        "net_g": _whole(row["Khối lượng (g)"]),
        "net_ml": volume_ml(pack),
        "gtin": row["Mã vạch"] or None,
        "price_vnd": _whole(row["Giá bán (đồng)"]),
        "stock": _whole(row["Tồn kho"]),
        "shelf_life": row["Hạn sử dụng"] or None,
    }


def volume_ml(pack: str) -> int | None:
    """Millilitres in all of a pack whose text says so ("2 chai x 500 ml" is 1000), else None."""
    found = _VOLUME.search(pack)
    if found is None:
        return None
    bottles, amount, unit = found.groups()
    return int(bottles or 1) * int(amount) * (1000 if unit == "lít" else 1)


def _whole(text: str) -> int | None:
    return int(text) if text else None


def _images(cell: str) -> list[dict[str, Any]]:
    """The book carries no hashes, so ``sha256`` is null until an edit changes the pictures."""
    names = [address.rsplit("/", 1)[1] for address in cell.split(";") if address]
    return [
        {
            "name": name,
            "sha256": None,
            "width": size_of(name)[0],
            "height": size_of(name)[1],
            "shows_logo": place >= LOGO_FROM,
        }
        for place, name in enumerate(names, start=1)
    ]
