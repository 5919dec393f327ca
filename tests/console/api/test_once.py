"""One key does one thing."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from models import api_answers, turns
from models.api_answers import Key
from tests.console.api.conftest import SKU, Api, jump, problem


def runs(api: Api) -> int:
    return len(api.get("/runs", kind="push")["items"])


def test_the_same_request_is_answered_the_same_and_done_once(api: Api) -> None:
    first = api.post("/push", {"codes": [SKU], "shop": ""}, key="k")
    again = api.call(
        "POST", "/push", key="k", content=b'{ "shop":"",  "codes":["' + SKU.encode() + b'"] }',
        headers={"Content-Type": "application/json"},
    )  # fmt: skip
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    assert first.headers["location"] == again.headers["location"]
    assert "idempotent-replay" not in first.headers
    assert again.headers["idempotent-replay"] == "true"
    assert (len(api.sent), runs(api)) == (1, 1)
    assert api.world.sql("SELECT count(*) FROM audit")[0] == (1,)


@pytest.mark.parametrize("path", ["/stop", "/start", "/holds/{}/approve", "/holds/{}/reject"])
def test_every_action_is_replayed(api: Api, path: str) -> None:
    path = path.format(jump(api))
    first, again = (api.post(path, {}, key="k") for _ in range(2))
    assert first.status_code == 200
    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["idempotent-replay"] == "true"
    assert api.world.sql("SELECT count(*) FROM audit")[0] == (1,)


def test_a_key_is_of_one_request_and_of_one_token(api: Api) -> None:
    assert api.post("/push", {}, key="k").status_code == 202
    problem(api.post("/push", {"shop": "shop-mot"}, key="k"), 422)
    problem(api.post("/stop", {}, key="k"), 422)
    other = {"Authorization": f"Bearer {api.token('push', 'read')}"}
    assert api.post("/push", {}, key="k", headers=other).status_code == 202
    assert len(api.sent) == 2


def test_a_key_is_wanted_and_is_plain(api: Api) -> None:
    bearer = {"Authorization": f"Bearer {api.token('push')}"}
    problem(api.client.post("/api/v1/push", json={}, headers=bearer), 422)
    for key in (" ", "a b", "x" * 201, "\x7f"):
        problem(api.post("/push", {}, key=key), 422)
    assert api.post("/push", {}, key="x" * 200).status_code == 202


def test_a_request_that_was_refused_did_nothing_and_its_key_is_free(api: Api) -> None:
    api.post("/stop", {})
    problem(api.post("/push", {}, key="k"), 409)
    api.post("/start", {})
    answer = api.post("/push", {}, key="k")
    assert answer.status_code == 202
    assert "idempotent-replay" not in answer.headers


def test_two_requests_with_one_key_at_once_do_one_thing(api: Api) -> None:
    """The first is held up in its plan; the second comes meanwhile."""
    api.token("push")
    with ThreadPoolExecutor(2) as threads:
        with api.world.env.db.transaction() as session:
            turns.take(session, None)
            first = threads.submit(api.post, "/push", {}, key="k")
            _until(api, "SELECT count(*) FROM api_answer")
            second = threads.submit(api.post, "/push", {}, key="k").result(20)
        done = first.result(20)
    problem(second, 409)
    assert second.headers["retry-after"] == "1"
    assert done.status_code == 202
    assert api.post("/push", {}, key="k").json() == done.json()
    assert (len(api.sent), runs(api)) == (1, 1)


def _until(api: Api, query: str) -> None:
    ends = time.monotonic() + 10
    while api.world.sql(query)[0] == (0,):
        assert time.monotonic() < ends
        time.sleep(0.01)


def test_many_threads_with_one_key_do_one_thing(api: Api) -> None:
    api.token("push")
    ready = threading.Barrier(6)

    def ask(_number: int) -> Any:
        ready.wait(10)
        return api.post("/push", {}, key="k")

    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(ask, range(6)))
    fresh = [a for a in answers if a.status_code == 202 and "idempotent-replay" not in a.headers]
    assert len(fresh) == 1
    assert {a.status_code for a in answers} <= {202, 409}
    assert (len(api.sent), runs(api)) == (1, 1)


def key_of(api: Api, ago: timedelta = timedelta()) -> Key:
    api.token("push")
    ((token_id,),) = api.world.sql("SELECT id FROM api_token WHERE name = 'push'")
    return Key(int(str(token_id)), "k", "another", api.world.env.now() - ago)


def claim(api: Api, key: Key) -> Any:
    with api.world.env.db.transaction() as session:
        return api_answers.claim(session, key)


def test_the_key_of_a_process_that_died_is_free_after_a_while(api: Api) -> None:
    key = key_of(api, timedelta(minutes=9))
    assert claim(api, key) is None
    problem(api.post("/push", {}, key="k"), 422)
    api.world.time.at += timedelta(minutes=2)
    assert api.post("/push", {}, key="k").status_code == 202
    with api.world.env.db.transaction() as session:  # it was not dead, only slow
        assert not api_answers.answered(session, key, 202, {})
        api_answers.give_back(session, key)
    assert api.post("/push", {}, key="k").headers["idempotent-replay"] == "true"


def test_who_lost_its_key_meanwhile_undoes_what_it_did(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_arguments: object) -> bool:
        return False

    with monkeypatch.context() as patch:
        patch.setattr(api_answers, "answered", lost)
        problem(api.post("/push", {}, key="k"), 409)
    assert (api.sent, runs(api)) == ([], 0)


def test_keys_are_kept_for_seven_days(api: Api) -> None:
    api.post("/push", {}, key="k")
    api.world.time.at += timedelta(days=6)
    assert api.post("/push", {}, key="k").headers["idempotent-replay"] == "true"
    api.world.time.at += timedelta(days=1, minutes=1)
    assert "idempotent-replay" not in api.post("/push", {}, key="k").headers
    with api.world.env.db.transaction() as session:
        kept = session.execute(text("SELECT count(*) FROM api_answer")).scalar_one()
    assert kept == 1
