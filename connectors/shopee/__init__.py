"""Shopee (Open Platform v2, seller listing) behind the connector contract."""
