"""The plan of a campaign: what goes wrong when. Pure: the same seed makes the same plan."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Body = dict[str, Any]
"""A fault as a sandbox takes it."""

AT_ONCE: tuple[Body, ...] = (
    {"kind": "rate"},
    {"kind": "rate", "retry_after": 1},
    {"kind": "outage"},
    {"kind": "answer", "status": 500, "body": {}},
    {"kind": "answer", "status": 502, "body": {}},
    {"kind": "answer", "status": 504, "body": {}},
    {"kind": "outage_after"},
    {"kind": "reset_before"},
    {"kind": "reset_after"},
    {"kind": "truncated"},
    {"kind": "malformed"},
    {"kind": "html"},
    {"kind": "array"},
    {"kind": "unknown_fields"},
    {"kind": "redirect", "location": "http://127.0.0.1:9/elsewhere"},
)
"""What costs no time: it comes in bursts."""

SLOW: tuple[Body, ...] = (
    {"kind": "silent", "seconds": 6},
    {"kind": "slow", "seconds": 0.5},
    {"kind": "slow", "seconds": 6},
    {"kind": "late", "seconds": 1},
)

OWN: Mapping[str, tuple[Body, ...]] = {
    "shopee": ({"kind": "expired_token"},),
    "tiki": ({"kind": "expired_token"},),
    "woocommerce": ({"kind": "row_down"},),
    "floor": ({"kind": "shortened"}, {"kind": "clipped"}, {"kind": "stale"}),
}
"""What a marketplace alone does."""

REGISTRY: tuple[Body, ...] = (
    {"kind": "error"}, {"kind": "busy"}, {"kind": "busy", "retry_after": 1}, {"kind": "html"},
    {"kind": "half"}, {"kind": "slow", "pause_s": 0.05}, {"kind": "dead"}, {"kind": "huge"},
    {"kind": "empty_page"}, {"kind": "stop_short"}, {"kind": "twice"}, {"kind": "unknown_fields"},
    {"kind": "unknown_group"}, {"kind": "missing_field"},
)  # fmt: skip

QUOTA: Body = {
    "kind": "answer", "status": 200, "path": "/api/v2/product/",
    "body": {"error": "error_limit", "message": "Daily quota used up.", "request_id": "0" * 32},
}  # fmt: skip
"""Shopee's app may not call any more that day; late in the plan, because the shop then rests."""

CALLS: Mapping[str, tuple[str, ...]] = {
    "shopee": (
        "POST /api/v2/product/", "POST /api/v2/product/", "/api/v2/product/",
        "product/add_item", "product/init_tier_variation", "product/unlist_item",
        "product/update_price", "product/update_stock", "media_space/upload_image",
    ),
    "tiki": ("POST /integration/", "POST /integration/", "PUT /integration/", "/integration/"),
    "woocommerce": (
        "POST /wp-json/|/wp-json/wc/v3/products", "batch", "/wp-json/",
    ),
    "floor": ("/exports/",),
}  # fmt: skip
"""Which calls a fault waits for, by a part of "METHOD path". Logins are left out: an answer that
is lost after a refresh token was spent needs a person, by the marketplace's own rule."""

SHARES: Mapping[str, float] = {"shopee": 0.45, "tiki": 0.2, "woocommerce": 0.2, "floor": 0.15}

KILLS: Mapping[str, float] = {
    "caller": 0.70, "worker": 0.10, "beat": 0.04, "web": 0.02, "program": 0.05, "redis": 0.05,
    "postgres": 0.04,
}  # fmt: skip
"""Who is killed. "caller" is the process in the middle of a call, before or after the write."""

FIRST_KILLS = ("caller", "caller", "program", "worker", "postgres", "redis", "beat")
"""A short plan too kills some of each."""

CUTS: tuple[Body, ...] = ({"kind": "hold_before", "seconds": 60}, {"kind": "late", "seconds": 60})
"""A call that is held until its caller is killed: before it is carried out, and after."""

EXTRAS = (
    "flush_redis", "second_beat", "twice_delivered", "freeze", "freeze", "read_only",
)  # fmt: skip
HANDS = ("price", "price", "off", "delete", "ban", "sell", "sell")
EDITS: Mapping[str, float] = {"price": 0.55, "stock": 0.45}


