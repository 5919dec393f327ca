from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from config.errors import SetupError
from config.settings import Settings, default_home, get_settings


def test_every_period_is_the_documented_one_when_nothing_is_set() -> None:
    settings = get_settings()
    assert (settings.pull_every_s, settings.sweep_every_s, settings.reconcile_every_s) == (
        900,
        5,
        600,
    )
    assert (settings.slice_s, settings.lease_ttl_s, settings.settle_scale) == (15, 60, 1)
    assert (settings.push_processes, settings.urgent_processes) == (6, 2)
    assert settings.allowed_private_hosts == frozenset()


def test_values_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCOP_PULL_EVERY_S", "60")
    monkeypatch.setenv("OCOP_ALLOWED_PRIVATE_HOSTS", "127.0.0.1, Registry.lan")
    monkeypatch.setenv("PUBLIC_BASE_URL", "https://ocop.example/")
    settings = get_settings()
    assert settings.pull_every_s == 60
    assert settings.allowed_private_hosts == {"127.0.0.1", "registry.lan"}
    assert settings.public_base_url == "https://ocop.example"


def test_settings_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = get_settings()
    monkeypatch.setenv("OCOP_SLICE_S", "1")
    assert get_settings() is first


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_database_url_is_made_what_sqlalchemy_wants(
    scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"{scheme}://u:p@db/ocop")
    assert get_settings().database_url == "postgresql+psycopg://u:p@db/ocop"


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("OCOP_SLICE_S", "mười", "một số (giây)"),
        ("OCOP_SLICE_S", "0", "một số lớn hơn 0"),
        ("OCOP_SLICE_S", "inf", "một số hữu hạn"),
        ("OCOP_PUSH_PROCESSES", "1.5", "một số nguyên"),
        ("OCOP_PUSH_PROCESSES", "0", "một số từ 1 trở lên"),
        ("OCOP_PUSH_PROCESSES", "1000", "một số từ 64 trở xuống"),
        ("OCOP_LANGUAGE", "fr", "một trong 'vi', 'en'"),
        ("OCOP_REGISTRY_FULL", "có", "true hoặc false"),
        ("PUBLIC_BASE_URL", "ocop.example", "một địa chỉ web"),
    ],
)
def test_a_bad_value_is_one_clear_sentence(
    variable: str, value: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SetupError) as raised:
        get_settings()
    assert variable in raised.value.where
    assert value in raised.value.found
    assert expected in raised.value.expected


def test_all_bad_values_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCOP_SLICE_S", "x")
    monkeypatch.setenv("OCOP_LANGUAGE", "y")
    with pytest.raises(SetupError) as raised:
        get_settings()
    assert "OCOP_SLICE_S" in raised.value.where
    assert "OCOP_LANGUAGE" in raised.value.where


@pytest.mark.parametrize("variable", ["DATABASE_URL", "REDIS_URL", "OCOP_SMTP_URL"])
def test_a_password_is_never_shown(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "mysql://u:hunter2@db")
    with pytest.raises(SetupError) as raised:
        get_settings()
    assert "hunter2" not in str(raised.value)
    shown = repr(
        Settings(
            database_url="postgres://u:hunter2@db",
            redis_url="redis://:hunter2@r",
            keys=SecretStr("hunter2"),
            smtp_url=SecretStr("smtp://u:hunter2@mail"),
        )
    )
    assert "hunter2" not in shown


@pytest.mark.parametrize(
    "value",
    ["mail.example", "http://mail", "smtp://", "smtp://m:0", "smtp://m:x", "smtp://m?starttls=yes"],
)
def test_a_mail_server_that_cannot_be(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCOP_SMTP_URL", value)
    with pytest.raises(SetupError, match="OCOP_SMTP_URL") as raised:
        get_settings()
    assert "smtp://người-dùng:mật-khẩu@máy:587" in raised.value.expected


def test_home_is_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OCOP_HOME", ".ocop")
    assert get_settings().home == tmp_path / ".ocop"


def test_home_of_a_plain_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    assert default_home() == Path("/data/ocop-sync")
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", "/home/lan")
    assert default_home() == Path("/home/lan/.local/share/ocop-sync")


def test_home_of_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert default_home() == Path("/var/lib/ocop-sync")


def test_a_file_in_the_home_holds_for_every_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "settings.env").write_text(
        "PUBLIC_BASE_URL=https://ocop.example\nOCOP_WEB_PORT=8123\nSOMETHING_ELSE=1\n"
    )
    monkeypatch.setenv("OCOP_HOME", str(tmp_path))
    monkeypatch.setenv("OCOP_WEB_PORT", "8124")
    monkeypatch.delenv("PUBLIC_BASE_URL", raising=False)
    get_settings.cache_clear()
    try:
        found = get_settings()
        assert (found.public_base_url, found.web_port) == ("https://ocop.example", 8124)
    finally:
        get_settings.cache_clear()
