"""What each kind of rule is for people: a sentence, its fields, and how they are read from a form.
Whether a value may be is :func:`worker.rules.check_value`'s to say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData

from console.web.forms import text
from console.web.language import N_, _, shown, told
from models.product import KINDS, PAPER_KINDS
from worker.rules import BadRule, check_value

WHOLE, PART, CHOICE, LINE, LINES, SIDES, PAPERS = (
    "whole", "part", "choice", "line", "lines", "sides", "papers",
)  # fmt: skip
"""A whole number; one with a part; one of some; a line of text; lines; three sizes; papers."""


@dataclass(frozen=True, slots=True)
class Field:
    """``label`` and ``hint`` say what it is, in which unit and within which bounds."""

    name: str
    type: str
    label: str
    hint: str = ""
    choices: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    title: str
    says: str
    fields: Sequence[Field]


_MARKS = N_(
    "Chỗ điền: {name} {pack} {packs} {net} {description} {shelf_life} {producer} {origin} {group} "
    "{self_declaration} {trace_code} {stars} {decision} {recognised_on} {expires_on}. "
    "Phần trong [ ] mất đi khi chỗ điền trong đó trống."
)

RULES: Mapping[str, Kind] = {
    "price": Kind(
        N_("Giá"), N_("Giá trên sàn tính từ giá trong sổ: cộng phần trăm, rồi làm tròn lên."),
        (
            Field("markup_pct", WHOLE, N_("Cộng thêm (%)"), N_("Từ -90 đến 400; trống là 0.")),
            Field("round_to", WHOLE, N_("Làm tròn lên tới (đồng)"), N_("Từ 1 đến 100.000.")),
            Field("min_vnd", WHOLE, N_("Thấp nhất (đồng)"), N_("Từ 0; trống là không đặt.")),
        ),
    ),
    "stock": Kind(
        N_("Tồn kho"),
        N_("Tồn kho trong sổ được chia cho các gian hàng, sau khi giữ lại một phần."),
        (
            Field("buffer", WHOLE, N_("Giữ lại (đơn vị)"), N_("Từ 0; trống là 0.")),
            Field("cap", WHOLE, N_("Hiện nhiều nhất (đơn vị)"), N_("Trống là không giới hạn.")),
            Field("share", WHOLE, N_("Phần được chia"),
                  N_("Từ 0 đến 1000; phần 2 được gấp đôi phần 1.")),
        ),
    ),
    "packing": Kind(
        N_("Đóng gói"), N_("Khối lượng và kích thước kiện gửi đi, tính từ khối lượng tịnh."),
        (
            Field("pct", WHOLE, N_("Cộng thêm (% khối lượng tịnh)"), N_("Từ 0 đến 400.")),
            Field("plus_g", WHOLE, N_("Cộng thêm (gam)"), N_("Từ 0 đến 50.000.")),
            Field("dims_mm", SIDES, N_("Dài, rộng, cao của kiện (mm)"), N_("Mỗi cạnh 1 đến 5000.")),
        ),
    ),
    "lapse": Kind(
        N_("Khi chứng nhận hết hạn"),
        N_("Sản phẩm hết hạn chứng nhận thì gỡ, hoặc bán tiếp mà không nói tới OCOP."),
        (
            Field("mode", CHOICE, N_("Khi hết hạn"), "", {
                "take_down": N_("gỡ khỏi sàn"), "unclaim": N_("bán tiếp, bỏ sao và chữ OCOP"),
            }),
        ),
    ),
    "permit": Kind(
        N_("Cho phép bán"), N_("Trả lời của người phụ trách ở nơi sàn đòi hỏi riêng, như rượu."),
        (Field("answer", CHOICE, N_("Cho bán"), "", {"yes": N_("cho"), "no": N_("không cho")}),),
    ),
    "template": Kind(
        N_("Mẫu chữ"), N_("Tên và bài mô tả của tin đăng, ghép từ những gì sổ nói."),
        (
            Field("title", LINE, N_("Tên tin"), _MARKS),
            Field("description", LINES, N_("Bài mô tả"), N_("Dòng có chỗ điền trống thì bỏ.")),
        ),
    ),
    "papers": Kind(
        N_("Giấy tờ phải có"),
        N_("Loại hàng nào phải có giấy nào mới được bán; loại không đặt riêng thì theo sàn."),
        (Field("needs", PAPERS, N_("Giấy của từng loại hàng")),),
    ),
    "guard": Kind(
        N_("Chặn nhầm lẫn"),
        N_("Thay đổi trông như nhầm lẫn thì chờ người quyết. Hai mục về gỡ hàng loạt chỉ có tác "
           "dụng khi đặt cho mọi nơi."),
        (
            Field("price_factor", PART, N_("Giá đổi quá (lần)"), N_("Lớn hơn 1; trống là 3.")),
            Field("down_pct", WHOLE, N_("Gỡ cùng lúc quá (% đang bán)"), N_("Trống là 10.")),
            Field("few", WHOLE, N_("và quá (sản phẩm)"), N_("Trống là 3.")),
            Field("refused", WHOLE, N_("Sàn từ chối liền (lần)"), N_("Từ 2; trống là 25.")),
        ),
    ),
}  # fmt: skip

SIDES_OF = ("dims_mm.0", "dims_mm.1", "dims_mm.2")


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed, by input; the value that it makes, and what is wrong, by field."""

    typed: Mapping[str, str]
    value: Mapping[str, Any]
    wrong: Mapping[str, str]


