"""What is shown on a page, as a spreadsheet for the office. Text stays text: nothing that came from
outside is ever a formula."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter
from starlette.responses import Response

from console.web import terms, why
from console.web.language import _, shown
from models.browse import Line
from models.log import LogLine
from worker.env import HOME_ZONE

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def listings(lines: Sequence[Line]) -> Response:
    """Listings as the list shows them."""
    heads = (
        _("mã"), _("sản phẩm"), _("chủ thể"), _("gian hàng"), _("kênh"), _("trạng thái"),
        _("từ lúc"), _("vì sao"), _("làm gì"), _("giá thấp nhất (đ)"), _("giá cao nhất (đ)"),
        _("tồn kho"), _("sao"), _("chứng nhận đến"), _("địa chỉ"),
    )  # fmt: skip
    rows = (
        (line.code, line.product, line.producer, line.shop_name, line.channel,
         _(terms.STATES[line.state]), line.state_since,
         *_why(line),
         line.price_low, line.price_high, line.stock, line.stars, line.expires_on, line.url)
        for line in lines
    )  # fmt: skip
    return answer("tin-dang.xlsx", heads, rows)


def _why(line: Line) -> tuple[str, str]:
    reason = {
        "code": line.reason_code, "text": line.reason, "advice": line.advice,
        "detail": line.reason_detail,
    }  # fmt: skip
    return why.text(reason), why.advice(reason)


def log(lines: Sequence[LogLine]) -> Response:
    """The log as its page shows it."""
    heads = (
        _("lúc"), _("việc"), _("lượt"), _("gian hàng"), _("mã"), _("sản phẩm"), _("mặt"),
        _("trước"), _("sau"), _("mã lỗi"), _("lời"), _("mã yêu cầu"), "ms",
    )  # fmt: skip
    rows = (
        (e.at, _(terms.EVENTS.get(e.kind, e.kind)), e.run_id, e.shop, e.product_code, e.product,
         _(terms.FACETS.get(e.facet, e.facet)), shown(e.before), shown(e.after), e.code, e.message,
         e.request_id, e.duration_ms)
        for e in lines
    )  # fmt: skip
    return answer("nhat-ky.xlsx", heads, rows)


def answer(name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """A file of one sheet to be saved under a name."""
    data = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(data, options)
    page = book.add_worksheet()
    bold = book.add_format({"bold": True})
    days = book.add_format({"num_format": "dd/mm/yyyy"})
    moments = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
    page.write_row(0, 0, heads, bold)
    page.freeze_panes(1, 0)
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            if isinstance(value, datetime):
                local = value.astimezone(HOME_ZONE).replace(tzinfo=None)
                page.write_datetime(number, column, local, moments)
            elif isinstance(value, date):
                page.write_datetime(number, column, datetime(value.year, value.month, value.day),  # noqa: DTZ001 (a day)
                                    days)  # fmt: skip
            elif isinstance(value, int | float) and not isinstance(value, bool):
                page.write_number(number, column, value)
            elif value is not None:
                page.write_string(number, column, str(value)[:32_767])
    page.autofit()
    book.close()
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(data.getvalue(), media_type=XLSX, headers=headers)
