"""Each reason code: how bad it is, what was expected, and what a person should do.

Codes are registry-formats.md 4; those that the page does not list are marked "ours".
"""

from __future__ import annotations

from dataclasses import dataclass

from connectors.registry.contract import RowProblem

REJECTING = frozenset(
    {
        "NAME_MISSING",
        "NAME_LENGTH",
        "GROUP_UNKNOWN",
        "STARS_NOT_CERTIFIED",
        "STARS_MISSING",
        "STARS_INVALID",
        "PRICE_NEGATIVE",
        "DUPLICATE_ROW",
    }
)
"""The row cannot be used. Every other code leaves it readable, and waiting for a person."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a row. ``hint`` is added to the advice of the code.

    ``rejecting`` makes a code reject that otherwise only flags.
    """

    code: str
    field: str
    found: str = ""
    hint: str = ""
    rejecting: bool = False

    @property
    def rejects(self) -> bool:
        return self.rejecting or self.code in REJECTING


_FORMULA = "ô có giá trị thật", "bấm F2 rồi Enter ở ô đó, hoặc gõ thẳng giá trị, rồi lưu lại"
_PRICE = "một giá nguyên đồng từ 1.000 đến 100.000.000, thí dụ 45.000"
_STARS = "3, 4 hoặc 5 sao", "ghi đúng hạng trên giấy chứng nhận, thí dụ: 4 sao"
_DAY = "ngày/tháng/năm, thí dụ 15/12/2021", "ghi ngày theo quyết định công nhận"
_GTIN = "13 chữ số, số cuối là số kiểm tra", "định dạng ô là Văn bản rồi gõ lại mã dưới vạch"
_UNICODE = "chữ Việt Unicode", "chuyển mã bằng UniKey (Công cụ › Chuyển mã), xem lại rồi gửi lại"

