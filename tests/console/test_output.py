"""What the command line prints: names and sentences as they are, with their brackets."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.settings import Settings
from console.cli import accounts, doctor, log, output, preview, push, status
from console.cli.doctor import Finding
from tests.console.conftest import Run, World, typed_on, world
from tests.worker.fakes import source_product

__all__ = ["world"]

NAME = "Trà hoa vàng [hộp/giấy] [/Ba Chẽ] :tea:"
"""Rich would take "[hộp/giấy]" away, fail at "[/Ba Chẽ]", and draw a cup."""


@pytest.fixture
def run(world: World, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A product of that name, on sale and owing a new price."""
    monkeypatch.setattr(output.out, "width", 400)
    world.book.products = [source_product(name=NAME)]
    world.pull()
    world.connect()
    world.sync()
    world.book.products = [source_product(name=NAME, prices=(21_000,))]
    world.pull()
    return typed_on(world, monkeypatch, accounts, doctor, log, preview, push, status)


@pytest.mark.parametrize(
    "words", [("status",), ("explain", "OCOP-1"), ("plan",), ("preview", "OCOP-1")]
)
def test_a_name_is_printed_as_it_is(run: Run, words: tuple[str, ...]) -> None:
    result = run(*words)
    assert result.exit_code == 0, result.output
    assert NAME in result.stdout


def test_a_channel_s_words_are_printed_as_they_are(
    run: Run, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.sql("UPDATE shop SET paused_reason = '[/red] hỏng :x:' RETURNING id")
    assert "[/red] hỏng :x:" in run("accounts", "list").stdout
    finding = Finding("gian hàng [/a]", "sàn nói [lỗi] :x:", "[/b]")
    monkeypatch.setattr(doctor, "examine", lambda _settings: [finding])
    monkeypatch.setattr(doctor, "get_settings", lambda: Settings(home=Path("/")))
    told = run("doctor")
    assert told.exit_code == 1
    assert told.stdout == "LỖI  gian hàng [/a]: sàn nói [lỗi] :x:. Cách sửa: [/b]\n"


def test_a_title_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_table("Luật [/x]", ("a [/b]",), [["[c]"]])
    shown = capsys.readouterr().out
    assert "[/x]" in shown and "a [/b]" in shown and "[c]" in shown