@dataclass(frozen=True, slots=True)
class Step:
    """One deed of the plan, ``at_s`` seconds after the faults began. ``what`` is "fault", "cut",
    "kill", "extra", "hand" or "edit"; ``which`` names it within that; ``market`` is a sandbox;
    ``pick`` in [0, 1) chooses among what is there when it is done."""

    at_s: float
    what: str
    which: str
    market: str = ""
    body: Body = field(default_factory=dict)
    pick: float = 0.0


@dataclass(frozen=True, slots=True)
class Size:
    """How much of each; ``seconds`` that it is spread over."""

    seconds: float
    faults: int
    kills: int
    edits: int
    hands: int
    extras: int
    gone: int
    """Products that are withdrawn or lose their certificate for good."""
    markets: tuple[str, ...] = tuple(SHARES)
    least_faults: int = 0
    """Calls that must really have met a fault, and kills that must have happened, before it goes
    quiet."""
    least_kills: int = 0


def plan(seed: int, size: Size) -> tuple[Step, ...]:
    """Every step in the order of time."""
    chance = random.Random(f"chaos {seed}")
    steps = [
        *_faults(chance, size),
        *_kills(chance, size),
        *_quotas(chance, size),
        *(_step(chance, size, "extra", chance.choice(EXTRAS)) for _ in range(size.extras)),
        *(_hand(chance, size) for _ in range(size.hands)),
        *(an_edit(chance, size) for _ in range(size.edits)),
        *(
            _step(chance, size, "edit", chance.choice(("withdrawn", "revoked")))
            for _ in range(size.gone)
        ),
    ]
    return tuple(sorted(steps, key=lambda step: step.at_s))


def an_edit(chance: random.Random, size: Size) -> Step:
    """At the register, of what no person has to judge."""
    return _step(chance, size, "edit", _weighted(chance, EDITS))


def _step(chance: random.Random, size: Size, what: str, which: str, **more: Any) -> Step:
    return Step(chance.uniform(0, size.seconds), what, which, pick=chance.random(), **more)


def _faults(chance: random.Random, size: Size) -> list[Step]:
    """Until their calls add up; each waits for a call that comes a little later."""
    steps: list[Step] = []
    left = size.faults
    while left > 0:
        if chance.random() < 0.06:
            body = dict(chance.choice(REGISTRY))
            steps.append(_step(chance, size, "fault", body["kind"], market="registry", body=body))
            left -= 1
            continue
        market = _market(chance, size)
        body = dict(_kind(chance, market))
        burst = body.get("seconds") is None and body["kind"] != "expired_token"
        body["times"] = min(left, chance.choice((1, 1, 2, 3, 5))) if burst else 1
        left -= body["times"]
        body |= {"path": chance.choice(CALLS[market]), "after": chance.randrange(0, 4)}
        steps.append(_step(chance, size, "fault", body["kind"], market=market, body=body))
    return steps


def _quotas(chance: random.Random, size: Size) -> list[Step]:
    if "shopee" not in size.markets:
        return []
    times = [chance.uniform(0.75, 0.95) * size.seconds for _ in range(1 + int(size.seconds // 300))]
    return [Step(at_s, "fault", "quota", "shopee", dict(QUOTA)) for at_s in times]


def _kind(chance: random.Random, market: str) -> Body:
    roll = chance.random()
    if roll < 0.12:
        return chance.choice(OWN[market])
    return chance.choice(SLOW if roll < 0.22 else AT_ONCE)


def _kills(chance: random.Random, size: Size) -> list[Step]:
    steps = []
    for number in range(size.kills):
        who = FIRST_KILLS[number] if number < len(FIRST_KILLS) else _weighted(chance, KILLS)
        if who != "caller":
            steps.append(_step(chance, size, "kill", who))
            continue
        market = _market(chance, size)
        body = dict(CUTS[number % 2])
        body |= {"path": chance.choice(CALLS[market]), "after": chance.randrange(0, 6)}
        steps.append(_step(chance, size, "cut", body["kind"], market=market, body=body))
    return steps


def _hand(chance: random.Random, size: Size) -> Step:
    return _step(chance, size, "hand", chance.choice(HANDS), market=_market(chance, size))


def _market(chance: random.Random, size: Size) -> str:
    return _weighted(chance, {m: SHARES[m] for m in size.markets})


def _weighted(chance: random.Random, weights: Mapping[str, float]) -> str:
    names: Sequence[str] = list(weights)
    return chance.choices(names, [weights[name] for name in names])[0]
