"""Guards: a change that looks like an accident waits for a person; the rest of the run goes on.

- *mass take-down*: one pull would take more than ``down_pct`` percent of what is on sale (and more
  than ``few`` products) down. What the law takes down never waits and never counts: a certificate
  that lapsed, was suspended or revoked, a recall, a paper, a kind that a channel does not take.
- *price jump*: a price moves by more than ``price_factor`` against what the channel acknowledged.
- *all refused*: a shop's last ``refused`` calls were all refused (:mod:`worker.refusals`).

One run of a guard is one question where one cause stands behind many. The thresholds are the rule
``guard`` (:class:`worker.rules.GuardRule`). The deciding part takes facts and returns facts; what
it finds is written by :func:`write`. (design: "Guards")
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from models import holds
from models.holds import Item, Question, Standing, Subject
from worker.digests import digest
from worker.draft import Draft
from worker.reasons import LAW, Reason
from worker.rules import GuardRule

TAKE_DOWN, PRICE, RATIO = "mass_take_down", "price_jump", "ratio"
"""The kinds of holds that a plan finds, and finds to be over."""

OPEN, APPROVED, REJECTED = "open", "approved", "rejected"


# --- deciding ---------------------------------------------------------------------------------


def jumps(before: int | None, after: int, factor: float) -> bool:
    """Whether a price (đồng) moves by more than a factor, up or down; a first one never does."""
    if not before or not after:
        return False
    return max(before, after) > factor * min(before, after)


def too_many(products: int, down: int, on_sale: int, rule: GuardRule) -> bool:
    """Whether so many listings of so many products coming down at once look like an accident."""
    return products > rule.few and down * 100 > on_sale * rule.down_pct


def may_wait(why: Reason, law: Reason | None) -> bool:
    """Whether a take-down may ever wait for a person: never where the law has a word in it.
    Being withdrawn from the register is the programme's, and waits where many are at once."""
    return law is None and (why.whose != LAW or why.code == "WITHDRAWN")


def said(standing: Mapping[Subject, Standing], kind: str, item: Item) -> str | None:
    """What was said of this very change: open, approved, rejected; None: never asked."""
    found = standing.get((kind, item.key))
    return found.status if found is not None and found.change == item.change else None


def price_item(draft: Draft, sku: str, before: int, after: int) -> Item:
    return Item(
        key=f"{draft.shop.key}/{sku}",
        change=f"{before}→{after}",
        shop_id=draft.shop.id,
        product_id=draft.product.id,
        detail={"sku": sku, "before": before, "after": after},
    )


def down_item(draft: Draft, why: Reason) -> Item:
    return Item(
        key=f"{draft.shop.key}/{draft.product.code}/{draft.part}",
        change=why.code,
        shop_id=draft.shop.id,
        product_id=draft.product.id,
        detail={"why": why.text},
    )


def ratio_item(draft: Draft) -> Item:
    prices = {v.sku: v.price_vnd for v in draft.variants}
    return Item(
        key=f"{draft.shop.key}/{draft.product.code}/{draft.part}",
        change=digest(prices),
        shop_id=draft.shop.id,
        product_id=draft.product.id,
        detail={"prices": prices},
    )


# --- what one plan found ----------------------------------------------------------------------


@dataclass(slots=True)
class Watch:
    """What the guards found in one plan: each change that waits, or was let go and is not done
    yet, by kind, and the names of the products."""

    standing: Mapping[Subject, Standing]
    rule: GuardRule
    found: dict[str, list[Item]] = field(default_factory=lambda: defaultdict(list))
    names: dict[int, str] = field(default_factory=dict)

    def see(self, drafts: Iterable[Draft]) -> None:
        for draft in drafts:
            for kind, item in draft.waits:
                self.found[kind].append(item)
                self.names[draft.product.id] = draft.product.name

    def questions(self) -> list[Question]:
        """What has not been asked yet, a question a cause."""
        asked = []
        for kind, items in self.found.items():
            fresh = [item for item in items if said(self.standing, kind, item) is None]
            asked += [_question(kind, some, self.names) for some in self._causes(kind, fresh)]
        return asked

    def _causes(self, kind: str, items: Sequence[Item]) -> list[list[Item]]:
        """A mass take-down is one cause; the others are one a product, or one in all where they
        are many: a rule, or a column of the register."""
        by_product: dict[int, list[Item]] = defaultdict(list)
        for item in items:
            by_product[item.product_id or 0].append(item)
        if items and (kind == TAKE_DOWN or len(by_product) > self.rule.few):
            return [list(items)]
        return list(by_product.values())


def write(session: Session, watch: Watch, product_ids: Sequence[int], now: datetime) -> None:
    """Ask what is new; what no longer waits of these products is over."""
    if not watch.standing and not watch.found:
        return
    for kind in (TAKE_DOWN, PRICE, RATIO):
        holds.end_others(session, kind, product_ids, watch.found[kind], now)
    for question in watch.questions():
        holds.ask(session, question, now)


def _question(kind: str, items: Sequence[Item], names: Mapping[int, str]) -> Question:
    products = {item.product_id or 0 for item in items}
    one = next(iter(products)) if len(products) == 1 else None
    return Question(
        kind=kind,
        key=digest(sorted((item.key, item.change) for item in items)),
        message=_MESSAGES[kind](items, names),
        items=items,
        product_id=one,
        detail={"products": len(products), "listings": len(items)},
    )


def _whose(items: Sequence[Item], names: Mapping[int, str]) -> str:
    products = list(dict.fromkeys(item.product_id or 0 for item in items))
    return names[products[0]] if len(products) == 1 else f"{len(products)} sản phẩm"


def _prices_message(items: Sequence[Item], names: Mapping[int, str]) -> str:
    first = items[0].detail
    example = f"{_vnd(first['before'])} → {_vnd(first['after'])} ({first['sku']})"
    return f"{_whose(items, names)}: giá đổi quá lớn, {example}; giá cũ vẫn đang bán"


def _downs_message(items: Sequence[Item], names: Mapping[int, str]) -> str:
    return (
        f"một lần đọc sổ khiến {_whose(items, names)} ({len(items)} tin đang bán) phải gỡ cùng "
        f"lúc, ví dụ: {items[0].detail['why']} Chưa gỡ tin nào trong số đó"
    )


def _ratio_message(items: Sequence[Item], names: Mapping[int, str]) -> str:
    prices = [price for price in items[0].detail["prices"].values() if price]
    spread = f"{_vnd(min(prices))}–{_vnd(max(prices))}"
    return (
        f"{_whose(items, names)}: giá giữa các quy cách ({spread}) chênh hơn mức sàn cho phép; "
        "giá cũ vẫn đang bán"
    )


_MESSAGES = {
    PRICE: _prices_message,
    TAKE_DOWN: _downs_message,
    RATIO: _ratio_message,
}


def _vnd(price: int) -> str:
    return f"{price:,} đ".replace(",", ".")
