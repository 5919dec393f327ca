"""``tokens`` as people type it."""

from __future__ import annotations

import json

import pytest

from console.cli import tokens
from tests.console.conftest import Run, typed_on
from tests.worker.conftest import World


@pytest.fixture
def run(world: World, monkeypatch: pytest.MonkeyPatch) -> Run:
    return typed_on(world, monkeypatch, tokens)


def test_a_token_is_shown_once_listed_without_it_and_revoked(run: Run, world: World) -> None:
    made = run("tokens", "add", "kho", "--scope", "push", "--scope", "read", "--days", 90)
    assert made.exit_code == 0, made.output
    token = made.stdout.strip()
    assert token.startswith("ocop_")
    assert len(token) > 40
    listed = run("tokens", "list", "--json")
    assert token not in listed.output
    (row,) = json.loads(listed.stdout)
    assert (row["name"], row["scopes"], row["made_by"]) == ("kho", ["read", "push"], "can-bo")
    assert row["expires_at"]
    assert "kho" in run("tokens", "list").output
    assert run("tokens", "revoke", "kho").exit_code == 0
    (row,) = json.loads(run("tokens", "list", "--json").stdout)
    assert row["revoked_at"]
    assert world.sql("SELECT who, via, action, subject FROM audit ORDER BY id") == [
        ("can-bo", "cli", "token.add", "kho"), ("can-bo", "cli", "token.revoke", "kho"),
    ]  # fmt: skip


def test_a_token_may_last_for_ever_and_only_looks_unless_said(run: Run) -> None:
    assert run("tokens", "add", "kho", "--days", 0).exit_code == 0
    (row,) = json.loads(run("tokens", "list", "--json").stdout)
    assert (row["expires_at"], row["scopes"]) == (None, ["read"])


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("add", "a", "--scope", "all"), "read, push, decide"),
        (("add", " "), "1 đến 100"),
        (("add", "a", "--days", 9999), "9999"),
        (("revoke", "a"), "tokens list"),
    ],
)
def test_wrong_use_says_what_to_do(run: Run, words: tuple[object, ...], part: str) -> None:
    result = run("tokens", *words)
    assert (result.exit_code, part in result.output.replace("\n", " ")) == (2, True), result.output
