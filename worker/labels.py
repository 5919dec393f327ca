"""Labels of an item's packs within a channel's length, that a buyer can tell apart. Pure.

A pack is called as the registry calls it. Where that is too long its end goes, and the end is
often all that differs ("… Tết Nguyên đán 500 g", "… Tết Trung thu 600 g"): then how much it holds
stays, or else the words that the others do not have. A number stands in only where nothing differs.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import takewhile

from worker.texts import cut_at_word

_NUMBER = r"\d+(?:[.,]\d+)*"
_WEIGHT = re.compile(
    rf"(?:{_NUMBER}\s*\w+\s*[x×]\s*)?{_NUMBER}\s*(?:kg|gram|gr|g|ml|lít|lit|l)\b", re.IGNORECASE
)
_COUNT = re.compile(rf"\b{_NUMBER}\s*[^\W\d]\w*")

Shorten = Callable[[Sequence[str], int], list[str]]


def fitting(names: Sequence[str], nets: Sequence[str], most: int) -> list[str]:
    """A label for each pack, at most ``most`` characters and all different. ``nets`` ("500 g") say
    how much is in those whose name does not."""
    amounts = {name: amount(name) or net for name, net in zip(names, nets, strict=True)}

    def by_amount(long: Sequence[str], room: int) -> list[str]:
        return [_ending(name, amounts[name], room) for name in long]

    labels = [cut_at_word(name, most) for name in names]
    for shorten in (by_amount, _by_difference):
        labels = _apart(names, labels, shorten, most)
    return _numbered(labels, most)


def amount(name: str) -> str:
    """What a name says of how much is in the pack: the last weight or volume, or else the last
    count; "" where it says nothing."""
    found = [match[0] for match in _WEIGHT.finditer(name)]
    found = found or [match[0] for match in _COUNT.finditer(name)]
    return found[-1] if found else ""


def _apart(names: Sequence[str], labels: Sequence[str], shorten: Shorten, most: int) -> list[str]:
    """Shortens anew the long names whose labels became equal, where that tells them apart."""
    answer = list(labels)
    for same in _equal(labels):
        long = [i for i in same if len(names[i]) > most]
        new = shorten([names[i] for i in long], most)
        others = {label.lower() for i, label in enumerate(answer) if i not in long}
        if len({n.lower() for n in new} - others - {""}) == len(long):
            for i, label in zip(long, new, strict=True):
                answer[i] = label
    return answer


def _equal(labels: Sequence[str]) -> list[list[int]]:
    """Where the same label stands more than once."""
    places: dict[str, list[int]] = defaultdict(list)
    for i, label in enumerate(labels):
        places[label.lower()].append(i)
    return [some for some in places.values() if len(some) > 1]


def _ending(name: str, end: str, most: int) -> str:
    """The first whole words of a name, and this end of it."""
    head = name.rpartition(end)[0] if end and end in name else name
    words = head.split()
    while words and len(" ".join([*words, end])) > most:
        words.pop()
    return cut_at_word(" ".join([*words, end]).strip(), most)


def _by_difference(names: Sequence[str], most: int) -> list[str]:
    """Each name with the words that the others do not begin or end with."""
    split = [name.split() for name in names]
    first = _shared(split)
    last = _shared([words[first:][::-1] for words in split])
    own = [" ".join(words[first : len(words) - last]) for words in split]
    return [_ending(name, end, most) for name, end in zip(names, own, strict=True)]


def _shared(rows: Sequence[Sequence[str]]) -> int:
    """With how many equal words all begin."""
    return sum(1 for _ in takewhile(lambda words: len(set(words)) == 1, zip(*rows, strict=False)))


def _numbered(labels: Sequence[str], most: int) -> list[str]:
    """Labels made different where nothing else does ("Hộp 10 quả", "Hộp 10 quả 2")."""
    seen: set[str] = set()
    answer: list[str] = []
    for label in labels:
        unique, number = label, 2
        while unique.lower() in seen:
            tail = f" {number}"
            unique, number = cut_at_word(label, most - len(tail)) + tail, number + 1
        seen.add(unique.lower())
        answer.append(unique)
    return answer