def read(kind: str, form: FormData) -> Typed:
    """A rule's value as a form has it; an empty field is left out: the program's own holds."""
    typed = {name: text(form, name) for name in form if name.startswith("v.")}
    value: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for field in RULES[kind].fields:
        try:
            found = _read(field, form)
            if found is not None:
                check_value(kind, {field.name: found})
                value[field.name] = found
        except BadRule as error:
            wrong[field.name] = told(error)
    if not value and not wrong:
        wrong[""] = _("Điền ít nhất một mục.")
    return Typed(typed, value, wrong)


def _read(field: Field, form: FormData) -> Any:
    """None: nothing was typed. Raises BadRule."""
    if field.type == PAPERS:
        return _papers(form) or None
    if field.type == SIDES:
        sides = [text(form, f"v.{name}") for name in SIDES_OF]
        return [_number(side, field) for side in sides] if any(sides) else None
    typed = text(form, f"v.{field.name}").replace("\r\n", "\n")
    if not typed:
        return None
    return _number(typed, field) if field.type in (WHOLE, PART) else typed


def _number(typed: str, field: Field) -> int | float:
    plain = typed.replace(" ", "").replace("\u00a0", "").rstrip("%đ")
    try:
        return float(plain.replace(",", ".")) if field.type == PART else int(plain)
    except ValueError:
        wanted = _("một số") if field.type == PART else _("một số nguyên, không có dấu chấm")
        said = _("thấy “%(found)s”, cần %(wanted)s")
        raise BadRule(said % {"found": typed[:40], "wanted": wanted}) from None


def _papers(form: FormData) -> dict[str, Any]:
    chosen = {kind for kind in KINDS if text(form, f"v.own.{kind}")}
    return {
        kind: [paper for paper in PAPER_KINDS if text(form, f"v.needs.{kind}.{paper}")]
        for kind in KINDS
        if kind in chosen
    }


def typed_of(value: Mapping[str, Any]) -> dict[str, str]:
    """A rule's value as its form would have it typed."""
    typed: dict[str, str] = {}
    for name, found in value.items():
        if name == "needs":
            for kind, papers in found.items():
                typed[f"v.own.{kind}"] = "1"
                typed |= {f"v.needs.{kind}.{paper}": "1" for paper in papers}
        elif isinstance(found, list | tuple):
            typed |= {f"v.{name}.{i}": str(side) for i, side in enumerate(found)}
        elif found is not None:
            typed[f"v.{name}"] = str(found)
    return typed


def in_words(kind: str, value: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(label, value) of what a rule says."""
    fields = {field.name: field for field in RULES[kind].fields}
    return [(_(fields[name].label), _said(fields[name], found)) for name, found in value.items()]


def _said(field: Field, found: Any) -> str:
    if field.choices is not None:
        return _(field.choices.get(found, str(found)))
    if field.type == SIDES:
        return " × ".join(shown(side) for side in found)
    return shown(found)
