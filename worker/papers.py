"""Papers: recorded with their file, warned of before they lapse.

What a lapsed paper means for a listing is :mod:`worker.certify`'s; a warning comes 30, 14 and 3
days ahead, once each, as an event that names what to do.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from models import outcomes, papers, registry
from models.outcomes import EventRow
from worker import pictures
from worker.certify import PAPER_NAMES
from worker.env import Env, local_day
from worker.pictures import BadPicture
from worker.planning import plan_products
from worker.reasons import day

AHEAD_DAYS = (30, 14, 3)
MAX_BYTES = 10 * 1024 * 1024
_PDF = b"%PDF-"


class BadPaper(ValueError):
    """The paper cannot be recorded as given (Vietnamese: found, expected, what to do)."""


@dataclass(frozen=True, slots=True)
class NewPaper:
    """Of a product or of a producer, never of both. ``file``: a PDF, JPG or PNG."""

    kind: str
    number: str
    valid_until: date | None = None
    product_id: int | None = None
    producer_id: int | None = None
    file: Path | None = None
    note: str = ""


def record(env: Env, new: NewPaper, *, by: str) -> int:
    """Keep a paper and plan anew what hangs on it; returns its id. Raises BadPaper."""
    if new.kind not in PAPER_NAMES:
        raise BadPaper(f"không có loại giấy '{new.kind}'; có: {', '.join(PAPER_NAMES)}")
    number = new.number.strip()
    if not number:
        raise BadPaper("giấy chưa có số; ghi số in trên giấy")
    asset_id = _keep(env, new.file) if new.file else None
    with env.db.transaction() as session:
        paper_id = papers.add(
            session, new.kind, number, new.valid_until, product_id=new.product_id,
            producer_id=new.producer_id, asset_id=asset_id, by=by, note=new.note, now=env.now(),
        )  # fmt: skip
        touched = papers.products_of(session, paper_id)
    plan_products(env, touched)
    return paper_id


def _keep(env: Env, path: Path) -> int:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadPaper(f"{path}: không đọc được ({error.strerror or error})") from None
    if len(data) > MAX_BYTES:
        raise BadPaper(f"{path}: nặng {len(data)} byte, nhiều nhất {MAX_BYTES}; quét nhẹ hơn")
    if data.startswith(_PDF):
        sha256, kind, width, height = hashlib.sha256(data).hexdigest(), "application/pdf", 0, 0
        pictures.write(env.images, sha256, data)
    else:
        try:
            picture = pictures.keep(env.images, data)
        except BadPicture as error:
            raise BadPaper(f"{path}: {error}; cần tệp PDF, JPG hoặc PNG") from None
        sha256, kind, width, height = (
            picture.sha256, picture.content_type, picture.width, picture.height,
        )  # fmt: skip
    with env.db.transaction() as session:
        return registry.drawn(
            session, f"paper:{sha256}", sha256, kind, len(data), width, height, env.now()
        )


def remove(env: Env, paper_id: int) -> bool:
    """A paper that holds no more; False when there is none of that number."""
    with env.db.transaction() as session:
        if not papers.remove(session, paper_id, env.now()):
            return False
        touched = papers.products_of(session, paper_id)
    plan_products(env, touched)
    return True


def warn(env: Env) -> int:
    """Say which papers lapse soon; each threshold once. Returns how many warnings there were."""
    today = local_day(env.now())
    said = 0
    with env.db.transaction() as session:
        for found in papers.lapsing(session, today, max(AHEAD_DAYS)):
            ahead = min(n for n in AHEAD_DAYS if found.days <= n)
            if found.warned_days is not None and found.warned_days <= ahead:
                continue
            paper = found.paper
            whose = paper.product_code or paper.producer
            ends = day(paper.valid_until) if paper.valid_until else ""
            message = (
                f"{whose}: {PAPER_NAMES[paper.kind]} số {paper.number} hết hạn ngày {ends} (còn "
                f"{found.days} ngày). Gia hạn rồi gửi bản mới cho cán bộ phụ trách."
            )
            event = EventRow(
                kind="paper_lapses",
                product_code=paper.product_code or "",
                code=paper.kind,
                message=message,
            )
            outcomes.log(session, [event], env.now())
            papers.warned(session, [paper.id], ahead)
            said += 1
    return said
