"""Refusals have no code: which of our fields their words speak of, and reasons in every form."""

from __future__ import annotations

import orjson
import pytest

from connectors.tiki.client import refusal
from connectors.tiki.fields import flag, local, whole
from connectors.tiki.papers import kind_of
from connectors.tiki.payloads import as_html
from connectors.tiki.states import Stage, stage, with_people
from connectors.tiki.words import errors_of, reason_of, refused

JSON_REASON = orjson.dumps({
    "errors": [{
        "code": 420, "data": None, "description": "Product code X is not unique",
        "msg": "Mã seller product không duy nhất", "msg_eng": "Seller product code is not unique",
    }],
    "message": "Lỗi", "trace_id": None,
}).decode()  # fmt: skip


@pytest.mark.parametrize(("words", "field"), [
    ("Product code MICHU-500G is not unique", "sku"), ("Mã seller product không duy nhất", "sku"),
    ("SKU already exists", "sku"), ("Mã sản phẩm bị trùng", "sku"),
    ("Price is not valid because less than ten percent listing price", "price"),
    ("variants should have price > 0", "price"), ("Giá bán không hợp lệ", "price"),
    ("Image does not match product name", "images"), ("Hình ảnh mờ", "images"),
    ("Giấy chứng nhận ATTP đã hết hạn", "papers"), ("certificate_files is required", "papers"),
    ("variants => min_code is required", "gtin"), ("The min code field is required", "gtin"),
    ("Min-code is required", "gtin"), ("Mã vạch đã được sử dụng", "gtin"),
    ("Barcode has been used", "gtin"), ("min code already exists", "gtin"),
    ("Original SKU has been used", "sku"), ("original_sku existed", "sku"),
    ("SKU MICHU-500G existed", "sku"), ("The seller sku exists", "sku"),
    ("Mã SKU đã được sử dụng", "sku"), ("Ma SKU da duoc su dung", "sku"),
    ("Mã sản phẩm MICHU-500G đã tồn tại", "sku"), ("Product code X has already been taken", "sku"),
    ("Image has been used; sku is required", "images"),
    ("Original SKU is required", "variants"), ("SKU does not exist", "variants"),
    ("Original SKU not exists", "variants"), ("Image has been used by another product", "images"),
    ("Tên thương hiệu đã được sử dụng", "attributes"), ("origin value is not valid", "attributes"),
    ("Original image is too small", "images"), ("brand_origin is required", "attributes"),
    ("Liquor licence is missing", "papers"), ("License has expired", "papers"),
    ("inventory_type must be one of dropship", "shop"),
    ("warehouse 3 is not active", "shop"), ("quantity must be an integer >= 0", "stock"),
    ("category_id must be a primary category", "category"),
    ("variants don't match with option_attributes => variants option2 missing", "variants"),
    ("attributes => origin is required", "attributes"), ("description is required", "description"),
    ("name must have 3 to 255 characters", "title"), ("something else", ""), ("", ""),
])  # fmt: skip
def test_the_field_that_words_speak_of(words: str, field: str) -> None:
    error = refused(words)
    assert error.field == field
    assert words in error.message
    assert error.hint


@pytest.mark.parametrize(("given", "words"), [
    ("Image does not match product name", "Image does not match product name"),
    (JSON_REASON, "Product code X is not unique; Mã seller product không duy nhất; Lỗi"),
    (orjson.loads(JSON_REASON), "Product code X is not unique; Mã seller product không duy nhất; "
     "Lỗi"),
    ('[{"reason_id": 1, "reason_name": "Ảnh mờ", "reject_description": "Chụp lại"}]',
     "Ảnh mờ; Chụp lại"),
    ('{"errors": ["a", "b"]}', "a; b"), ("{not json", "{not json"), ('{"x": 1}', '{"x": 1}'),
    ("", ""), (None, ""), ("  ", ""), (["a", None, 3], "a"),
])  # fmt: skip
def test_a_reason_in_words(given: object, words: str) -> None:
    assert reason_of(given) == words


def test_error_bodies() -> None:
    assert errors_of({"errors": ["a", "b", "a"]}) == "a; b"
    assert errors_of({"error": {"id": "1", "message": "m"}}) == "m"
    assert errors_of({"msg": "Permission denied"}) == "Permission denied"
    assert errors_of(None) == errors_of([]) == errors_of({}) == ""


@pytest.mark.parametrize(("status", "said", "kind"), [
    (400, "bad", "Rejected"), (401, "expired", "AuthExpired"), (401, "", "AuthExpired"),
    (401, "token is not linked to any seller", "AuthRefused"),
    (401, "token missing, expired, or not linked to a seller", "AuthExpired"),
    (403, "scope", "AuthRefused"), (403, "", "AuthRefused"), (404, "", "NotFound"),
    (405, "", "ProtocolError"), (406, "", "ProtocolError"), (409, "x", "Rejected"),
    (422, "x", "Rejected"),
])  # fmt: skip
def test_each_status(status: int, said: str, kind: str) -> None:
    assert type(refusal(status, said)).__name__ == kind


@pytest.mark.parametrize("state", [
    "queuing", "processing", "drafted", "md_awaiting_approve", "md_waiting_approve",
    "bot_awaiting_approve", "bot_waiting_approve", "awaiting_approve", "waiting_approve", "new_one",
])  # fmt: skip
def test_states_that_are_no_end(state: str) -> None:
    assert stage(state) is Stage.OPEN
    assert with_people(state) is (state not in ("queuing", "processing", "drafted"))


@pytest.mark.parametrize(("name", "kind"), [
    ("Giấy chứng nhận cơ sở đủ điều kiện an toàn thực phẩm", "food_safety"),
    ("Giấy chứng nhận ATTP", "food_safety"), ("Bản tự công bố sản phẩm", "self_declaration"),
    ("Giấy phép sản xuất, kinh doanh rượu", "alcohol_licence"),
    ("Giấy đăng ký nhãn hiệu", "trademark"), ("Hóa đơn", ""),
    ("Food hygiene and safety certificate", "food_safety"),
    ("Certificate of hygiene and food safety", "food_safety"),
    ("Food safety certificate", "food_safety"), ("Vệ sinh an toàn thực phẩm", "food_safety"),
    ("Liquor licence", "alcohol_licence"), ("Liquor business license", "alcohol_licence"),
    ("Product self-declaration", "self_declaration"), ("Hygiene test report", ""),
])  # fmt: skip
def test_the_paper_that_a_document_asks_for(name: str, kind: str) -> None:
    assert kind_of(name) == kind


def test_html_is_escaped() -> None:
    assert as_html("a < b & c\r\nd\n\n\n e ") == "<p>a &lt; b &amp; c<br>d</p><p>e</p>"
    assert as_html("<script>x</script>") == "<p>&lt;script&gt;x&lt;/script&gt;</p>"


def test_numbers_and_flags() -> None:
    assert whole("1121448919994696893") == 1121448919994696893
    assert [whole(v) for v in (1, 1.0, "409000.00", "", None, "x", True)] == [
        1, 1, 409_000, None, None, None, 1,
    ]  # fmt: skip
    assert [flag(v) for v in (1, "1", True, "true", 0, "0", "false", None, 2)] == [
        True, True, True, True, False, False, False, None, False,
    ]  # fmt: skip


def test_local_time() -> None:
    from datetime import UTC, datetime

    assert local(datetime(2026, 1, 31, 20, 5, 9, tzinfo=UTC)) == "2026-02-01 03:05:09"
