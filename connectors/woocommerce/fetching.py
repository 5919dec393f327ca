"""Which addresses a WordPress opens for pictures (docs: "Pictures"). Pure: nobody is asked, so a
name that only leads to a local host is not known for one."""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit

PORTS = (80, 443, 8080)

_LOCAL = [ipaddress.ip_network(text) for text in (
    "0.0.0.0/8", "10.0.0.0/8", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
)]  # fmt: skip


def problem(address: str, home: str) -> str:
    """Why a shop whose site is ``home`` will not fetch pictures below ``address``; "" when it
    will, or when there is no address at all, which is said elsewhere."""
    if not address:
        return ""
    asked, own = urlsplit(address), urlsplit(home)
    same_host = asked.hostname == own.hostname
    local = not same_host and _is_local(asked)
    port = asked.port in (None, *PORTS) or (same_host and asked.port == own.port)
    if port and not local:
        return ""
    ports = ", ".join(map(str, PORTS))
    found = (
        f"nằm trên máy nội bộ '{asked.hostname}' mà cửa hàng thì ở '{own.hostname}'" if local
        else f"ở cổng {asked.port}"
    )  # fmt: skip
    return (
        f"Cửa hàng sẽ không tải được ảnh: PUBLIC_BASE_URL ({asked.scheme}://{asked.netloc}) "
        f"{found}. WordPress chỉ mở cổng {ports}, hoặc đúng tên máy và cổng của chính cửa hàng "
        f"({own.netloc}), và không mở máy nội bộ khác tên. Sản phẩm vẫn bán, chỉ thiếu ảnh: đặt "
        f"PUBLIC_BASE_URL là địa chỉ công khai ở một trong các cổng đó (cùng một máy: "
        f"http://{own.hostname}:{PORTS[-1]}), trừ khi một plugin của cửa hàng đã cho phép."
    )


def _is_local(asked: SplitResult) -> bool:
    """IPv6 counts too: WordPress refuses an address with brackets."""
    host = (asked.hostname or "").strip(".")
    if host == "localhost" or ":" in host:
        return True
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return False
    return any(found in network for network in _LOCAL)
