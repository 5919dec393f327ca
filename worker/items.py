"""Items of a shop by id, whoever made them: what stands there now, in full."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.contract import Connector, Done, Failed, RemoteState, RemoteStatus
from connectors.errors import ChannelError, NotFound

READ_AT_ONCE = 50


def read_living(
    connector: Connector, ids: Sequence[str]
) -> tuple[list[RemoteState], list[ChannelError]]:
    """The items that live, with their packs, and why others could not be read; one that is gone
    is no error."""
    states: list[RemoteState] = []
    errors: list[ChannelError] = []
    for start in range(0, len(ids), READ_AT_ONCE):
        for outcome in connector.read(ids[start : start + READ_AT_ONCE], full=True):
            if isinstance(outcome, Done) and outcome.value.status is not RemoteStatus.MISSING:
                states.append(outcome.value)
            elif isinstance(outcome, Failed) and not isinstance(outcome.error, NotFound):
                errors.append(outcome.error)
    return states, errors
