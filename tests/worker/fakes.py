"""A channel in memory, with a script of answers: for tests of the worker's own rules.

It keeps the contract and nothing else; how a real channel behaves is tested against sandboxes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from connectors.contract import (
    Account,
    Capabilities,
    Category,
    Changes,
    Credentials,
    Done,
    Failed,
    FoundItem,
    Pending,
    RemoteItem,
    RemoteState,
    RemoteStatus,
    RemoteVariant,
    RemoteVariantState,
    ShopFacts,
    StarterRow,
    VariantAnswers,
)
from connectors.errors import NotFound
from connectors.registry.contract import (
    Page,
    SourceCertificate,
    SourceImage,
    SourceProducer,
    SourceProduct,
    SourceVariant,
    Walk,
    WalkEnd,
)

CAPABILITIES = Capabilities(
    channel="fake",
    label="Kênh thử",
    batch={"set_availability": 50, "read": 50},
    in_flight=1,
    rate_per_s=0,
    burst=0,
    settle_s=60,
    call_deadline_s=20,
    max_variants=50,
    price_ratio=5.0,
    variants_are_items=False,
    reviewed=False,
    title_length=(10, 120),
    description_length=(20, 3000),
    images=(1, 9),
    image_max_bytes=10_000_000,
    image_types=frozenset({"image/jpeg"}),
    price_range=(1000, 120_000_000),
    stock_range=(0, 999_999),
    variant_label_max=20,
    region="VN",
    credential_fields=(frozenset({"shop_id"}), frozenset({"access_token", "refresh_token"})),
    default_base_url="http://fake.example",
    closed_kinds={"alcohol": "ask", "tourism": "block"},
    starter=(
        StarterRow("dry", "", ("thực phẩm khô",)),
        StarterRow("alcohol", "", ("rượu",)),
    ),
)


class Item:
    def __init__(self, sku: str, packs: Mapping[str, list[int]]) -> None:
        self.sku = sku
        self.title = ""
        self.status = RemoteStatus.UNLISTED
        self.packs = dict(packs)


class Market:
    """All shops of the channel: items by (shop, remote id), a journal of writes, a script.

    ``script[verb]`` is a list of answers that stand in for the next rows of that verb; an answer
    is an Outcome, or a callable that gets the row and returns one (or None: carry on).
    """

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], Item] = {}
        self.journal: list[tuple[str, str, Any]] = []
        self.script: dict[str, list[Any]] = defaultdict(list)
        self.tokens: dict[str, str] = {}
        self.next_id = 1
        self.categories = [
            Category("1", None, "Thực phẩm", False),
            Category("2", "1", "Thực phẩm khô", True),
            Category("3", "1", "Rượu", True),
        ]
        self.attributes: dict[str, list[Any]] = {}
        self.recommended: list[str] = []
        self.finished = 0
        """Drains that let the channel make visible what they wrote."""

    def make_of(self, sku: str, shop: str = "shop-mot") -> str:
        """An item that the channel made by itself (after a review, or by hand): its id."""
        remote = str(self.next_id)
        self.next_id += 1
        self.items[shop, remote] = Item(sku, {sku: [20000, 100]})
        return remote

    def on_sale(self, shop: str) -> dict[str, tuple[int, int]]:
        """What a buyer can see: price and stock by SKU."""
        return {
            sku: (pack[0], pack[1])
            for (key, _id), item in self.items.items()
            if key == shop and item.status is RemoteStatus.LIVE
            for sku, pack in item.packs.items()
        }

    def writes(self, *verbs: str) -> list[tuple[str, str, Any]]:
        return [entry for entry in self.journal if not verbs or entry[0] in verbs]

    def connector(self) -> type:
        market = self

        class FakeConnector(_Verbs):
            capabilities = CAPABILITIES

            def __init__(self, account: Account, http: Any, clock: Any) -> None:
                super().__init__(market, account, clock)

        return FakeConnector


class _Verbs:
    def __init__(self, market: Market, account: Account, clock: Any) -> None:
        self.market, self.account, self.clock = market, account, clock
        self.shop = account.shop_key

    def _rows(self, verb: str, rows: Sequence[Any], write: Any) -> list[Any]:
        answers = []
        for row in rows:
            script = self.market.script[verb]
            planned = script.pop(0) if script else None
            answer = planned(row) if callable(planned) else planned
            answers.append(answer if answer is not None else write(row))
        return answers

    def _item(self, remote_id: str) -> Item | None:
        return self.market.items.get((self.shop, remote_id))

    def _log(self, verb: str, row: Any) -> None:
        self.market.journal.append((verb, self.shop, row))

    def check(self) -> ShopFacts:
        shop_id = self.account.credentials["shop_id"]
        return ShopFacts("Gian hàng thử", "VN", "VND", {}, account_id=shop_id)

    def refresh(self) -> Credentials:
        planned = self.market.script["refresh"]
        if planned:
            answer = planned.pop(0)
            if isinstance(answer, Exception):
                raise answer
            answer(self.account.credentials)
        spent = self.account.credentials.get("refresh_token", "")
        self._log("refresh", spent)
        return Credentials(
            {**self.account.credentials, "access_token": "new", "refresh_token": spent + "+"}
        )

    def token_expires_at(self) -> datetime | None:
        if self.account.credentials.get("access_token") == "old":
            return datetime(2000, 1, 1, tzinfo=UTC)
        return None

    def authorization_url(self, redirect_url: str, state: str) -> str:
        return redirect_url

    def exchange_code(self, answer: Mapping[str, str]) -> Credentials:
        return Credentials(answer)

    def categories(self) -> list[Category]:
        return self.market.categories

    def attributes(self, category_ids: Sequence[str]) -> dict[str, list[Any]]:
        return {i: self.market.attributes.get(i, []) for i in category_ids}

    def upload_images(self, images: Sequence[Any]) -> list[Any]:
        return self._rows("upload_images", images, lambda i: Done(f"img-{i.sha256[:8]}"))

    def find_by_sku(self, skus: Sequence[str]) -> list[Any]:
        def find(sku: str) -> Any:
            found = [
                FoundItem(
                    remote, item.sku, item.status, tuple(RemoteVariant(k, "") for k in item.packs)
                )
                for (shop, remote), item in self.market.items.items()
                if shop == self.shop and sku in (item.sku, *item.packs)
            ]
            return Done(tuple(found))

        return self._rows("find_by_sku", skus, find)

    def make(self, listing: Any) -> str:
        remote = str(self.market.next_id)
        self.market.next_id += 1
        packs = {v.variant.sku: [v.price_vnd, v.stock] for v in listing.variants}
        self.market.items[self.shop, remote] = Item(listing.item_sku, packs)
        self._log("create", listing.item_sku)
        return remote

    def create(self, listings: Sequence[Any]) -> list[Any]:
        def one(listing: Any) -> Any:
            remote = self.make(listing)
            skus = [v.variant.sku for v in listing.variants]
            if len(skus) == 1:
                return Done(RemoteItem(remote, (RemoteVariant(skus[0], ""),)))
            return Pending({"id": remote, "skus": skus}, 6.0)

        return self._rows("create", listings, one)

    def resume(self, handles: Sequence[Mapping[str, Any]]) -> list[Any]:
        def one(handle: Mapping[str, Any]) -> Any:
            return Done(
                RemoteItem(handle["id"], tuple(RemoteVariant(s, "m-" + s) for s in handle["skus"]))
            )

        return self._rows("resume", handles, one)

    def cancel(self, handles: Sequence[Mapping[str, Any]]) -> list[Any]:
        def one(handle: Mapping[str, Any]) -> Any:
            self._log("cancel", handle)
            return Done(None)

        return self._rows("cancel", handles, one)

    def adopt(self, adoptions: Sequence[Any]) -> list[Any]:
        def one(adoption: Any) -> Any:
            item = self.market.items[self.shop, adoption.item.remote_id]
            item.sku = adoption.item_sku
            names = {v.remote_id: v.sku for v in adoption.item.variants}
            item.packs = {names.get(key, names.get("", key)): p for key, p in item.packs.items()}
            self._log("adopt", adoption.item_sku)
            return Done(adoption.item)

        return self._rows("adopt", adoptions, one)

    def recommend(self, title: str) -> list[str]:
        return self.market.recommended

    def finish(self) -> None:
        planned = self.market.script["finish"]
        if planned:
            raise planned.pop(0)
        self.market.finished += 1

    def update_variants(self, changes: Sequence[Any]) -> list[Any]:
        def one(change: Any) -> Any:
            item = self._item(change.item.remote_id)
            if item is None:
                return Failed(NotFound("không có"))
            known = item.packs if len(item.packs) > 1 else {}  # an item without packs gets all anew
            item.packs = {
                v.variant.sku: known.get(v.variant.sku, [v.price_vnd, v.stock])
                for v in change.variants
            }
            self._log("update_variants", change.item.remote_id)
            return Done(
                RemoteItem(
                    change.item.remote_id, tuple(RemoteVariant(s, "m-" + s) for s in item.packs)
                )
            )

        return self._rows("update_variants", changes, one)

    def update_content(self, changes: Sequence[Any]) -> list[Any]:
        def one(change: Any) -> Any:
            self._log("update_content", change.content.title)
            return Done(None)

        return self._rows("update_content", changes, one)

    def _set(self, verb: str, index: int, change: Any, values: Mapping[str, int]) -> Any:
        item = self._item(change.item.remote_id)
        if item is None:
            return Failed(NotFound("không có"))
        for sku, value in values.items():
            item.packs[sku][index] = value
        self._log(verb, dict(values))
        return Done(VariantAnswers(frozenset(values)))

    def set_price(self, changes: Sequence[Any]) -> list[Any]:
        return self._rows("set_price", changes, lambda c: self._set("set_price", 0, c, c.prices))

    def set_stock(self, changes: Sequence[Any]) -> list[Any]:
        return self._rows("set_stock", changes, lambda c: self._set("set_stock", 1, c, c.stock))

    def set_availability(self, changes: Sequence[Any]) -> list[Any]:
        def one(change: Any) -> Any:
            item = self._item(change.item.remote_id)
            if item is None:
                return Failed(NotFound("không có"))
            item.status = RemoteStatus.LIVE if change.on else RemoteStatus.UNLISTED
            self._log("set_availability", (item.sku, change.on))
            return Done(None)

        return self._rows("set_availability", changes, one)

    def read(self, remote_ids: Sequence[str], *, full: bool) -> list[Any]:
        def one(remote: str) -> Any:
            item = self._item(remote)
            if item is None:
                return Failed(NotFound("không có"))
            several = len(item.packs) > 1
            packs = tuple(
                RemoteVariantState(s, "m-" + s if several else "", p[0], p[1])
                for s, p in item.packs.items()
            )
            return Done(
                RemoteState(
                    remote, item.status, item_sku=item.sku, title=item.title,
                    variants=packs if full else (),
                )
            )  # fmt: skip

        return self._rows("read", remote_ids, one)

    def changed_since(self, cursor: str | None) -> Changes:
        return Changes(tuple(r for s, r in self.market.items if s == self.shop), "1", False)


class Book:
    """A registry source that says what a test wants."""

    key = "sách thử"

    def __init__(
        self, *products: SourceProduct, full: bool = True, total: int | None = None
    ) -> None:
        self.products = list(products)
        self.tombstones: list[Any] = []
        self.full = full

    def pages(self, since: str | None) -> Walk:
        page = Page(tuple(self.products), tuple(self.tombstones))
        return Walk(iter([page]), lambda: WalkEnd(self.full, None))


def source_product(
    code: str = "OCOP-1",
    prices: Sequence[int | None] = (20000,),
    stock: int | None = 100,
    producer: str = "HTX A",
    **changes: Any,
) -> SourceProduct:
    values: dict[str, Any] = {
        "code": code,
        "name": f"Mỳ gạo {code}",
        "producer": SourceProducer(producer, producer),
        "group": "thuc-pham",
        "variants": tuple(
            SourceVariant(f"Gói {n}00 g", price, stock, net_g=n * 100)
            for n, price in enumerate(prices, 1)
        ),
        "certificate": SourceCertificate("1/QĐ-UBND", 4, date(2025, 6, 1), date(2028, 6, 1)),
        "images": (SourceImage(f"http://anh.example/{code}.jpg"),),
    }
    return SourceProduct(**{**values, **changes})


class Time:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.at += timedelta(microseconds=1)
        return self.at

    def forward(self, **delta: float) -> None:
        self.at += timedelta(**delta)
