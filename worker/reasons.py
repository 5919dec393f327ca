"""Why a product is not on sale: whose doing it is, in one sentence, and what to do.

Producers read these on a phone, so the text is Vietnamese and says one thing to do. The five
owners are the design's ("Reasons"): by choice, by law or programme, by a defect in the data, by
the channel, by us.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

CHOICE, LAW, DATA, CHANNEL, US = "choice", "law", "data", "channel", "us"

_TEXTS: dict[str, tuple[str, str, str]] = {
    "NOT_ASSIGNED": (
        CHOICE,
        "Sản phẩm không nằm trong danh mục của gian hàng này.",
        "Nếu muốn bán ở đây, hãy báo cán bộ phụ trách thêm vào danh mục.",
    ),
    "NOT_AGREED": (
        CHOICE,
        "Chủ thể chưa đồng ý cho gian hàng của tỉnh bán.",
        "Khi đồng ý, hãy báo văn phòng ghi nhận ở trang Chủ thể.",
    ),
    "SHOP_OFF": (
        CHOICE,
        "Gian hàng đang tắt đồng bộ.",
        "Cán bộ phụ trách bật lại gian hàng khi sẵn sàng.",
    ),
    "WITHDRAWN": (
        LAW,
        "Sản phẩm đã rút khỏi sổ đăng ký OCOP{detail}.",
        "Liên hệ văn phòng OCOP nếu đây là nhầm lẫn.",
    ),
    "FLAGGED": (
        DATA,
        "Dữ liệu đăng ký cần người xem lại ({detail}).",
        "Sửa dòng dữ liệu theo gợi ý rồi gửi lại.",
    ),
    "NO_CERTIFICATE": (
        LAW,
        "Chưa có giấy chứng nhận OCOP.",
        "Bổ sung số quyết định và ngày công nhận vào sổ đăng ký.",
    ),
    "NOT_YET": (
        LAW,
        "Giấy chứng nhận chỉ có hiệu lực từ {detail}.",
        "Không cần làm gì: sản phẩm tự lên sàn khi đến ngày.",
    ),
    "EXPIRED": (
        LAW,
        "Giấy chứng nhận OCOP đã hết hạn ngày {detail}.",
        "Nộp hồ sơ đánh giá lại; có quyết định mới thì sản phẩm tự lên sàn.",
    ),
    "REVOKED": (
        LAW,
        "Giấy chứng nhận OCOP đã bị thu hồi{detail}.",
        "Liên hệ văn phòng OCOP để biết cách khắc phục.",
    ),
    "SUSPENDED": (
        LAW,
        "Giấy chứng nhận OCOP đang bị tạm dừng{detail}.",
        "Liên hệ văn phòng OCOP để biết cách khắc phục.",
    ),
    "KIND_BLOCKED": (
        LAW,
        "Sàn này không nhận {detail}.",
        "Bán qua kênh khác: web riêng hoặc sàn của tỉnh.",
    ),
    "KIND_WAITING": (
        LAW,
        "Sàn này chỉ nhận {detail} khi có người duyệt giấy tờ.",
        "Gửi giấy tờ cho cán bộ phụ trách để duyệt.",
    ),
    "NO_PAPER": (
        LAW,
        "Sàn này đòi {detail} mà chưa có.",
        "Gửi bản chụp giấy này cho cán bộ phụ trách.",
    ),
    "PAPER_LAPSED": (
        LAW,
        "Hồ sơ chưa đủ: {detail}.",
        "Gia hạn giấy rồi gửi bản mới cho cán bộ phụ trách.",
    ),
    "KIND_REFUSED": (
        CHOICE,
        "Cán bộ phụ trách quyết định không bán {detail} trên sàn này.",
        "Hỏi cán bộ phụ trách nếu cần xem lại.",
    ),
    "NO_VARIANT": (
        DATA,
        "Sản phẩm chưa có quy cách nào.",
        "Thêm ít nhất một quy cách đóng gói vào sổ đăng ký.",
    ),
    "NO_PRICE": (
        DATA,
        "Chưa có giá bán cho {detail}.",
        "Điền giá bán (đồng) cho quy cách này vào sổ đăng ký.",
    ),
    "NO_IMAGE": (DATA, "Chưa có ảnh sản phẩm.", "Thêm ít nhất một ảnh rõ nét vào sổ đăng ký."),
    "IMAGE_BROKEN": (
        DATA,
        "Không dùng được ảnh nào: {detail}.",
        "Thay bằng ảnh JPG hoặc PNG mở được công khai.",
    ),
    "IMAGE_UNFIT": (
        DATA,
        "Không ảnh nào hợp với sàn này ({detail}).",
        "Thêm một ảnh đủ lớn, JPG hoặc PNG, vào sổ đăng ký.",
    ),
    "NO_PUBLIC_URL": (
        US,
        "Sàn này tự tải ảnh về, mà máy chủ chưa có địa chỉ công khai.",
        "Cán bộ kỹ thuật đặt PUBLIC_BASE_URL rồi chạy lại.",
    ),
    "ADOPT_WAITING": (
        CHOICE,
        "Gian hàng đã có sản phẩm giống sản phẩm này ({detail}); chờ người xác nhận.",
        "Cán bộ phụ trách xem và xác nhận bằng ocop-sync adopt.",
    ),
    "IMAGE_WAITING": (US, "Đang chờ tải ảnh về.", "Không cần làm gì."),
    "LOGO_IN_IMAGE": (
        LAW,
        "Chứng nhận đã hết hiệu lực mà ảnh còn mang logo OCOP.",
        "Thay ảnh không có logo và số sao.",
    ),
    "NO_CATEGORY": (
        DATA,
        "Chưa chọn ngành hàng trên sàn cho nhóm này.",
        "Cán bộ phụ trách chọn ngành hàng trong bảng ánh xạ.",
    ),
    "NO_ATTRIBUTE": (
        DATA,
        "Sàn bắt buộc có '{detail}' mà sổ đăng ký chưa nói.",
        "Báo cán bộ phụ trách điền, hoặc ghi vào mô tả sản phẩm trong sổ đăng ký.",
    ),
    "NO_WEIGHT": (
        DATA,
        "Chưa có khối lượng hay dung tích của {detail}.",
        "Điền khối lượng tịnh vào sổ đăng ký.",
    ),
    "RATIO": (
        CHANNEL,
        "Giá giữa các quy cách chênh hơn mức sàn cho phép ({detail}).",
        "Sửa lại giá, hoặc nhờ cán bộ phụ trách tách quy cách thành sản phẩm riêng.",
    ),
    "REFUSED": (CHANNEL, "Sàn từ chối: {detail}", "{advice}"),
    "BANNED": (CHANNEL, "Sàn đã khóa sản phẩm: {detail}", "Sửa theo yêu cầu của sàn rồi gửi lại."),
    "IN_REVIEW": (CHANNEL, "{detail}", "Chờ sàn duyệt; không cần làm gì."),
    "SENT": (US, "Đã gửi, chờ thấy trên sàn.", "Không cần làm gì."),
    "QUEUED": (US, "Đang chờ đến lượt gửi lên sàn.", "Không cần làm gì."),
    "BEGUN": (US, "Sàn đã nhận thay đổi và đang xử lý.", "Không cần làm gì."),
    "CREATING": (US, "Đang tạo trên sàn.", "Không cần làm gì."),
    "CREATE_UNCLEAR": (
        US,
        "Sàn không trả lời rõ đã tạo hay chưa; đang kiểm tra để không đăng trùng.",
        "Không cần làm gì.",
    ),
    "FOUGHT_OVER": (
        CHANNEL,
        "Sàn hoặc ai đó trên gian hàng cứ đổi lại {detail}; đã thôi không đổi nữa.",
        "Cán bộ phụ trách xem vì sao, rồi gửi lại bằng ocop-sync push.",
    ),
    "LOST_AGAIN": (
        CHANNEL,
        "Sản phẩm cứ biến mất trên sàn; đã thôi không đăng lại nữa.",
        "Cán bộ phụ trách xem ai xóa và vì sao, rồi mới đăng lại.",
    ),
    "MISSING": (CHANNEL, "Sàn không còn sản phẩm này.", "Cán bộ phụ trách kiểm tra trên sàn."),
    "TWO_ITEMS": (
        CHANNEL,
        "Trên sàn có hai sản phẩm cùng mã ({detail}).",
        "Cán bộ phụ trách chọn giữ một, xóa một.",
    ),
    "SKU_TAKEN": (
        CHANNEL,
        "Sàn báo mã {detail} đã có, mà không tìm thấy sản phẩm nào mang mã đó.",
        "Cán bộ phụ trách tìm mã này trên trang người bán (hàng ẩn, thùng rác, chờ duyệt), rồi xóa "
        "hoặc đổi mã; chương trình thỉnh thoảng thử lại.",
    ),
    "TAKE_DOWN_REFUSED": (
        CHANNEL,
        "Vẫn còn bán trái quy định: sàn không cho gỡ ({detail}).",
        "Gỡ bằng tay trên trang người bán; chương trình vẫn thử lại mỗi kỳ.",
    ),
}


CODES = tuple(_TEXTS)
DETAILS = {"IN_REVIEW": "Sàn đang duyệt."}
"""Details where nobody gave any."""
ADVICE = "Sửa dữ liệu theo lời sàn rồi chờ lần đồng bộ sau."
"""What to do where a channel refused and nobody knows better."""


@dataclass(frozen=True, slots=True)
class Reason:
    """``code`` is stable, ``whose`` one of the five owners, the rest Vietnamese sentences."""

    code: str
    whose: str
    text: str
    advice: str
    detail: str = ""
    """What the sentence was filled in with, for whoever says it in another language."""

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code, "whose": self.whose, "text": self.text, "advice": self.advice,
            "detail": self.detail,
        }  # fmt: skip


def sentences(code: str) -> tuple[str, str]:
    """(what is the matter, what to do) of a code, with "{detail}" and "{advice}" not filled in;
    empty for an unknown one."""
    return _TEXTS.get(code, ("", "", ""))[1:]


def reason(code: str, detail: str = "", advice: str = "") -> Reason:
    """The reason of that code, its sentence filled in."""
    whose, text, todo = _TEXTS[code]
    detail = detail or DETAILS.get(code, "")
    return Reason(
        code,
        whose,
        text.format(detail=detail),
        todo.format(advice=advice or ADVICE),
        detail,
    )


def day(value: date) -> str:
    """``15/12/2021``."""
    return value.strftime("%d/%m/%Y")
