"""What an operator does on the first day: pull, connect the shops, decide what was asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from sandbox.demo.markets import Credentials, Market, Shop
from sandbox.demo.place import Place

DATA = Path(__file__).parents[1] / "data"

Login = tuple[Market, Shop, Credentials]


def shops() -> list[dict[str, Any]]:
    """The demo's shops, as ``sandbox/data/shops.json`` says."""
    found: list[dict[str, Any]] = _data("shops.json")["shops"]
    return found


def open_accounts(place: Place, markets: Sequence[Market]) -> list[Login]:
    """Open the accounts on marketplaces that are there for the first time."""
    logins: list[Login] = []
    for market in markets:
        mine = [s for s in shops() if s["channel"] in market.channels]
        mark = place.state(market.name).with_suffix(".opened")
        if not mark.exists():
            opened = market.open_accounts(place.state(market.name), mine)
            logins += [(market, s, c) for s, c in zip(mine, opened, strict=True)]
            mark.touch()
    return logins


def set_up(env: Any, place: Place, logins: Sequence[Login]) -> None:
    """Pull, connect, record papers and decisions; nothing when all is connected already."""
    from worker.env import local_day
    from worker.fetching import fetch_pictures
    from worker.planning import plan_products
    from worker.pull import run_pull
    from worker.runtime import open_source

    if not logins:
        return
    source = open_source(
        place.url("registry"), local_day(env.now()), private_hosts=env.private_hosts
    )
    run_pull(env, source, slot=None, who="operator", fetch=fetch_pictures)
    plan_products(env)  # without a shop: all of them are planned for at the end, together
    _agree(env)
    _decide(env)  # before the first shop: a scheduled pull may plan for it while others connect
    for market, shop, credentials in logins:
        _connect(env, place, market, shop, credentials)
    _record_papers(env, place)
    plan_products(env)


def _agree(env: Any) -> None:
    from models import owners
    from models.text import fold
    from worker.agreeing import agree

    names = [fold(name) for name in _data("shops.json")["agreed"]]
    with env.db.transaction() as session:
        theirs = [owner.id for owner in owners.listed(session) if fold(owner.name) in names]
    agree(env, theirs, "demo", agreed=True)


def _connect(
    env: Any, place: Place, market: Market, shop: Shop, credentials: Mapping[str, str]
) -> None:
    from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_fixed

    from connectors.errors import RateLimited, Unavailable
    from models import owners
    from worker.connect import NewShop, connect

    owner = None
    if shop["owner"]["kind"] == "producer":
        with env.db.transaction() as session:
            owner = owners.find(session, shop["owner"]["name"])[0][0]
    base_url = place.url(market.name) + market.path(shop)
    new = NewShop(shop["channel"], shop["name"], owner, base_url, credentials)
    patient = Retrying(
        retry=retry_if_exception_type((RateLimited, Unavailable)),
        stop=stop_after_attempt(5), wait=wait_fixed(2), reraise=True,
    )  # fmt: skip
    # whoever is told "too fast" tries again a little later, perhaps with the shop half connected
    done = patient(lambda: connect(env, _as_far_as_it_came(env, new)))
    if market.name == "floor":
        _tell_floor(env, place, shop, done.key)


def _as_far_as_it_came(env: Any, new: Any) -> Any:
    """What an attempt that broke off has left: a code that was traded once is not traded again."""
    from models import shops as shop_rows
    from worker import tokens
    from worker.connect import key_of

    with env.db.transaction() as session:
        found = shop_rows.by_key(session, key_of(new.name))
    if found is None:
        return new
    login = dict(tokens.open_account(env, found).account.credentials)
    return replace(new, again=found.key, credentials=login)


def _tell_floor(env: Any, place: Place, shop: Shop, key: str) -> None:
    """Somebody at the floor writes down where the shop's file lies."""
    from connectors.http import Http
    from models import shops as shop_rows

    with env.db.transaction() as session:
        found = shop_rows.by_key(session, key)
    token = found.public_token if found else ""
    url = f"{place.url('web')}/files/{token}"
    told = {"shop_id": shop["shop_id"], "url": url, "profile": shop["channel"]}
    Http().request("POST", f"{place.url('floor')}/_sandbox/feeds", json=told)


def _decide(env: Any) -> None:
    """The office's answers where a channel asks, and its rules."""
    from models import rules

    decided = _data("decisions.json")
    with env.db.transaction() as session:
        for row in decided["decisions"]:
            for channel in row.get("channels", decided["channels"]):
                if row["decision"] != "waiting":
                    rules.set_rule(
                        session, "permit", "product", row["product_code"], channel,
                        {"answer": row["decision"]}, by="văn phòng", note=row["note"],
                        now=env.now(),
                    )  # fmt: skip
        for row in _data("rules.json")["rules"]:
            rules.set_rule(
                session, row["kind"], row["scope"], row["target"], "", row["value"],
                by="văn phòng", note="", now=env.now(),
            )  # fmt: skip


def _record_papers(env: Any, place: Place) -> None:
    """The papers that the office has been given."""
    from models import status
    from worker.papers import NewPaper, record

    for row in _data("papers.json")["papers"]:
        with env.db.transaction() as session:
            product = status.find_product(session, row["product_code"])
        if product is not None:
            scan = _scan(place, product.name, row["number"])
            paper = NewPaper(row["kind"], row["number"], product_id=product.id, file=scan)
            record(env, paper, by="văn phòng")


def _scan(place: Place, name: str, number: str) -> Path:
    """A made-up scan of a made-up paper, so that channels that want its file find one."""
    from PIL import Image, ImageDraw

    folder = place.folder / "papers"
    folder.mkdir(exist_ok=True)
    page = Image.new("RGB", (800, 1130), "white")
    ImageDraw.Draw(page).multiline_text((80, 100), f"MAU THU - KHONG CO GIA TRI\n{number}\n{name}")
    path = folder / f"{number.replace('/', '-')}.png"
    page.save(path)
    return path


def _data(name: str) -> Any:
    return orjson.loads((DATA / name).read_bytes())
