"""What a shop of files is: its folder, its addresses, its categories, and whether it is well."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from connectors.contract import Account, Category, Clock, ShopFacts
from connectors.errors import Unavailable
from connectors.feed.cells import shop_of as shop_from
from connectors.feed.fetching import Exports, address, skew_s
from connectors.feed.profile import Profile
from connectors.feed.publishing import cannot_write
from connectors.feed.values import Shop

SPARSE = " > "


def shop_of(profile: Profile, account: Account) -> Shop:
    return shop_from(profile, _site(account.credentials.get("site", "")), account.public_url)


def _site(text: str) -> str:
    """``ocop.example.vn`` or its address -> ``https://ocop.example.vn``."""
    site = text.strip().rstrip("/")
    return site if not site or site.startswith(("http://", "https://")) else f"https://{site}"


def folder_of(account: Account) -> Path:
    """The shop's own folder, made when it is not there. Raises Unavailable."""
    if account.folder is None:
        words = "gian hàng này chưa có thư mục để giữ file: đặt thư mục dữ liệu của chương trình"
        raise Unavailable(words, code="no_folder")
    try:
        for folder in (account.folder, account.folder / "public", account.folder / "exports"):
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(account.folder, error) from error
    return account.folder


def categories(profile: Profile) -> Sequence[Category]:
    """The floor's paths as a tree; a category's id is its path."""
    found: dict[str, Category] = {}
    leaves = {place.path for place in profile.categories}
    for path in leaves | _above(leaves):
        parent, _, name = path.rpartition(SPARSE)
        found[path] = Category(path, parent or None, name, path in leaves)
    return [found[path] for path in sorted(found)]


def _above(paths: set[str]) -> set[str]:
    steps = (path.split(SPARSE) for path in paths)
    return {SPARSE.join(step[:n]) for step in steps for n in range(1, len(step))}


def check(profile: Profile, account: Account, exports: Exports, clock: Clock) -> ShopFacts:
    """Whether files can be made, fetched and answered. Raises ChannelError when the floor that
    was named does not answer, or refuses the token."""
    folder = folder_of(account)
    where = address(account)
    skew = skew_s(exports.reach(), clock()) if where else None
    root = f"{account.public_url}/" if account.public_url else ""
    return ShopFacts(
        name=profile.label,
        region="VN",
        currency="VND",
        settings={
            "profile": profile.channel,
            "version": profile.version,
            "files": [f"{root}{file.name}" for file in profile.files],
            "export": where,
        },
        problems=tuple(_problems(profile, account, folder)),
        clock_skew_s=skew,
        account_id=f"{profile.channel} {where or account.shop_key}",
        account_moves=True,
    )


def _problems(profile: Profile, account: Account, folder: Path) -> list[str]:
    problems = []
    if not account.public_url:
        problems.append(
            "Chưa có địa chỉ công khai: sàn không lấy được file và ảnh. Đặt PUBLIC_BASE_URL, hoặc "
            f"tự gửi các file trong thư mục public của gian hàng cho {profile.label}."
        )
    if profile.needs_site and not account.credentials.get("site"):
        problems.append(
            f"Chưa có tên miền trang sản phẩm: {profile.label} cần liên kết của từng sản phẩm. "
            "Thêm 'site' vào tệp đăng nhập của gian hàng."
        )
    if not os.access(folder / "public", os.W_OK):
        problems.append("Không ghi được vào thư mục public của gian hàng: sửa quyền thư mục.")
    return problems
