"""Rules and which one holds: default / channel / shop / product, the narrowest wins.

Kinds and their values:

- ``price``   ``{"markup_pct": 0, "round_to": 1, "min_vnd": 0}`` (round up to that many đồng)
- ``stock``   ``{"buffer": 0, "cap": null, "share": 1}`` (units kept back, most to show, weight)
- ``packing`` ``{"pct": 10, "plus_g": 100, "dims_mm": [200, 150, 100]}`` (on top of the net)
- ``lapse``   ``{"mode": "take_down" | "unclaim"}``
- ``permit``  ``{"answer": "yes" | "no"}`` (a person's answer where a channel asks)
- ``template``  ``{"title": "…", "description": "…"}`` (see :mod:`worker.texts`; "" = the default)
- ``papers``  ``{"needs": {"dry": ["self_declaration"]}}`` (papers a kind must have; a kind that is
  not named needs what the channel says)
- ``guard``   ``{"price_factor": 3, "down_pct": 10, "few": 3, "refused": 25}`` (what looks like an
  accident, see :mod:`worker.guards`; ``down_pct`` and ``few`` hold for the whole installation)

Pure. (design: "Tables", rule)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.facts import RuleFacts
from models.product import KINDS, PAPER_KINDS
from worker.saying import say
from worker.texts import unknown_fields

_WIDTH = {"default": 0, "channel": 1, "shop": 2, "product": 3}


class BadRule(ValueError):
    """A rule's value is not one that this kind of rule can have (Vietnamese message)."""


