"""The registry's public calls (registry-formats.md 5): a request in, a reply out."""

from __future__ import annotations

from starlette.requests import Request

from sandbox.registry import pictures, view
from sandbox.registry.dates import printed
from sandbox.registry.errors import Refused
from sandbox.registry.office import Office
from sandbox.registry.reply import Reply, json_reply, page_reply
from sandbox.registry.walk import LIMIT_DEFAULT, LIMIT_MAX, filters_of, whole_number


def base_url(request: Request) -> str:
    """Where the caller reached us, without a trailing slash."""
    return str(request.base_url).rstrip("/")


def products(office: Office, request: Request) -> Reply:
    """GET /v1/products"""
    query = request.query_params
    filters = filters_of(query)
    limit = whole_number(query, "limit", LIMIT_DEFAULT, 1, LIMIT_MAX)
    page, snapshot = office.page(filters, query.get("cursor"), limit, base_url(request))
    return page_reply(page, snapshot)


def product(office: Office, request: Request) -> Reply:
    """GET /v1/products/{code}: a withdrawn one answers 410 with its tombstone."""
    version = office.known(request.path_params["code"])
    item = view.item(version, base_url(request), office.today)
    return json_reply(item, 410 if version.deleted else 200, version.at)


def certificates(office: Office, request: Request) -> Reply:
    """GET /v1/products/{code}/certificates, newest first."""
    version = office.current(request.path_params["code"])
    return json_reply(view.certificates(version.product, office.today), modified=version.at)


def changes(office: Office, request: Request) -> Reply:
    """GET /v1/changes: the events after ``since_seq`` (exclusive), without a gap."""
    query = request.query_params
    since = whole_number(query, "since_seq", 0, 0, 2**53)
    limit = whole_number(query, "limit", LIMIT_DEFAULT, 1, LIMIT_MAX)
    events = [view.event(version) for version in office.store.changes(since, limit)]
    return json_reply({"events": events, "last_seq": office.store.newest_seq()})


def health(office: Office, request: Request) -> Reply:
    """GET /v1/health"""
    snapshot = office.snapshot(office.store.newest_seq())
    return json_reply({"status": "ok", "snapshot": printed(snapshot)})


def picture(office: Office, request: Request) -> Reply:
    """GET /anh/NAME.jpg: any picture that a product has or had."""
    name = request.path_params["name"]
    if not office.store.names_picture(name):
        raise Refused(404, "picture_unknown", f"{name} is no picture of this registry")
    return Reply(200, office.picture(name), pictures.CONTENT_TYPE)


def unknown(office: Office, request: Request) -> Reply:
    """Every other address."""
    raise Refused(404, "path_unknown", f"there is nothing at {request.url.path}")
