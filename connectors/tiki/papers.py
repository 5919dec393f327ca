"""Which of a product's papers answer a category's demands (3.3, 5). Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from connectors.contract import Paper
from connectors.errors import Rejected
from connectors.tiki.catalogue import Document
from connectors.tiki.words import fold

_KINDS = (
    ("alcohol_licence", re.compile(r"\bruou\b|alcohol|spirits|wine|liquor")),
    ("self_declaration", re.compile(r"cong bo|declaration|announcement")),
    (
        "food_safety",
        re.compile(
            r"an toan thuc pham|an toan ve sinh|attp|vstp|haccp|iso ?22000"
            r"|food.{0,13}safety|safety.{0,13}food"
        ),
    ),
    ("trademark", re.compile(r"nhan hieu|thuong hieu|trademark|\bbrand\b")),
)
"""Paper kinds by words of a document's name (folded), the first that fits."""


def kind_of(document_name: str) -> str:
    """Our kind of the paper that a document asks for; "" when we know none."""
    folded = fold(document_name)
    return next((kind for kind, words in _KINDS if words.search(folded)), "")


def certificate_files(
    papers: Sequence[Paper], documents: Sequence[Document], today: str
) -> list[dict[str, Any]] | Rejected:
    """One entry for each document that a paper answers, and the trademark for the brand.

    A demanded document without a paper that is in force (``today``: ISO day in Vietnam) and whose
    file can be fetched is refused here, before anybody's desk is troubled.
    """
    usable = {
        paper.kind: paper
        for paper in papers
        if paper.url and (not paper.valid_until or paper.valid_until >= today)
    }
    files: list[dict[str, Any]] = []
    for document in documents:
        paper = usable.get(kind_of(document.name))
        if paper is not None:
            entry = {"url": paper.url, "type": "category", "document_id": document.document_id}
            files.append(entry)
        elif document.required:
            return _missing(document.name)
    if "trademark" in usable:
        files.append({"url": usable["trademark"].url, "type": "brand"})
    return files


def _missing(name: str) -> Rejected:
    """A paper of a kind that is recorded here can be handed in; of another only the office can show
    it to Tiki."""
    said = f"danh mục này của Tiki đòi '{name}'"
    if kind_of(name):
        words = f"{said}, sản phẩm chưa có bản còn hạn"
        hint = f"Nộp tệp '{name}' còn hạn (ảnh hoặc PDF)."
    else:
        words = f"{said}, hệ thống không có loại giấy tờ này"
        hint = (
            f"Văn phòng đăng sản phẩm kèm '{name}' trên Tiki Seller Center rồi nhận lại, hoặc chọn "
            "danh mục khác."
        )
    return Rejected(words, code="before_call", field="papers", hint=hint)
