"""On and off the shelf: up to 50 items a call, partial success (reference 3.11, 3.17)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connectors.contract import AvailabilityChange, Done, Failed, Outcome, RemoteStatus
from connectors.errors import Ambiguous, ChannelError, NotFound, Rejected
from connectors.shopee.answers import int_of, rows
from connectors.shopee.client import Client, Reply, error_for, refusal
from connectors.shopee.error_codes import code_of_reason
from connectors.shopee.reading import Reader

PATH = "product/unlist_item"


class Shelf:
    def __init__(self, client: Client, reader: Reader) -> None:
        self._client = client
        self._reader = reader

    def switch(self, changes: Sequence[AvailabilityChange]) -> list[Outcome[None]]:
        """One outcome a change, in order."""
        try:
            reply = self._client.write(
                PATH,
                {
                    "item_list": [
                        {"item_id": int_of(c.item.remote_id), "unlist": not c.on} for c in changes
                    ]
                },
            )
        except ChannelError as error:
            return [Failed(error) for _ in changes]
        done, reasons = _lists(reply)
        if reply.code and not done and not reasons:
            if len(changes) > 1:
                return [self.switch([change])[0] for change in changes]
            reasons = {changes[0].item.remote_id: ""}
        return [self._outcome(c, reply, done, reasons) for c in changes]

    def _outcome(
        self,
        change: AvailabilityChange,
        reply: Reply,
        done: frozenset[str],
        reasons: Mapping[str, str],
    ) -> Outcome[None]:
        item_id = change.item.remote_id
        if item_id in done:
            return Done(None, reply.request_id)
        if item_id not in reasons:
            return Failed(
                Ambiguous("Shopee không nói gì về sản phẩm này", request_id=reply.request_id)
            )
        reason = reasons[item_id]
        error = _error(reason, reply)
        under_review = change.on and getattr(error, "field", "") == "review"
        if isinstance(error, NotFound) or (error.code and not under_review):
            return Failed(error)
        return self._perhaps_so_already(change, error, reply)

    def _perhaps_so_already(
        self, change: AvailabilityChange, error: ChannelError, reply: Reply
    ) -> Outcome[None]:
        """A reason in words we do not know, or a review into which a call before this one, whose
        answer was lost, has put the item: what is as wanted already is done."""
        (seen,) = self._reader.read([change.item.remote_id], full=False)
        if isinstance(seen, Done):
            on = seen.value.status in (RemoteStatus.LIVE, RemoteStatus.IN_REVIEW)
            off = seen.value.status is RemoteStatus.UNLISTED
            if (change.on and on) or (not change.on and off):
                return Done(None, reply.request_id)
        return Failed(error)


def _lists(reply: Reply) -> tuple[frozenset[str], dict[str, str]]:
    """Ids that succeeded, and the reasons of those that did not."""
    response = reply.response if isinstance(reply.response, dict) else {}
    done = frozenset(str(row.get("item_id")) for row in rows(response, "success_list"))
    reasons = {
        str(row.get("item_id")): str(row.get("failed_reason") or "")
        for row in rows(response, "failure_list")
    }
    return done, reasons


def _error(reason: str, reply: Reply) -> ChannelError:
    if reason:
        return error_for(code_of_reason(reason), reason, request_id=reply.request_id)
    if reply.code and reply.code != "error_unlist_item_all_failed":
        return refusal(reply)
    return Rejected(
        f"Shopee: {reply.message or 'không đổi được trạng thái bán'}",
        request_id=reply.request_id,
        hint="Xem sản phẩm trong Seller Centre.",
    )
