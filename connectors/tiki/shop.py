"""``check``: who the seller is, what it may do, and its warehouses (1, 3.2, 3.6)."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.contract import Account, ShopFacts
from connectors.errors import AuthRefused, NotFound, Rejected
from connectors.tiki.client import Client
from connectors.tiki.fields import first, flag, names_of, text_of, whole

MODELS = ("dropship", "seller_backorder", "backorder", "instock")
"""Operation models, the fittest for small producers first: goods at home, Tiki delivers. With
``instock`` they lie at Tiki, who counts them itself."""

_NOT_DONE = ("draft", "waiting", "seller_supplementing", "kam_rejected")


def check(client: Client, account: Account) -> ShopFacts:
    """Raises AuthRefused for a seller that is not active, or what the calls raise."""
    seller = client.one("v2/sellers/me")
    name = text_of(seller, "name")
    if flag(seller.get("active")) is False:
        raise AuthRefused(
            f"gian hàng '{name}' đang ngừng hoạt động trên Tiki: mở lại trên Seller Center (hoặc "
            "liên hệ Tiki) rồi kết nối lại",
            code="inactive",
        )
    settings, problems = settings_of(client, account, seller)
    return ShopFacts(
        name=name,
        region="VN",
        currency="VND",
        settings=settings,
        problems=(*_problems(seller), *problems),
        clock_skew_s=client.skew_s,
        account_id=text_of(seller, "sid", "id"),
    )


def settings_of(
    client: Client, account: Account, seller: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """What later calls need, and what is wrong with it: ``inventory_type`` as Tiki spells it,
    ``warehouses`` (ids of all active ones) and ``warehouse`` (the chosen one, None when none)."""
    problems: list[str] = []
    model = _model(account, names_of(seller.get("operation_models") or ()), problems)
    found = _warehouses(client, problems)
    chosen = _chosen(account, found, problems)
    if chosen is not None and chosen not in found:
        found = [*found, chosen]
    return {"inventory_type": model, "warehouses": found, "warehouse": chosen}, problems


def same_model(word: str) -> str:
    """``drop_ship`` and ``dropship`` are one model (trap 5)."""
    plain = word.strip().lower()
    return "dropship" if plain == "drop_ship" else plain


def _problems(seller: Mapping[str, Any]) -> list[str]:
    found = []
    if flag(seller.get("can_update_product")) is False:
        found.append("Tiki chưa cho gian hàng cập nhật sản phẩm: bật trên Seller Center.")
    status = text_of(seller, "registration_status")
    if status in _NOT_DONE:
        found.append(f"Đăng ký bán hàng trên Tiki chưa xong ({status}): hoàn tất hồ sơ.")
    return found


def _model(account: Account, offered: Sequence[str], problems: list[str]) -> str:
    """The model to list under, in the spelling in which the seller has it."""
    by_name = {same_model(word): word for word in offered}
    wanted = account.credentials.get("inventory_type", "")
    if wanted:
        if by_name and same_model(wanted) not in by_name:
            problems.append(
                f"Gian hàng chưa đăng ký mô hình '{wanted}' (đang có: {', '.join(offered)}): sửa "
                "inventory_type hoặc đăng ký thêm với Tiki."
            )
        return by_name.get(same_model(wanted), wanted)
    best = next((by_name[m] for m in MODELS if m in by_name), "")
    if not best:
        problems.append(
            "Gian hàng chưa có mô hình vận hành nào phù hợp: đăng ký dropship với Tiki."
        )
    elif same_model(best) == "instock":
        problems.append(
            "Gian hàng chỉ có mô hình 'instock' (hàng nằm ở kho Tiki): không đồng bộ được tồn kho; "
            "đăng ký thêm dropship."
        )
    return best


def _warehouses(client: Client, problems: list[str]) -> list[int]:
    """Ids of the active pick-up warehouses. They need a scope of their own, which a token that
    can do everything else may lack."""
    try:
        return _listed(client)
    except AuthRefused:
        problems.append(
            "Ứng dụng thiếu quyền 'inventory' nên không đọc được kho của gian hàng: bật quyền này "
            "cho ứng dụng trên Tiki rồi kết nối lại."
        )
        return []


def _listed(client: Client) -> list[int]:
    try:
        query = [("status", "1"), ("type", "1")]
        return _ids(list(client.pages("v2/sellers/me/warehouses", query)))
    except NotFound:
        pass
    try:
        return _ids(list(client.pages("v1/sellers/me/inventories", bare=True)))
    except NotFound:
        return []


def _ids(found: Sequence[Mapping[str, Any]]) -> list[int]:
    """Active ones from which goods are fetched; those with Tiki's choice first."""
    usable = [
        row
        for row in found
        if flag(first(row, "status", "active", "is_active")) is not False
        and whole(row.get("type", 1)) in (1, None)
    ]
    usable.sort(key=lambda row: flag(first(row, "is_primary", "is_default", "primary")) is not True)
    ids = [whole(first(row, "id", "warehouse_id", "inventory_id")) for row in usable]
    return list(dict.fromkeys(i for i in ids if i is not None))


def _chosen(account: Account, found: Sequence[int], problems: list[str]) -> int | None:
    wanted = whole(account.credentials.get("warehouse_id"))
    if wanted is not None:
        if found and wanted not in found:
            problems.append(
                f"Không thấy kho {wanted} (warehouse_id) trong các kho đang hoạt động của gian "
                f"hàng: {', '.join(map(str, found))}."
            )
        return wanted
    if not found and not problems:
        problems.append("Gian hàng chưa có kho lấy hàng nào: thêm kho trên Seller Center.")
    return found[0] if found else None


class Settings:
    """What ``check`` found; read from Tiki where the account was never checked."""

    def __init__(self, client: Client, account: Account) -> None:
        self._client = client
        self._account = account
        self._lock = threading.Lock()
        self._read: Mapping[str, Any] | None = None

    def values(self) -> Mapping[str, Any]:
        """Raises ChannelError when they have to be read and cannot be."""
        if "warehouse" in self._account.settings:
            return self._account.settings
        with self._lock:
            if self._read is None:
                seller = self._client.one("v2/sellers/me")
                self._read = settings_of(self._client, self._account, seller)[0]
            return self._read

    def for_stock(self) -> Mapping[str, Any]:
        """The same, where units can be written. Raises Rejected where they cannot."""
        values = self.values()
        if self.at_tiki(values):
            raise Rejected(
                "hàng nằm ở kho của Tiki (instock), Tiki tự đếm tồn kho",
                code="instock",
                field="stock",
                hint="Đăng ký mô hình dropship với Tiki để đồng bộ tồn kho.",
            )
        if values.get("warehouse") is None:
            raise Rejected(
                "chưa biết kho lấy hàng nào của gian hàng trên Tiki",
                code="no_warehouse",
                field="shop",
                hint="Thêm kho trên Seller Center, bật quyền inventory, rồi kết nối lại.",
            )
        return values

    @staticmethod
    def at_tiki(values: Mapping[str, Any]) -> bool:
        return same_model(str(values.get("inventory_type") or "")) == "instock"
