"""The words of the program's own codes: states, facets, lanes, runs, roles. Vietnamese; marked for
translation."""

from __future__ import annotations

from collections.abc import Mapping

from console.web.language import N_

STATES: Mapping[str, str] = {
    "live": N_("đang bán"), "in_review": N_("chờ sàn"), "pending": N_("chờ gửi"),
    "creating": N_("đang tạo"), "rejected": N_("bị từ chối"), "banned": N_("bị khóa"),
    "missing": N_("mất trên sàn"), "unlisted": N_("đã gỡ"), "blocked": N_("chưa bán"),
}  # fmt: skip

FACETS: Mapping[str, str] = {
    "availability": N_("bật/gỡ"), "stock": N_("tồn kho"), "price": N_("giá"),
    "create": N_("đăng mới"), "variants": N_("quy cách"), "content": N_("nội dung"),
}  # fmt: skip

WHOSE: Mapping[str, str] = {
    "choice": N_("do lựa chọn"), "law": N_("do quy định"), "data": N_("do dữ liệu"),
    "channel": N_("do sàn"), "us": N_("đang xử lý"),
}  # fmt: skip

ROLES: Mapping[str, str] = {
    "viewer": N_("người xem"), "operator": N_("cán bộ"), "admin": N_("quản trị"),
}  # fmt: skip

SCOPES: Mapping[str, str] = {
    "read": N_("xem"), "push": N_("đẩy và dừng"), "decide": N_("quyết việc chờ"),
}  # fmt: skip
"""What an API token may do."""

RUNS: Mapping[str, str] = {
    "pull": N_("đọc sổ"), "plan": N_("lập kế hoạch"), "push": N_("đẩy tay"),
    "reconcile": N_("đối chiếu"), "certify": N_("ngày mới"), "decision": N_("quyết định"),
    "undo": N_("hoàn tác"),
}  # fmt: skip

RUN_STATUSES: Mapping[str, str] = {
    "running": N_("đang chạy"), "ended": N_("xong"), "failed": N_("hỏng"),
}  # fmt: skip

HOLDS: Mapping[str, str] = {
    "mass_take_down": N_("gỡ hàng loạt"), "mass_absence": N_("vắng hàng loạt"),
    "price_jump": N_("giá đổi mạnh"), "ratio": N_("giá chênh nhau"),
    "all_refused": N_("sàn từ chối tất cả"), "two_items": N_("hai tin cùng mã"),
    "repeated_loss": N_("mất nhiều lần"), "repeated_drift": N_("bị đổi nhiều lần"),
}  # fmt: skip

HOLD_DETAILS: Mapping[str, str] = {
    "sku": N_("SKU"), "before": N_("giá đang có"), "after": N_("giá mới"),
    "prices": N_("giá các quy cách"), "facet": N_("phần"), "times": N_("số lần"),
    "shows": N_("sàn đang hiện"), "ids": N_("mã trên sàn"), "why": N_("vì"),
}  # fmt: skip
"""What a hold keeps of each thing that it is about, in the order in which it is told."""

HOLD_STATUSES: Mapping[str, str] = {
    "open": N_("chờ quyết"), "approved": N_("đã đồng ý"), "rejected": N_("đã từ chối"),
    "solved": N_("đã tự hết"),
}  # fmt: skip

EVENTS: Mapping[str, str] = {
    "pushed": N_("đã gửi"), "refused": N_("sàn từ chối"), "seen": N_("thấy trên sàn"),
    "sold": N_("bán được"), "drift": N_("bị đổi trên sàn"), "begun": N_("sàn đang xử lý"),
    "failed": N_("chưa gửi được"), "adopted": N_("nhận làm của mình"), "stopped": N_("dừng"),
    "started": N_("chạy tiếp"), "put_back": N_("hoàn tác"), "rule_set": N_("đặt luật"),
    "mapping_set": N_("đặt ánh xạ"), "assorted": N_("đổi danh mục gian hàng"),
    "agreed": N_("ghi nhận chủ thể đồng ý"),
    "held": N_("hỏi người"),
    "hold_approved": N_("đồng ý"), "hold_rejected": N_("từ chối"),
    "take_down_refused": N_("sàn không cho gỡ"), "row_problem": N_("dòng sổ có lỗi"),
    "paper_lapses": N_("giấy sắp hết hạn"), "shop_fault": N_("gian hàng có lỗi"),
    "drain": N_("một lượt gửi"), "restored": N_("khôi phục từ bản sao lưu"),
}  # fmt: skip

