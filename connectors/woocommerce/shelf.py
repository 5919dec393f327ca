"""On and off the shelf: published or a draft (docs: "Products"). Packs follow their product,
whatever they say of themselves."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.contract import AvailabilityChange, Done, Failed, Outcome
from connectors.errors import ChannelError, Rejected
from connectors.woocommerce.answers import int_of
from connectors.woocommerce.batches import Told, batch
from connectors.woocommerce.client import Client
from connectors.woocommerce.reading import Reader, unknown


class Shelf:
    def __init__(self, client: Client, reader: Reader) -> None:
        self._client = client
        self._reader = reader

    def switch(self, changes: Sequence[AvailabilityChange]) -> list[Outcome[None]]:
        """One outcome a change, in order. What lies in the trash would come back with a status,
        without its packs: so it is looked for first."""
        try:
            living = self._reader.living([c.item.remote_id for c in changes])
        except ChannelError as error:
            return [Failed(error) for _ in changes]
        known = [c for c in changes if c.item.remote_id in living]
        rows = [{"id": int_of(c.item.remote_id), "status": _status(on=c.on)} for c in known]
        told = dict(
            zip((id(c) for c in known), batch(self._client, "products/batch", "update", rows),
                strict=True)
        )  # fmt: skip
        return [
            _outcome(c, told[id(c)]) if id(c) in told else Failed(unknown(c.item.remote_id))
            for c in changes
        ]


def _status(*, on: bool) -> str:
    return "publish" if on else "draft"


def _outcome(change: AvailabilityChange, told: Told) -> Outcome[None]:
    if isinstance(told, ChannelError):
        return Failed(told)
    if told.get("status") != _status(on=change.on):
        words = f"cửa hàng để sản phẩm ở trạng thái '{told.get('status')}'"
        hint = "Dùng khóa API của tài khoản được phép đăng sản phẩm."
        return Failed(Rejected(words, code="status", field="availability", hint=hint))
    return Done(None)
