"""Text in a legacy encoding: TCVN3 (ABC), VNI, and UTF-8 that was read as Latin-1.

All three are valid Unicode and unreadable. We detect, convert and leave the row to a person
(registry-formats.md 2, "Legacy encodings" and "Text").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from connectors.registry.spreadsheet.syllables import plausible

TCVN3 = "LEGACY_ENCODING_TCVN3"
VNI = "LEGACY_ENCODING_VNI"
MOJIBAKE = "MOJIBAKE_UTF8"

_TCVN3_TABLE = (
    "B5à B6ả B7ã B8á B9ạ A8ă BBằ BCẳ BDẵ BEắ C6ặ A9â C7ầ C8ẩ C9ẫ CAấ CBậ A7Đ AEđ CCè CEẻ CFẽ D0é "
    "D1ẹ AAê D2ề D3ể D4ễ D5ế D6ệ D7ì D8ỉ DCĩ DDí DEị DFò E1ỏ E2õ E3ó E4ọ ABô E5ồ E6ổ E7ỗ E8ố E9ộ "
    "ACơ EAờ EBở ECỡ EDớ EEợ EFù F1ủ F2ũ F3ú F4ụ ADư F5ừ F6ử F7ữ F8ứ F9ự FAỳ FBỷ FCỹ FDý FEỵ A1Ă "
    "A2Â A3Ê A4Ô A5Ơ A6Ư"
)
_TCVN3_LETTERS = {int(entry[:2], 16): entry[2:] for entry in _TCVN3_TABLE.split()}
_VNI_TABLE = (
    "á=aù à=aø ả=aû ã=aõ ạ=aï ă=aê ắ=aé ằ=aè ẳ=aú ẵ=aü ặ=aë â=aâ ấ=aá ầ=aà ẩ=aå ẫ=aã ậ=aä đ=ñ "
    "é=eù è=eø ẻ=eû ẽ=eõ ẹ=eï ê=eâ ế=eá ề=eà ể=eå ễ=eã ệ=eä ỉ=æ ĩ=ó ị=ò ó=où ò=oø ỏ=oû õ=oõ ọ=oï "
    "ô=oâ ố=oá ồ=oà ổ=oå ỗ=oã ộ=oä ơ=ô ớ=ôù ờ=ôø ở=ôû ỡ=ôõ ợ=ôï ú=uù ù=uø ủ=uû ũ=uõ ụ=uï ư=ö ứ=öù "
    "ừ=öø ử=öû ữ=öõ ự=öï ý=yù ỳ=yø ỷ=yû ỹ=yõ ỵ=î"
)
_VNI_LETTERS = {
    written: letter for letter, _, written in (e.partition("=") for e in _VNI_TABLE.split())
}
_VNI_PARTS = re.compile(
    "|".join(sorted(_VNI_LETTERS, key=len, reverse=True)), re.IGNORECASE | re.UNICODE
)
_VNI_SIGNS = re.compile("[aeouyôö][ùøûõïâáàåãäêéèúüë]|[ñö]", re.IGNORECASE)
_TCVN3_SIGN = re.compile("[¸µ¶·¹¨©ª«¬®\u00ad]")
_UNICODE_VIETNAMESE = re.compile("[\u1ea0-\u1ef9ăđơưĂĐƠƯ]")

Typed = tuple[str, str]
"""A cell's text and the name of its font ("" when not known)."""


def suspected_code(cells: Sequence[Typed]) -> str:
    """Which encoding the texts of one row are in: TCVN3, VNI or "" (Unicode).

    A font settles it. Else one cell's own signs do: at least two, in a text that has no letter
    that only Unicode has and that is no Vietnamese as it stands ("hoà" alone looks like VNI).
    """
    for _, font in cells:
        if font.startswith(".Vn"):
            return TCVN3
        if font.upper().startswith("VNI-"):
            return VNI
    doubtful = [text for text, _ in cells if _is_doubtful(text)]
    if sum(len(_TCVN3_SIGN.findall(text)) for text in doubtful) >= 2:
        return TCVN3
    if any(len(_VNI_SIGNS.findall(text)) >= 2 for text in doubtful):
        return VNI
    return ""


def _is_doubtful(text: str) -> bool:
    return not (text.isascii() or _UNICODE_VIETNAMESE.search(text) or plausible(text))


def to_unicode(text: str, code: str, font: str = "") -> str:
    """The text out of ``code`` (TCVN3 or VNI); unchanged when it is Unicode already.

    Within a suspected row a cell is converted when its font says so, or when it is doubtful.
    """
    if not (_is_doubtful(text) or (font.startswith((".Vn", "VNI-")) and not text.isascii())):
        return text
    if code == VNI:
        return _from_vni(text)
    converted = text.translate(_TCVN3_LETTERS)
    return converted.upper() if font.startswith(".Vn") and font.endswith("H") else converted


def _from_vni(text: str) -> str:
    def letter(match: re.Match[str]) -> str:
        written = match[0]
        plain = _VNI_LETTERS[written.lower()]
        return plain.upper() if written[0].isupper() else plain

    return _VNI_PARTS.sub(letter, text)


def repair_mojibake(text: str) -> str:
    """UTF-8 that was read as Latin-1 or Windows-1252, read again; other text comes back as is.

    Only a strict round trip counts: ordinary Vietnamese such as "Xã" is not valid UTF-8.
    """
    for wrong in ("latin-1", "cp1252"):
        try:
            repaired = text.encode(wrong).decode("utf-8")
        except UnicodeError:
            continue
        return unicodedata.normalize("NFC", repaired)
    return text
