"""Pull into real tables: what changed is touched, and absence is believed only when it may be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connectors.registry.contract import (
    Page,
    RegistryError,
    SourceProduct,
    Tombstone,
    Walk,
    WalkEnd,
)
from models import runs
from tests.worker.conftest import World
from tests.worker.fakes import source_product
from worker.pull import run_pull


class Breaking:
    """A registry that fails after its first page."""

    key = "sách thử"

    def __init__(self, *first: SourceProduct) -> None:
        self.first = first

    def pages(self, since: str | None) -> Walk:
        def pages() -> Any:
            yield Page(self.first)
            raise RegistryError("sổ", "mất kết nối", "đủ trang", "đợi")

        return Walk(pages(), lambda: WalkEnd(full=True, cursor="x"))


def codes(world: World) -> dict[str, bool]:
    """Code → withdrawn."""
    rows = world.sql(
        "SELECT c.code, p.withdrawn_at IS NOT NULL FROM product_code c JOIN product p"
        " ON p.id = c.product_id"
    )
    return {str(code): bool(gone) for code, gone in rows}


def many(count: int) -> list[SourceProduct]:
    return [source_product(f"OCOP-{n:03d}") for n in range(count)]


def test_a_second_pull_of_the_same_touches_nothing(world: World) -> None:
    world.book.products = many(5)
    assert world.pull().new == 5
    again = world.pull()
    assert (again.seen, again.new, again.changed, again.touched) == (5, 0, 0, set())


def test_one_price_touches_one_product(world: World) -> None:
    world.book.products = many(5)
    world.pull()
    world.book.products[2] = source_product("OCOP-002", prices=(25_000,))
    result = world.pull()
    assert (result.changed, len(result.touched)) == (1, 1)
    assert world.sql("SELECT price_vnd FROM variant WHERE sku LIKE 'OCOP-002%'") == [(25_000,)]


def test_an_older_version_is_old_news(world: World) -> None:
    new = replace(source_product(), version=5)
    world.book.products = [new]
    world.pull()
    world.book.products = [replace(source_product(prices=(9_000,)), version=4)]
    assert world.pull().changed == 0


def test_a_retyped_pack_keeps_its_sku(world: World) -> None:
    world.book.products = [source_product()]
    world.pull()
    before = world.sql("SELECT id, sku FROM variant")
    pack = replace(world.book.products[0].variants[0], pack="gói 100g")
    world.book.products = [replace(world.book.products[0], variants=(pack,))]
    world.pull()
    assert world.sql("SELECT id, sku FROM variant") == before


def test_a_few_that_vanish_from_a_whole_walk_are_withdrawn(world: World) -> None:
    world.book.products = many(20)
    world.pull()
    world.book.products = world.book.products[1:]
    assert world.pull().withdrawn == 1
    assert codes(world)["OCOP-000"]


def test_many_that_vanish_at_once_are_held_not_believed(world: World) -> None:
    world.book.products = many(20)
    world.pull()
    world.book.products = world.book.products[:10]
    result = world.pull()
    assert (result.withdrawn, result.held) == (0, 10)
    assert not any(codes(world).values())
    assert world.sql("SELECT kind FROM hold") == [("mass_absence",)]


@pytest.mark.parametrize("full", [True, False])
def test_absence_from_a_part_says_nothing(world: World, full: bool) -> None:
    world.book.products = many(20)
    world.pull()
    world.book.products = world.book.products[1:]
    assert world.pull(full=full).withdrawn == int(full)


def test_an_empty_walk_takes_nothing_down(world: World) -> None:
    world.book.products = many(3)
    world.pull()
    world.book.products = []
    assert world.pull().withdrawn == 0
    assert not any(codes(world).values())


def test_a_walk_that_breaks_keeps_what_it_read_and_believes_no_absence(world: World) -> None:
    world.book.products = many(3)
    world.pull()
    world.book = Breaking(source_product("OCOP-009"))  # type: ignore[assignment]
    result = world.pull()
    assert result.failure is not None
    assert result.withdrawn == 0
    assert set(codes(world)) == {"OCOP-000", "OCOP-001", "OCOP-002", "OCOP-009"}
    assert world.sql("SELECT status FROM run ORDER BY id DESC LIMIT 1") == [("failed",)]


def test_a_tombstone_withdraws_and_a_new_statement_brings_back(world: World) -> None:
    world.book.products = [replace(p, version=1) for p in many(3)]
    world.pull()
    gone = world.book.products.pop(0)
    world.book.tombstones = [Tombstone(gone.code, 2, "Ngừng sản xuất")]
    assert world.pull(full=False).withdrawn == 1
    assert codes(world)[gone.code]
    world.book.tombstones = []
    world.book.products.append(replace(gone, version=3))
    world.pull()
    assert not codes(world)[gone.code]


class Office:
    """A registry read by position: what changed since then, and sometimes a row that is spoiled."""

    key = "sổ theo vị trí"

    def __init__(self, *products: SourceProduct) -> None:
        self.products = products
        self.spoiled: set[str] = set()
        self.asked: list[str | None] = []

    def pages(self, since: str | None) -> Walk:
        self.asked.append(since)
        new = [p for p in self.products if since is None or p.version > int(since)]
        return Walk(
            iter([Spoiling(new, self.spoiled)]),
            lambda: WalkEnd(since is None, str(max(p.version for p in self.products))),
        )


class Spoiling(Page):
    """A page of which some rows cannot be read."""

    def __init__(self, products: list[SourceProduct], spoiled: set[str]) -> None:
        super().__init__(tuple(products))
        object.__setattr__(self, "spoiled", spoiled)

    def parse(self, codes: Any) -> Any:
        products, problems = super().parse(codes)
        return [p for p in products if p.code not in self.spoiled], problems  # type: ignore[attr-defined]


def test_a_row_that_was_spoiled_once_is_asked_for_again(world: World) -> None:
    office = Office(source_product("OCOP-1", version=1), source_product("OCOP-2", version=1))
    run_pull(world.env, office, slot=None, who="test")
    office.products = (
        source_product("OCOP-1", prices=(21_000,), version=2), source_product("OCOP-2", version=1)
    )  # fmt: skip
    office.spoiled = {"OCOP-1"}
    _run, result = run_pull(world.env, office, slot=None, who="test")
    assert (result.rejected, result.changed) == (1, 0)
    office.spoiled = set()
    _run, result = run_pull(world.env, office, slot=None, who="test")
    assert (result.rejected, result.changed) == (0, 1)
    run_pull(world.env, office, slot=None, who="test")
    assert office.asked == [None, "1", "1", "2"]


def test_a_row_without_a_code_may_be_the_one_that_is_missing(world: World) -> None:
    class Book:
        key = "sách thử"

        def pages(self, since: str | None) -> Walk:
            page = Page(tuple(many(9)), rejected=1)
            return Walk(iter([page]), lambda: WalkEnd(full=True, cursor=None))

    world.book.products = many(10)
    world.pull()
    run_pull(world.env, Book(), slot=None, who="test")
    assert not any(codes(world).values())


def test_a_run_whose_process_died_ends_in_the_log(world: World) -> None:
    with world.env.db.transaction() as session:
        runs.begin(session, "pull", world.time(), slot="pull:1", who="schedule")
    world.time.forward(hours=1)
    run_pull(world.env, world.book, slot=None, who="test")
    assert world.sql("SELECT status FROM run ORDER BY id") == [("running",), ("ended",)]
    world.time.forward(hours=2)
    run_pull(world.env, world.book, slot=None, who="test")
    assert world.sql("SELECT status, outcome FROM run ORDER BY id LIMIT 1") == [
        ("failed", runs.LOST)
    ]
