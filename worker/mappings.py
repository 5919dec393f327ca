"""The category mapping as people keep it: suggested, set, carried as CSV, checked."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import orjson
from sqlmodel import Session

from connectors.contract import Attribute, Category, Connector, StarterRow
from models import categories, shops, turns
from models.categories import MapRow
from models.facts import Market
from models.product import KINDS
from models.shop import Shop
from worker import mapping, office, tokens
from worker.certify import KIND_NAMES
from worker.env import Env
from worker.mapping import Proposal
from worker.planning import plan_in, plan_products
from worker.saying import say

COLUMNS = ("channel", "base_url", "kind", "words", "category_id", "name", "attributes")


class BadMapping(ValueError):
    """The mapping cannot be set as given (Vietnamese: where, found, expected, what to do)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a market's mapping that no longer fits the channel (Vietnamese)."""

    kind: str
    words: str
    category_id: str
    problem: str
    advice: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def connector_of(env: Env, shop: Shop) -> Connector:
    """The shop's connector, logged in. Raises ChannelError."""
    return env.connector(shop.channel, tokens.fresh_account(env, shop).account)


def markets(env: Env, channel: str = "") -> list[Shop]:
    """One shop of each market that is connected."""
    with env.db.transaction() as session:
        found = [s for s in shops.all_shops(session) if channel in ("", s.channel)]
    return list({market_of(shop): shop for shop in reversed(found)}.values())[::-1]


def market_of(shop: Shop) -> Market:
    return (shop.channel, shop.base_url)


def suggest(env: Env, shop: Shop, kind: str, words: str, title: str = "") -> list[Proposal]:
    """The likeliest categories for a kind (and words of the name), the best first. Raises
    BadMapping, ChannelError."""
    _known_kind(kind)
    connector = connector_of(env, shop)
    row = _starter_row(connector, kind, words)
    named = title or words or row.phrases[0]
    recommended = connector.recommend(named) if connector.capabilities.recommends else ()
    return mapping.suggest(connector.categories(), row, recommended)


def _starter_row(connector: Connector, kind: str, words: str) -> StarterRow:
    for row in connector.capabilities.starter:
        if (row.kind, row.words) == (kind, words):
            return row
    phrases = (words, KIND_NAMES[kind]) if words else (KIND_NAMES[kind],)
    return StarterRow(kind, words, phrases)


@dataclass(frozen=True, slots=True)
class Drafted:
    """A mapping as it would be set; ``weak``: mandatory attributes that get only a placeholder."""

    row: MapRow
    weak: tuple[str, ...]


def draft(env: Env, shop: Shop, kind: str, words: str, category_id: str, *, by: str) -> Drafted:
    """A category for a kind, with the attributes that the channel wants of it. Raises BadMapping,
    ChannelError."""
    _known_kind(kind)
    connector = connector_of(env, shop)
    category = next((c for c in connector.categories() if c.category_id == category_id), None)
    if category is None or not category.leaf:
        said = say(
            "ngành hàng %(category)s %(what)s; xem: ocop-sync mappings suggest %(kind)s",
            category=category_id, kind=kind,
            what=say("không phải ngành hàng cuối") if category else say("không có trên sàn"),
        )  # fmt: skip
        raise BadMapping(said)
    attributes = connector.attributes([category_id]).get(category_id, ())
    defaults = mapping.default_attributes(attributes)
    weak = {d["attribute_id"] for d in defaults if not d["value_id"] and _is_weak(d["text"])}
    row = MapRow(kind, words, category_id, tuple(defaults), category.name, by)
    return Drafted(row, tuple(a.name for a in attributes if a.attribute_id in weak))


def set_one(env: Env, shop: Shop, kind: str, words: str, category_id: str, *, by: str) -> list[str]:
    """Confirm a category for a kind; returns names of mandatory attributes that got only a
    placeholder. Raises BadMapping, ChannelError."""
    drafted = draft(env, shop, kind, words, category_id, by=by)
    with env.db.transaction() as session:
        put(env, session, shop, drafted.row)
    return list(drafted.weak)


def put(env: Env, session: Session, shop: Shop, row: MapRow) -> None:
    """Set a drafted row as a decision, and plan what it changes."""
    turns.take(session, None)
    why = f"ánh xạ {shop.channel} {row.kind} {row.words}".strip()
    run_id = office.begin(env, session, row.decided_by, why)
    office.mapping(env, session, market_of(shop), row, run_id=run_id)
    plan_in(env, session, None, run_id)


def _is_weak(text: str) -> bool:
    return text in ("", mapping.PLACEHOLDER)


def _known_kind(kind: str) -> None:
    if kind not in KINDS:
        said = say(
            "không có loại hàng '%(found)s'; có: %(known)s", found=kind, known=", ".join(KINDS)
        )
        raise BadMapping(said)


# --- as CSV -----------------------------------------------------------------------------------


