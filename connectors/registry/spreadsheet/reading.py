"""One product row: cells in, a typed row with its problems and warnings out.

Each step reads the fields that belong together and returns them by name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from connectors.registry.spreadsheet.cells import EMPTY, Cell, is_blank, shown
from connectors.registry.spreadsheet.codes import parse_code, parse_gtin, parse_phone
from connectors.registry.spreadsheet.dates import PROGRAMME_START, last_valid_day, parse_day
from connectors.registry.spreadsheet.groups import NEEDS_NO_NET, parse_group
from connectors.registry.spreadsheet.money import (
    Price,
    hint_for_pack,
    parse_price,
    per_unit_mismatch,
)
from connectors.registry.spreadsheet.notes import Notes
from connectors.registry.spreadsheet.packs import pack_count, pack_size
from connectors.registry.spreadsheet.places import parse_commune, parse_district
from connectors.registry.spreadsheet.producers import guess_kind, parse_kind
from connectors.registry.spreadsheet.row import ProductRow
from connectors.registry.spreadsheet.stars import parse_stars
from connectors.registry.spreadsheet.stock import parse_stock
from connectors.registry.spreadsheet.text import (
    clean,
    fold,
    has_diacritics,
    has_letter,
    is_ditto,
)
from connectors.registry.spreadsheet.texts import read_texts
from connectors.registry.spreadsheet.weights import Net, parse_net

DISTRICTS_ENDED = date(2025, 7, 1)
"""From this day an address is commune and province (ocop-domain.md 3)."""

NAME_LENGTHS = range(2, 201)
_REVOKED = ("thu hồi", "dừng sản xuất", "ngừng sản xuất", "chờ đánh giá lại")
_REVOKED_PLAIN = tuple(map(fold, _REVOKED))
_DECISION = re.compile(r"[^/]*\d[^/]*/.+")
_MANY_WORDS = 3

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a row needs from outside: its sheet, the section it is in, the day it is read on.

    ``net_unit`` and ``serial_offset``: see ``Header`` and ``Sheet``.
    """

    sheet: str
    today: date
    district: str | None = None
    net_unit: str = ""
    serial_offset: int = 0


def fill_ditto(
    cells: Mapping[str, Cell], above: Mapping[str, Cell]
) -> tuple[dict[str, Cell], tuple[str, ...]]:
    """Cells that say "như trên" get the cell above, of the same section, with a warning each."""
    ditto = [f for f, c in cells.items() if isinstance(c.value, str) and is_ditto(c.value)]
    filled = {field: above.get(field, EMPTY) for field in ditto}
    return {**cells, **filled}, tuple(f"DITTO_{field.upper()}" for field in ditto)


def read_row(
    number: int, cells: Mapping[str, Cell], around: Surroundings, *, hidden: bool = False
) -> ProductRow:
    """Read one row. ``cells`` by field, ditto marks filled. Never raises for what was typed."""
    notes = Notes(cells)
    texts = read_texts(cells)
    notes.problems += texts.problems
    notes.warnings.update(texts.warnings)
    if hidden:
        notes.warnings.add("HIDDEN_ROW")
    if any(cell.filled_down and not is_blank(cell.value) for cell in cells.values()):
        notes.warnings.add("MERGED_FILL_DOWN")
    fields = _identity(notes, texts.values)
    fields |= _certificate(notes, texts.values, around)
    fields |= _place(notes, texts.values, fields["recognised_on"], around)
    fields |= _amounts(notes, texts.values, fields["group"], around)
    fields |= _papers(notes, texts.values, fields["group"])
    return ProductRow(
        sheet=around.sheet,
        number=number,
        problems=tuple(notes.problems),
        warnings=tuple(sorted(notes.warnings)),
        **fields,
    )


# --- who and what -----------------------------------------------------------------------------


