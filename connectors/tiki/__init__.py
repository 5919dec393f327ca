"""Tiki (Vietnam): product requests that people review, then price, stock and switch by SKU."""
