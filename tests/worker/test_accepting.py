"""What follows a register file that a person accepted."""

from __future__ import annotations

from tests.worker.fakes import source_product
from worker import tasks


def test_pictures_of_an_accepted_file_wait_for_no_pull(world, monkeypatch):
    world.book.products = [source_product()]
    world.pull()
    world.connect("Của tỉnh")
    world.sql("UPDATE asset SET sha256 = NULL RETURNING id")
    world.plan()
    assert [r.state for r in world.rows()] == ["blocked"]
    woken = []

    def fetched(_env):
        world.sql("UPDATE asset SET sha256 = repeat('a', 64) RETURNING id")
        return {row[0] for row in world.sql("SELECT id FROM product")}

    monkeypatch.setattr(tasks, "env", lambda: world.env)
    monkeypatch.setattr(tasks, "fetch_pictures", fetched)
    monkeypatch.setattr(tasks, "wake", lambda: woken.append(True))
    tasks.pictures()
    assert [c.facet for c in world.changes()] == ["create"]
    assert woken == [True]
    assert world.sql("SELECT count(*) FROM product WHERE unplanned_since IS NOT NULL") == [(0,)]
