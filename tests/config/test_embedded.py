"""Real servers: started, kept, attached to, and found again after a crash."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
from pathlib import Path

import psutil
import pytest

from config.embedded import Embedded, Urls, servers
from config.errors import SetupError
from config.identity import identify, wait_gone
from tests.config.servers import (
    Holder,
    read_mark,
    redis_at,
    server_pids,
    settings_for,
    sql,
    write_mark,
)

pytestmark = pytest.mark.process


def alive(*pids: int) -> bool:
    return all(identify(pid) is not None for pid in pids)


def test_data_is_kept_between_two_runs(open_home: Path) -> None:
    with servers(settings_for(open_home)) as urls:
        write_mark(urls)
        pids = server_pids(open_home)
        assert alive(*pids)
        assert sql(urls.database_url, "SHOW fsync") == [("on",)]
        assert sql(urls.database_url, "SHOW server_version_num")[0][0].startswith("18")
    assert not any(map(alive, pids))
    with servers(settings_for(open_home)) as urls:
        assert read_mark(urls) == ("Mỳ Chũ", "Mỳ Chũ")


def test_nobody_gets_in_without_the_password_or_from_outside(open_home: Path) -> None:
    with servers(settings_for(open_home)) as urls:
        wrong = redis_at(urls.redis_url.replace("redis://:", "redis://:x"))
        with wrong as client, pytest.raises(Exception, match="invalid username-password"):
            client.ping()
        assert sql(urls.database_url, "SHOW listen_addresses") == [("",)]
        assert stat.S_IMODE((open_home / "postgres").stat().st_mode) == 0o700
        assert stat.S_IMODE((open_home / "redis" / "redis.conf").stat().st_mode) == 0o600
        ports = [c.laddr.ip for c in psutil.Process(server_pids(open_home)[1]).net_connections()]
        assert set(ports) == {"127.0.0.1"}
        assert urls.redis_url not in repr(urls)


def test_a_second_program_attaches_and_the_last_one_out_stops_them(open_home: Path) -> None:
    first = Embedded(settings_for(open_home))
    urls = first.start()
    pids = server_pids(open_home)
    write_mark(urls)
    second = Holder(open_home)
    assert not first.attached
    assert second.facts["attached"] is True
    assert second.urls == urls
    assert server_pids(open_home) == pids
    first.stop()
    assert alive(*pids), "the second program still needs them"
    assert read_mark(second.urls) == ("Mỳ Chũ", "Mỳ Chũ")
    assert second.leave() == 0
    assert not any(map(alive, pids))


def test_an_attached_program_leaves_the_servers_of_the_first_running(open_home: Path) -> None:
    with servers(settings_for(open_home)) as urls:
        write_mark(urls)
        assert Holder(open_home).leave() == 0
        assert read_mark(urls) == ("Mỳ Chũ", "Mỳ Chũ")


def test_after_a_crash_servers_are_adopted_and_workers_ended(open_home: Path) -> None:
    bystander = subprocess.Popen(["sleep", "600"], start_new_session=True)
    crashed = Holder(open_home)
    write_mark(crashed.urls)
    pids = server_pids(open_home)
    crashed.kill()
    assert alive(*pids, crashed.facts["worker"]), "orphans live on"
    try:
        with servers(settings_for(open_home)) as urls:
            assert server_pids(open_home) == pids, "adopted, not started anew"
            assert urls == crashed.urls
            assert read_mark(urls) == ("Mỳ Chũ", "Mỳ Chũ")
            assert not alive(crashed.facts["worker"])
            assert alive(bystander.pid)
        assert not any(map(alive, pids)), "adopted servers are stopped like our own"
    finally:
        bystander.kill()
        bystander.wait()


def test_after_everything_was_killed_no_committed_row_is_lost(open_home: Path) -> None:
    crashed = Holder(open_home)
    sql(crashed.urls.database_url, "CREATE TABLE mark (text text)")
    sql(crashed.urls.database_url, "INSERT INTO mark SELECT 'x' FROM generate_series(1, 1000)")
    pids = [identify(pid) for pid in server_pids(open_home)]
    crashed.kill()
    for process in pids:
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)
    assert wait_gone([process for process in pids if process], 10)
    with servers(settings_for(open_home)) as urls:
        assert sql(urls.database_url, "SELECT count(*) FROM mark") == [(1000,)]


def test_a_stale_pid_file_whose_pid_is_somebody_elses_does_no_harm(open_home: Path) -> None:
    with servers(settings_for(open_home)) as urls:
        write_mark(urls)
    stranger = os.getpid()
    pid_file = open_home / "postgres" / "data" / "postmaster.pid"
    pid_file.write_text(f"{stranger}\n{pid_file.parent}\n0\n5432\n\n\n\nready\n")
    (open_home / "redis" / "redis.pid").write_text(f"{stranger}\n")
    with servers(settings_for(open_home)) as urls:
        assert read_mark(urls) == ("Mỳ Chũ", "Mỳ Chũ")
    assert alive(stranger)


def test_a_server_that_died_comes_back_at_the_same_address(open_home: Path) -> None:
    embedded = Embedded(settings_for(open_home))
    urls = embedded.start()
    try:
        write_mark(urls)
        assert embedded.revive() == []
        for pid in server_pids(open_home):
            process = identify(pid)
            assert process is not None
            os.kill(pid, signal.SIGKILL)
            assert wait_gone([process], 10)
        assert embedded.revive() == ["PostgreSQL", "Redis"]
        assert sql(urls.database_url, "SELECT text FROM mark") == [("Mỳ Chũ",)]
        with redis_at(urls.redis_url) as client:
            assert client.ping()
    finally:
        embedded.stop()


def test_urls_that_are_given_are_used_as_they_are(open_home: Path) -> None:
    with servers(settings_for(open_home)) as urls:
        given = settings_for(
            open_home.parent / "other", database_url=urls.database_url, redis_url=urls.redis_url
        )
        with servers(given) as same:
            assert same == urls
        assert not (given.home / "postgres").exists()
        assert not (given.home / "redis").exists()
        sql(urls.database_url, "SELECT 1")  # and they are not stopped


@pytest.mark.parametrize("name", ["database_url", "redis_url"])
def test_a_given_server_that_does_not_answer_is_named_without_its_password(
    name: str, open_home: Path
) -> None:
    with servers(settings_for(open_home)) as urls:
        given = {"database_url": urls.database_url, "redis_url": urls.redis_url}
        scheme = given[name].split("://")[0]
        given[name] = f"{scheme}://u:hunter2@127.0.0.1:9/0"
        with pytest.raises(SetupError) as raised, servers(settings_for(open_home, **given)):
            pass
    assert raised.value.where == name.upper()
    assert "hunter2" not in str(raised.value)


def test_a_wrong_redis_password_is_said_so(open_home: Path) -> None:
    with servers(settings_for(open_home)) as urls:
        wrong = urls.redis_url.replace("redis://:", "redis://:x")
        given = settings_for(open_home, database_url=urls.database_url, redis_url=wrong)
        with pytest.raises(SetupError, match="từ chối mật khẩu"), servers(given):
            pass


def test_data_of_another_version_is_not_touched(open_home: Path) -> None:
    with servers(settings_for(open_home)):
        pass
    version = open_home / "postgres" / "data" / "PG_VERSION"
    version.write_text("16\n")
    with pytest.raises(SetupError) as raised, servers(settings_for(open_home)):
        pass
    assert "PostgreSQL 16" in raised.value.found
    assert "PostgreSQL 18" in raised.value.expected
    assert version.read_text() == "16\n"


def test_a_server_that_cannot_start_shows_its_own_words(open_home: Path) -> None:
    with servers(settings_for(open_home)):
        pass
    (open_home / "postgres" / "data" / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(SetupError, match="no_such_setting"), servers(settings_for(open_home)):
        pass


def test_half_made_data_is_made_again(open_home: Path) -> None:
    with servers(settings_for(open_home)):
        pass
    folder = (open_home / "postgres").resolve()
    (folder / "data").rename(folder / "data.part")  # killed before the move
    (folder / "data.part" / "PG_VERSION").write_text("half")
    with servers(settings_for(open_home)) as urls:
        assert sql(urls.database_url, "SELECT 1") == [(1,)]
    assert not (folder / "data.part").exists()


def test_a_long_path_is_no_obstacle(open_home: Path) -> None:
    long = open_home.parent / ("dữ-liệu-" * 12) / "a+b %20"
    long.mkdir(parents=True)
    with servers(settings_for(long)) as urls:
        write_mark(urls)
    with servers(settings_for(long)) as urls:
        assert read_mark(urls) == ("Mỳ Chũ", "Mỳ Chũ")


def test_start_that_fails_leaves_no_server_behind(open_home: Path) -> None:
    broken = settings_for(open_home, redis_url="redis://:x@127.0.0.1:9/0")
    with pytest.raises(SetupError), servers(broken):
        pass
    assert not (open_home / "postgres" / "data" / "postmaster.pid").exists()


def test_urls_do_not_show_themselves() -> None:
    assert repr(Urls("postgresql://u:hunter2@h", "redis://:hunter2@h")) == "Urls()"