def _identity(notes: Notes, texts: Mapping[str, str]) -> Fields:
    producer = texts["producer"]
    if not producer and "producer" not in {p.field for p in notes.problems}:
        notes.problem("PRODUCER_MISSING", "producer")
    return {
        "code": notes.read("code", parse_code),
        "name": _name(notes, texts),
        "producer": producer,
        "producer_kind": _producer_kind(notes, texts["producer_kind"], producer),
        "phone": notes.read("phone", parse_phone),
        "group": notes.take("group", parse_group(texts["group"])),
        "description": texts["description"],
    }


def _name(notes: Notes, texts: Mapping[str, str]) -> str | None:
    name = texts["name"]
    if not has_letter(name):
        notes.problem("NAME_MISSING", "name")
        return None
    if len(name) not in NAME_LENGTHS:
        notes.problem("NAME_LENGTH", "name")
        return None
    if name.isupper():
        notes.warnings.add("NAME_ALL_CAPS")
    if _lost_diacritics(name, texts["producer"]):
        notes.problem("NO_DIACRITICS", "name")
    return name


def _lost_diacritics(name: str, producer: str) -> bool:
    """No sign in a name of several words, or in name and producer together.

    Short names without signs are real ("Nem chua"), longer ones hardly are.
    """
    if has_diacritics(name):
        return False
    words = len(name.split())
    return words >= _MANY_WORDS or (words > 1 and not has_diacritics(producer))


def _producer_kind(notes: Notes, text: str, producer: str) -> str:
    if not notes.has("producer_kind"):
        return guess_kind(producer)
    return notes.take("producer_kind", parse_kind(text, producer)) or ""


# --- the certificate --------------------------------------------------------------------------


def _certificate(notes: Notes, texts: Mapping[str, str], around: Surroundings) -> Fields:
    stars = notes.read("stars", parse_stars)
    day = partial(parse_day, serial_offset=around.serial_offset)
    recognised = notes.read("recognised_on", day)
    _check_recognised(notes, recognised, around.today)
    if notes.has("decision") and not _DECISION.fullmatch(texts["decision"]):
        notes.warnings.add("DECISION_FORM")
    return {
        "stars": stars and stars.certified,
        "potential_stars": stars and stars.potential,
        "decision": texts["decision"],
        "recognised_on": recognised,
        "expires_on": _expiry(notes, recognised, notes.read("expires_on", day)),
    }


def _check_recognised(notes: Notes, day: date | None, today: date) -> None:
    if day is None:
        if not any(problem.field == "recognised_on" for problem in notes.problems):
            notes.problem("DATE_MISSING", "recognised_on")
    elif day > today:
        notes.problem("DATE_FUTURE", "recognised_on", f"Hôm nay là {today:%d/%m/%Y}")
    elif day < PROGRAMME_START:
        notes.problem("DATE_TOO_EARLY", "recognised_on")


def _expiry(notes: Notes, recognised: date | None, stated: date | None) -> date | None:
    """The stated day is kept as it is, right or wrong; an empty one is derived."""
    if recognised is None:
        return stated
    right = last_valid_day(recognised)
    if stated is None:
        notes.warnings.add("EXPIRY_DERIVED")
        return right
    if stated < recognised:
        notes.problem("EXPIRY_MISMATCH", "expires_on", "Ngày hết hạn trước ngày công nhận")
    elif stated != right:
        notes.problem("EXPIRY_MISMATCH", "expires_on", f"Tính ra là {right:%d/%m/%Y}")
    return stated


# --- where ------------------------------------------------------------------------------------


def _place(
    notes: Notes, texts: Mapping[str, str], recognised: date | None, around: Surroundings
) -> Fields:
    """The district is the row's own, else its section's; none is needed after districts ended."""
    without_districts = recognised is not None and recognised >= DISTRICTS_ENDED
    district = around.district
    if texts["district"]:
        district = notes.take("district", parse_district(texts["district"]))
    elif district is None and not without_districts:
        notes.problem("DISTRICT_UNKNOWN", "district")
    commune = parse_commune(texts["commune"], district)
    if without_districts and commune.problem:
        return {"district": district, "commune": texts["commune"]}
    return {"district": district, "commune": notes.take("commune", commune) or ""}


