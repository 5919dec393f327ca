"""Every floor that takes files, each a channel of its own by its entry point.

``connectors.feed.channels:TrangTinh`` is the connector made from ``profiles/trang-tinh.json``: a
floor is its profile and one entry point, and nothing else (docs/feeds.md).
"""

from __future__ import annotations

import re
from functools import cache

from connectors.feed.connector import FeedConnector, floor

_HUMP = re.compile(r"(?<!^)(?=[A-Z])")


@cache
def __getattr__(name: str) -> type[FeedConnector]:
    """The connector of that name. Raises AttributeError when there is no such profile, BadProfile
    when the profile is wrong."""
    if not name[:1].isupper():
        raise AttributeError(name)
    return floor(_HUMP.sub("-", name).lower())
