"""What the registry refuses, as its JSON error (the shape is ours: the proposal names none)."""

from __future__ import annotations


class Refused(Exception):
    """A call or an edit that is not carried out. ``status`` is HTTP's, ``code`` for programs."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
