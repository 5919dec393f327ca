from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import SetupError
from config.secrets import Vault, add_key, key_file, new_key, open_vault

SECRET = {"partner_key": "s3cr3t", "tên": "Mỳ Chũ"}
VAULT = Vault([new_key()], "test")


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])),
                       st.text(st.characters(exclude_categories=["Cs"]))))  # fmt: skip
def test_what_goes_in_comes_out(secrets: dict[str, str]) -> None:
    assert VAULT.decrypt(VAULT.encrypt(secrets)) == secrets


def test_the_key_file_is_made_once_and_for_us_alone(tmp_path: Path) -> None:
    data = open_vault(tmp_path).encrypt(SECRET)
    path = tmp_path / "keys" / "master.keys"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert open_vault(tmp_path).decrypt(data) == SECRET
    assert [p.name for p in path.parent.iterdir()] == ["master.keys"]


def test_nothing_readable_is_stored(tmp_path: Path) -> None:
    assert b"s3cr3t" not in open_vault(tmp_path).encrypt(SECRET)


def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    open_vault(tmp_path)
    path = tmp_path / "keys" / "master.keys"
    path.chmod(0o644)
    with pytest.raises(SetupError) as raised:
        open_vault(tmp_path)
    assert raised.value.where == str(path)
    assert "0644" in raised.value.found
    assert "0600" in raised.value.expected
    assert "chmod 600" in raised.value.advice


def test_keys_of_the_environment_win_and_the_first_encrypts(tmp_path: Path) -> None:
    old, new = new_key(), new_key()
    data = open_vault(tmp_path, old).encrypt(SECRET)
    both = open_vault(tmp_path, f"{new}, {old}")
    assert both.decrypt(data) == SECRET
    assert open_vault(tmp_path, new).decrypt(both.rotate(data)) == SECRET
    assert open_vault(tmp_path, new).decrypt(both.encrypt(SECRET)) == SECRET
    assert not (tmp_path / "keys").exists()


def test_a_key_is_added_to_the_file_and_old_secrets_open_still(tmp_path: Path) -> None:
    data = open_vault(tmp_path).encrypt(SECRET)
    before = (tmp_path / "keys" / "master.keys").read_text().split()
    rotated = add_key(tmp_path).rotate(data)
    after = (tmp_path / "keys" / "master.keys").read_text().split()
    assert after[1:] == before
    assert open_vault(tmp_path, after[0]).decrypt(rotated) == SECRET
    assert open_vault(tmp_path).decrypt(data) == SECRET


def test_another_key_says_what_to_do() -> None:
    data = VAULT.encrypt(SECRET)
    for act in (Vault([new_key()], "OCOP_KEYS").decrypt, Vault([new_key()], "OCOP_KEYS").rotate):
        with pytest.raises(SetupError) as raised:
            act(data)
        assert raised.value.where == "OCOP_KEYS"
        assert "khôi phục khóa" in raised.value.advice


def test_damaged_data_is_refused() -> None:
    with pytest.raises(SetupError):
        VAULT.decrypt(b"gAAAA" + VAULT.encrypt(SECRET)[5:-3] + b"xyz")


@pytest.mark.parametrize("keys", ["", " , ", "abc", "abc," + "A" * 44])
def test_bad_keys_are_refused_without_showing_them(keys: str, tmp_path: Path) -> None:
    with pytest.raises(SetupError) as raised:
        open_vault(tmp_path, keys)
    assert raised.value.where == "OCOP_KEYS"
    assert "abc" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_a_vault_shows_no_key(tmp_path: Path) -> None:
    key = new_key()
    assert key not in repr(open_vault(tmp_path, key))


def test_keys_for_a_purpose_follow_the_master_keys(tmp_path: Path) -> None:
    """Each purpose has its own, no master key is among them, and a rotation is noticed."""
    vault = open_vault(tmp_path)
    (old,) = vault.derived("links")
    assert vault.derived("links") == [old] != vault.derived("other")
    assert len(old) == 32
    assert base64.urlsafe_b64encode(old).decode() not in key_file(tmp_path).read_text()
    add_key(tmp_path)
    fresh, kept = vault.derived("links")
    assert kept == old != fresh
    assert open_vault(tmp_path).derived("links") == [fresh, old]


def test_a_home_that_is_a_file_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(SetupError, match="không phải thư mục"):
        open_vault(tmp_path / "home")
