"""Digests on their way: once a day, once each, tried again until they arrive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from config.secrets import Vault, new_key
from models import notices, producer_links
from tests.worker.fakes import source_product
from tests.worker.receivers import HookDesk, MailDesk, running
from worker import telling
from worker.mail import MailAway, mail_server, send
from worker.messages import MOST_LINES, digest_of, email

PASSWORD = "mat-khau-thu-dien-tu"


@pytest.fixture
def mail(world):
    with running(MailDesk()) as desk:
        world.env.mail = mail_server(desk.url.replace("//", f"//lan:{PASSWORD}@"), "ocop@tinh.vn")
        yield desk


@pytest.fixture
def hook():
    with running(HookDesk()) as desk:
        yield desk


@pytest.fixture
def shop(world):
    """Two producers with a product each, on sale."""
    world.book.products = [
        source_product("OCOP-1", producer="HTX A", name="Mỳ gạo Chũ"),
        source_product("OCOP-2", producer="HTX B", name="Bánh đa Kế"),
    ]
    world.pull()
    shop = world.connect("Shop tỉnh")
    world.sync()
    world.time.at = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
    return shop


def number(world, key):
    return world.sql("SELECT id FROM producer WHERE key = :key", key=key)[0][0]


def write_to(world, key="HTX A", way="email", address="a@htx.vn"):
    with world.env.db.transaction() as session:
        notices.set_address(session, number(world, key), way, address)


def becomes(world, state, key="HTX A", reason="Sàn từ chối: ảnh mờ"):
    world.sql(
        """UPDATE listing l SET state = :state, state_since = :now, reason = CASE WHEN
            :state = 'live' THEN NULL ELSE jsonb_build_object('text', CAST(:reason AS text),
            'advice', 'Thay ảnh.') END
        FROM product p JOIN producer r ON r.id = p.producer_id
        WHERE p.id = l.product_id AND r.key = :key RETURNING 1""",
        state=state, key=key, reason=reason, now=world.env.now(),
    )  # fmt: skip


def hours(world, count):
    """So many rounds, an hour apart; how many digests went out in each."""
    said = []
    for _ in range(count):
        said.append(telling.tell(world.env))
        world.time.forward(hours=1)
    return said


def test_said_once_to_whom_it_concerns(world, shop, mail):
    write_to(world)
    write_to(world, "HTX B", address="b@htx.vn")
    assert hours(world, 1) == [0]
    becomes(world, "rejected")
    assert hours(world, 30) == [1] + [0] * 29
    (message,) = mail.mails
    assert message["To"] == "a@htx.vn" and message["From"] == "ocop@tinh.vn"
    text = message.get_content()
    assert "Mỳ gạo Chũ, Shop tỉnh: Sàn từ chối: ảnh mờ" in text and "Thay ảnh." in text
    assert "Bánh" not in text and "HTX A" in message["Subject"]
    assert mail.logins == [f"\0lan\0{PASSWORD}"]


def test_one_digest_a_day_and_the_rest_on_the_next(world, shop, mail):
    write_to(world)
    becomes(world, "rejected")
    assert hours(world, 1) == [1]
    becomes(world, "live")
    assert hours(world, 5) == [0] * 5
    world.time.at = datetime(2026, 11, 21, 0, 30, tzinfo=UTC)
    assert hours(world, 3) == [1, 0, 0]
    assert "Đã bán trở lại." in mail.mails[1].get_content()


def test_what_came_and_went_between_two_digests_is_not_said(world, shop, mail):
    write_to(world)
    becomes(world, "rejected", key="HTX B")
    write_to(world, "HTX B", address="b@htx.vn")
    assert hours(world, 1) == [1]
    becomes(world, "banned", key="HTX B")
    assert hours(world, 2) == [0, 0]
    becomes(world, "live", key="HTX B")
    world.time.forward(days=1)
    assert hours(world, 2) == [1, 0]
    assert "Đã bán trở lại." in mail.mails[1].get_content()
    assert "ảnh mờ" not in mail.mails[1].get_content()


def test_not_at_night(world, shop, mail):
    write_to(world)
    hours(world, 1)
    world.time.at = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
    becomes(world, "banned")
    assert hours(world, 10) == [0] * 10
    assert hours(world, 1) == [1]


def test_switched_off_nothing_is_said_and_nothing_is_caught_up_on(world, shop, mail, hook):
    write_to(world)
    write_to(world, way="webhook", address=hook.url)
    with world.env.db.transaction() as session:
        notices.switch(session, number(world, "HTX A"), False)
    becomes(world, "rejected")
    assert hours(world, 3) == [0] * 3
    with world.env.db.transaction() as session:
        notices.switch(session, number(world, "HTX A"), True)
    assert hours(world, 3) == [0] * 3
    becomes(world, "live")
    assert sum(hours(world, 2)) == 2
    assert (len(mail.mails), len(hook.got)) == (1, 1)


def test_an_address_that_comes_later_stays_off(world, shop, mail):
    with world.env.db.transaction() as session:
        notices.switch(session, number(world, "HTX A"), False)
    write_to(world)
    write_to(world, way="webhook", address="https://x.example/")
    becomes(world, "rejected")
    assert hours(world, 2) == [0, 0]


def test_a_mail_server_that_is_away_loses_nothing(world, shop, mail):
    write_to(world)
    write_to(world, "HTX B", address="b@htx.vn")
    becomes(world, "rejected")
    becomes(world, "banned", key="HTX B")
    mail.away = True
    with capture_logs() as logs:
        assert hours(world, 2) == [0, 0]
    assert len([line for line in logs if line["event"] == "a digest did not arrive"]) == 4
    assert PASSWORD not in str(logs)
    ((problem,),) = world.sql("SELECT DISTINCT problem FROM producer_notice")
    assert "máy chủ thư 127.0.0.1 không dùng được" in problem
    mail.away = False
    assert hours(world, 2) == [2, 0]
    assert world.sql("SELECT DISTINCT problem, problem_at FROM producer_notice") == [("", None)]


def test_a_recipient_that_is_none_keeps_nobody_else_waiting(world, shop, mail):
    write_to(world)
    write_to(world, "HTX B", address="b@htx.vn")
    mail.refused.add("a@htx.vn")
    becomes(world, "rejected")
    becomes(world, "rejected", key="HTX B")
    assert hours(world, 2) == [1, 0]
    assert [message["To"] for message in mail.mails] == ["b@htx.vn"]
    problems = world.sql("SELECT problem FROM producer_notice ORDER BY address")
    assert problems == [("máy chủ thư không nhận (550)",), ("",)]


def test_without_a_mail_server_it_says_so(world, shop):
    write_to(world)
    becomes(world, "rejected")
    assert hours(world, 1) == [0]
    ((problem,),) = world.sql("SELECT problem FROM producer_notice")
    assert "OCOP_SMTP_URL" in problem


def test_a_webhook_gets_json_and_is_tried_again(world, shop, hook):
    write_to(world, way="webhook", address=hook.url)
    becomes(world, "banned")
    hook.status = 500
    with capture_logs() as logs:
        assert hours(world, 2) == [0, 0]
    assert "webhook 127.0.0.1 trả lời 500" in str(logs) and "bi-mat-cua-cong" not in str(logs)
    assert "bi-mat" not in str(world.sql("SELECT problem FROM producer_notice"))
    hook.status = 204
    assert hours(world, 2) == [1, 0]
    assert len(hook.got) == 3 and len({*hook.keys}) == 1
    body = hook.got[-1]
    assert body["producer"] == "HTX A" and body["id"] == hook.keys[-1]
    assert [(line["kind"], line["product"]) for line in body["news"]] == [("banned", "Mỳ gạo Chũ")]
    assert "Mỳ gạo Chũ, Shop tỉnh" in body["text"]


def test_one_way_that_fails_does_not_say_the_other_twice(world, shop, mail, hook):
    write_to(world)
    write_to(world, way="webhook", address=hook.url)
    hook.status = 503
    becomes(world, "rejected")
    assert hours(world, 3) == [1, 0, 0]
    hook.status = 200
    assert hours(world, 2) == [1, 0]
    assert (len(mail.mails), len(hook.got)) == (1, 4)


def test_a_webhook_at_a_private_address_is_refused(world, shop, hook):
    world.env.private_hosts = frozenset()
    write_to(world, way="webhook", address=hook.url)
    becomes(world, "rejected")
    assert hours(world, 1) == [0]
    ((problem,),) = world.sql("SELECT problem FROM producer_notice")
    assert "mạng riêng" in problem and "bi-mat" not in problem
    assert hook.got == []


def test_a_redirect_is_no_delivery(world, shop, hook):
    write_to(world, way="webhook", address=hook.url)
    hook.status = 302
    becomes(world, "rejected")
    assert hours(world, 1) == [0]


def test_two_rounds_at_once_send_one_digest(world, shop, mail, monkeypatch):
    """The other round comes while the first one's message is on its way."""
    write_to(world)
    becomes(world, "rejected")
    rounds = []
    taken = mail.mails.append

    class Journal(list):
        def append(self, message):
            if not rounds:
                rounds.append(telling.tell(world.env))
            taken(message)

    first = mail.mails
    mail.mails = Journal()
    assert telling.tell(world.env) == 1
    assert rounds == [0] and len(first) == 1


