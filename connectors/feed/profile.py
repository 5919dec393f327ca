"""What a floor takes, as data: its files, columns, limits, categories, and its export.

A profile is a JSON file in ``profiles/``; docs/feeds.md says what each key means. Reading one
checks it, so that a slip in a profile is found when the program starts and not in a file that a
floor has refused.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from connectors.feed.values import NAMES

FOLDER = Path(__file__).with_name("profiles")

Format = Literal["xlsx", "csv", "google-xml", "google-tsv", "json-ld"]
Kind = Literal[
    "text", "integer", "money", "date", "gtin", "url", "urls", "choice", "list", "details"
]  # fmt: skip
State = Literal["live", "out", "hidden", "review", "rejected", "banned", "deleted"]
"""``out``: shown, and nobody can buy it."""
Pair = tuple[int, int]
Words = Annotated[tuple[str, ...], Field(min_length=1)]


class BadProfile(ValueError):
    """A profile that cannot be used; the message names the file, the key and the slip."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Model):
    """One column of a file.

    ``value`` is a name of :mod:`connectors.feed.values`. ``max`` counts characters of one entry,
    ``least`` and ``most`` the entries of a list. ``form`` is the text of a ``money``
    (``"{} VND"``) or ``date`` (``%d/%m/%Y``). ``words`` are the floor's words of a ``choice``,
    ``allowed`` further ones. ``cut``: a text that is too long is shortened instead of refused.
    ``one_line``: line breaks become spaces. ``restricted``: GTINs of the ranges that shops use
    among themselves (2, 02, 04) are refused.
    """

    header: str
    value: str
    kind: Kind = "text"
    required: bool = False
    max: int | None = None
    least: int = 0
    most: int = 1
    form: str = ""
    words: Mapping[str, str] = Field(default_factory=dict)
    allowed: tuple[str, ...] = ()
    cut: bool = False
    one_line: bool = False
    restricted: bool = False

    @property
    def many(self) -> bool:
        """Whether a cell may hold several entries."""
        return self.kind in ("urls", "list", "details")


class File(_Model):
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
    format: Format
    sheet: str = "Sản phẩm"
    title: str = ""


class Limits(_Model):
    """Inclusive pairs: characters, pictures, đồng, units."""

    title: Pair
    description: Pair
    images: Pair
    price: Pair
    stock: Pair = (0, 999_999)
    image_min_px: int = 0


class Withdrawal(_Model):
    """A row that is taken off sale stays in the file, hidden and without stock, for ``days``;
    then it leaves the file, which most floors read as withdrawn."""

    days: int = Field(ge=0)


class Export(_Model):
    """The floor's own file. ``columns``: what it tells -> the headers it may have.

    ``words``: what a status means -> the floor's words for it. ``lag_s``: seconds that the floor
    may take between reading our file and saying so; an export that is not younger than that says
    nothing of the file. ``known_after_s``: a publication older than this is known to a floor that
    answers, even when its export has not changed since.
    """

    columns: Mapping[Literal["sku", "status", "reason", "price", "stock", "url", "title"], Words]
    words: Mapping[State, Words]
    lag_s: float = 0
    known_after_s: float = 86400

    @model_validator(mode="after")
    def _has_keys(self) -> Export:
        for name in ("sku", "status"):
            if name not in self.columns:
                raise ValueError(f"export.columns needs '{name}'")
        return self


class Place(_Model):
    """A category by its path (``Nông sản > Mì gạo``) and the floor's own code of it."""

    path: str
    code: str = ""


class Profile(_Model):
    channel: str
    label: str
    version: str
    files: tuple[File, ...]
    columns: tuple[Column, ...]
    limits: Limits
    withdrawal: Withdrawal
    export: Export
    categories: tuple[Place, ...]
    groups: tuple[str, ...] = ()
    """Programme groups that the floor takes; empty: all."""
    closed_kinds: Mapping[str, Literal["block", "ask"]] = Field(default_factory=dict)
    needs_site: bool = False
    """Rows link to the product's page, so the shop's ``site`` must be known."""

    @model_validator(mode="after")
    def _distinct(self) -> Profile:
        for what, names in (
            ("files", [f.name for f in self.files]),
            ("columns", [c.header for c in self.columns]),
            ("categories", [c.path for c in self.categories]),
        ):
            if not names or len(set(names)) != len(names):
                raise ValueError(f"{what}: empty, or one is named twice")
        unknown = [c.value for c in self.columns if c.value not in NAMES]
        if unknown:
            raise ValueError(f"columns: no such value: {', '.join(unknown)}")
        if "sku" not in [c.value for c in self.columns]:
            raise ValueError("columns: none shows the sku")
        return self

    @cached_property
    def places(self) -> Mapping[str, Place]:
        """The categories by path."""
        return {place.path: place for place in self.categories}


@cache
def load(channel: str) -> Profile:
    """The profile of that name. Raises BadProfile."""
    return read(FOLDER / f"{channel}.json")


def read(path: Path) -> Profile:
    """A profile from its file, in NFC. Raises BadProfile."""
    try:
        text = unicodedata.normalize("NFC", path.read_text(encoding="utf-8"))
        return Profile.model_validate_json(text)
    except OSError as error:
        raise BadProfile(f"{path.name}: cannot be read ({error.strerror})") from None
    except ValidationError as error:
        raise BadProfile(f"{path.name}: {error}") from None
