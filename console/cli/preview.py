"""``ocop-sync preview``: a product's page as a channel would show it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from console.cli.naming import check_names
from console.cli.output import cell, complain, headed, out, print_json
from console.program import program
from worker.preview import preview_product


def preview(
    sku: Annotated[str, typer.Argument(help="SKU hoặc mã sản phẩm.")],
    channel: Annotated[str, typer.Option(help="Chỉ kênh này.")] = "",
    json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False,
) -> None:
    """Trang sản phẩm sẽ hiện thế nào trên sàn; chưa gửi gì cả."""
    with program() as env:
        check_names(env, "", channel)
        pages = preview_product(env, sku, channel)
    if pages is None:
        complain(f"không có sản phẩm hay quy cách nào mang mã '{sku}'")
        raise typer.Exit(2)
    if json:
        print_json(pages)
        return
    for page in pages:
        _tell(page)
    if not pages:
        out.print("Chưa kết nối gian hàng nào; nêu --channel để xem theo mặc định của kênh.")


def _tell(page: dict[str, Any]) -> None:
    out.print(headed(page["channel"], f" {page['shop'] or '(chưa có gian hàng)'}"))
    if page["reason"]:
        out.print(f"  Không bán: {page['reason']['text']}")
    for pack in page["packs"]:
        out.print(
            f"  {pack['sku']}: {pack['pack']}, {cell(pack['price'])} đ, tồn {cell(pack['stock'])}",
        )
    content = page.get("content")
    if not content:
        return
    out.print(f"  Ngành hàng: {content['category_id'] or 'chưa chọn'}")
    out.print(f"  Tên: {content['title']}")
    for line in content["description"].splitlines():
        out.print(f"    {line}")
    for image in content["images"]:
        out.print(f"  Ảnh: {image}")
