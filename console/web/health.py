"""For machines that watch this one: /healthz (the process lives), /readyz (what it needs answers),
/metrics (Prometheus)."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter, Request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse, Response

from console.web.access import at_the_machine
from console.web.here import Here
from models import measures
from worker.env import Env

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
def healthz() -> Response:
    return PlainTextResponse("ok")


@router.get("/readyz")
def readyz(console: Here) -> Response:
    """200 when the database and Redis answer, else 503; which of them, in the body."""
    found = {"database": _database_up(console.env), "redis": console.redis_up()}
    return JSONResponse(found, 200 if all(found.values()) else 503)


def _database_up(env: Env) -> bool:
    try:
        with env.db.transaction() as session:
            return measures.answers(session)
    except SQLAlchemyError:
        return False


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """To a collector on this machine; from elsewhere a proxy lets it in."""
    if not at_the_machine(request):
        raise HTTPException(404)
    registry: CollectorRegistry = request.app.state.measures.registry
    return PlainTextResponse(generate_latest(registry), media_type="text/plain; version=0.0.4")


class Measures:
    """What /metrics shows: our own requests, and the state of the tables at that moment."""

    def __init__(self, env: Env) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "ocop_http_requests_total", "Requests answered", ("method", "route", "status"),
            registry=self.registry,
        )  # fmt: skip
        self.seconds = Histogram(
            "ocop_http_request_seconds", "Time to answer", ("route",), registry=self.registry
        )
        self.registry.register(_Tables(env))


class _Tables(Collector):
    def __init__(self, env: Env) -> None:
        self._env = env

    def collect(self) -> Iterator[Metric]:
        with self._env.db.transaction() as session:
            found = measures.of_tables(session, self._env.now())
        listings = GaugeMetricFamily(
            "ocop_listings", "Listings by channel and state", labels=("channel", "state")
        )
        for channel, state, count in found.listings:
            listings.add_metric((channel, state), count)
        yield listings
        for name, about, value in (
            ("ocop_facets_due", "Facets that are to be sent", found.due),
            ("ocop_oldest_due_seconds", "Age of the oldest of them", found.oldest_due_s),
            ("ocop_holds_open", "Questions that wait for a person", found.holds),
            ("ocop_alarms", "Listings on sale against the rule", found.alarms),
            ("ocop_shops_unwell", "Shops that are paused or whose breaker is open", found.unwell),
            ("ocop_runs_failed_day", "Runs that failed in the last 24 hours", found.failed_runs),
        ):
            yield GaugeMetricFamily(name, about, value=value)

    def describe(self) -> list[Metric]:
        return []
