"""Categories and attributes (reference 3.1, 3.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.contract import Attribute, AttributeOption, Category
from connectors.errors import Rejected
from connectors.shopee.answers import rows
from connectors.shopee.client import Client

_FORMS = tuple(
    (name, language) for name in ("category_id_list", "category_ids") for language in ("vn", "vi")
)

_NUMERIC = (1, 3, 4)
"""Validation types of whole and of broken numbers, and of dates, which are numbers too: seconds
since 1970 as a text (3.2, 3.7)."""

_FREE_TEXT = (2, 3, 5)
"""Input types that take a value of one's own: combo boxes and free text."""


def categories(client: Client) -> list[Category]:
    """The whole tree, in Vietnamese. A root's parent may be 0, null or absent."""
    response = client.get("product/get_category", [("language", "vi")]).response
    return [
        Category(
            category_id=str(row["category_id"]),
            parent_id=str(row["parent_category_id"]) if row.get("parent_category_id") else None,
            name=str(row.get("display_category_name") or row.get("original_category_name") or ""),
            leaf=not row.get("has_children"),
        )
        for row in rows(response, "category_list")
    ]


def attributes(client: Client, category_ids: Sequence[str]) -> Mapping[str, Sequence[Attribute]]:
    """One category a call: that form of the list is read alike by everybody (10.11)."""
    return {category_id: _of(client, category_id) for category_id in category_ids}


def recommend(client: Client, title: str) -> list[str]:
    """Best first; whether they are candidates or a path is not told (10.9), so that a caller
    has to see for itself which of them are leaves."""
    response = client.get("product/category_recommend", [("item_name", title)]).response
    found = response.get("category_id") or ()
    return [str(category_id) for category_id in found]


def _of(client: Client, category_id: str) -> list[Attribute]:
    response = _tree(client, category_id)
    return [
        _attribute(row)
        for entry in rows(response, "list")
        if str(entry.get("category_id")) == category_id
        for row in rows(entry, "attribute_tree")
    ]


def _tree(client: Client, category_id: str) -> Mapping[str, Any]:
    """The language is documented as ``vn`` here and ``vi`` elsewhere, and the list under two
    names: what is refused in one form is asked in the other (3.2, 10.11)."""
    for name, language in _FORMS[:-1]:
        try:
            return _ask(client, category_id, name, language)
        except Rejected as error:
            if error.code not in ("error_invalid_language", "error_param"):
                raise
    return _ask(client, category_id, *_FORMS[-1])


def _ask(client: Client, category_id: str, name: str, language: str) -> Mapping[str, Any]:
    query = [(name, category_id), ("language", language)]
    response: Mapping[str, Any] = client.get("product/get_attribute_tree", query).response
    return response


def _attribute(row: Mapping[str, Any]) -> Attribute:
    info = row.get("attribute_info") or {}
    values = sorted(rows(row, "attribute_value_list"), key=_asks_for_more)
    units = info.get("attribute_unit_list") or ()
    return Attribute(
        attribute_id=str(row["attribute_id"]),
        name=str(row.get("name") or ""),
        mandatory=bool(row.get("mandatory")),
        free_text=info.get("input_type") in _FREE_TEXT,
        options=tuple(
            AttributeOption(str(v["value_id"]), str(v.get("name") or "")) for v in values
        ),
        units=tuple(str(unit) for unit in units),
        max_values=int(info.get("max_value_count") or 1),
        numeric=info.get("input_validation_type") in _NUMERIC,
    )


def _asks_for_more(value: Mapping[str, Any]) -> bool:
    """Options whose choice makes further attributes due come last: a default picks the first."""
    return any(child.get("mandatory") for child in rows(value, "child_attribute_list"))
