"""The document says what is so: Schemathesis asks for everything in it, right and wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from console.web.api import schemas
from tests.console.api.conftest import Api, jump

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance,
    response_headers_conformance, response_schema_conformance,
]  # fmt: skip
REAL = {"code": "OCOP-1", "hold_id": 1, "run_id": 1}
"""Names that there are: chance would not find them."""


def operations(api: Api) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in api.app.openapi()["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


@pytest.fixture
def schema(api: Api) -> Iterator[Any]:
    """The document, and at the end: was every good answer in it really given?"""
    assert jump(api) == REAL["hold_id"]
    found = schemathesis.openapi.from_asgi("/api/v1/openapi.json", api.app)
    found.bearer = {"Authorization": f"Bearer {api.token('read', 'push', 'decide')}"}
    found.seen = set()
    yield found
    # the hold is decided once, with one word
    given = {path.replace("/reject", "/approve") for _m, path, code in found.seen if code < 300}
    assert given == {path.replace("/reject", "/approve") for _m, path, _o in operations(api)}


document = schemathesis.pytest.from_fixture("schema")


@document.parametrize()
@settings(
    max_examples=10, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_every_answer_is_documented_and_as_documented(case: Any, schema: Any) -> None:
    answers = [case.call_and_validate(headers=schema.bearer, checks=CHECKS)]
    if case.path in ("/api/v1/stop", "/api/v1/start"):  # chance may never send them a good body
        case.body = {}
        case.headers["Idempotency-Key"] = f"good-{len(schema.seen)}"
        answers.append(case.call_and_validate(headers=schema.bearer, checks=CHECKS))
    if case.path_parameters:
        case.path_parameters = {name: REAL[name] for name in case.path_parameters}
        answers.append(case.call_and_validate(headers=schema.bearer, checks=CHECKS))
    schema.seen |= {(case.method, case.path, answer.status_code) for answer in answers}


def test_only_the_api_is_in_the_document_and_it_is_open(api: Api) -> None:
    answer = api.client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    found = answer.json()
    assert all(path.startswith("/api/v1/") for path in found["paths"])
    assert "HTTPValidationError" not in answer.text
    assert "ValidationError" not in found["components"]["schemas"]
    assert found["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_every_route_documents_its_errors_as_problems(api: Api) -> None:
    for method, path, operation in operations(api):
        where = f"{method} {path}"
        errors = {code: answer for code, answer in operation["responses"].items() if code >= "400"}
        wanted = {"401", "403", "422", "503"} | ({"404"} if "{" in path else set())
        wanted |= {"409", "413"} if method == "POST" else set()
        wanted |= {"400"} if "requestBody" in operation else set()
        assert set(errors) == wanted, where
        for answer in errors.values():
            assert list(answer["content"]) == ["application/problem+json"], where
        assert operation["security"] == [{"token": []}], where
        assert operation["summary"], where
        assert operation["description"], where


def test_every_example_is_as_its_shape_says() -> None:
    shapes = [
        s
        for s in vars(schemas).values()
        if isinstance(s, type) and s.__module__ == schemas.__name__
    ]
    tried = 0
    for shape in shapes:
        extra = getattr(shape, "model_config", {}).get("json_schema_extra") or {}
        for example in extra.get("examples", ()):
            shape.model_validate(example)
            tried += 1
    assert tried >= 10
