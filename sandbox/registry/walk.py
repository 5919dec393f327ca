"""A walk over the products: what was asked, which items match, where the next page begins. Pure.

A walk stays on the change number at which it began; its cursor carries that number, the last
item given, and what was asked (registry-formats.md 5).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from sandbox.registry.book import GROUPS
from sandbox.registry.errors import Refused
from sandbox.registry.store import Version

CURSOR_LIFE = timedelta(minutes=15)
"""How long a cursor is good after it was last given out (ours: the proposal says "expires")."""

LIMIT_DEFAULT, LIMIT_MAX = 50, 200
_FILTERS = ("updated_since", "district", "group", "include_revoked")


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of a walk; ``updated_since`` is inclusive."""

    updated_since: datetime | None
    district: str | None
    group: str | None
    include_revoked: bool

    def admits(self, version: Version) -> bool:
        """A withdrawn product is judged by what it last was, so that its tombstone arrives."""
        product = version.product
        certificates = product["certificates"]
        revoked = bool(certificates) and certificates[0]["status"] == "revoked"
        return (
            (self.updated_since is None or version.at >= self.updated_since)
            and self.district in (None, product["producer"]["address"]["old_district"])
            and self.group in (None, product["group"])
            and (self.include_revoked or not revoked)
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a walk stands: the change number of its view, and the last item that was given."""

    seq: int
    after: tuple[str, str] | None
    filters: Mapping[str, str]

    def token(self) -> str:
        """The opaque cursor: the same place always has the same one, so a page's body (and with
        it the ETag) does not change while the registry does not."""
        return hashlib.sha256(orjson.dumps(self.state(), option=orjson.OPT_SORT_KEYS)).hexdigest()

    def state(self) -> dict[str, Any]:
        return {"seq": self.seq, "after": self.after, "filters": dict(self.filters)}


def filters_of(query: Mapping[str, str]) -> dict[str, str]:
    """The filters among the query's parameters; an unknown parameter is refused, because a
    misspelt filter would quietly give everything."""
    unknown = sorted(set(query) - {*_FILTERS, "cursor", "limit"})
    if unknown:
        raise Refused(400, "parameter_unknown", f"unknown parameter {', '.join(unknown)}")
    return {name: query[name] for name in _FILTERS if name in query}


def asked(filters: Mapping[str, str], districts: frozenset[str]) -> Asked:
    """Read the filters; raises Refused (400) that says what was expected."""
    group, district = filters.get("group"), filters.get("district")
    if group is not None and group not in GROUPS.values():
        raise Refused(400, "group_unknown", f"group must be one of {', '.join(GROUPS.values())}")
    if district is not None and district not in districts:
        expected = ", ".join(sorted(districts))
        raise Refused(400, "district_unknown", f"district must be one of {expected}")
    revoked = filters.get("include_revoked", "true")
    if revoked not in ("true", "false"):
        raise Refused(400, "include_revoked_invalid", "include_revoked must be true or false")
    return Asked(_since(filters.get("updated_since")), district, group, revoked == "true")


def _since(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Refused(
            400,
            "updated_since_invalid",
            f"updated_since is {text!r}: expected ISO 8601 with an offset, its + sent as %2B",
        )
    return moment


def whole_number(query: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    """A parameter that is a whole number from ``low`` to ``high``; raises Refused (400)."""
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
        message = f"{name} is {text!r}: expected a whole number from {low} to {high}"
        raise Refused(400, f"{name}_invalid", message)
    return int(text)


def page_of(
    matching: Sequence[Version], after: tuple[str, str] | None, limit: int
) -> tuple[Sequence[Version], tuple[str, str] | None]:
    """The next ``limit`` items after the key ``after``, and the key that the page after it
    starts from (None at the end). ``matching`` is ordered."""
    rest = [version for version in matching if after is None or key_of(version) > after]
    page = rest[:limit]
    return page, (key_of(page[-1]) if len(rest) > limit else None)


def key_of(version: Version) -> tuple[str, str]:
    """The order of a walk: time of change, then code (registry-formats.md 5)."""
    return version.at.isoformat(timespec="microseconds"), version.code
