"""``operators`` as people type it."""

from __future__ import annotations

import json

import pytest

from console.cli import operators
from console.web import passwords
from models import operators as stored
from tests.console.conftest import Run, typed_on
from tests.worker.conftest import World

TYPED = "mot mat khau dai\nmot mat khau dai\n"


@pytest.fixture
def run(world: World, monkeypatch: pytest.MonkeyPatch) -> Run:
    return typed_on(world, monkeypatch, operators)


def test_a_person_is_added_changed_and_locked_out_and_it_is_written_down(
    run: Run, world: World
) -> None:
    assert run("operators", "add", "Lan", "--role", "operator", input=TYPED).exit_code == 0
    with world.env.db.transaction() as session:
        known = stored.by_name(session, "Lan")
    assert known is not None and known.password_hash.startswith("$argon2")
    assert run("operators", "set", "Lan", "--role", "viewer").exit_code == 0
    assert run("operators", "set", "Lan", "--off").exit_code == 0
    (row,) = json.loads(run("operators", "list", "--json").stdout)
    assert (row["name"], row["role"], bool(row["disabled_at"])) == ("Lan", "viewer", True)
    audit = world.sql("SELECT who, via, action, subject, detail::text FROM audit ORDER BY id")
    assert [row[:4] for row in audit] == [
        ("can-bo", "cli", "operator.add", "Lan"),
        ("can-bo", "cli", "operator.change", "Lan"),
        ("can-bo", "cli", "operator.change", "Lan"),
    ]
    assert "mot mat khau" not in str(audit)


@pytest.mark.parametrize(
    ("words", "typed", "part"),
    [
        (("add", "Lan", "--role", "chief"), TYPED, "viewer, operator, admin"),
        (("add", "Lan"), "ngan\nngan\n", str(passwords.SHORTEST)),
        (("set", "Ai"), "", "operators list"),
    ],
)
def test_wrong_use_says_what_to_do(
    run: Run, words: tuple[object, ...], typed: str, part: str
) -> None:
    result = run("operators", *words, input=typed)
    said = " ".join(result.output.split())
    assert (result.exit_code, part in said) == (2, True), said
