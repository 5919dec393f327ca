"""The console speaks English wherever it speaks Vietnamese: nothing is missing, empty or left over,
and nothing is shown that cannot be translated."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path

import jinja2.nodes as nodes
import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from console.web import language, site, why
from console.web.words import collect
from models import producer_links
from models.operator import ADMIN, OPERATOR, VIEWER
from tests.console.web.conftest import Browser, Site
from worker import links, reasons
from worker.saying import say

WEB = Path(language.__file__).parent
PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}")
MARKS = {"_", "N_", "counted", "gettext"}
AS_IT_IS = {
    ("access.py", "tại máy chủ"),  # how decisions are signed
    ("language.py", "Tiếng Việt"),
    ("pages/producer_page.py", "chủ thể "),  # in the audit
    ("published.py", "không có tệp này"),  # to channels
    ("waking.py", "Redis không trả lời"),  # kept as the run's outcome
}
"""File, and the Vietnamese in it that no page shows in the language of its reader."""
NOT_PAGES = {"serve.py", "schemas.py", "document.py"}
"""What is said at the machine's command line, and examples of the API's document."""


@cache
def catalogue() -> Catalog:
    with (language.WORDS / "en.po").open("rb") as source:
        return read_po(source, locale="en")


def words() -> list[tuple[str, str]]:
    """Each sentence with its English; one that is counted with both of its forms."""
    return [
        (message.id[0], english) if message.pluralizable else (message.id, message.string)
        for message in catalogue() if message.id
        for english in (message.string if message.pluralizable else ("",))
    ]  # fmt: skip


def known() -> set[collect.Id]:
    return {message.id for message in catalogue() if message.id}


def vietnamese(text: str) -> bool:
    return any(letter.isalpha() and not letter.isascii() for letter in text)


def test_every_sentence_has_an_english_one() -> None:
    wanted = collect.wanted()
    assert {  # one of every source, so that an empty collection is seen
        "Tổng quan", "mật khẩu quá ngắn; cần ít nhất %(least)s ký tự", "đang bán", "Đồ uống",
        "chờ dữ liệu đổi", "không có trên sàn", reasons.ADVICE, reasons.sentences("EXPIRED")[0],
        "giấy phép rượu",
    } <= wanted  # fmt: skip
    assert wanted - known() == set(), "make words, then write them"
    assert known() - wanted == set(), "make words"
    assert [said for said, english in words() if not english.strip()] == []
    assert not any(message.fuzzy for message in catalogue() if message.id)


def test_the_file_is_as_the_tool_writes_it() -> None:
    assert collect.renewed("en", catalogue()) == (language.WORDS / "en.po").read_text("utf-8")


def test_placeholders_are_the_same_on_both_sides() -> None:
    differing = {
        said: english for said, english in words()
        if sorted(PLACEHOLDER.findall(said)) != sorted(PLACEHOLDER.findall(english))
        or (said[:1].isspace(), said[-1:].isspace())
        != (english[:1].isspace(), english[-1:].isspace())
    }  # fmt: skip
    assert differing == {}


def test_no_english_sentence_holds_vietnamese() -> None:
    assert [said for said, english in words() if vietnamese(english)] == []


def test_what_is_counted_follows_its_number() -> None:
    chosen = language.current.set("en")
    try:
        assert [language.counted("tin", n) for n in (0, 1, 2)] == [
            "listings",
            "listing",
            "listings",
        ]
    finally:
        language.current.reset(chosen)
    assert language.counted("tin", 1) == "tin"


# --- nothing outside _() ----------------------------------------------------------------------


def outside(node: nodes.Node) -> Iterator[str]:
    """The Vietnamese of a template that is not handed to a translation."""
    called = node.node if isinstance(node, nodes.Call) else None
    if isinstance(called, nodes.Name) and called.name in MARKS:
        return
    if isinstance(node, nodes.TemplateData) and vietnamese(node.data):
        yield node.data.strip()
    if isinstance(node, nodes.Const) and isinstance(node.value, str) and vietnamese(node.value):
        yield node.value
    for child in node.iter_child_nodes():
        yield from outside(child)


@pytest.mark.parametrize("name", sorted(p.name for p in (WEB / "templates").iterdir()))
def test_a_template_shows_only_what_is_translated(name: str) -> None:
    source = (WEB / "templates" / name).read_text(encoding="utf-8")
    assert list(outside(site.templates().parse(source))) == []


def unmarked(node: ast.AST) -> Iterator[str]:
    """The Vietnamese strings of a module that are neither marked nor a docstring."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS:
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and vietnamese(node.value):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from unmarked(child)


