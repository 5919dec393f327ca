"""What an office clerk can change: each edit takes a product and returns the changed one. Pure.

An edit is a small model, so that the same words work in Python (``Price(price_vnd=48_000)``) and
over HTTP (``{"edit": "price", "price_vnd": 48000}``). Values are not judged: a price of -1 is
what the registry then says, because a client must survive it.
"""

from __future__ import annotations

import calendar
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from sandbox.registry.errors import Refused
from sandbox.registry.pictures import size_of

Product = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Desk:
    """What a clerk may look up: the day, and the hash (hex) of the picture with a name."""

    today: date
    sha256_of: Callable[[str], str]


class Edit(BaseModel):
    """Base of all; ``apply`` returns a new product and raises Refused (409, 404)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    edit: str

    @abstractmethod
    def apply(self, product: Product, desk: Desk) -> Product: ...


class _PackEdit(Edit):
    """An edit of one pack, named by its text; may be left out where there is only one."""

    pack: str | None = None

    def _changed(self, product: Product, **facts: Any) -> Product:
        place = pack_place(product, self.pack)
        variants = list(product["variants"])
        variants[place] = variants[place] | facts
        return product | {"variants": variants}


class Price(_PackEdit):
    """``price_vnd`` None: on request."""

    edit: Literal["price"] = "price"
    price_vnd: int | None

    def apply(self, product: Product, desk: Desk) -> Product:
        return self._changed(product, price_vnd=self.price_vnd)


class Stock(_PackEdit):
    """``stock`` None: unknown."""

    edit: Literal["stock"] = "stock"
    stock: int | None

    def apply(self, product: Product, desk: Desk) -> Product:
        return self._changed(product, stock=self.stock)


class Net(_PackEdit):
    """The net content of a pack, in grams and millilitres."""

    edit: Literal["net"] = "net"
    net_g: int | None
    net_ml: int | None = None

    def apply(self, product: Product, desk: Desk) -> Product:
        return self._changed(product, net_g=self.net_g, net_ml=self.net_ml)


class Rename(Edit):
    edit: Literal["name"] = "name"
    name: str

    def apply(self, product: Product, desk: Desk) -> Product:
        return product | {"name": self.name}


class Describe(Edit):
    edit: Literal["description"] = "description"
    description: str

    def apply(self, product: Product, desk: Desk) -> Product:
        return product | {"description": self.description}


class AddPack(Edit):
    edit: Literal["add_pack"] = "add_pack"
    pack: str
    net_g: int | None
    price_vnd: int | None
    stock: int | None
    net_ml: int | None = None
    gtin: str | None = None
    shelf_life: str | None = None

    def apply(self, product: Product, desk: Desk) -> Product:
        if any(variant["pack"] == self.pack for variant in product["variants"]):
            raise Refused(409, "pack_exists", f"{product['code']} already has {self.pack!r}")
        variant = {"sku": None} | self.model_dump(exclude={"edit"})
        return product | {"variants": [*product["variants"], variant]}


class RemovePack(Edit):
    edit: Literal["remove_pack"] = "remove_pack"
    pack: str

    def apply(self, product: Product, desk: Desk) -> Product:
        place = pack_place(product, self.pack)
        if len(product["variants"]) == 1:
            raise Refused(409, "last_pack", f"{self.pack!r} is the only pack; withdraw instead")
        rest = product["variants"][:place] + product["variants"][place + 1 :]
        return product | {"variants": rest}


class Withdraw(Edit):
    """Leave a tombstone."""

    edit: Literal["withdrawn"] = "withdrawn"
    reason: str = "Chủ thể ngừng sản xuất"

    def apply(self, product: Product, desk: Desk) -> Product:
        return product | {"withdrawn_reason": self.reason}


class _CertificateEdit(Edit):
    """An edit of the newest certificate."""

    def _changed(self, product: Product, **facts: Any) -> Product:
        if not product["certificates"]:
            raise Refused(409, "no_certificate", f"{product['code']} has no certificate")
        newest, *older = product["certificates"]
        return product | {"certificates": [newest | facts, *older]}


class Revoke(_CertificateEdit):
    """Withdraw the certificate by decision: not a deletion (registry-formats.md 5)."""

    edit: Literal["revoked"] = "revoked"
    reason: str = "Vi phạm an toàn thực phẩm"

    def apply(self, product: Product, desk: Desk) -> Product:
        day = desk.today.isoformat()
        return self._changed(product, status="revoked", revoked_on=day, revoked_reason=self.reason)


class Suspend(_CertificateEdit):
    edit: Literal["suspended"] = "suspended"

    def apply(self, product: Product, desk: Desk) -> Product:
        return self._changed(product, status="suspended")


class Expire(_CertificateEdit):
    """Let the newest certificate end: its last day is ``expires_on`` (yesterday)."""

    edit: Literal["expired"] = "expired"
    expires_on: date | None = None

    def apply(self, product: Product, desk: Desk) -> Product:
        last_day = self.expires_on or desk.today - timedelta(days=1)
        return self._changed(product, expires_on=last_day.isoformat())


class Certify(Edit):
    """A new certificate, in force from ``recognised_on`` (today) for 36 months."""

    edit: Literal["certified"] = "certified"
    decision: str
    stars: int
    potential_stars: int | None = None
    recognised_on: date | None = None
    expires_on: date | None = None

    def apply(self, product: Product, desk: Desk) -> Product:
        start = self.recognised_on or desk.today
        certificate = {
            "number": None,
            "stars": self.stars,
            "potential_stars": self.potential_stars,
            "decision": self.decision,
            "recognised_on": start.isoformat(),
            "expires_on": (self.expires_on or after_36_months(start)).isoformat(),
            "status": "valid",
            "revoked_on": None,
            "revoked_reason": None,
        }
        return product | {"certificates": [certificate, *product["certificates"]]}


class NewImage(BaseModel):
    """A picture that we draw (``name``) or one elsewhere, good or bad (``url``)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]+\.jpg$")
    url: str | None = None
    shows_logo: bool = False

    def stored(self, desk: Desk) -> dict[str, Any]:
        if (self.name is None) == (self.url is None):
            raise Refused(400, "image_invalid", "a picture has either a name or a url")
        facts: dict[str, Any] = {"sha256": None, "width": None, "height": None}
        if self.name is not None:
            width, height = size_of(self.name)
            facts = {"sha256": desk.sha256_of(self.name), "width": width, "height": height}
        return {"name": self.name, "url": self.url, "shows_logo": self.shows_logo} | facts


