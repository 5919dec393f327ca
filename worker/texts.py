"""Titles and descriptions from templates, and what a listing may not say. Pure.

A template is text with ``{field}`` marks. ``[…]`` encloses a part that vanishes when a field in it
is empty; a line with an empty field outside of brackets vanishes whole. Which claims may be made
is ocop-domain §6: stars and the word OCOP only while the certificate is in force, no healing, no
"best"; the sentence that the law wants of health foods stays.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

TITLE = "{name}[ - {pack}][ - OCOP {stars} sao]"

DESCRIPTION = """\
{description}

Quy cách: {packs}
Khối lượng tịnh: {net}
Hạn sử dụng: {shelf_life}
Chủ thể: {producer}
Xuất xứ: {origin}
Số tự công bố: {self_declaration}
Mã truy xuất nguồn gốc: {trace_code}
Sản phẩm OCOP {stars} sao theo Quyết định {decision} ngày {recognised_on}, có giá trị đến \
{expires_on}."""

FIELDS = frozenset({
    "name", "pack", "packs", "net", "description", "shelf_life", "producer", "origin", "group",
    "self_declaration", "trace_code", "stars", "decision", "recognised_on", "expires_on",
})  # fmt: skip

_FIELD = re.compile(r"\{(\w*)\}")
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
_SENTENCE = re.compile(r"(?<=[.!?;\n])\s*")
_FORBIDDEN = re.compile(
    r"\b(chữa (bệnh|khỏi|trị)|điều trị|đặc trị|trị bệnh|số 1|số một|tốt nhất)\b", re.IGNORECASE
)
_DENIED = re.compile(r"\bkhông (phải|thay thế|có tác dụng)\b", re.IGNORECASE)
_CLAIM = re.compile(r"\s*[-–(,]?\s*\bOCOP\b(\s+\d\s+sao)?\)?", re.IGNORECASE)


def unknown_fields(template: str) -> list[str]:
    """Marks of a template that no product has."""
    return sorted(set(_FIELD.findall(template)) - FIELDS)


def render(template: str, values: Mapping[str, str]) -> str:
    """The template with the product's values put in."""
    lines = [_line(line, values) for line in template.split("\n")]
    text = "\n".join(line for line in lines if line is not None)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _line(line: str, values: Mapping[str, str]) -> str | None:
    whole = _OPTIONAL.sub(lambda part: part[1] if _complete(part[1], values) else "", line)
    if not _complete(whole, values):
        return None
    return _FIELD.sub(lambda mark: values[mark[1]], whole)


def _complete(part: str, values: Mapping[str, str]) -> bool:
    return all(values.get(name) for name in _FIELD.findall(part))


def title(template: str, values: Mapping[str, str], length: tuple[int, int]) -> str:
    """At most ``length[1]`` characters: the name gives way, the pack and the stars stay. One
    that is shorter than ``length[0]`` is told whose and whence it is."""
    text = render(template, values)
    over = len(text) - length[1]
    if over > 0:
        name = cut_at_word(values["name"], max(1, len(values["name"]) - over))
        text = cut_at_word(render(template, {**values, "name": name}), length[1])
    for more in (values["producer"], values["origin"]):
        if more and len(text) < length[0]:
            text = cut_at_word(f"{text} - {more}", length[1])
    return text


def description(template: str, values: Mapping[str, str], length: tuple[int, int]) -> str:
    """At most ``length[1]`` characters; a short one says who answers for the product."""
    text = render(template, values)
    if len(text) < length[0]:
        text += f"\nSản phẩm do {values['producer']} làm ra và chịu trách nhiệm về chất lượng."
    return cut_at_word(text, length[1])


def honest(text: str) -> str:
    """``text`` without the sentences that promise healing or being the best."""
    sentences = _SENTENCE.split(text)
    kept = [s for s in sentences if not _FORBIDDEN.search(s) or _DENIED.search(s)]
    return " ".join(part.strip(" ") for part in kept if part.strip(" ")).replace("\n ", "\n")


def unclaimed(text: str) -> str:
    """``text`` without the word OCOP and the stars beside it."""
    return _CLAIM.sub("", text).strip(" -–,")


def cut_at_word(text: str, most: int) -> str:
    """``text`` at most ``most`` characters long, cut between words where there is a gap, and
    never between a letter and its mark."""
    if len(text) <= most:
        return text
    gap = text[: most + 1].rfind(" ")
    cut = gap if gap > most // 2 else most
    while cut > 1 and unicodedata.combining(text[cut]):
        cut -= 1
    return text[:cut].rstrip(" ,;-–(")