def test_a_page_says_only_what_is_translated() -> None:
    found = {
        (str(path.relative_to(WEB)), said)
        for path in WEB.rglob("*.py")
        if path.name not in NOT_PAGES
        for said in unmarked(ast.parse(path.read_text(encoding="utf-8")))
        if not re.fullmatch(r"[%đ\W]*", said)  # signs of money and numbers
    }
    assert found - AS_IT_IS == set()
    assert AS_IT_IS - found == set(), "no longer there"


# --- what a reader sees -----------------------------------------------------------------------


def english(site: Site, role: str = VIEWER) -> Browser:
    browser = site.as_(role)
    browser.client.cookies.set("ocop_language", "en")
    return browser


def text_of(page: str) -> str:
    return re.sub(r"<[^>]*>", " ", page)


def test_a_reason_is_said_in_english(site: Site) -> None:
    site.world.sql("UPDATE certificate SET expires_on = DATE '2025-12-31' RETURNING id")
    site.world.plan()
    site.world.sync()
    viewer = english(site)
    story = site.world.sql("SELECT reason->>'text' FROM listing")
    assert story == [("Giấy chứng nhận OCOP đã hết hạn ngày 31/12/2025.",)]
    for path in ("/listings", "/listings/1"):
        page = viewer.get(path).text
        assert "The OCOP certificate expired on 31/12/2025." in page, path
        assert "đã hết hạn" not in page, path
    assert "Apply for a new assessment" in viewer.get("/listings/1").text


@pytest.mark.parametrize(("code", "detail", "said"), [
    ("KIND_BLOCKED", "rượu", "This channel does not take alcohol."),
    ("PAPER_LAPSED", "giấy phép sản xuất, bán rượu đã hết hạn ngày 01/02/2026",
     "The documents are not complete: licence to make and sell alcohol expired on 01/02/2026."),
    ("REVOKED", " ngày 01/02/2026 (sai hồ sơ)",
     "The OCOP certificate has been revoked on 01/02/2026 (sai hồ sơ)."),
    ("REFUSED", "Ảnh quá nhỏ", "The channel refused it: Ảnh quá nhỏ"),
])  # fmt: skip
def test_a_detail_that_is_ours_is_english_too(code: str, detail: str, said: str) -> None:
    told = reasons.reason(code, detail).as_json()
    reset = language.current.set("en")
    try:
        assert why.text(told) == said
        assert not vietnamese(why.advice(told))
    finally:
        language.current.reset(reset)
    assert why.text(told) == told["text"]


def test_a_refusal_of_the_worker_is_said_in_english(site: Site) -> None:
    operator = english(site, OPERATOR)
    page = operator.post("/holds/decide", {"id": "99", "answer": "approve"})
    assert page.status_code == 409
    assert "there is no question no. 99; see ocop-sync holds list" in page.text
    in_vietnamese = site.as_(OPERATOR).post("/holds/decide", {"id": "99", "answer": "approve"})
    assert "không có việc chờ số 99; xem ocop-sync holds list" in in_vietnamese.text