_EXPLAINED = {
    "CELL_ERROR": _FORMULA,
    "FORMULA_NO_CACHED_VALUE": _FORMULA,
    "CODE_MISSING": ("mã sản phẩm OCOP-24-xxx-xxxx", "điền mã của sản phẩm"),
    "CODE_INVALID": ("mã dạng OCOP-24-xxx-xxxx", "sửa mã cho đúng dạng"),  # ours
    "CODE_CONFLICT": (
        "các dòng cùng mã nói về cùng một sản phẩm",
        "kiểm tra mã: hai sản phẩm khác nhau cần hai mã khác nhau",
    ),
    "DUPLICATE_ROW": ("mỗi quy cách một dòng", "xoá dòng lặp (dòng đầu đã được dùng)"),
    "POSSIBLE_DUPLICATE": (
        "mỗi sản phẩm của một chủ thể một mã",
        "nếu là mã mới sau khi đánh giá lại thì liên kết hai mã, nếu không thì sửa mã",
    ),
    "NAME_MISSING": ("tên sản phẩm", "điền tên như trên giấy chứng nhận"),
    "NAME_LENGTH": ("tên từ 2 đến 200 ký tự", "rút gọn tên như trên giấy chứng nhận"),  # ours
    "NO_DIACRITICS": ("tên có dấu", "gõ lại tên có dấu như trên giấy chứng nhận"),
    "LEGACY_ENCODING_TCVN3": _UNICODE,
    "LEGACY_ENCODING_VNI": _UNICODE,
    "MOJIBAKE_UTF8": (_UNICODE[0], "xem lại chữ đã khôi phục, lưu lại tệp với mã UTF-8"),
    "PRODUCER_MISSING": ("tên chủ thể", "điền tên chủ thể của sản phẩm"),  # ours
    "DISTRICT_UNKNOWN": (  # ours
        "một trong mười huyện, thành phố của Bắc Giang trước 01/07/2025",
        "điền huyện như trên giấy chứng nhận",
    ),
    "COMMUNE_NOT_IN_DISTRICT": (
        "xã, phường thuộc huyện đã ghi",
        "sửa xã hoặc huyện theo giấy chứng nhận",
    ),
    "GROUP_UNKNOWN": (
        "một trong sáu nhóm sản phẩm của QĐ 148/QĐ-TTg",
        "ghi tên nhóm, thí dụ: Thực phẩm",
    ),
    "STARS_MISSING": _STARS,
    "STARS_INVALID": _STARS,
    "STARS_NOT_CERTIFIED": (_STARS[0], "dưới 3 sao không có giấy chứng nhận OCOP: bỏ dòng này"),
    "STARS_IS_DATE": (_STARS[0], "Excel đã đổi 4/5 thành ngày: định dạng ô là Văn bản, gõ lại"),
    "STARS_FROM_SCORE": (_STARS[0], "xác nhận hạng sao, hoặc ghi hạng thay cho điểm"),
    "DATE_MISSING": _DAY,  # ours
    "DATE_INVALID": _DAY,
    "DATE_PARTIAL": ("đủ ngày, tháng và năm", _DAY[1]),
    "DATE_FUTURE": ("ngày không sau hôm nay", _DAY[1]),  # ours
    "DATE_TOO_EARLY": ("ngày từ 01/05/2018, khi chương trình bắt đầu", _DAY[1]),  # ours
    "EXPIRY_MISMATCH": (
        "ngày công nhận cộng 36 tháng",
        "sửa ngày hết hạn, hoặc để trống để phần mềm tự tính",
    ),
    "NET_MISSING": ("khối lượng hoặc dung tích, thí dụ 500 g", "điền khối lượng tịnh"),  # ours
    "NET_INVALID": ("khối lượng hoặc dung tích, thí dụ 500 g", "ghi số và đơn vị"),  # ours
    "NET_UNIT_MISSING": ("số kèm đơn vị, thí dụ 5 kg", "ghi thêm đơn vị"),
    "PRICE_ON_REQUEST": (_PRICE, "điền giá; chưa có giá thì chưa bán được"),
    "PRICE_AMBIGUOUS": (_PRICE, "ghi đủ số đồng, không viết tắt nghìn"),
    "PRICE_RANGE": (_PRICE, "ghi một giá cho mỗi quy cách"),
    "PRICE_TOO_LOW": (_PRICE, "ghi đủ số đồng: có thể số này đang tính bằng nghìn"),
    "PRICE_TOO_HIGH": (_PRICE, "kiểm tra số chữ số 0"),  # ours
    "PRICE_ZERO": (_PRICE, "điền giá bán thật"),
    "PRICE_NEGATIVE": (_PRICE, "bỏ dấu trừ, điền giá bán thật"),
    "PRICE_PER_UNIT_MISMATCH": ("giá của đúng quy cách trong dòng", "ghi giá của cả quy cách"),
    "STOCK_NEGATIVE": ("số từ 0 trở lên, hoặc để trống", "kiểm kê và ghi lại tồn kho"),
    "STOCK_INVALID": ("số từ 0 trở lên, hoặc để trống", "chỉ ghi số lượng"),  # ours
    "GTIN_CHECK_DIGIT": _GTIN,
    "GTIN_PRECISION_LOST": (_GTIN[0], "Excel đã làm tròn mã: " + _GTIN[1]),
    "GTIN_INVALID": _GTIN,  # ours
    "GTIN_REPEATED": (  # ours
        "mỗi quy cách một mã vạch riêng",
        "kiểm tra mã vạch: mã này đã dùng cho dòng khác",
    ),
    "REVOKED_NOTE": (
        "giấy chứng nhận còn hiệu lực",
        "xác nhận tình trạng giấy chứng nhận trước khi đăng bán",
    ),
}


def explain(problem: Problem, where: str) -> RowProblem:
    """The problem as a message for the person who keeps the sheet (Vietnamese)."""
    expected, advice = _EXPLAINED[problem.code]
    return RowProblem(
        where=where,
        code=problem.code,
        field=problem.field,
        found=problem.found,
        expected=expected,
        advice=f"{advice}. {problem.hint}" if problem.hint else advice,
    )