@dataclass(frozen=True, slots=True)
class PriceRule:
    """Percent on top, then rounded *up* to ``round_to`` đồng, at least ``min_vnd``."""

    markup_pct: int = 0
    round_to: int = 1
    min_vnd: int = 0

    def price(self, base_vnd: int) -> int:
        """The shop's price in đồng for a registry price in đồng; whole-number arithmetic."""
        hundredths = base_vnd * (100 + self.markup_pct)
        step = self.round_to * 100
        rounded = -(-hundredths // step) * self.round_to
        return max(rounded, self.min_vnd)


@dataclass(frozen=True, slots=True)
class StockRule:
    """``buffer`` units are kept back from the pool, ``cap`` the most one shop shows."""

    buffer: int = 0
    cap: int | None = None
    share: int = 1


@dataclass(frozen=True, slots=True)
class PackingRule:
    """Shipping weight = net + ``pct`` % + ``plus_g``; sizes in millimetres."""

    pct: int = 10
    plus_g: int = 100
    dims_mm: tuple[int, int, int] = (200, 150, 100)

    def weight_g(self, net_g: int) -> int:
        return net_g + -(-net_g * self.pct // 100) + self.plus_g


@dataclass(frozen=True, slots=True)
class TemplateRule:
    """Templates of a listing's texts; "" is the program's own."""

    title: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class GuardRule:
    """What looks like an accident: a price that moves by more than ``price_factor``, more than
    ``down_pct`` percent of what is on sale (and more than ``few`` products) gone at once,
    ``refused`` refusals of one shop in a row."""

    price_factor: float = 3
    down_pct: int = 10
    few: int = 3
    refused: int = 25


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All rules, asked one at a time."""

    rules: tuple[RuleFacts, ...]

    def value(self, kind: str, channel: str, shop_key: str, code: str) -> Mapping[str, Any]:
        """The value of the narrowest rule that holds, {} when none does."""
        best: RuleFacts | None = None
        for rule in self.rules:
            if rule.kind == kind and _holds(rule, channel, shop_key, code):
                better = best is None or _narrowness(rule) >= _narrowness(best)
                best = rule if better else best
        return best.value if best else {}

    def price(self, channel: str, shop_key: str, code: str) -> PriceRule:
        return PriceRule(**self.value("price", channel, shop_key, code))

    def stock(self, channel: str, shop_key: str, code: str) -> StockRule:
        return StockRule(**self.value("stock", channel, shop_key, code))

    def packing(self, channel: str, shop_key: str, code: str) -> PackingRule:
        value = dict(self.value("packing", channel, shop_key, code))
        if "dims_mm" in value:
            value["dims_mm"] = tuple(value["dims_mm"])
        return PackingRule(**value)

    def template(self, channel: str, shop_key: str, code: str) -> TemplateRule:
        return TemplateRule(**self.value("template", channel, shop_key, code))

    def guard(self, channel: str = "", shop_key: str = "", code: str = "") -> GuardRule:
        """Without a shop: what holds for the whole installation."""
        return GuardRule(**self.value("guard", channel, shop_key, code))

    def papers(self, channel: str, shop_key: str, code: str) -> Mapping[str, Sequence[str]]:
        """Kinds of paper by product kind, where a rule says so."""
        needs: Mapping[str, Sequence[str]]
        needs = self.value("papers", channel, shop_key, code).get("needs", {})
        return needs

    def unclaims(self, channel: str, shop_key: str, code: str) -> bool:
        """Whether a lapse keeps the listing, without stars, number and the word OCOP."""
        return self.value("lapse", channel, shop_key, code).get("mode") == "unclaim"

    def permit(self, channel: str, shop_key: str, code: str) -> str | None:
        """A person's answer: ``yes``, ``no``, or None while nobody decided."""
        answer = self.value("permit", channel, shop_key, code).get("answer")
        return str(answer) if answer else None


def _holds(rule: RuleFacts, channel: str, shop_key: str, code: str) -> bool:
    if rule.scope == "product":
        return rule.target == code and rule.channel in ("", channel)
    return rule.target == {"default": "", "channel": channel, "shop": shop_key}[rule.scope]


def _narrowness(rule: RuleFacts) -> tuple[int, bool]:
    return (_WIDTH[rule.scope], bool(rule.channel))


def check_value(kind: str, value: Mapping[str, Any]) -> None:
    """Raise BadRule unless ``value`` is one that rules of this kind can have."""
    checks = _CHECKS[kind]
    unknown = sorted(set(value) - set(checks))
    if unknown:
        raise BadRule(
            say(
                "luật %(kind)s: không có mục %(unknown)s; có: %(known)s",
                kind=kind, unknown=", ".join(unknown), known=", ".join(checks),
            )
        )  # fmt: skip
    for name, found in value.items():
        if not checks[name](found):
            said = say(
                "luật %(kind)s: %(name)s không thể là %(found)s",
                kind=kind, name=name, found=repr(found),
            )  # fmt: skip
            raise BadRule(said)


def _whole(low: int, high: int) -> Any:
    return lambda v: isinstance(v, int) and not isinstance(v, bool) and low <= v <= high


def _template(value: Any, lines: int) -> bool:
    return isinstance(value, str) and value.count("\n") < lines and not unknown_fields(value)


def _needs(value: Any) -> bool:
    return isinstance(value, dict) and all(
        kind in KINDS and isinstance(papers, list) and set(papers) <= set(PAPER_KINDS)
        for kind, papers in value.items()
    )


_CHECKS: dict[str, dict[str, Any]] = {
    "price": {
        "markup_pct": _whole(-90, 400),
        "round_to": _whole(1, 100_000),
        "min_vnd": _whole(0, 10**9),
    },
    "stock": {
        "buffer": _whole(0, 10**6),
        "cap": lambda v: v is None or _whole(0, 10**6)(v),
        "share": _whole(0, 1000),
    },
    "packing": {
        "pct": _whole(0, 400),
        "plus_g": _whole(0, 50_000),
        "dims_mm": lambda v: (
            isinstance(v, (list, tuple)) and len(v) == 3 and all(_whole(1, 5000)(n) for n in v)
        ),
    },
    "lapse": {"mode": lambda v: v in ("take_down", "unclaim")},
    "permit": {"answer": lambda v: v in ("yes", "no")},
    "template": {"title": lambda v: _template(v, 1), "description": lambda v: _template(v, 100)},
    "papers": {"needs": lambda v: _needs(v)},
    "guard": {
        "price_factor": lambda v: (
            isinstance(v, (int, float)) and not isinstance(v, bool) and 1 < v <= 1000
        ),
        "down_pct": _whole(0, 100),
        "few": _whole(0, 10_000),
        "refused": _whole(2, 10_000),
    },
}


def active(rules: Iterable[RuleFacts]) -> RuleBook:
    """A rule book of these rules."""
    return RuleBook(tuple(rules))
