"""The tables, and what is always true of them. Knows no channel and no task."""

from models import consent, listing, operator, pairing, producer_access, product, run, shop

__all__ = ["consent", "listing", "operator", "pairing", "producer_access", "product", "run", "shop"]
