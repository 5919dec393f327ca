"""Creating products, going on with what was begun, content, and adoption."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from connectors.contract import (
    Adoption,
    ContentChange,
    Done,
    Failed,
    NewListing,
    Outcome,
    Pending,
    PricedVariant,
    RemoteItem,
    RemoteVariant,
    Variant,
    VariantsChange,
)
from connectors.errors import ChannelError, NotFound, Rejected
from connectors.woocommerce import limits
from connectors.woocommerce.answers import TRASH, Row, Variation, int_of, is_variable, same
from connectors.woocommerce.batches import Told, Verb, batch
from connectors.woocommerce.catalogue import Shelves
from connectors.woocommerce.changes import Wanted
from connectors.woocommerce.client import Client
from connectors.woocommerce.error_codes import IMAGES, SKU_TAKEN, pictures_owed
from connectors.woocommerce.packs import Packs
from connectors.woocommerce.payloads import (
    content_change,
    is_lone,
    new_product,
    parent_sku,
    skus_of,
)
from connectors.woocommerce.reading import Reader, unknown

PRODUCTS = "products/batch"

HANDLE_MAX = 4000
"""Bytes of JSON; what is larger is finished within the call."""


class Items:
    def __init__(
        self, client: Client, reader: Reader, shelves: Shelves, settings: Mapping[str, Any]
    ) -> None:
        self._client = client
        self._reader = reader
        self._shelves = shelves
        self._settings = settings
        self._packs = Packs(client, reader, settings)

    # --- create -----------------------------------------------------------------------------

    def create(self, listings: Sequence[NewListing]) -> list[Outcome[RemoteItem]]:
        """Drafts, all in one call. Those with several packs are only begun: the packs come by
        ``resume``."""
        answers: list[Outcome[RemoteItem] | None] = []
        bodies: list[tuple[NewListing, Row]] = []
        standing = self._standing(listings)
        for new in listings:
            body = standing.get(new.item_sku) or self._body(new)
            answers.append(Failed(body) if isinstance(body, ChannelError) else None)
            if not isinstance(body, ChannelError):
                bodies.append((new, body))
        sent = [body for _new, body in bodies]
        told, bare = self._pictured("create", sent)
        news = [new for new, _body in bodies]
        fault = self._freed([n for n, answer in zip(news, told, strict=True) if _is_taken(answer)])
        made = iter([
            self._begun(new, (fault if _is_taken(answer) else None) or answer, bare.get(place))
            for place, (new, answer) in enumerate(zip(news, told, strict=True))
        ])  # fmt: skip
        return [next(made) if answer is None else answer for answer in answers]

    def _pictured(
        self, verb: Verb, bodies: Sequence[Row]
    ) -> tuple[list[Told], dict[int, ChannelError]]:
        """A batch whose rows go once more, without their pictures, where only those were refused:
        a refused row wrote nothing, and a product without pictures sells, while one whose pictures
        wait for our web server would not. The answers, and by place why the pictures are owed."""
        told = batch(self._client, PRODUCTS, verb, bodies)
        owed = {n: t for n, t in enumerate(told) if isinstance(t, Rejected) and _is_picture(t)}
        rest = [{k: v for k, v in bodies[n].items() if k != "images"} for n in owed]
        for n, again in zip(owed, batch(self._client, PRODUCTS, verb, rest), strict=True):
            told[n] = again
        return told, dict(owed)

    def _standing(self, listings: Sequence[NewListing]) -> dict[str, ChannelError]:
        """A listing whose key is a pack's SKU is sent under another one, so the shop would not
        say that the product stands already, as the lone pack that it once was: it is asked."""
        aside = [
            n.item_sku
            for n in listings
            if _own_sku(n) != n.item_sku and not is_lone(n.item_sku, n.variants)
        ]
        if not aside:
            return {}
        try:
            rows = [r for status in ("any", TRASH) for r in self._reader.by_sku(aside, status)]
            self._restore([row for row in rows if row.get("status") == TRASH])
        except ChannelError as error:
            return dict.fromkeys(aside, error)
        taken = {str(row.get("sku") or "").casefold() for row in rows}
        hint = "Nhận sản phẩm đang có thay vì tạo mới."
        return {
            sku: Rejected(f"cửa hàng đã có SKU {sku}", code="before_call", field="sku", hint=hint)
            for sku in aside
            if sku.casefold() in taken
        }

    def _body(self, new: NewListing) -> Row | ChannelError:
        """What to send, or why it is not sent."""
        problem = limits.listing(new)
        if problem:
            return problem
        try:
            category_id = self._shelves.resolve(new.content.category_id)
        except ChannelError as error:
            return error
        return new_product(new, category_id, self._settings)

    def _begun(self, new: NewListing, told: Told, owed: ChannelError | None) -> Outcome[RemoteItem]:
        """``owed``: why it was made without its pictures."""
        if isinstance(told, ChannelError):
            return Failed(told)
        remote_id = str(int_of(told.get("id")))
        if is_lone(new.item_sku, new.variants):
            return _whole(RemoteItem(remote_id, (RemoteVariant(new.item_sku, ""),)), owed)
        handle: dict[str, Any] = {
            "id": remote_id,
            "sku": new.item_sku,
            "name": new.variation_name,
            "packs": [pack_to(p) for p in new.variants],
        }
        if owed is not None:
            handle["bare"] = True
        if len(orjson.dumps(handle)) <= HANDLE_MAX:
            return Pending(handle, 0.0)
        wanted = Wanted(new.item_sku, new.variation_name, new.variants)
        return self._finished(remote_id, wanted, owed)

    def _freed(self, listings: Sequence[NewListing]) -> ChannelError | None:
        """A SKU that a product in the trash holds is ours, and this the one way back: see
        :meth:`_restore`. The fault that kept it there is then the answer: the create was refused,
        so asking for it again is safe."""
        if not listings:
            return None
        skus = [sku for n in listings for sku in {n.item_sku, _own_sku(n)}]
        try:
            rows = self._reader.by_sku(skus, TRASH)
            self._restore([r for r in rows if any(same(str(r.get("sku") or ""), s) for s in skus)])
        except ChannelError as error:
            return error
        return None

    def _restore(self, rows: Sequence[Row]) -> None:
        """Products in the trash come back as drafts, where ``find_by_sku`` and every later reading
        see them like any other; their packs stay behind. Raises ChannelError."""
        packs = [row for row in rows if row.get("type") == "variation"]
        owners = {str(int_of(row.get("parent_id"))) for row in packs}
        living = self._reader.living(owners) if owners else {}
        gone = {str(int_of(row.get("id"))) for row in rows if row not in packs}
        ids = sorted(map(int, gone | owners - living.keys()))
        drafts = [{"id": number, "status": "draft"} for number in ids]
        for told in batch(self._client, PRODUCTS, "update", drafts) if drafts else []:
            if isinstance(told, ChannelError):
                raise told

    def resume(self, handle: Mapping[str, Any]) -> Outcome[RemoteItem]:
        """Make the packs that are not there yet."""
        packs = [pack_from(row) for row in handle["packs"]]
        wanted = Wanted(str(handle["sku"]), str(handle["name"]), packs)
        owed = pictures_owed() if handle.get("bare") else None
        try:
            return _whole(self._packs.settle(str(handle["id"]), wanted), owed)
        except Rejected as error:
            return Failed(error, made=self._packs.stands(str(handle["id"])))
        except ChannelError as error:
            return Failed(error)

    def _finished(
        self, remote_id: str, wanted: Wanted, owed: ChannelError | None
    ) -> Outcome[RemoteItem]:
        """The product stands, whatever becomes of its packs."""
        try:
            return _whole(self._packs.settle(remote_id, wanted), owed)
        except ChannelError as error:
            return Failed(error, made=self._packs.stands(remote_id))

    # --- packs ------------------------------------------------------------------------------

    def update_variants(self, change: VariantsChange) -> Outcome[RemoteItem]:
        """Compares with what the shop shows now, so that doing it again is harmless."""
        problem = limits.packs(change.variants)
        if problem:
            return Failed(problem)
        wanted = Wanted(change.item_sku, change.variation_name, change.variants)
        try:
            return Done(self._packs.settle(change.item.remote_id, wanted))
        except ChannelError as error:
            return Failed(error)

    # --- content ----------------------------------------------------------------------------

    def update_content(self, changes: Sequence[ContentChange]) -> list[Outcome[None]]:
        """Only content: price, stock, packs and what others wrote stay. Where pictures cannot be
        fetched, the rest is written and those that stand are kept; the answer says what lacks."""
        problems = [limits.content(change.content) for change in changes]
        sound = [c for c, p in zip(changes, problems, strict=True) if p is None]
        try:
            rows = self._reader.living(c.item.remote_id for c in sound) if sound else {}
        except ChannelError as error:
            return [Failed(problem or error) for problem in problems]
        bodies = [
            problem or self._content(change, rows.get(change.item.remote_id))
            for change, problem in zip(changes, problems, strict=True)
        ]
        ready = [body for body in bodies if not isinstance(body, ChannelError)]
        answers, owed = self._pictured("update", ready)
        told = iter(
            owed[n] if n in owed and not isinstance(answer, ChannelError) else answer
            for n, answer in enumerate(answers)
        )
        return [_done(b if isinstance(b, ChannelError) else next(told)) for b in bodies]

    def _content(self, change: ContentChange, row: Row | None) -> Row | ChannelError:
        if row is None:
            return unknown(change.item.remote_id)
        try:
            category_id = self._shelves.resolve(change.content.category_id)
        except ChannelError as error:
            return error
        return content_change(change.content, row, category_id, self._settings)

    # --- adoption ---------------------------------------------------------------------------

    def adopt(self, adoption: Adoption) -> Outcome[RemoteItem]:
        """Our SKUs on a product that somebody else made, written only where it has others. The
        parent goes first: a pack may be about to take the SKU that it has."""
        remote_id = adoption.item.remote_id
        try:
            row = self._reader.product(remote_id)
            standing = {v.variation_id: v for v in self._reader.variations(row)}
            body, packs = _own_skus(adoption, row, standing)
            if body:
                self._client.put(f"products/{remote_id}", body)
            path = f"products/{remote_id}/variations/batch"
            for told in batch(self._client, path, "update", packs) if packs else []:
                if isinstance(told, ChannelError):
                    raise told
        except ChannelError as error:
            return Failed(error)
        return Done(adoption.item)


def _own_skus(
    adoption: Adoption, row: Row, standing: Mapping[str, Variation]
) -> tuple[dict[str, Any], list[Row]]:
    """The parent's change and the packs'. Raises NotFound for a pack that is not there."""
    named = [v for v in adoption.item.variants if v.remote_id]
    sku = adoption.item_sku
    if is_variable(row):
        sku = parent_sku(sku, [v.sku for v in named])
    packs: list[Row] = []
    for variant in named:
        held = standing.get(variant.remote_id)
        if held is None:
            raise NotFound(f"sản phẩm không có quy cách {variant.remote_id}")
        if held.sku != variant.sku:
            packs.append({"id": int_of(variant.remote_id), "sku": variant.sku})
    return ({"sku": sku} if str(row.get("sku") or "") != sku else {}), packs


def _own_sku(new: NewListing) -> str:
    """What the product itself is called, not its packs."""
    return parent_sku(new.item_sku, skus_of(new.variants))


def _is_taken(told: Told) -> bool:
    return isinstance(told, Rejected) and told.code in SKU_TAKEN


def _is_picture(error: Rejected) -> bool:
    return error.code in IMAGES


def _whole(item: RemoteItem, owed: ChannelError | None) -> Outcome[RemoteItem]:
    """What stands without its pictures is made, and its content is not what was asked for: it is
    sent again like any other content, until the shop can fetch them."""
    return Done(item) if owed is None else Failed(owed, made=item)


def _done(told: Told) -> Outcome[None]:
    return Failed(told) if isinstance(told, ChannelError) else Done(None)


def pack_to(pack: PricedVariant) -> list[Any]:
    """A pack in a handle: short, because fifty of them must fit 4 KB."""
    v = pack.variant
    return [v.sku, v.label, v.weight_g, v.gtin or "", pack.price_vnd, pack.stock]


def pack_from(row: Sequence[Any]) -> PricedVariant:
    sku, label, weight_g, gtin, price, stock = row
    return PricedVariant(Variant(sku, label, weight_g, gtin or None), price, stock)
