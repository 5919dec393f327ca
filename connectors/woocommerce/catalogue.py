"""Categories: the shop's own, and those that it will have once a product needs them.

A fresh shop has one category, "Uncategorized", and puts what names an unknown one there without
a word. So we offer the programme's groups and the commonest goods beside the shop's own, under
ids of ours (``ocop:mat-ong``), and make such a category when the first product needs it.
"""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterable

from connectors.contract import Category
from connectors.errors import Rejected
from connectors.woocommerce.answers import Row, clean, int_of
from connectors.woocommerce.client import Client

PATH = "products/categories"
PREFIX = "ocop:"

OFFERED = {
    "thuc-pham": "Thực phẩm",
    "do-uong": "Đồ uống",
    "duoc-lieu": "Dược liệu và sản phẩm từ dược liệu",
    "thu-cong-my-nghe": "Thủ công mỹ nghệ",
    "sinh-vat-canh": "Sinh vật cảnh",
    "du-lich-cong-dong": "Dịch vụ du lịch cộng đồng",
    "my-bun-mien": "Mỳ, bún, miến, bánh đa",
    "gao-ngu-coc": "Gạo và ngũ cốc",
    "banh-keo": "Bánh kẹo",
    "mat-ong": "Mật ong",
    "tra-che": "Trà, chè",
    "ruou": "Rượu",
    "dau-an": "Dầu ăn",
    "gia-vi-nuoc-cham": "Gia vị và nước chấm",
    "trai-cay-tuoi": "Trái cây tươi",
    "trai-cay-say": "Trái cây sấy",
    "rau-cu-nam": "Rau, củ, nấm tươi",
    "thit-gio-cha": "Thịt, giò, chả, nem",
    "trung": "Trứng",
    "tinh-dau": "Tinh dầu",
    "huong-nhang": "Hương, nhang",
    "gom-su": "Gốm sứ",
}
"""Slug → name: the programme's six groups, then goods. Slugs are ours for good."""


def categories(client: Client) -> list[Category]:
    """All of them can hold products, whether others lie below or not."""
    rows = client.all(PATH, [("_fields", "id,name,slug,parent")])
    standing = [
        Category(
            category_id=str(int_of(row.get("id"))),
            parent_id=_parent(row),
            name=clean(str(row.get("name") or "")),
            leaf=True,
        )
        for row in rows
    ]
    names = {folded(c.name) for c in standing}
    slugs = {str(row.get("slug") or "") for row in rows}
    return standing + [
        Category(PREFIX + slug, None, name, leaf=True)
        for slug, name in OFFERED.items()
        if slug not in slugs and folded(name) not in names
    ]


def _parent(row: Row) -> str | None:
    parent = int_of(row.get("parent") or 0)
    return str(parent) if parent else None


class Shelves:
    """Category ids that products may name, each looked up once in a connector's life."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._known: dict[str, int] = {}
        self._lock = threading.Lock()

    def resolve(self, category_id: str) -> int:
        """The shop's own id; one of ours is made when the shop has none of its slug. Raises
        Rejected for one that no longer exists, and what the calls raise."""
        with self._lock:
            if category_id not in self._known:
                self._known[category_id] = self._looked_up(category_id)
            return self._known[category_id]

    def _looked_up(self, category_id: str) -> int:
        slug = category_id.removeprefix(PREFIX)
        if slug != category_id and slug in OFFERED:
            return self._ours(slug)
        if category_id.isdigit() and self._stands(category_id):
            return int(category_id)
        raise Rejected(
            f"cửa hàng không có danh mục '{category_id}'",
            code="before_call",
            field="category",
            hint="Chọn lại danh mục cho loại hàng này.",
        )

    def _stands(self, category_id: str) -> bool:
        query = [("include", category_id), ("_fields", "id")]
        rows = self._client.page(PATH, query).rows
        return any(str(row.get("id")) == category_id for row in rows)

    def _ours(self, slug: str) -> int:
        """By slug or by name, or made; "exists already" is an answer. Making it twice does no
        harm: the second time says which one there is."""
        found = self._found(slug)
        if found:
            return found
        try:
            made = self._client.post(PATH, {"name": OFFERED[slug], "slug": slug})
        except Rejected as error:
            found = self._found(slug) if error.code == "term_exists" else 0
            if not found:
                raise
            return found
        return int_of(made.get("id"))

    def _found(self, slug: str) -> int:
        query = [("slug", slug), ("_fields", "id,slug,name")]
        rows = self._client.page(PATH, query).rows
        by_slug = _first(row for row in rows if row.get("slug") == slug)
        if by_slug:
            return by_slug
        name = folded(OFFERED[slug])
        rows = self._client.all(PATH, [("_fields", "id,slug,name")])
        return _first(row for row in rows if folded(clean(str(row.get("name") or ""))) == name)


def _first(rows: Iterable[Row]) -> int:
    return next((int_of(row.get("id")) for row in rows), 0)


def folded(text: str) -> str:
    """Letters without accents, lower case, words parted by one blank."""
    bare = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    letters = "".join(c if c.isalnum() else " " for c in bare if not unicodedata.combining(c))
    return " ".join(letters.split())
