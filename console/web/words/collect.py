"""Keep the catalogues up: every Vietnamese sentence that the console can show, a new one with no
translation yet, one that is gone left out (``make words``)."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from console.web.language import LANGUAGES, WORDS
from worker import reasons
from worker.certify import KIND_NAMES, PAPER_NAMES
from worker.deciding import WORDS as HOLDS
from worker.offer import GROUP_NAMES
from worker.reading import FACET_NAMES

ROOT = Path(__file__).parents[3]
MARKS = {"_": None, "N_": None, "ngettext": (1, 2), "counted": (1, 1)}
"""The functions whose text is shown in the language of the page."""
PLACES = (
    ("console/web", [("templates/**.html", "jinja2"), ("**.py", "python")], MARKS),
    ("worker", [("**.py", "python")], {"say": None}),
    ("connectors", [("guard.py", "python")], {"Refused": None}),
)
"""Folder, what is read there and how, the functions' names; ``say`` is the worker's, ``Refused``
what the guard says of an address."""
HEADER = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""

Id = str | tuple[str, ...]


def wanted() -> set[Id]:
    """Every text that is translated."""
    return {text for text in (*_marked(), *_elsewhere()) if text}


def _marked() -> Iterator[Id]:
    options = {"templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true"}}
    for folder, files, marks in PLACES:
        for _file, _line, text, _comments, _context in extract_from_dir(
            ROOT / folder, files, options, keywords=marks
        ):
            yield text


def _elsewhere() -> Iterator[str]:
    """Sentences that the worker keeps in Vietnamese and a page says in the reader's language."""
    for code in reasons.CODES:
        yield from (s for s in reasons.sentences(code) if s not in ("{detail}", "{advice}"))
    yield reasons.ADVICE
    yield from reasons.DETAILS.values()
    for words in HOLDS.values():
        yield from (words.about, words.approve, words.reject, words.next)
    for names in (KIND_NAMES, PAPER_NAMES, GROUP_NAMES, FACET_NAMES):
        yield from names.values()


def renewed(language: str, old: Catalog) -> str:
    """A catalogue's text: what is wanted, with the translations that there are."""
    new = Catalog(locale=language)
    for text in wanted():
        known = old.get(text)
        if known is not None and isinstance(known.id, str) != isinstance(text, str):
            known = None  # it is counted now, or no longer: it has to be said anew
        new.add(text, known.string if known is not None else None)
    out = io.BytesIO()
    write_po(out, new, no_location=True, omit_header=True, sort_output=True, width=0)
    return HEADER.format(language=language) + out.getvalue().decode().rstrip("\n") + "\n"


def main() -> int:
    for language in LANGUAGES:
        path = WORDS / f"{language}.po"
        if language == "vi":
            continue
        old = Catalog(locale=language)
        if path.exists():
            with path.open("rb") as source:
                old = read_po(source, locale=language)
        path.write_text(renewed(language, old), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