def export(env: Env) -> str:
    """Every market's mapping as CSV (UTF-8 with BOM, as spreadsheets open it)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for shop in markets(env):
        channel, base_url = market_of(shop)
        with env.db.transaction() as session:
            rows = categories.rows_of(session, (channel, base_url))
        for row in rows:
            attributes = orjson.dumps([dict(a) for a in row.attributes]).decode()
            writer.writerow(
                _safe(v)
                for v in (
                    channel, base_url, row.kind, row.words, row.category_id, row.name, attributes,
                )
            )  # fmt: skip
    return "\ufeff" + out.getvalue()


def _safe(text: str) -> str:
    """A cell that a spreadsheet takes for text, never for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def import_(env: Env, text: str, *, by: str) -> tuple[int, list[str]]:
    """Set what a CSV says; returns how many rows changed, and what was wrong with the others
    (row, found, expected). Raises BadMapping when it is no such CSV at all."""
    lines = _lines(text)
    known = {market_of(shop) for shop in markets(env)}
    changed = 0
    problems: list[str] = []
    with env.db.transaction() as session:
        run_id = office.begin(env, session, by, "ánh xạ từ tệp")
    for number, line in enumerate(lines, start=2):
        try:
            market, row = _row(line, known, by)
        except BadMapping as error:
            problems.append(say("dòng %(row)s: %(error)s", row=number, error=error.args[0]))
            continue
        with env.db.transaction() as session:
            changed += office.mapping(env, session, market, row, run_id=run_id)
    plan_products(env, run_id=run_id)
    return changed, problems


def _lines(text: str) -> list[dict[str, str | None]]:
    if "\0" in text:
        raise BadMapping(say("tệp không phải CSV mã UTF-8; lưu lại bằng CSV UTF-8"))
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    try:
        missing = sorted({"channel", "kind", "category_id"} - set(reader.fieldnames or ()))
        lines = list(reader)
    except csv.Error as error:
        said = say("tệp không tách được cột (%(error)s); lưu lại bằng CSV UTF-8", error=error)
        raise BadMapping(said) from None
    if missing:
        said = say(
            "tệp thiếu cột %(missing)s; cần các cột: %(columns)s",
            missing=", ".join(missing), columns=", ".join(COLUMNS),
        )  # fmt: skip
        raise BadMapping(said)
    return lines


def _row(line: Mapping[str, str | None], known: set[Market], by: str) -> tuple[Market, MapRow]:
    values = {name: (line.get(name) or "").strip().lstrip("'") for name in COLUMNS}
    _known_kind(values["kind"])
    bases = [m for m in known if m[0] == values["channel"]]
    market = (values["channel"], values["base_url"] or (bases[0][1] if len(bases) == 1 else ""))
    if market not in known:
        said = say(
            "không có gian hàng nào trên %(channel)s %(url)s; kết nối trước",
            channel=values["channel"], url=values["base_url"],
        )  # fmt: skip
        raise BadMapping(said)
    if not values["category_id"]:
        raise BadMapping(say("cột category_id trống; ghi mã ngành hàng của sàn"))
    try:
        attributes = orjson.loads(values["attributes"] or "[]")
        rows = tuple({str(k): str(v) for k, v in a.items()} for a in attributes)
    except (orjson.JSONDecodeError, AttributeError, TypeError):
        said = say(
            "cột attributes có %(found)s; cần một danh sách JSON, như %(sample)s",
            found=repr(values["attributes"][:40]),
            sample='[{"attribute_id": "1", "value_id": "2", "text": "", "unit": ""}]',
        )
        raise BadMapping(said) from None
    row = MapRow(values["kind"], values["words"], values["category_id"], rows, values["name"], by)
    return market, row


# --- check ------------------------------------------------------------------------------------


def check(env: Env, shop: Shop) -> list[Finding]:
    """What of the market's mapping no longer fits: categories that vanished or were divided,
    mandatory attributes without a value, values that the channel took away. Raises
    ChannelError."""
    with env.db.transaction() as session:
        rows = categories.rows_of(session, market_of(shop))
    connector = connector_of(env, shop)
    known = {c.category_id: c for c in connector.categories()}
    living = sorted({r.category_id for r in rows if _usable(known.get(r.category_id))})
    attributes = connector.attributes(living) if living else {}
    return [f for row in rows for f in _judge(row, known, attributes.get(row.category_id, ()))]


def _usable(category: Category | None) -> bool:
    return category is not None and category.leaf


def _judge(
    row: MapRow, known: Mapping[str, Category], attributes: Sequence[Attribute]
) -> list[Finding]:
    def finding(problem: str, advice: str) -> Finding:
        return Finding(row.kind, row.words, row.category_id, problem, advice)

    again = f"chọn lại: ocop-sync mappings suggest {row.kind} {row.words}".rstrip()
    category = known.get(row.category_id)
    if category is None:
        return [finding(f"sàn không còn ngành hàng '{row.name or row.category_id}'", again)]
    if not category.leaf:
        return [finding(f"ngành hàng '{category.name}' đã chia nhỏ", again)]
    given = {a["attribute_id"]: a for a in row.attributes}
    found = []
    for attribute in attributes:
        value = given.get(attribute.attribute_id)
        if value is None and attribute.mandatory:
            found.append(finding(f"sàn nay bắt buộc thuộc tính '{attribute.name}'", again))
        elif value is not None and not _still_there(value, attribute):
            found.append(
                finding(f"giá trị đã chọn của '{attribute.name}' không còn trên sàn", again)
            )
    return found


def _still_there(value: Mapping[str, str], attribute: Attribute) -> bool:
    wanted = value.get("value_id")
    return not wanted or any(o.value_id == wanted for o in attribute.options)
