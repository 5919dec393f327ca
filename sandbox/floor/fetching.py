"""Fetch a shop's file as a floor does: conditionally, compressed, and never through a redirect."""

from __future__ import annotations

import gzip
import http.client
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from sandbox.floor import google, pages, sheets
from sandbox.floor.sheets import BadFile
from sandbox.floor.templates import TEMPLATES
from sandbox.floor.world import Offer, Refusal, Shop

TIMEOUT_S = 20.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """``status`` 0: nobody answered. ``data`` is unpacked."""

    status: int
    data: bytes = b""
    etag: str = ""
    modified: str = ""


def file_of(shop: Shop, number: int) -> str:
    """The name of the file that the floor reads."""
    names = list(TEMPLATES[shop.profile].files)
    return names[number % len(names)]


def fetch(shop: Shop, name: str) -> Fetched:
    """One conditional GET of ``{shop.url}/{name}``."""
    place = urlsplit(f"{shop.url}/{name}")
    asked = {"If-None-Match": shop.etag, "If-Modified-Since": shop.modified}
    headers = {"Accept-Encoding": "gzip", **{k: v for k, v in asked.items() if v}}
    line = http.client.HTTPConnection(place.hostname or "", place.port, timeout=TIMEOUT_S)
    try:
        line.request("GET", place.path, headers=headers)
        answer = line.getresponse()
        data = answer.read()
        if answer.headers.get("Content-Encoding") == "gzip":
            data = gzip.decompress(data)
    except (OSError, http.client.HTTPException, EOFError, zlib.error):
        return Fetched(0)
    finally:
        line.close()
    return Fetched(
        answer.status, data, answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", "")
    )


def rows_of(profile: str, name: str, data: bytes, domain: str) -> list[Offer | Refusal]:
    """Every row of the file. Raises BadFile, and then nothing of it counts."""
    return list(_rows(profile, name, data, domain))


def _rows(profile: str, name: str, data: bytes, domain: str) -> Iterator[Offer | Refusal]:
    template = TEMPLATES[profile]
    match template.files[name]:
        case "csv":
            return sheets.offers(template, sheets.csv_rows(data))
        case "xlsx":
            return sheets.offers(template, sheets.xlsx_rows(data))
        case "tsv":
            return google.tsv_offers(data, domain)
        case "xml":
            return google.xml_offers(data, domain)
    return pages.offers(data, domain)


__all__ = ["BadFile", "Fetched", "fetch", "file_of", "rows_of"]
