"""What a rule is to hold for, as somebody wrote it: a rule for what is not there would be kept, and
would never hold."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from models import shops, status
from worker.env import Env
from worker.saying import say


class BadTarget(ValueError):
    """There is no such channel, shop or product (a sentence of :func:`worker.saying.say`)."""


@dataclass(frozen=True, slots=True)
class Target:
    """``key`` as rules keep it: a product's current code, whatever code or SKU was written;
    ``name`` for people, "" where the key is all."""

    key: str
    name: str = ""


def find(env: Env, session: Session, scope: str, written: str) -> Target:
    """What ``written`` names in this scope. Raises BadTarget."""
    if scope == "channel":
        if written in env.connectors:
            return Target(written)
        raise BadTarget(say("Không có kênh “%(found)s”.", found=written[:60]))
    if scope == "shop":
        if shop := shops.by_key(session, written):
            return Target(shop.key, shop.name)
        raise BadTarget(say("Không có gian hàng “%(found)s”.", found=written[:60]))
    if product := status.find_product(session, written):
        return Target(product.code, product.name)
    raise BadTarget(
        say("Không có sản phẩm mang mã hoặc SKU “%(found)s”; ghi mã như trong sổ.",
            found=written[:60])
    )  # fmt: skip
