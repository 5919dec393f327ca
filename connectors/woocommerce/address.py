"""A shop's address as people give it: the site, with or without the API's own path. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

ROOT = "/wp-json"
API = "/wp-json/wc/v3"


@dataclass(frozen=True, slots=True)
class Site:
    """``home``: scheme, host and folder of the WordPress site, no slash at its end."""

    home: str

    @property
    def secure(self) -> bool:
        return self.home.startswith("https://")

    @property
    def host(self) -> str:
        return urlsplit(self.home).netloc

    def api(self, path: str) -> str:
        return f"{self.home}{API}/{path}"

    def root(self) -> str:
        return f"{self.home}{ROOT}/"


def site_of(base_url: str) -> Site:
    """Raises ValueError (Vietnamese) for what is no web address."""
    text = base_url.strip().split("?", 1)[0].split("#", 1)[0].rstrip("/")
    for ending in (API, ROOT + "/wc", ROOT):
        if text.lower().endswith(ending):
            text = text[: -len(ending)].rstrip("/")
            break
    parts = urlsplit(text)
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        raise ValueError(
            f"địa chỉ cửa hàng '{base_url}' không đúng: cần dạng https://ten-mien.vn "
            "(thêm thư mục nếu WordPress nằm trong thư mục)"
        )
    path = quote(parts.path, safe="/%")
    host = parts.netloc.rpartition("@")[2].lower()
    return Site(f"{parts.scheme.lower()}://{host}{path}")
