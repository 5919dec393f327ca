"""The tables, and what is always true of them. Knows no channel and no task."""

from models import listing, product, run, shop

__all__ = ["listing", "product", "run", "shop"]