def test_what_an_api_token_cannot_be_is_said_in_english(site: Site) -> None:
    admin = english(site, ADMIN)
    fields = {"name": "Kho", "scope": ["read"], "days": "30"}
    admin.get("/tokens")
    admin.post("/tokens", fields)
    for wrong, said in (
        ({"scope": []}, "no permission chosen"), ({"days": "99999"}, "99999 days"),
        ({"name": " "}, "1 to 100"), ({}, "choose another name"),
    ):  # fmt: skip
        page = admin.post("/tokens", {**fields, **wrong}).text
        found = re.search(r'role="alert">(.*?)</p>', page)
        assert found is not None
        assert said in found[1]
        assert not vietnamese(found[1])


@pytest.mark.parametrize(
    ("webhook", "said"),
    [
        ("ftp://x", "must be a web address"),
        ("https://[x", "not a web address"),
        ("http://10.0.0.1/x", "10.0.0.1"),
    ],
)
def test_an_address_that_is_refused_is_said_in_english(site: Site, webhook: str, said: str) -> None:
    operator = english(site, OPERATOR)
    ((number,),) = site.world.sql("SELECT min(id) FROM producer")
    operator.get(f"/producers/{number}")
    answer = operator.post(f"/producers/{number}/notices", {"webhook": webhook, "on": "1"})
    assert answer.status_code == 422
    found = re.search(r'role="alert">(.*?)</p>', answer.text)
    assert found is not None
    assert said in found[1]
    assert not vietnamese(found[1])


def test_a_sentence_within_a_sentence_is_said_too() -> None:
    error = ValueError(say("dòng %(row)s: %(error)s", row=2, error=say("không có trên sàn")))
    assert str(error) == language.told(error) == "dòng 2: không có trên sàn"
    reset = language.current.set("en")
    try:
        assert language.told(error) == "row 2: does not exist on the channel"
        assert language.told(ValueError("của người khác")) == "của người khác"
    finally:
        language.current.reset(reset)


PAGES = ("/", "/listings", "/listings/1", "/plan", "/runs", "/runs/1", "/log", "/holds", "/shops",
         "/rules", "/mappings", "/registry", "/producers", "/producers/1", "/khong-co")  # fmt: skip
NAMES = re.compile(r"Mỳ [^<\n]*|Kênh thử|Tiếng Việt|đ")
"""What stays as it is: names, and the sign of the currency."""


def test_no_page_mixes_the_languages(site: Site) -> None:
    """Beside names and what was written by people, channels and the worker's own log."""
    operator = english(site, OPERATOR)
    for path in PAGES:
        page = operator.get(path).text
        shown = re.sub(r"(?s)<bdi>.*?</bdi>|<option.*?</option>|<small>.*?</small>", " ", page)
        left = [line.strip() for line in text_of(shown).splitlines()
                if vietnamese(NAMES.sub("", line))]  # fmt: skip
        assert left == [], path


def test_what_producers_and_buyers_see_is_english(site: Site) -> None:
    world = site.world
    world.sql("UPDATE certificate SET expires_on = DATE '2025-12-31' RETURNING id")
    world.sql("UPDATE product SET trace_code = 'TC-1' RETURNING id")
    world.plan()
    world.sync()
    ((number,),) = world.sql("SELECT min(id) FROM producer")
    now = world.env.now()
    with world.env.db.transaction() as session:
        link = producer_links.make(session, int(str(number)), "Lan", now, now + timedelta(days=9))
    reader = english(site)
    mine = reader.get(links.path(world.env, link)).text
    assert "The OCOP certificate expired on 31/12/2025." in mine
    assert "Apply for a new assessment" in mine
    public = reader.get("/t/TC-1").text
    assert "The OCOP certificate has expired" in public
    for page in (mine, public):
        shown = re.sub(r"(?s)<bdi>.*?</bdi>|<title>.*?</title>|<script.*?</script>", " ", page)
        left = [line for line in text_of(shown).splitlines() if vietnamese(NAMES.sub("", line))]
        assert left == []
