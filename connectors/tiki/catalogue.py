"""Categories, attributes with their values, and the papers a category demands (3.2)."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.contract import Attribute, AttributeOption, Category
from connectors.errors import AuthRefused, NotFound, ProtocolError, Rejected
from connectors.tiki.client import Client
from connectors.tiki.fields import first, flag, inner, last_page, rows, text_of
from connectors.tiki.filling import KNOWN, POSSIBLE, legal
from connectors.tiki.words import fold

VALUE_PAGES = 10
"""Pages of an attribute's values that are read: five hundred names are more than a person reads."""

_PRIMARY = ("is_primary", "isPrimary", "primary")
_PARENT = ("parent_id", "parent", "parentId")
_DOCUMENT_PATHS = ("v2/requiredDocuments", "v2/categories/{}/requiredDocuments")
"""Neither is certain (8): what is unknown under one name is asked under the other."""


@dataclass(frozen=True, slots=True)
class Document:
    """A paper that a category asks for."""

    document_id: int | str
    name: str
    required: bool


def categories(client: Client) -> list[Category]:
    """The tree. A category is listed in when it is primary and holds no other primary one."""
    found = {str(row["id"]): row for row in _category_rows(client) if row.get("id") is not None}
    primary = {i for i, row in found.items() if flag(first(row, *_PRIMARY))}
    above_primary = {_parent(found[i]) for i in primary}
    return [
        Category(
            category_id=category_id,
            parent_id=_parent(row),
            name=text_of(row, "name", "display_name"),
            leaf=category_id in primary and category_id not in above_primary,
        )
        for category_id, row in found.items()
    ]


def _category_rows(client: Client) -> list[Mapping[str, Any]]:
    """Without a filter the whole tree is asked for; where that brings no primary ones, they are
    asked for by name."""
    try:
        found = list(client.pages("v2/categories", bare=True))
    except NotFound:
        return list(client.pages("v1/categories", [("lang", "vi")], bare=True))
    if not any(flag(first(row, *_PRIMARY)) for row in found):
        found += list(client.pages("v2/categories", [("isPrimary", "true")], bare=True))
    return found


def _parent(row: Mapping[str, Any]) -> str | None:
    value = first(row, *_PARENT)
    if isinstance(value, dict):
        value = value.get("id")
    return None if value in (None, 0, "0", "") else str(value)


_NUMERIC = ("int", "integer", "decimal", "float", "number")
"""Data types whose values are numbers (3.2: their names are from memory)."""


