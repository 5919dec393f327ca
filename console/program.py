"""The program as a command needs it: servers up (or attached to), schema current, one Env."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from config import logging
from config.embedded import servers
from config.settings import Settings, get_settings
from models import migrations
from worker.env import Env
from worker.runtime import build_env


@contextmanager
def program() -> Iterator[Env]:
    """Start what is needed (or attach to a program that runs), hand out an Env, stop what was
    started here. Raises config.errors.SetupError with what to do."""
    settings: Settings = get_settings()
    with servers(settings) as urls:
        logging.set_up(settings.home, "cli", settings.log_level)
        env = build_env(settings, urls.database_url, urls.redis_url)
        migrations.upgrade(env.db.engine)
        try:
            yield env
        finally:
            env.db.close()
