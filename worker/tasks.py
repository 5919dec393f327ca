"""Celery tasks: thin. Each opens nothing but this process's environment and calls one step.

A message may come twice, late, or to two workers at once: slots of runs are unique, a drain finds
the lease taken and leaves, a sweep only wakes.
"""

from __future__ import annotations

import multiprocessing
from typing import Any

from celery import shared_task
from celery.signals import worker_process_init, worker_shutting_down

from config import logging
from config.settings import get_settings
from models import migrations, registry, shops
from worker import adopting, papers, pushing, telling, tokens
from worker import reconcile as reconciling
from worker.env import Env, local_day
from worker.fetching import fetch_pictures
from worker.planning import left_over, plan_day, plan_pulled, shops_to_wake
from worker.pull import run_pull
from worker.push import drain as drain_shop
from worker.runtime import build_env, open_source

_stopping = multiprocessing.get_context("fork").Event()
"""Made before the fork, so that the parent's warm shutdown reaches its children's drains."""
_env: Env | None = None


def env() -> Env:
    """This process's environment, made at its first task. Raises SchemaTooNew."""
    global _env
    if _env is None:
        settings = get_settings()
        made = build_env(settings, settings.database_url or "", settings.redis_url or "")
        migrations.check(made.db.engine)
        made.stop = _stopping
        _env = made
    return _env


@worker_process_init.connect
def _after_fork(**_kwargs: Any) -> None:
    """A forked child shares no connection with its parent."""
    global _env
    if _env is not None:
        _env.db.forked()
        _env = None
    settings = get_settings()
    logging.set_up(settings.home, "worker", settings.log_level)


@worker_shutting_down.connect
def _stop(**_kwargs: Any) -> None:
    """Drains end after their batch; what they did not reach stays due."""
    _stopping.set()


@shared_task
def pull(slot: str | None = "schedule", who: str = "schedule") -> None:
    """Pull the registry, plan what it touched, wake the shops that owe something."""
    here, settings = env(), get_settings()
    if not settings.registry:
        return
    if slot == "schedule":
        slot = f"pull:{int(here.now().timestamp() // settings.pull_every_s)}"
    source = open_source(
        settings.registry,
        local_day(here.now()),
        full=settings.registry_full,
        private_hosts=here.private_hosts,
    )
    run_id, result = run_pull(here, source, slot=slot, who=who, fetch=fetch_pictures)
    if run_id is not None:
        adopting.look_again(here)
        plan_pulled(here, result.touched, run_id)
        wake()


@shared_task
def pictures() -> None:
    """Fetch the pictures that are missing; those of a register file that a person accepted wait
    for no pull."""
    here = env()
    fetched = fetch_pictures(here)
    with here.db.transaction() as session:
        registry.pulled(session, sorted(fetched), here.now())
    plan_pulled(here, fetched)
    wake()


@shared_task
def certify() -> None:
    """Plan the new day: what lapsed comes down, what begins goes up; what lapses soon is said."""
    if _new_day():
        wake()


def _new_day() -> bool:
    here = env()
    planned = plan_day(here, f"certify:{local_day(here.now())}")
    if planned:
        papers.warn(here)
    return planned


@shared_task
def refresh_logins() -> None:
    """Keep the logins of all shops from lapsing, those of quiet shops too."""
    tokens.keep_fresh(env())


@shared_task
def tell_producers() -> None:
    """What is new to producers, said at most once a day to each."""
    telling.tell(env())


@shared_task
def sweep() -> None:
    """Wake every shop that has something to do: a lost wake-up costs this long at most. What a
    worker that died between a pull and its plan left is planned, and a day whose plan failed or
    whose midnight nobody saw."""
    here = env()
    _new_day()
    if left_over(here):
        adopting.look_again(here)
        plan_pulled(here, ())
    wake()


@shared_task
def reconcile_all() -> None:
    """One reconcile task a shop."""
    with env().db.transaction() as session:
        ids = [shop.id for shop in shops.all_shops(session) if shop.enabled]
    for shop_id in ids:
        reconcile.delay(shop_id)


@shared_task
def reconcile(shop_id: int) -> None:
    """Ask a channel what changed; the drain reads it."""
    if reconciling.reconcile(env(), shop_id):
        drain.apply_async((shop_id,), queue="push")


@shared_task
def drain(shop_id: int) -> None:
    """Work off what a shop owes, one slice; wake the next if there is more."""
    result = drain_shop(env(), shop_id)
    if result.more:
        wake_one(shop_id)


@shared_task
def push_run(run_id: int, shop_ids: list[int]) -> None:
    """A push by hand, until nothing of its shops asks any more."""
    pushing.carry_out(env(), run_id, shop_ids)


def wake() -> None:
    """Send a drain to every shop that may work; take-downs go by a queue of their own."""
    waiting, urgent = shops_to_wake(env())
    for shop_id in waiting:
        drain.apply_async((shop_id,), queue="urgent" if shop_id in urgent else "push")


def wake_one(shop_id: int) -> None:
    _waiting, urgent = shops_to_wake(env())
    drain.apply_async((shop_id,), queue="urgent" if shop_id in urgent else "push")