class Images(Edit):
    """All pictures of the product, in order; a private or dead address is given as a ``url``."""

    edit: Literal["images"] = "images"
    images: tuple[NewImage, ...]

    def apply(self, product: Product, desk: Desk) -> Product:
        return product | {"images": [image.stored(desk) for image in self.images]}


_AnyEdit = Annotated[
    Price
    | Stock
    | Net
    | Rename
    | Describe
    | AddPack
    | RemovePack
    | Withdraw
    | Revoke
    | Suspend
    | Expire
    | Certify
    | Images,
    Field(discriminator="edit"),
]
_READER: TypeAdapter[Edit] = TypeAdapter(_AnyEdit)


def read_edit(body: bytes) -> Edit:
    """The edit in a JSON body; raises pydantic's ValidationError."""
    return _READER.validate_json(body)


def pack_place(product: Product, pack: str | None) -> int:
    """The index of the pack with this text; None means the only one. Raises Refused (404)."""
    packs = [variant["pack"] for variant in product["variants"]]
    if pack is None and len(packs) == 1:
        return 0
    if pack not in packs:
        raise Refused(404, "pack_unknown", f"{product['code']}: {pack!r} is none of {packs}")
    return packs.index(pack)


def after_36_months(start: date) -> date:
    """The last valid day: the same day three years on, clamped to the month's end
    (ocop-domain.md 2)."""
    year = start.year + 3
    return date(year, start.month, min(start.day, calendar.monthrange(year, start.month)[1]))
