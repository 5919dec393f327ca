"""What a producer is to be told: what is new against what it knows already. Pure.

``told`` is a mapping from a subject (``l:7`` a listing, ``c:3`` a certificate, ``p:5`` a paper) to
a stamp, a short word for what was last said of it. News is a subject whose stamp is another one
now; a fault that came and went between two digests is never mentioned. Subjects of which there is
nothing to say keep a stamp too (a listing that is on sale), so that its loss can be told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zlib import crc32

from models.notices import DocumentFact, ListingFact
from models.states import BANNED, BLOCKED, LIVE, MISSING, REJECTED, UNLISTED
from worker.certify import PAPER_NAMES
from worker.papers import AHEAD_DAYS
from worker.reasons import day

KINDS = ("banned", "revoked", "suspended", "rejected", "lapsed", "off", "lapsing", "back")
"""What news can be, the worst first."""

LONG_AGO_DAYS = 30
"""Who begins to get notices is not told of what lapsed before that."""

_REFUSED = {
    REJECTED: ("Sàn từ chối.", "Sửa theo lời sàn rồi báo cán bộ phụ trách."),
    BANNED: ("Sàn đã khóa sản phẩm.", "Sửa theo yêu cầu của sàn rồi gửi lại."),
}
_OFF = ("Đã ngừng bán.", "Hỏi cán bộ phụ trách nếu không rõ vì sao.")


@dataclass(frozen=True, slots=True)
class News:
    """One line of a digest: what (``kind`` of KINDS), of which product, where (a shop's name, ""
    for a paper), one sentence, one thing to do ("" for nothing). ``stamp`` is remembered once it
    was told."""

    subject: str
    stamp: str
    kind: str
    product: str
    where: str
    text: str
    advice: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """``quiet``: what they are taken to know without having been told the news."""

    news: tuple[News, ...]
    quiet: Mapping[str, str]

    def told(self) -> dict[str, str]:
        """What they know once they got the news."""
        return {**self.quiet, **{line.subject: line.stamp for line in self.news}}


def decide(
    listings: Sequence[ListingFact],
    documents: Sequence[DocumentFact],
    told: Mapping[str, str],
    today: date,
) -> Outcome:
    """The news for somebody who knows ``told``, the worst first."""
    found: dict[str, News | str] = {}
    for listing in listings:
        subject = f"l:{listing.id}"
        found[subject] = _of_listing(listing, subject, told.get(subject, ""))
    for document in documents:
        subject = f"{'c' if document.kind == 'certificate' else 'p'}:{document.id}"
        found[subject] = _of_document(document, subject, told.get(subject, ""), today)
    news = [line for line in found.values() if isinstance(line, News)]
    news.sort(key=lambda line: KINDS.index(line.kind))
    stamps = {
        subject: told.get(subject, "") if isinstance(line, News) else line
        for subject, line in found.items()
    }
    return Outcome(tuple(news), {subject: stamp for subject, stamp in stamps.items() if stamp})


def _of_listing(item: ListingFact, subject: str, before: str) -> News | str:
    """News, or the stamp that stands without a word."""
    if item.state in _REFUSED:
        text, advice = _REFUSED[item.state]
        said = f"{crc32((item.reason or text).encode()):08x}"
        stamp = f"{item.state}@{said if item.retried else f'{item.since:%Y%m%d%H%M%S}'}"
        if stamp == before:
            return before
        return News(
            subject, stamp, item.state, item.product, item.shop, item.reason or text,
            item.advice or advice,
        )  # fmt: skip
    if item.state == LIVE:
        if before in ("", LIVE):
            return LIVE
        said = "Đã bán trở lại."
        return News(subject, LIVE, "back", item.product, item.shop, said, "", item.url)
    if item.state in (UNLISTED, BLOCKED, MISSING) and before == LIVE:
        text, advice = item.reason or _OFF[0], item.advice or _OFF[1]
        return News(subject, "off", "off", item.product, item.shop, text, advice)
    return before


def _of_document(item: DocumentFact, subject: str, before: str, today: date) -> News | str:
    name = PAPER_NAMES.get(item.kind, "giấy chứng nhận OCOP")
    name = f"{name[0].upper()}{name[1:]} số {item.number}"
    if item.status != "valid":
        if item.status == before:
            return before
        words = "đã bị thu hồi" if item.status == "revoked" else "đang bị tạm dừng"
        why = f" ({item.why})" if item.why else ""
        return News(
            subject, item.status, item.status, item.product, "", f"{name} {words}{why}.",
            "Liên hệ văn phòng OCOP để biết cách khắc phục.",
        )  # fmt: skip
    left = (item.until - today).days
    if left < 0:
        return _lapsed(item, subject, before, name, left)
    ahead = [n for n in AHEAD_DAYS if left <= n]
    stamp = str(min(ahead)) if ahead else ""
    if not stamp or (before.isdigit() and int(before) <= int(stamp)):
        return before if stamp else ""
    return News(
        subject, stamp, "lapsing", item.product, "",
        f"{name} hết hạn ngày {day(item.until)} (còn {left} ngày).", _renew(item, "trước ngày đó"),
    )  # fmt: skip


def _lapsed(item: DocumentFact, subject: str, before: str, name: str, left: int) -> News | str:
    stamp = f"ended {item.until:%Y%m%d}"
    if stamp == before or (not before and left < -LONG_AGO_DAYS):
        return stamp
    text = f"{name} đã hết hạn ngày {day(item.until)}."
    return News(subject, stamp, "lapsed", item.product, "", text, _renew(item, "để bán trở lại"))


def _renew(item: DocumentFact, when: str) -> str:
    if item.kind == "certificate":
        return f"Nộp hồ sơ đánh giá lại {when}."
    return f"Gia hạn giấy và gửi bản mới cho cán bộ phụ trách {when}."
