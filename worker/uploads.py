"""Pictures to a shop's channel: by content, once, and once more when the channel forgot one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connectors.errors import NotFound, Rejected
from models import public, shops
from models.listings import ListingState
from models.queue import Claimed
from worker import pictures
from worker.calls import Caller
from worker.env import Env
from worker.pictures import Uploaded
from worker.reasons import reason
from worker.record import Result, tried
from worker.retry import is_shop_fault


def needed(rows: Sequence[Claimed], states: Mapping[int, ListingState]) -> list[str]:
    """The pictures that these listings' content shows, and the papers that it names."""
    contents = [states[row.listing_id].facets.get("content") for row in rows]
    found: set[str] = set()
    for facet in contents:
        if facet:
            found |= {*facet.wanted["images"], *(p["file"] for p in facet.wanted["papers"])}
    return sorted(found - {""})


def upload(env: Env, shop_id: int, caller: Caller, digests: Sequence[str]) -> Uploaded:
    """The channel's ids of these pictures, uploading what the shop does not have; where the
    channel fetches them itself, our public addresses of them."""
    if caller.connector.capabilities.fetches_images:
        if not env.public_base_url:
            unknown = NotFound(reason("NO_PUBLIC_URL").text, code="no_public_url")
            return Uploaded(errors=dict.fromkeys(digests, unknown))
        with env.db.transaction() as session:
            return Uploaded(public.addresses(session, env.public_base_url, digests))
    with env.db.transaction() as session:
        ids = shops.uploaded(session, shop_id, digests)
        types = shops.picture_types(session, digests)
    missing = [d for d in digests if d not in ids]
    if not missing:
        return Uploaded(ids)
    found = {d: pictures.load(env.images, d, types.get(d, "image/jpeg")) for d in missing}
    files = [file for file in found.values() if file is not None]
    fresh, errors = pictures.upload(caller.connector, files)
    errors |= {
        d: NotFound("tệp ảnh đã lưu không còn", code="picture_file")
        for d, file in found.items()
        if file is None
    }
    with env.db.transaction() as session:
        shops.keep_uploads(session, shop_id, fresh, env.now())
    for error in errors.values():
        if is_shop_fault(error):
            caller.fault = caller.fault or error
    return Uploaded(ids | fresh, errors)


def forget_refused(env: Env, shop_id: int, results: Sequence[Result]) -> None:
    """ "Image does not exist" drops the cached ids, and the row goes out once more."""
    stale = [
        r
        for r in results
        if isinstance(r.error, Rejected) and r.error.field == "images" and tried(r)[0] == 1
    ]
    digests = {d for r in stale for d in r.claimed.wanted["images"]}
    for result in stale:
        result.wait_s = 0.0
    if digests:
        with env.db.transaction() as session:
            shops.drop_uploads(session, shop_id, sorted(digests))
