"""One file a page: it asks the models and the worker, and hands facts to its template."""

from console.web.pages import (
    api_tokens,
    consent,
    holds,
    listings,
    login,
    logs,
    mappings,
    overview,
    people,
    plan,
    producer_page,
    producers,
    registry,
    rules,
    runs,
    shops,
    story,
    trace,
)

ROUTERS = tuple(
    page.router
    for page in (
        login, overview, listings, story, plan, runs, logs, holds, consent, shops, rules, mappings,
        registry, producers, people, api_tokens, producer_page,
        trace,
    )
)  # fmt: skip
