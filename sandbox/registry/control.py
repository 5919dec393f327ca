"""The sandbox's own switches under ``/_sandbox``: edits, faults, the journal. Not a registry's."""

from __future__ import annotations

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.registry import view
from sandbox.registry.api import base_url
from sandbox.registry.edits import read_edit
from sandbox.registry.errors import Refused
from sandbox.registry.faults import Fault, Faults
from sandbox.registry.office import Office
from sandbox.registry.reply import Reply, error_reply, json_reply
from sandbox.registry.walk import whole_number


def routes(office: Office, faults: Faults) -> list[Route]:
    """The control routes; a bad body is 422 with pydantic's own words."""
    control = _Control(office, faults)
    return [
        Route("/_sandbox/products/{code}/edits", control.edit, methods=["POST"]),
        Route("/_sandbox/faults", control.faults, methods=["GET", "POST", "DELETE"]),
        Route("/_sandbox/journal", control.journal, methods=["GET"]),
        Route("/_sandbox/anchor", control.anchor, methods=["GET"]),
    ]


class _Control:
    def __init__(self, office: Office, faults: Faults) -> None:
        self._office = office
        self._faults = faults

    async def edit(self, request: Request) -> Response:
        """An edit as JSON (see edits.py); answers the product as it now is."""
        try:
            edit = read_edit(await request.body())
            version = self._office.edit(request.path_params["code"], edit)
        except ValidationError as error:
            return _sent(_unreadable(error))
        except Refused as error:
            return _sent(error_reply(error))
        return _sent(json_reply(view.item(version, base_url(request), self._office.today)))

    async def faults(self, request: Request) -> Response:
        """GET those that wait, POST one (see faults.py), DELETE all."""
        if request.method == "POST":
            try:
                self._faults.add(Fault.model_validate_json(await request.body()))
            except ValidationError as error:
                return _sent(_unreadable(error))
        elif request.method == "DELETE":
            self._faults.heal()
        return _sent(json_reply([fault.model_dump() for fault in self._faults.waiting()]))

    async def journal(self, request: Request) -> Response:
        """The calls after number ``since``; a status of 0 is a call that was never answered."""
        try:
            since = whole_number(request.query_params, "since", 0, 0, 2**53)
        except Refused as error:
            return _sent(error_reply(error))
        return _sent(json_reply(self._office.store.calls(since)))

    async def anchor(self, request: Request) -> Response:
        """The day that the book's 30/06/2025 was moved to, and by how many days."""
        facts = {"anchor": self._office.anchor, "shift_days": self._office.shift_days}
        return _sent(json_reply(facts))


def _unreadable(error: ValidationError) -> Reply:
    return error_reply(Refused(422, "body_invalid", str(error)))


def _sent(reply: Reply) -> Response:
    return Response(reply.body, reply.status, media_type=reply.content_type)
