"""Kinds of texts that go in and out: words of a list, and what people typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field
from pydantic_core import CoreSchema, core_schema

from models.listing import FACETS
from models.run import HOLD_KINDS, RUN_KINDS
from models.states import STATES


@dataclass(frozen=True, slots=True)
class OneOf:
    """A word of a list: checked, and listed in the document."""

    values: tuple[str, ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        return core_schema.literal_schema(list(self.values))


State = Annotated[str, OneOf(STATES)]
Facet = Annotated[str, OneOf(FACETS)]
RunKind = Annotated[str, OneOf(RUN_KINDS)]
RunStatus = Annotated[str, OneOf(("running", "ended", "failed"))]
HoldKind = Annotated[str, OneOf(HOLD_KINDS)]
HoldStatus = Annotated[str, OneOf(("open", "approved", "rejected", "solved"))]

NO_NUL = r"^[^\x00]*$"
"""PostgreSQL keeps no NUL in a text."""

Words = Annotated[str, Field(max_length=200, pattern=NO_NUL)]
"""A name, a key, a few words."""
Code = Annotated[str, Field(min_length=1, max_length=200, pattern=NO_NUL)]
"""A product code or SKU."""