# --- how much, at what price ------------------------------------------------------------------


def _amounts(
    notes: Notes, texts: Mapping[str, str], group: str | None, around: Surroundings
) -> Fields:
    pack = texts["pack"]
    net = _net(notes, pack, group, around.net_unit)
    count = pack_count(pack) or net.count
    price = notes.read("price_vnd", parse_price)
    return {
        "pack": pack,
        "net_g": net.grams,
        "net_ml": net.millilitres,
        "count": count,
        "price_vnd": _price_of_pack(notes, price, pack, net, count),
        "stock": notes.read("stock", parse_stock),
    }


def _net(notes: Notes, pack: str, group: str | None, unit: str) -> Net:
    """The net column; the pack's words add the volume of what a column in grams weighs."""
    said = pack_size(pack)
    if "net" in notes.cells and not is_blank(notes.cells["net"].value):
        net = notes.read("net", partial(parse_net, unit=unit))
        if net is None:
            return Net()
        return Net(net.grams, net.millilitres or said.millilitres, net.count)
    if said != Net():
        notes.warnings.add("NET_FROM_PACK")
    elif group not in NEEDS_NO_NET and not fold(pack).startswith("con ") and group:
        notes.problem("NET_MISSING", "net")
    return said


def _price_of_pack(
    notes: Notes, price: Price | None, pack: str, net: Net, count: int | None
) -> int | None:
    if price is None:
        return None
    size = net.grams or net.millilitres
    if not per_unit_mismatch(price, pack, size, count):
        return price.vnd
    guess = hint_for_pack(price, size) if size else ""
    notes.problem(
        "PRICE_PER_UNIT_MISMATCH", "price_vnd", f"Gợi ý: {guess} đồng một quy cách" * bool(guess)
    )
    return None


# --- papers, pictures, notes ------------------------------------------------------------------


def _papers(notes: Notes, texts: Mapping[str, str], group: str | None) -> Fields:
    if notes.has("pack") and not texts["pack"] and group not in NEEDS_NO_NET:
        notes.warnings.add("PACK_MISSING")
    if notes.has("shelf_life") and not texts["shelf_life"] and group in ("thuc-pham", "do-uong"):
        notes.warnings.add("SHELF_LIFE_MISSING")
    note = texts["note"]
    if _says_revoked(note):
        notes.problem("REVOKED_NOTE", "note")
    trace = clean(shown(notes.cells["trace_code"].value)) if notes.has("trace_code") else ""
    if trace and not trace.isalnum():
        notes.warnings.add("TRACE_CODE_FORM")
    return {
        "shelf_life": texts["shelf_life"],
        "self_declaration": texts["self_declaration"],
        "trace_code": trace,
        "gtin": notes.read("gtin", parse_gtin),
        "images": _images(notes),
    }


def _says_revoked(note: str) -> bool:
    """Compared with its signs, unless the note was typed without any."""
    if has_diacritics(note):
        return any(words in note.lower() for words in _REVOKED)
    return any(words in fold(note) for words in _REVOKED_PLAIN)


def _images(notes: Notes) -> tuple[str, ...]:
    """Addresses, split at ``;`` and line breaks; whether they can be fetched is not asked here."""
    if not notes.has("images"):
        return ()
    typed = [part.strip() for part in re.split(r"[;\s]+", notes.found("images")) if part.strip()]
    good = [address for address in typed if re.match(r"https?://[^/]", address, re.IGNORECASE)]
    if len(good) < len(typed):
        notes.warnings.add("IMAGE_ADDRESS_DROPPED")
    return tuple(dict.fromkeys(good))
