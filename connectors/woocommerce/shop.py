"""``check``: whether this is a WooCommerce shop that sells in whole đồng (docs: "Settings")."""

from __future__ import annotations

from typing import Any

from connectors.contract import ShopFacts
from connectors.errors import AuthRefused, ChannelError, NotFound, Rejected, Unavailable
from connectors.woocommerce import fetching
from connectors.woocommerce.answers import clean
from connectors.woocommerce.client import Client
from connectors.woocommerce.error_codes import FIREWALL, KEYS_HINT, NOT_LET_IN

CURRENCY = "settings/general/woocommerce_currency"
DECIMALS = "settings/general/woocommerce_price_num_decimals"
WEIGHT_UNIT = "settings/products/woocommerce_weight_unit"
MANAGE_STOCK = "settings/products/woocommerce_manage_stock"
CALC_TAXES = "settings/general/woocommerce_calc_taxes"
PRICES_INCLUDE_TAX = "settings/tax/woocommerce_prices_include_tax"
DIMENSION_UNIT = "settings/products/woocommerce_dimension_unit"


def check(client: Client, public_url: str) -> ShopFacts:
    """``public_url``: where our own files are served, "" nowhere. Raises AuthRefused for refused
    keys, a shop of another currency, or one whose API is not there; and what the calls raise."""
    try:
        currency = _currency(client)
        _may_write(client)
    except Unavailable as error:
        raise _for_a_person(error) from None
    if currency != "VND":
        raise AuthRefused(
            f"cửa hàng bán bằng '{currency}', chương trình chỉ dùng đồng Việt Nam (VND): đổi tiền "
            "tệ trong WooCommerce → Cài đặt → Tổng quan rồi kết nối lại",
            code="currency",
        )
    decimals = _setting(client, DECIMALS)
    settings: dict[str, Any] = {
        "version": _version(client),
        "weight_unit": _setting(client, WEIGHT_UNIT) or "kg",
        "dimension_unit": _setting(client, DIMENSION_UNIT) or "cm",
    }
    described, skew_s = client.root()
    return ShopFacts(
        name=clean(str(described.get("name") or "")) or client.site.host,
        region="VN",
        currency=currency,
        settings=settings,
        clock_skew_s=skew_s,
        problems=(
            *_problems(decimals, _setting(client, MANAGE_STOCK)),
            *_taxes(client),
            *_pictures(public_url, str(described.get("home") or client.site.home)),
        ),
    )


def _for_a_person(error: Unavailable) -> ChannelError:
    """Somebody is connecting the shop just now, and can do something about it."""
    if error.code == "no_api":
        return AuthRefused(f"{error.message}. Xem lại địa chỉ cửa hàng.", code="no_api")
    return AuthRefused(error.message, code=FIREWALL) if error.code == FIREWALL else error


def _untold(error: ChannelError) -> bool:
    """The shop does not tell this one thing; a firewall may hide it alone."""
    return isinstance(error, AuthRefused | NotFound | Rejected) or error.code == FIREWALL


def _problems(decimals: str, manage_stock: str) -> tuple[str, ...]:
    found = []
    if decimals not in ("", "0"):
        found.append(
            f"Cửa hàng hiện giá với {decimals} chữ số thập phân, đồng Việt Nam không có số lẻ: "
            "đặt 0 trong WooCommerce → Cài đặt → Tổng quan → Số chữ số thập phân."
        )
    if manage_stock == "no":
        found.append(
            "Cửa hàng tắt quản lý tồn kho nên không nhận số lượng: bật trong WooCommerce → Cài "
            "đặt → Sản phẩm → Kho hàng."
        )
    return tuple(found)


def _taxes(client: Client) -> tuple[str, ...]:
    """Whether buyers pay a tax on top of what we write, which is the price that the registry says
    they pay. What is not told is no problem."""
    if _setting(client, CALC_TAXES) != "yes" or _setting(client, PRICES_INCLUDE_TAX) != "no":
        return ()
    return (
        "Cửa hàng cộng thêm thuế vào giá đã nhập nên khách trả cao hơn giá trong sổ: chọn nhập giá "
        "đã gồm thuế (Prices entered with tax: Yes) trong WooCommerce → Cài đặt → Thuế.",
    )


def _pictures(public_url: str, home: str) -> tuple[str, ...]:
    """``home`` is the site's own word where it gives one: WordPress compares with that."""
    found = fetching.problem(public_url, home)
    return (found,) if found else ()


def _currency(client: Client) -> str:
    """By the setting, or by the status report where the keys may not read settings."""
    try:
        return str(client.get(CURRENCY).get("value") or "")
    except AuthRefused as error:
        currency = _reported(client, "settings", "currency") if _may_not(error) else ""
        if not currency:
            raise _without_settings(error) from None
        return currency
    except NotFound:
        return _reported(client, "settings", "currency")


def _may_write(client: Client) -> None:
    """A key that may only read passes everything else that is asked here, and would pause the shop
    at the first write, in words about a wrong key. What else the shop says to a batch of nothing
    tells nothing. Raises AuthRefused."""
    try:
        client.try_write("products/batch")
    except (Rejected, NotFound):
        return
    except AuthRefused as error:
        if _may_not(error):
            words = "khóa API thuộc tài khoản không được sửa sản phẩm"
        elif error.code == NOT_LET_IN:
            words = "khóa API chỉ có quyền Đọc (Read)"
        else:
            raise
        raise AuthRefused(f"{words}: chương trình không đăng được gì. {KEYS_HINT}",
                          code="read_only") from None  # fmt: skip


def _may_not(error: AuthRefused) -> bool:
    """Keys that are good, of a person who may not do this."""
    return error.code.startswith("woocommerce_rest_cannot")


def _without_settings(error: AuthRefused) -> AuthRefused:
    if not _may_not(error):
        return error
    words = (
        f"khóa API không đọc được cài đặt của cửa hàng ({error.code}): sai khóa, hoặc khóa thuộc "
        f"tài khoản không phải quản trị. {KEYS_HINT}"
    )
    return AuthRefused(words, code=error.code)


def _reported(client: Client, part: str, name: str) -> str:
    """One value of the status report; "" when it is not told."""
    try:
        report = client.get("system_status", [("_fields", f"{part}.{name}")])
    except ChannelError as error:
        if not _untold(error):
            raise
        return ""
    values = report.get(part)
    return str(values.get(name) or "") if isinstance(values, dict) else ""


def _version(client: Client) -> str:
    return _reported(client, "environment", "version")


def _setting(client: Client, path: str) -> str:
    """A setting that has a usual value: when it is not told, "" """
    try:
        value = client.get(path).get("value")
    except ChannelError as error:
        if not _untold(error):
            raise
        return ""
    return "" if value is None else str(value)


def still_welcome(client: Client) -> None:
    """Raises AuthRefused when the keys are no longer accepted."""
    client.page("products", [("per_page", "1"), ("_fields", "id")])
