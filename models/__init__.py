"""The tables, and what is always true of them. Knows no channel and no task."""

from models import listing, pairing, product, run, shop

__all__ = ["listing", "pairing", "product", "run", "shop"]
