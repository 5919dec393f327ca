"""The console of a process, from its environment and settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import redis
from fastapi import FastAPI

from celery_app import app as celery
from config.settings import Settings
from console.web.app import make_app
from console.web.here import Console
from worker.env import Env


def app_of(env: Env, settings: Settings) -> FastAPI:
    """The application that this process serves."""
    return make_app(console_of(env, settings))


def console_of(env: Env, settings: Settings) -> Console:
    """The console over this process's environment and settings."""
    client = redis.Redis.from_url(settings.redis_url or "redis://", socket_timeout=2)

    def redis_up() -> bool:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False

    def send(task: str, arguments: Mapping[str, Any]) -> None:
        celery.conf.broker_url = settings.redis_url
        celery.send_task(f"worker.tasks.{task}", kwargs=dict(arguments))

    return Console(
        env,
        language=settings.language,
        open_here=settings.open_console,
        send=send,
        redis_up=redis_up,
        next_pull_s=settings.pull_every_s if settings.registry else None,
    )