PAPERS: Mapping[str, str] = {
    "certificate": N_("giấy chứng nhận OCOP"), "food_safety": N_("an toàn thực phẩm"),
    "self_declaration": N_("tự công bố"), "alcohol_licence": N_("giấy phép rượu"),
    "trademark": N_("nhãn hiệu"),
}  # fmt: skip

THINGS: Mapping[str, str] = {
    "rule": N_("luật"), "mapping": N_("ánh xạ"), "hold": N_("việc chờ"),
    "assortment": N_("danh mục gian hàng"), "agreement": N_("chủ thể đồng ý"),
}  # fmt: skip
"""What an undo puts back beside facets."""

COUNTS: Mapping[str, str] = {
    "total": N_("phải gửi"), "left": N_("còn"), "sent": N_("đã gửi"), "seen": N_("đã đọc"),
    "new": N_("mới"), "changed": N_("đổi"), "withdrawn": N_("rút"), "problems": N_("dòng lỗi"),
    "due": N_("phải gửi"), "back": N_("trả lại"), "kept": N_("giữ nguyên"),
    "same": N_("không đổi"), "held": N_("chờ quyết"),
    "rejected": N_("dòng bị bỏ"), "rows": N_("mặt"),
}  # fmt: skip

OUTCOMES: Mapping[str, str] = {
    "taken": N_("nhận"), "waits": N_("nhận, chờ người xem"), "left_out": N_("bỏ quy cách này"),
    "refused": N_("không nhận"), "no_product": N_("không phải sản phẩm"),
}  # fmt: skip
"""What becomes of a row of a register file."""

OUTCOME_STATES: Mapping[str, str] = {
    "taken": "live", "waits": "in_review", "left_out": "blocked", "refused": "rejected",
    "no_product": "",
}  # fmt: skip
"""The colour of each."""

NEWS: Mapping[str, str] = {"new": N_("mới"), "changed": N_("đổi"), "same": N_("như cũ")}

ROW_KINDS: Mapping[str, str] = {
    "TITLE": N_("tên bảng"), "BLANK": N_("dòng trống"), "UNIT_NOTE": N_("ghi đơn vị tính"),
    "HEADER": N_("tiêu đề cột"), "COLUMN_NUMBERS": N_("số thứ tự cột"),
    "SECTION": N_("tên huyện, tên nhóm"), "TOTAL": N_("dòng cộng"), "FOOTNOTE": N_("ghi chú"),
    "SIGNATURE": N_("chữ ký"),
}  # fmt: skip

DIFFERENCES: Mapping[str, str] = {
    "name": N_("tên"), "producer": N_("chủ thể"), "stars": N_("hạng sao"),
    "decision": N_("quyết định"), "expires_on": N_("ngày hết hạn"), "pack": N_("quy cách"),
    "price_vnd": N_("giá"), "stock": N_("tồn kho"), "gtin": N_("mã vạch"),
    "withdrawn": N_("đã rút, nay trở lại"), "other": N_("những mục khác"),
}  # fmt: skip

FILTERS: Mapping[str, str] = {
    "all": N_("mọi dòng sản phẩm"), "troubled": N_("dòng có lỗi"), "new": N_("mới"),
    "changed": N_("đổi"), "other": N_("dòng không phải sản phẩm"),
}  # fmt: skip

RULE_SCOPES: Mapping[str, str] = {
    "default": N_("mọi nơi"), "channel": N_("một kênh"), "shop": N_("một gian hàng"),
    "product": N_("một sản phẩm"),
}  # fmt: skip

GOODS: Mapping[str, str] = {
    "dry": N_("hàng khô, chế biến"), "fresh": N_("rau quả tươi"), "chilled": N_("hàng lạnh"),
    "eggs": N_("trứng"), "alcohol": N_("rượu"), "herbs": N_("dược liệu"),
    "essential_oil": N_("tinh dầu"), "craft": N_("hàng thủ công"), "plant": N_("cây cảnh"),
    "live_animal": N_("vật nuôi sống"), "tourism": N_("dịch vụ du lịch"),
}  # fmt: skip
"""Kinds of goods."""

SHOWN_VALUES: Mapping[str, str] = {
    "price": N_("giá"), "stock": N_("tồn kho"), "on": N_("bán"), "state": N_("tình trạng"),
    "title": N_("tên tin"),
}  # fmt: skip
