"""Product requests: sent once, followed to their end, taken back (3.3 to 3.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from connectors.contract import (
    Adoption,
    Clock,
    Content,
    ContentChange,
    Done,
    Failed,
    NewListing,
    Outcome,
    Pending,
    RemoteItem,
    RemoteVariant,
    VariantsChange,
)
from connectors.errors import (
    Ambiguous,
    ChannelError,
    NotFound,
    ProtocolError,
    Rejected,
)
from connectors.tiki import claims, handles, limits, payloads
from connectors.tiki.catalogue import Catalogue
from connectors.tiki.client import Client
from connectors.tiki.fields import VIETNAM, flag, text_of, wire_id
from connectors.tiki.filling import KNOWN, NO_BRAND, composed_whole, filled
from connectors.tiki.handles import Handle
from connectors.tiki.papers import certificate_files
from connectors.tiki.products import Products, id_of
from connectors.tiki.shop import Settings
from connectors.tiki.states import Stage
from connectors.tiki.tracks import Track, Tracks, sku_of
from connectors.tiki.words import reason_of, refused

CANCEL_AGAIN_S = 5.0
"""Seconds after which a request that Tiki has not taken in yet is cancelled again."""


class Making:
    def __init__(
        self,
        client: Client,
        products: Products,
        tracks: Tracks,
        catalogue: Catalogue,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._client = client
        self._products = products
        self._tracks = tracks
        self._catalogue = catalogue
        self._settings = settings
        self._clock = clock

    # --- create -----------------------------------------------------------------------------

    def create(self, listing: NewListing) -> Outcome[RemoteItem]:
        """Begun when Tiki has given a track id. Off until it is switched on (trap 2)."""
        listing = replace(listing, content=composed_whole(listing.content))
        problem = limits.content(listing.content) or limits.pack(listing.variants)
        if problem:
            return Failed(problem)
        try:
            body = self._new(listing)
        except ChannelError as error:
            return Failed(error)
        if isinstance(body, Rejected):
            return Failed(body)
        try:
            answer = self._sent(body)
        except NotFound as error:
            return Failed(_unknown_category(error))
        except ChannelError as error:
            return Failed(error)
        track = Track(text_of(answer, "track_id"), text_of(answer, "state"), "", "")
        if not track.track_id:
            return Failed(
                Ambiguous("Tiki nhận yêu cầu đăng mà không trả track_id", code="no_track")
            )
        sku = listing.variants[0].variant.sku
        return handles.waiting(handles.create(track, sku, self._clock))

    def _new(self, listing: NewListing) -> dict[str, Any] | Rejected:
        """The request's body, or what is known to be missing for it."""
        content, pack = listing.content, listing.variants[0]
        settings = self._settings.values()
        if not self._settings.at_tiki(settings):
            settings = self._settings.for_stock()
        files = certificate_files(
            content.papers, self._catalogue.documents(content.category_id), self._today()
        )
        if isinstance(files, Rejected):
            return files
        attributes = self._attributes(content)
        if isinstance(attributes, Rejected):
            return attributes
        return payloads.product(content, pack, attributes, files, settings)

    def _attributes(self, content: Content) -> dict[str, Any] | Rejected:
        """All that is known, with every mandatory code of the category among it."""
        listed = self._catalogue.attribute_rows(content.category_id)
        codes = {text_of(row, "code") for row in listed}
        values = filled(content, codes)
        if values.get("brand") == (content.facts.producer or NO_BRAND):
            values["brand"] = self._catalogue.brand(content.category_id, values["brand"], NO_BRAND)
        ours = KNOWN - {a.attribute_id for a in content.attributes}
        for row in listed:
            code = text_of(row, "code")
            if code in ours and code in values:
                values[code] = self._catalogue.as_listed(row, values[code])
            if flag(row.get("is_required")) and values.get(code) in (None, ""):
                name = text_of(row, "display_name") or code
                return Rejected(
                    f"thiếu thuộc tính bắt buộc '{name}' của danh mục {content.category_id}",
                    code="before_call",
                    field="attributes",
                    hint=f"Điền '{name}' cho danh mục này.",
                )
        return {code: value for code, value in values.items() if value is not None}

    def _sent(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """One request. A clear refusal for lack of a minimum code made nothing, so that it may be
        answered with one: whether Tiki still wants it is not known (8)."""
        try:
            return self._client.once("v2.1/requests", body)
        except Rejected as error:
            if error.field != "gtin" or "min_code" in body["variants"][0]:
                raise
        return self._client.once("v2.1/requests", payloads.with_min_code(body))

    def _today(self) -> str:
        return self._clock().astimezone(VIETNAM).date().isoformat()

    # --- to its end -------------------------------------------------------------------------

    def resume(self, handle: Handle) -> Outcome[RemoteItem]:
        """What became of a request: of a new product, or of new content."""
        try:
            return self._resumed(handle)
        except ChannelError as error:
            return Failed(error)

    def _resumed(self, handle: Handle) -> Outcome[RemoteItem]:
        try:
            track = self._tracks.track(str(handle["track_id"]))
        except NotFound:
            return self._forgotten(handle)
        if track.stage is Stage.OPEN:
            return handles.waiting(handle)
        if track.stage is Stage.REJECTED:
            return Failed(refused(self._tracks.why(track), code="rejected"))
        if track.stage is Stage.APPROVED:
            return self._approved(handle, track)
        return self._deleted(handle)

    def _approved(self, handle: Handle, track: Track) -> Outcome[RemoteItem]:
        """The product of the request, else of the SKU; it may need a moment to appear."""
        sku = str(handle["sku"])
        if handles.is_content(handle):
            product_id, may = str(handle["product_id"]), handle.get("may")
            stale = None if may is None else self._stale_name(product_id, frozenset(may))
            return Failed(stale) if stale else Done(_item(product_id, sku))
        found = [id_of(row) for row in self._of_request(track) if sku_of(row) == sku]
        for product_id in found or [id_of(row) for row in self._products.by_sku(sku)]:
            if self._stands(product_id):
                return Done(_item(product_id, sku))
        return handles.waiting(handle, in_review=False)

    def _stands(self, product_id: str) -> bool:
        """Whether it can be read, and so be priced and switched on; the request knows it first."""
        try:
            self._products.row(product_id)
        except NotFound:
            return False
        return True

    def _of_request(self, track: Track) -> list[Mapping[str, Any]]:
        """Only ``product_id`` counts here: ``id`` may be the request's own row."""
        if not track.request_id:
            return []
        return [r for r in self._tracks.products(track.request_id) if r.get("product_id")]

    def _deleted(self, handle: Handle) -> Outcome[RemoteItem]:
        """Somebody took it back; a product with the SKU may stand all the same."""
        if handles.is_content(handle):
            return Failed(
                Rejected(
                    "yêu cầu sửa nội dung đã bị xóa trên Tiki",
                    code="deleted",
                    hint="Gửi lại nội dung nếu vẫn cần sửa.",
                )
            )
        return self._by_sku(handle) or Failed(
            NotFound("yêu cầu đăng đã bị xóa trên Tiki", code="deleted")
        )

    def _forgotten(self, handle: Handle) -> Outcome[RemoteItem]:
        """The tracking does not know it: not yet, or not any more (trap 7)."""
        if handles.young(handle, self._clock):
            return handles.waiting(handle)
        if handles.is_content(handle):
            return Failed(
                Rejected(
                    "Tiki không còn theo dõi yêu cầu sửa nội dung này",
                    code="track_gone",
                    hint="Xem sản phẩm trên Tiki, gửi lại nội dung nếu chưa đổi.",
                )
            )
        return self._by_sku(handle) or self._still_open(handle)

    def _by_sku(self, handle: Handle) -> Outcome[RemoteItem] | None:
        sku = str(handle["sku"])
        found = self._products.by_sku(sku)
        return Done(_item(id_of(found[0]), sku)) if found else None

    def _still_open(self, handle: Handle) -> Outcome[RemoteItem]:
        sku = str(handle["sku"])
        requests = self._tracks.open_requests()
        for track in requests.by_sku.get(sku, []):
            return handles.waiting(handles.create(track, sku, self._clock))
        return Failed(NotFound(f"Tiki không còn yêu cầu đăng nào của {sku}", code="track_gone"))

    # --- taken back -------------------------------------------------------------------------

    def cancel(self, handle: Handle) -> Outcome[None]:
        """Delete a request that is not decided yet."""
        try:
            return self._cancelled(handle)
        except ChannelError as error:
            return Failed(error)

    def _cancelled(self, handle: Handle) -> Outcome[None]:
        try:
            track = self._tracks.track(str(handle["track_id"]))
        except NotFound:
            return self._cancel_forgotten(handle)
        ended = _ended(track)
        if ended is not None:
            return ended
        if not track.request_id:
            return Pending(handle, CANCEL_AGAIN_S)
        return self._delete(track)

    def _delete(self, track: Track) -> Outcome[None]:
        """A refusal may mean that the desk was faster: then its decision is told."""
        try:
            if self._tracks.cancel(track.request_id) == "deleted":
                return Done(None)
            error: ChannelError = ProtocolError("Tiki không nói yêu cầu đăng đã được xóa")
        except (NotFound, Rejected, ProtocolError) as refusal:
            error = refusal
        return _ended(self._tracks.track(track.track_id)) or Failed(error)

    def _cancel_forgotten(self, handle: Handle) -> Outcome[None]:
        if handles.young(handle, self._clock):
            return Pending(handle, CANCEL_AGAIN_S)
        if self._products.by_sku(str(handle["sku"])):
            return Failed(_too_late())
        requests = self._tracks.open_requests()
        for track in requests.by_sku.get(str(handle["sku"]), []):
            return self._delete(track)
        return Failed(requests.unclear()) if requests.unknown else Done(None)

    # --- what stands there ------------------------------------------------------------------

    def update_content(self, change: ContentChange) -> Outcome[None]:
        """Goes to review (trap 10). The name is not among what can be changed (3.7): one that
        claims stars which it may not is told once the rest is there. The list price stays."""
        change = replace(change, content=composed_whole(change.content))
        problem = limits.content(change.content)
        if problem:
            return Failed(problem)
        product_id = change.item.remote_id
        try:
            attributes = self._attributes(change.content)
            if isinstance(attributes, Rejected):
                return Failed(attributes)
            body = {
                "product_id": wire_id(product_id),
                **payloads.texts_and_pictures(change.content, attributes),
            }
            answer = self._client.once("v2/requests/updateProductInfo", body)
        except ChannelError as error:
            return Failed(error)
        return self._content_begun(change, answer)

    def _content_begun(self, change: ContentChange, answer: Mapping[str, Any]) -> Outcome[None]:
        track = Track(text_of(answer, "track_id"), text_of(answer, "state"), "", "")
        if track.stage is Stage.REJECTED:
            return Failed(refused(reason_of(answer.get("reason")), code="rejected"))
        sku, product_id = change.item_sku, change.item.remote_id
        may = claims.allowed(change.content)
        if track.stage is Stage.APPROVED:
            return self._named(product_id, may)
        if not track.track_id:
            return Failed(Ambiguous("Tiki nhận nội dung mà không trả track_id", code="no_track"))
        return handles.waiting(handles.content(track.track_id, sku, product_id, may, self._clock))

    def _named(self, product_id: str, may: frozenset[str]) -> Outcome[None]:
        """Content that was there at once, under a name that may stay."""
        try:
            stale = self._stale_name(product_id, may)
        except ChannelError as error:
            return Failed(error)
        return Failed(stale) if stale else Done(None)

    def _stale_name(self, product_id: str, may: frozenset[str]) -> Rejected | None:
        """The refusal of the name that stands there; None where the product has gone meanwhile,
        which a reading finds out. Raises ChannelError."""
        try:
            row = self._products.row(product_id)
        except NotFound:
            return None
        return claims.false_name(text_of(row, "name"), may)

    def update_variants(self, change: VariantsChange) -> Outcome[RemoteItem]:
        """One product is one pack, and its label a part of the name: there is nothing to send."""
        problem = limits.count(change.variants)
        if problem:
            return Failed(problem)
        return Done(_item(change.item.remote_id, change.variants[0].variant.sku))

    def adopt(self, adoption: Adoption) -> Outcome[RemoteItem]:
        """Our SKU on a product that stood there before us, where it has another."""
        item = adoption.item
        sku = item.variants[0].sku if item.variants else adoption.item_sku
        try:
            row = self._products.row(item.remote_id)
            if sku_of(row) != sku:
                self._products.switch_sku(item.remote_id, sku)
        except ChannelError as error:
            return Failed(error)
        return Done(_item(item.remote_id, sku))


def _item(product_id: str, sku: str) -> RemoteItem:
    return RemoteItem(product_id, (RemoteVariant(sku, product_id),))


def _ended(track: Track) -> Outcome[None] | None:
    """What a decided request means for who wants it gone; None while it is not decided."""
    if track.stage is Stage.APPROVED:
        return Failed(_too_late())
    return Done(None) if track.stage in (Stage.REJECTED, Stage.DELETED) else None


def _too_late() -> Rejected:
    return Rejected(
        "Tiki đã duyệt sản phẩm, không hủy được nữa",
        code="late",
        hint="Sản phẩm sẽ được tắt bán ngay khi hệ thống nhận lại.",
    )


def _unknown_category(error: NotFound) -> Rejected:
    """Nothing else in a new product could be unknown (2)."""
    return Rejected(
        error.message, code=error.code, field="category", hint="Chọn lại danh mục chính của Tiki."
    )
