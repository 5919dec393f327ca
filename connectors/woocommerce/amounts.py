"""Prices and stocks: absolute, many at once, every row's answer read (docs: "Prices and stock").

Products without packs share one call; the packs of a product travel together in one of their
own. What the shop says it kept is compared with what was sent, because it swallows what it does
not understand; a row that it does not know, or that has grown packs since, is read again and
sent once more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.contract import Done, Failed, Outcome, RemoteItem, RemoteStatus, VariantAnswers
from connectors.errors import ChannelError, NotFound, Rejected
from connectors.woocommerce.answers import TRASH, Row, counted, int_of, is_variable, price_of, same
from connectors.woocommerce.batches import Told, batch
from connectors.woocommerce.client import Client
from connectors.woocommerce.payloads import price, stock
from connectors.woocommerce.reading import Reader, unknown


@dataclass(slots=True)
class _Job:
    """One item's change. ``ids``: our SKU → variation id, "" without variations, {} not known.
    ``refused`` holds the answer to each SKU that was not kept, ``error`` a fault of the item."""

    item_id: str
    wanted: Mapping[str, int]
    ids: dict[str, str]
    accepted: set[str] = field(default_factory=set)
    refused: dict[str, ChannelError] = field(default_factory=dict)
    error: ChannelError | None = None

    @property
    def complete(self) -> bool:
        """Every pack's id is known, and they are all packs or all the product itself."""
        named = [self.ids.get(sku) for sku in self.wanted]
        return None not in named and len({bool(i) for i in named}) == 1

    @property
    def doubtful(self) -> bool:
        """What it named is not what stands, as far as the shop's answer tells."""
        stale = [e for e in self.refused.values() if isinstance(e, NotFound | _NotKept)]
        return self.error is None and bool(stale)

    def outcome(self) -> Outcome[VariantAnswers]:
        if self.error is not None:
            return Failed(self.error)
        return Done(VariantAnswers(frozenset(self.accepted), dict(self.refused)))


class _NotKept(Rejected):
    """The shop said yes and shows another value."""


class Amounts:
    """Writes one kind of amount, ``field_`` in our words and ``name`` in a person's. ``entry``
    makes a row's fields, ``kept`` reads the value that an answer shows; ``once``: buyers take from
    it, so that nobody repeats it before it was read again."""

    def __init__(
        self,
        client: Client,
        reader: Reader,
        field_: str,
        name: str,
        entry: Callable[[int], dict[str, Any]],
        kept: Callable[[Row], int | None],
        *,
        once: bool,
    ) -> None:
        self._client = client
        self._reader = reader
        self._field = field_
        self._name = name
        self._entry = entry
        self._kept = kept
        self._once = once

    def write(
        self, changes: Sequence[tuple[RemoteItem, Mapping[str, int]]]
    ) -> list[Outcome[VariantAnswers]]:
        """One outcome an item, in order."""
        jobs = [_job(item, wanted) for item, wanted in changes]
        unread = [job for job in jobs if job.error is None and not job.complete]
        self._read_ids(unread)
        self._send(jobs)
        again = [job for job in jobs if job.doubtful and job not in unread]
        before = {id(job): dict(job.ids) for job in again}
        self._read_ids(again)
        self._send([job for job in again if job.ids != before[id(job)]])
        return [job.outcome() for job in jobs]

    def _read_ids(self, jobs: Sequence[_Job]) -> None:
        """The present ids of the packs."""
        seen = self._reader.read([job.item_id for job in jobs], full=True) if jobs else []
        for job, answer in zip(jobs, seen, strict=True):
            if isinstance(answer, Failed):
                job.error = answer.error
            elif isinstance(answer, Done) and answer.value.status is RemoteStatus.MISSING:
                job.error = unknown(job.item_id)
            elif isinstance(answer, Done):
                packs = answer.value.variants
                job.ids = {
                    sku: pack.remote_id for sku in job.wanted for pack in packs
                    if same(pack.sku, sku)
                }  # fmt: skip

    def _send(self, jobs: Sequence[_Job]) -> None:
        simple = []
        for job in jobs:
            if job.error is not None:
                continue
            for sku in job.wanted:
                if sku not in job.ids:
                    job.refused[sku] = NotFound(f"cửa hàng không có quy cách {sku}")
                else:
                    job.refused.pop(sku, None)
            known = [sku for sku in job.wanted if sku in job.ids and sku not in job.accepted]
            if all(job.ids[sku] == "" for sku in known):
                simple += [(job, sku) for sku in known]
            else:
                self._call(f"products/{job.item_id}/variations/batch", [(job, s) for s in known])
        self._call("products/batch", simple)

    def _call(self, path: str, sent: Sequence[tuple[_Job, str]]) -> None:
        """One batch; each answer goes to its job."""
        rows = [
            {"id": int_of(job.ids[sku] or job.item_id), **self._entry(job.wanted[sku])}
            for job, sku in sent
        ]
        told = batch(self._client, path, "update", rows, once=self._once)
        for (job, sku), answer in zip(sent, told, strict=True):
            self._judge(job, sku, answer)

    def _judge(self, job: _Job, sku: str, told: Told) -> None:
        wanted = job.wanted[sku]
        if isinstance(told, Rejected | NotFound):
            job.refused[sku] = told
        elif isinstance(told, ChannelError):
            job.error = told
        elif told.get("status") == TRASH:
            job.refused[sku] = NotFound(f"{sku} đang nằm trong thùng rác của cửa hàng")
        elif not job.ids[sku] and is_variable(told):  # it keeps what its packs alone sell by
            job.refused[sku] = NotFound(f"sản phẩm của {sku} nay có nhiều quy cách")
        elif self._kept(told) == wanted:
            job.accepted.add(sku)
        else:
            shown = self._kept(told)
            words = f"cửa hàng nhận mà vẫn giữ {self._name} {shown} của {sku}, không phải {wanted}"
            hint = "Bật quản lý tồn kho của cửa hàng; hoặc một plugin đang sửa giá, tồn kho."
            job.refused[sku] = _NotKept(words, code="not_kept", field=self._field, hint=hint)


def _job(item: RemoteItem, wanted: Mapping[str, int]) -> _Job:
    job = _Job(item.remote_id, wanted, {v.sku: v.remote_id for v in item.variants})
    if not item.remote_id.isdigit():
        job.error = unknown(item.remote_id)
    return job


def prices(client: Client, reader: Reader) -> Amounts:
    return Amounts(client, reader, "price", "giá", price, price_of, once=False)


def stocks(client: Client, reader: Reader) -> Amounts:
    return Amounts(client, reader, "stock", "tồn kho", stock, counted, once=True)
