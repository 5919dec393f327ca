"""The six product groups, by the names of QĐ 148 and of QĐ 1048 (ocop-domain.md 2)."""

from __future__ import annotations

from connectors.registry.spreadsheet.cells import Parsed
from connectors.registry.spreadsheet.text import has_diacritics, reduced

NEEDS_NO_NET = frozenset({"du-lich", "sinh-vat-canh"})
"""Services and living things have no net weight (registry-formats.md 1, net_g)."""

_TOURISM = "dichvudulichcongdong"
_NAMES = {
    "thucpham": "thuc-pham",
    "douong": "do-uong",
    "douongcocon": "do-uong",
    "douongkhongcon": "do-uong",
    "duoclieu": "duoc-lieu",
    "duoclieuvasanphamtuduoclieu": "duoc-lieu",
    "thucongmynghe": "thu-cong-my-nghe",
    "hangthucongmynghe": "thu-cong-my-nghe",
    "sinhvatcanh": "sinh-vat-canh",
    "dulich": "du-lich",
    _TOURISM: "du-lich",
    f"{_TOURISM}dulichsinhthaivadiemdulich": "du-lich",
}
_NAMES_1048 = {
    "thaoduoc": "duoc-lieu",
    "vaivamaymac": "thu-cong-my-nghe",
    "luuniemnoithattrangtri": "thu-cong-my-nghe",
    "dichvudulichnongthon": "du-lich",
    "dichvudulichnongthonvabanhang": "du-lich",
}


def parse_group(text: str) -> Parsed[str]:
    """The group's slug. Problem: GROUP_UNKNOWN (the registry's groups are a closed list)."""
    name = reduced(text)
    slug = _NAMES.get(name) or _NAMES_1048.get(name)
    if slug is None:
        return Parsed(problem="GROUP_UNKNOWN")
    warnings = []
    if name in _NAMES_1048:
        warnings.append("GROUP_OLD_NAME_1048")
    if not has_diacritics(text):
        warnings.append("GROUP_NO_DIACRITICS")
    return Parsed(slug, warnings=tuple(warnings))
