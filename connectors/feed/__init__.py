"""File feeds: channels for floors without an API, one a profile (docs/feeds.md).

``published`` and ``validate_folder`` look at a shop's folder alone, for the command line.
"""

from connectors.feed.folder import Listed, published, validate_folder
from connectors.feed.validate import Problem

__all__ = ["Listed", "Problem", "published", "validate_folder"]