class Catalogue:
    """What categories demand, read once for as long as the connector lives."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._attributes: dict[str, list[Mapping[str, Any]]] = {}
        self._values: dict[str, list[str]] = {}
        self._documents: dict[str, list[Document]] = {}
        self._lock = threading.Lock()

    def attributes(self, category_id: str) -> list[Attribute]:
        """What we do not fill in ourselves, or cannot: a list may lack what we would say.
        ``value_id`` is the value's name: on the wire values go by name (3.3)."""
        return [
            self._attribute(row)
            for row in self.attribute_rows(category_id)
            if row.get("code") and (row["code"] not in KNOWN or self._lacks_ours(row))
        ]

    def _lacks_ours(self, row: Mapping[str, Any]) -> bool:
        """Whether a known attribute's list cannot take all that we may say of it."""
        names, ours = self._listed(row), POSSIBLE.get(row["code"])
        return bool(names) and not (ours and all(legal(names, value) for value in ours))

    def as_listed(self, row: Mapping[str, Any], value: Any) -> Any:
        """A value of ours as the attribute takes it; None where its list has none such."""
        names = self._listed(row)
        return legal(names, value) if names else value

    def _listed(self, row: Mapping[str, Any]) -> list[str]:
        """The legal values of what is chosen from a list; none of the brand, which has a way of
        its own (:meth:`brand`)."""
        listed = row.get("code") != "brand" and _chosen_from_list(row)
        return self._names(row) if listed else []

    def attribute_rows(self, category_id: str) -> list[Mapping[str, Any]]:
        """As Tiki lists them; a category without any is answered with 404 (2)."""
        with self._lock:
            if category_id not in self._attributes:
                path = f"v2/categories/{category_id}/attributes"
                try:
                    found = list(self._client.pages(path, bare=True))
                except NotFound:
                    found = []
                self._attributes[category_id] = found
            return self._attributes[category_id]

    def _attribute(self, row: Mapping[str, Any]) -> Attribute:
        kind = text_of(row, "input_type").lower()
        names = self._names(row) if _chosen_from_list(row) else []
        return Attribute(
            attribute_id=str(row["code"]),
            name=text_of(row, "display_name") or str(row["code"]),
            mandatory=bool(flag(row.get("is_required"))),
            free_text=not names,
            options=tuple(AttributeOption(name, name) for name in names),
            max_values=20 if "multi" in kind else 1,
            numeric=text_of(row, "data_type") in _NUMERIC,
        )

    def _names(self, row: Mapping[str, Any]) -> list[str]:
        """The legal values, which stand beside the attribute or in a list of their own."""
        own = [text_of(value, "value", "name") for value in inner(row.get("values"))]
        if own or row.get("id") is None:
            return [name for name in own if name]
        key = str(row["id"])
        with self._lock:
            if key not in self._values:
                self._values[key] = self._read_values(key, "")
            return self._values[key]

    def _read_values(self, attribute_id: str, words: str) -> list[str]:
        path, found = f"v2/attributes/{attribute_id}/values", []
        for page in range(1, VALUE_PAGES + 1):
            query = [("q", words)] if words else []
            try:
                body = self._client.get(path, [*query, ("page", str(page)), ("limit", "50")])
            except NotFound:
                break
            found += [text_of(value, "value", "name") for value in rows(body, bare=True)]
            if page >= (last_page(body) or 1):
                break
        return [name for name in found if name]

    def brand(self, category_id: str, name: str, neutral: str) -> str:
        """The brand as the category takes it: any name where it is free text; one of the list
        where it is chosen, and the neutral one for a producer that is not in it."""
        row = next((r for r in self.attribute_rows(category_id) if r.get("code") == "brand"), None)
        if row is None or not _chosen_from_list(row) or row.get("id") is None:
            return name
        for wanted in (name, neutral):
            for known in self._read_values(str(row["id"]), wanted):
                if fold(known) == fold(wanted):
                    return known
        return name

    def documents(self, category_id: str) -> list[Document]:
        """The papers that a category asks for; none where nobody says (3.2)."""
        with self._lock:
            if category_id not in self._documents:
                self._documents[category_id] = self._read_documents(category_id)
            return self._documents[category_id]

    def _read_documents(self, category_id: str) -> list[Document]:
        for path in _DOCUMENT_PATHS:
            query = [] if "{}" in path else [("category_id", category_id)]
            try:
                body = self._client.get(path.format(category_id), query)
            except (NotFound, AuthRefused, ProtocolError, Rejected):
                continue
            found = rows(body, bare=True)
            return [_document(row) for row in found if _document_id(row) is not None]
        return []


def _chosen_from_list(row: Mapping[str, Any]) -> bool:
    kind = text_of(row, "input_type").lower()
    return "select" in kind or "drop" in kind


def _document_id(row: Mapping[str, Any]) -> Any:
    return first(row, "document_id", "id")


def _document(row: Mapping[str, Any]) -> Document:
    """One that does not say whether it is demanded is not: the desk will ask for it if it is."""
    required = flag(first(row, "is_required", "required", "mandatory"))
    return Document(_document_id(row), text_of(row, "name", "document_name"), required is True)


def attributes(
    catalogue: Catalogue, category_ids: Sequence[str]
) -> Mapping[str, Sequence[Attribute]]:
    return {category_id: catalogue.attributes(category_id) for category_id in category_ids}
