"""The Celery app: broker, queues, schedule. Nothing else.

Redis only wakes: a message says that a shop has work, never what the work is. Messages are
acknowledged late and may come twice; every task first asks whether it is still needed. Due times
live in rows, never in an ``eta`` (design: "State lives in Postgres; Redis only wakes").
"""

from __future__ import annotations

from celery import Celery
from celery.schedules import crontab

from config.settings import get_settings

settings = get_settings()

LONGEST_TASK_S = int(settings.slice_s + settings.call_deadline_s * 3) + 300
"""Hard limit, seconds: a pull of a slow registry is the longest; drains end with their slice."""

app = Celery("ocop_sync", broker=settings.redis_url, include=["worker.tasks"])
app.conf.update(
    task_default_queue="push",
    task_routes={
        "worker.tasks.pull": {"queue": "pull"},
        "worker.tasks.pictures": {"queue": "pull"},
        "worker.tasks.certify": {"queue": "pull"},
        "worker.tasks.reconcile_all": {"queue": "pull"},
        "worker.tasks.refresh_logins": {"queue": "pull"},
        "worker.tasks.tell_producers": {"queue": "pull"},
        "worker.tasks.sweep": {"queue": "urgent"},
        "worker.tasks.push_run": {"queue": "pull"},
    },
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": LONGEST_TASK_S + 60},
    task_soft_time_limit=LONGEST_TASK_S - 30,
    task_time_limit=LONGEST_TASK_S,
    task_serializer="json",
    accept_content=["json"],
    timezone="Asia/Ho_Chi_Minh",
    enable_utc=True,
    beat_schedule={
        "pull": {"task": "worker.tasks.pull", "schedule": settings.pull_every_s},
        "sweep": {"task": "worker.tasks.sweep", "schedule": settings.sweep_every_s},
        "reconcile": {
            "task": "worker.tasks.reconcile_all",
            "schedule": settings.reconcile_every_s,
        },
        "refresh": {
            "task": "worker.tasks.refresh_logins",
            "schedule": settings.refresh_every_s,
        },
        "certify": {"task": "worker.tasks.certify", "schedule": crontab(hour=0, minute=0)},
        "tell": {"task": "worker.tasks.tell_producers", "schedule": crontab(minute=20)},
    },
    beat_schedule_filename=str(settings.home / "beat"),
)
