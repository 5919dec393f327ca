"""Whoever runs the program: no folder is opened to others, and nothing runs as root needlessly."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import sys
from pathlib import Path

import psutil
import pytest

from config.account import Account
from config.embedded import servers
from config.errors import SetupError
from tests.config.servers import (
    ROOT,
    Holder,
    read_mark,
    server_pids,
    settings_for,
    sql,
    write_mark,
)

pytestmark = pytest.mark.process

NOBODY = pwd.getpwnam("nobody")


def modes(path: Path) -> dict[Path, int]:
    return {parent: stat.S_IMODE(parent.stat().st_mode) for parent in (path, *path.parents)}


def test_no_existing_folder_changes_its_mode(private_home: Path) -> None:
    """The wheel's own start-up opened a private home from 700 to 755."""
    before = modes(private_home.parent) | modes(Path(sys.prefix)) | modes(Path("/var/lib"))
    assert before[private_home.parent] == 0o700
    with servers(settings_for(private_home)) as urls:
        sql(urls.database_url, "SELECT 1")
    assert {path: stat.S_IMODE(path.stat().st_mode) for path in before} == before


def test_a_private_home_works_and_keeps_its_data(private_home: Path) -> None:
    with servers(settings_for(private_home)) as urls:
        write_mark(urls)
    with servers(settings_for(private_home)) as urls:
        assert read_mark(urls) == ("Mỳ Chũ", "Mỳ Chũ")


def test_the_database_never_runs_as_root(open_home: Path) -> None:
    with servers(settings_for(open_home)):
        uid = psutil.Process(server_pids(open_home)[0]).uids().real
        assert uid != 0
        assert (open_home / "postgres" / "data").stat().st_uid == uid


def plain_users() -> list[int]:
    """Users that this test may become: ourselves, and as root also one without any right,
    where such a user reaches the program at all."""
    if os.geteuid() != 0:
        return [os.geteuid()]
    stranger = Account(NOBODY.pw_uid, NOBODY.pw_gid, switch=True)
    programs = (ROOT, Path(sys.prefix), Path(sys.executable).resolve().parent)
    return [0, NOBODY.pw_uid] if all(map(stranger.reaches, programs)) else [0]


@pytest.mark.parametrize("uid", plain_users())
def test_any_user_can_run_it(uid: int, open_home: Path) -> None:
    open_home.mkdir(mode=0o700)
    become = {}
    if uid != os.geteuid():
        os.chown(open_home, uid, NOBODY.pw_gid)
        become = {"user": uid, "group": NOBODY.pw_gid, "extra_groups": [], "umask": 0o077}
    for round_ in range(2):
        program = Holder(open_home, **become)
        assert program.facts["uid"] == uid
        if round_ == 0:
            write_mark(program.urls)
        assert read_mark(program.urls) == ("Mỳ Chũ", "Mỳ Chũ")
        assert program.leave() == 0
    if (open_home / "postgres").is_symlink():
        shutil.rmtree((open_home / "postgres").resolve())


def test_data_that_lies_elsewhere_and_is_gone_is_missed(open_home: Path) -> None:
    open_home.mkdir()
    (open_home / "postgres").symlink_to(open_home / "gone")
    with pytest.raises(SetupError, match="không còn"), servers(settings_for(open_home)):
        pass


def test_what_an_account_reaches(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    owner = tmp_path.stat().st_uid
    for path in (tmp_path, folder, folder.parent):
        path.chmod(0o755)
    stranger = Account(owner + 1, 1, switch=True)
    parents_open = all(path.stat().st_mode & 0o001 for path in tmp_path.parents)
    assert stranger.reaches(folder) is parents_open
    folder.parent.chmod(0o700)
    assert not stranger.reaches(folder)
    assert Account(owner, 1, switch=False).reaches(folder)
