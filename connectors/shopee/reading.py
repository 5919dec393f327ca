"""Reading items back: states, models, bans, and which changed (reference 3.13-3.17)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from connectors.contract import (
    Account,
    Changes,
    Clock,
    Done,
    Failed,
    Outcome,
    RemoteState,
    RemoteStatus,
)
from connectors.errors import ChannelError, NotFound, Rejected
from connectors.shopee.answers import (
    ALL,
    Models,
    has_models,
    int_of,
    models_of,
    own_variant,
    rows,
    state_of,
    variant_states,
    violation,
)
from connectors.shopee.client import Client

MAX_IDS = 50
PAGE = 100
OVERLAP_S = 120
"""Seconds by which a reading of the change list reaches back into the one before it."""


class Reader:
    """Reads of one shop."""

    def __init__(self, client: Client, account: Account, clock: Clock) -> None:
        self._client = client
        self._account = account
        self._clock = clock

    def read(self, remote_ids: Sequence[str], *, full: bool) -> list[Outcome[RemoteState]]:
        """One outcome an id; price and stock of each pack only when ``full``."""
        found: dict[str, Outcome[RemoteState]] = {}
        for start in range(0, len(remote_ids), MAX_IDS):
            part = remote_ids[start : start + MAX_IDS]
            try:
                found |= self._part(part, full=full)
            except ChannelError as error:
                found |= {remote_id: Failed(error) for remote_id in part}
        return [found[remote_id] for remote_id in remote_ids]

    def _part(self, ids: Sequence[str], *, full: bool) -> dict[str, Outcome[RemoteState]]:
        infos = self.base_info(ids)
        states = {
            i: state_of(row, self._account.credentials["shop_id"]) for i, row in infos.items()
        }
        banned = [i for i, s in states.items() if s.status is RemoteStatus.BANNED]
        for item_id, words in self._violations(banned).items():
            states[item_id] = replace(states[item_id], reason=words)
        outcomes: dict[str, Outcome[RemoteState]] = {}
        for item_id in ids:
            if item_id not in states:
                outcomes[item_id] = Failed(NotFound(f"Shopee không có sản phẩm {item_id}"))
            elif full and states[item_id].status is not RemoteStatus.MISSING:
                outcomes[item_id] = self._full(states[item_id], infos[item_id])
            else:
                outcomes[item_id] = Done(states[item_id])
        return outcomes

    def _full(self, state: RemoteState, row: Mapping[str, Any]) -> Outcome[RemoteState]:
        if not has_models(row):
            return Done(replace(state, variants=(own_variant(row),)))
        try:
            models = self.models(state.remote_id)
        except ChannelError as error:
            return Failed(error)
        return Done(replace(state, variants=variant_states(models)))

    def base_info(self, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        """At most 50 items by id; unknown ones are left out. A whole call may be refused for one
        of them, or by a gateway that lost its way (2.1, 3.15): then each is asked alone, and is
        unknown only where that is refused as well."""
        if not ids:
            return {}
        try:
            return self._infos(ids)
        except NotFound:
            return {k: row for item_id in ids for k, row in self._alone(item_id).items()}

    def _alone(self, item_id: str) -> dict[str, Mapping[str, Any]]:
        try:
            return self._infos([item_id])
        except NotFound:
            return {}

    def _infos(self, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        query = [("item_id_list", ",".join(ids))]
        response = self._client.get("product/get_item_base_info", query).response
        return {str(row["item_id"]): row for row in rows(response, "item_list") if "item_id" in row}

    def models(self, remote_id: str) -> Models:
        """None of an item without variations, for which the call may be refused (3.16 does not
        say). Raises NotFound."""
        try:
            reply = self._client.get("product/get_model_list", [("item_id", remote_id)])
        except Rejected:
            row = self.base_info([remote_id]).get(remote_id)
            if row is None or has_models(row):
                raise
            return models_of({})
        return models_of(reply.response)

    def _violations(self, ids: Sequence[str]) -> dict[str, str]:
        if not ids:
            return {}
        query = [("item_id_list", ",".join(ids))]
        response = self._client.get("product/get_item_violation_info", query).response
        return {
            str(row["item_id"]): violation(row)
            for row in rows(response, "item_list")
            if row.get("item_id") and not row.get("fail_error") and str(row["item_id"]) in ids
        }

    # --- which changed ----------------------------------------------------------------------

    def changed_since(self, cursor: str | None) -> Changes:
        """One page of items whose status or content changed. Prices and stocks are not among
        them (trap 15): only a full reading sees those."""
        now = int(self._clock().timestamp())
        place = orjson.loads(cursor) if cursor else {"since": 0, "until": now, "offset": 0}
        if place.get("until") is None:
            place = {**place, "until": max(now, place["since"] + 1)}
        response = self.listed(ALL, place["offset"], place["since"], place["until"])
        ids = tuple(str(row["item_id"]) for row in rows(response, "item") if "item_id" in row)
        if response.get("has_next_page"):
            place = {**place, "offset": int_of(response.get("next_offset"))}
            return Changes(ids, _text(place), more=True)
        fresh = {"since": max(0, place["until"] - OVERLAP_S), "until": None, "offset": 0}
        return Changes(ids, _text(fresh), more=False)

    def listed(
        self, statuses: Sequence[str], offset: int, since: int, until: int | None = None
    ) -> Mapping[str, Any]:
        """One page of get_item_list; statuses must be named, or items hide (trap 20)."""
        query = [("offset", str(offset)), ("page_size", str(PAGE))]
        query += [("item_status", status) for status in statuses]
        if since:
            query.append(("update_time_from", str(since)))
        if since and until:
            query.append(("update_time_to", str(until)))
        response: Mapping[str, Any] = self._client.get("product/get_item_list", query).response
        return response


def _text(place: Mapping[str, Any]) -> str:
    return orjson.dumps(place).decode()
