"""Fields of forms, as what they should be."""

from __future__ import annotations

from starlette.datastructures import FormData

LETTERS_MOST = 5000


def text(form: FormData, name: str, most: int = LETTERS_MOST) -> str:
    """A field's text, trimmed; "" where it is missing or a file. A database takes no NUL."""
    value = form.get(name, "")
    return value.replace("\0", "").strip()[:most] if isinstance(value, str) else ""