def test_who_was_looked_up_twice_is_claimed_once(world, shop, mail):
    write_to(world)
    now = world.env.now()
    with world.env.db.transaction() as session:
        (one,) = (other,) = notices.recipients(session, now)
        began, until = now - timedelta(hours=3), now + telling.CLAIM
        assert notices.claim(session, one, began, now, until)
        assert not notices.claim(session, other, began, now, until)
        assert notices.claim(session, other, began, until + timedelta(seconds=1), until)


def test_a_round_that_was_killed_is_made_good_under_the_same_number(world, shop, hook, monkeypatch):
    write_to(world, way="webhook", address=hook.url)
    becomes(world, "rejected")

    def killed(*_args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(notices, "delivered", killed)
        with pytest.raises(KeyboardInterrupt):
            telling.tell(world.env)
    assert telling.tell(world.env) == 0
    assert hours(world, 2) == [0, 1]
    assert len(hook.keys) == 2 and len({*hook.keys}) == 1


def test_switched_off_while_it_waits(world, shop, mail):
    """Between looking up and sending."""
    write_to(world)
    becomes(world, "rejected")
    with world.env.db.transaction() as session:
        (who,) = notices.recipients(session, world.env.now())
        notices.switch(session, who.producer_id, False)
        now = world.env.now()
        assert not notices.claim(session, who, now - timedelta(hours=3), now, now)


def test_the_message_leads_to_the_producers_page(world, shop, mail):
    world.env.derive = Vault([new_key()], "test").derived
    world.env.public_base_url = "https://ocop.example"
    write_to(world)
    now = world.env.now()
    with world.env.db.transaction() as session:
        producer_links.make(session, number(world, "HTX A"), "Lan", now, now + timedelta(days=9))
    becomes(world, "rejected")
    assert hours(world, 1) == [1]
    assert "https://ocop.example/p/" in mail.mails[0].get_content()


def test_a_password_goes_out_under_tls_only(world, mail):
    """The server offers no STARTTLS: it gets neither the password nor the message."""
    plain = mail_server(mail.url.replace("//", f"//lan:{PASSWORD}@").partition("?")[0], "o@tinh.vn")
    assert plain.tls == "starttls" and PASSWORD not in repr(plain)
    message = email(
        digest_of(1, "HTX A", [], "", world.time.at.date()), "o@t.vn", "a@b.vn", world.time.at
    )
    with pytest.raises(MailAway) as error:
        send(plain, message)
    assert PASSWORD not in str(error.value)
    assert mail.logins == [] and mail.mails == []
    assert not any(line.upper().startswith("AUTH") for line in mail.heard)


def test_names_make_no_headers_and_no_lines(world, shop, mail):
    name = "HTX\r\nBcc: x@y.vn\r\n\r\n\u202exấu " + "dài " * 1200
    world.sql("UPDATE producer SET name = :n WHERE key = 'HTX A' RETURNING 1", n=name)
    world.sql("UPDATE product SET name = btrim(:n) RETURNING 1", n=name)
    write_to(world)
    becomes(world, "rejected", reason=name)
    assert hours(world, 1) == [1]
    (message,) = mail.mails
    assert message["Bcc"] is None and "\u202e" not in message.get_content()
    assert len(message["Subject"]) < 200 and len(message.get_content()) < 3000


def test_a_flood_is_cut(world, mail):
    world.book.products = [
        source_product(f"OCOP-{n}", producer="HTX A", name=f"Mỳ gạo số {n}") for n in range(30)
    ]
    world.pull()
    world.connect("Shop tỉnh")
    world.sync()
    world.time.at = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
    write_to(world)
    becomes(world, "rejected")
    assert hours(world, 2) == [1, 0]
    text = mail.mails[0].get_content()
    assert text.count("Thay ảnh.") == MOST_LINES and "và 10 tin nữa" in text


def test_papers_and_certificates_of_the_register(world, shop, mail):
    write_to(world)
    world.sql("UPDATE certificate SET expires_on = '2026-11-30' RETURNING 1")
    world.sql(
        """INSERT INTO paper (producer_id, kind, number, valid_until, note, added_by, added_at)
        SELECT id, 'food_safety', n, d, '', 'Lan', now() FROM producer,
            (VALUES ('OLD 1', date '2026-11-22'), ('NEW 2', date '2026-12-01')) v(n, d)
        WHERE key = 'HTX A' RETURNING 1"""
    )
    assert hours(world, 2) == [1, 0]
    text = mail.mails[0].get_content()
    assert "số 1/QĐ-UBND hết hạn ngày 30/11/2026" in text
    assert "số NEW 2 hết hạn ngày 01/12/2026" in text and "OLD 1" not in text
