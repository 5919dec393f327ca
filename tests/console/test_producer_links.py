"""A producer's page opens with a living link of its own and with nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from config.secrets import Vault, new_key
from models import producer_links
from tests.console.office import form_token, office
from tests.worker.fakes import source_product
from worker import links


@pytest.fixture
def desk(world):
    """Two producers, each with a product in a shop of the province."""
    world.book.products = [
        source_product("OCOP-1", producer="HTX A", name="Mỳ gạo Chũ"),
        source_product("OCOP-2", producer="HTX B", name="Rượu làng Vân"),
    ]
    world.pull()
    world.connect()
    with office(world) as served:
        yield served


def link_of(world, producer="HTX A", days=30):
    (found,) = world.sql("SELECT id FROM producer WHERE name = :name", name=producer)
    now = world.env.now()
    with world.env.db.transaction() as session:
        return producer_links.make(session, found[0], "Lan", now, now + timedelta(days=days))


def test_a_link_shows_its_producer_and_no_other(world, desk):
    world.sync()
    answer = desk.browser().get(links.path(world.env, link_of(world)))
    assert answer.status_code == 200
    assert "Mỳ gạo Chũ" in answer.text and "HTX A" in answer.text
    assert "Rượu" not in answer.text and "HTX B" not in answer.text
    assert "Đang bán" in answer.text and "01/06/2028" in answer.text
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"


def refused(answer, status, words):
    assert answer.status_code == status
    assert words in answer.text
    assert "HTX" not in answer.text and "Mỳ gạo" not in answer.text


def test_a_forged_link(world, desk):
    token = links.token(world.env, link_of(world))
    ask = desk.browser()
    body, _dot, signature = token.rpartition(".")
    flipped = f"{body}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"
    other = link_of(world, "HTX B")
    payload = links.token(world.env, other).rpartition(".")[0]
    mixed = f"{payload}.{token.rpartition('.')[2]}"
    for wrong in (flipped, mixed, "x", "WzEsImEiXQ.x", token + "a" * 5000, "a.b.c", "%00", "é.é"):
        refused(ask.get(f"/p/{wrong}"), 403, "Liên kết này không đúng")


def test_a_link_signed_with_another_purpose_or_key(world, desk):
    link = link_of(world)
    ours = world.env.derive
    world.env.derive = lambda purpose: ours("something else")
    other_purpose = links.path(world.env, link)
    world.env.derive = Vault([new_key()], "test").derived
    other_key = links.path(world.env, link)
    world.env.derive = ours
    refused(desk.browser().get(other_purpose), 403, "không đúng")
    refused(desk.browser().get(other_key), 403, "không đúng")


def test_an_expired_link(world, desk):
    path = links.path(world.env, link_of(world, days=30))
    world.time.forward(days=29)
    assert desk.browser().get(path).status_code == 200
    world.time.forward(days=1)
    refused(desk.browser().get(path), 410, "đã hết hạn")


def test_a_revoked_link_shows_and_does_nothing(world, desk):
    link = link_of(world)
    path = links.path(world.env, link)
    ask = desk.browser()
    token = form_token(ask.get(path).text)
    with world.env.db.transaction() as session:
        assert not producer_links.revoke(session, link.producer_id + 1, link.id, "L", link.made_at)
        assert producer_links.revoke(session, link.producer_id, link.id, "Lan", link.made_at)
    refused(ask.get(path), 410, "đã bị hủy")
    switched = ask.post(f"{path}/notices", data={"form_token": token, "on": "0"})
    refused(switched, 410, "đã bị hủy")
    assert world.sql("SELECT * FROM producer_notice") == []


def test_the_same_number_after_a_restore_is_another_link(world, desk):
    """A database that was restored from before the link gives its number to another one."""
    link = link_of(world)
    path = links.path(world.env, link)
    world.sql("DELETE FROM producer_link RETURNING 1")
    world.sql("SELECT setval(pg_get_serial_sequence('producer_link', 'id'), :n, false)", n=link.id)
    assert link_of(world, "HTX B").id == link.id
    refused(desk.browser().get(path), 403, "không đúng")


def test_links_live_through_a_rotation_while_the_old_key_is_kept(world, desk):
    old, fresh = new_key(), new_key()
    world.env.derive = Vault([old], "test").derived
    path = links.path(world.env, link_of(world))
    world.env.derive = Vault([fresh, old], "test").derived
    assert desk.browser().get(path).status_code == 200
    later = links.path(world.env, link_of(world))
    world.env.derive = Vault([fresh], "test").derived
    assert desk.browser().get(path).status_code == 403
    assert desk.browser().get(later).status_code == 200


def test_the_switch_is_all_that_a_link_can_change(world, desk):
    link = link_of(world)
    path = links.path(world.env, link)
    ask = desk.browser()
    page = ask.get(path).text
    assert page.count("<form") == 1 and "<script" not in page
    assert ask.post(f"{path}/notices", data={"on": "0"}).status_code == 403
    off = ask.post(f"{path}/notices", data={"form_token": form_token(page), "on": "0"})
    assert off.status_code == 303
    assert world.sql("SELECT DISTINCT producer_id, enabled FROM producer_notice") == [
        (link.producer_id, False)
    ]
    page = ask.get(path).text
    assert "Đang tắt" in page
    ask.post(f"{path}/notices", data={"form_token": form_token(page), "on": "1"})
    assert world.sql("SELECT DISTINCT enabled FROM producer_notice") == [(True,)]
    audit = world.sql("SELECT action, subject, who FROM audit ORDER BY id")
    assert audit == [("notices_switched", "HTX A", "chủ thể HTX A")] * 2
