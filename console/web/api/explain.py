"""One product in every shop."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from console.web.api.access import Reader
from console.web.api.document import problems
from console.web.api.place import new_router
from console.web.api.schemas import Story
from console.web.api.words import Code
from console.web.failures import Problem
from console.web.here import Here
from console.web.language import _
from worker.explain import explain_product

router = new_router()


@router.get("/explain/{code}", summary="Why a product is, or is not, on sale",
            responses=problems(404))  # fmt: skip
def read_story(
    console: Here,
    token: Reader,
    code: Annotated[
        Code,
        Path(description="A SKU, or any code a product ever had.", examples=["OCOP-24-219-0002"]),
    ],
) -> Story:
    """What the register says, what we want each shop to show, what it acknowledged, and what
    happens next."""
    story = explain_product(console.env, code, _)
    if story is None:
        raise Problem(
            404, _("Không có sản phẩm hay quy cách nào mang mã này."),
            _("Xem lại mã; mã nào đang có: GET /api/v1/status."),
        )  # fmt: skip
    return Story.model_validate(story)
