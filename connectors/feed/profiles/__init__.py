"""One JSON file a floor (docs/feeds.md)."""
