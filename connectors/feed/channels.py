"""Every floor that takes files, each a channel of its own by its entry point.

``connectors.feed.channels:TrangTinh`` is the connector made from ``profiles/trang-tinh.json``: a
floor is its profile and one entry point, and nothing else (docs/feeds.md).
"""

from __future__ import annotations

import re
from functools import cache

from connectors.feed.connector import FeedConnector, floor
from connectors.feed.profile import load

_HUMP = re.compile(r"(?<!^)(?=[A-Z])")


def __getattr__(name: str) -> type[FeedConnector]:
    """The connector of that name. Raises AttributeError when it can be none, BadProfile when its
    profile is missing or wrong."""
    if not name[:1].isupper():
        raise AttributeError(name)
    return _made(_HUMP.sub("-", name).lower())


@cache
def _made(channel: str) -> type[FeedConnector]:
    return floor(load(channel), __name__)
