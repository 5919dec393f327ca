"""Everything that can be set from outside, read from the environment once.

Names in the environment are ``OCOP_`` and the field's name in capitals, but for ``DATABASE_URL``,
``REDIS_URL`` and ``PUBLIC_BASE_URL``, which other programs know too.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, SecretStr
from pydantic import ValidationError as Invalid
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from config.errors import SetupError

_PREFIX = "OCOP_"

FILE = "settings.env"
"""Below the home: ``NAME=value`` lines that hold for every command; the environment wins."""


def default_home() -> Path:
    """As root ``/var/lib/ocop-sync``, else a folder below the user's data home."""
    if os.geteuid() == 0:
        return Path("/var/lib/ocop-sync")
    data_home = os.environ.get("XDG_DATA_HOME")
    return Path(data_home or Path.home() / ".local" / "share") / "ocop-sync"


def _database(value: str | None) -> str | None:
    """Any usual spelling of a PostgreSQL URL, as SQLAlchemy wants it for psycopg."""
    if not value:
        return None
    scheme, separator, rest = value.partition("://")
    if separator != "://" or scheme not in ("postgres", "postgresql", "postgresql+psycopg"):
        raise ValueError("một địa chỉ PostgreSQL: postgresql://người-dùng:mật-khẩu@máy:5432/tên")
    return f"postgresql+psycopg://{rest}"


def _redis(value: str | None) -> str | None:
    if not value:
        return None
    if urlsplit(value).scheme not in ("redis", "rediss"):
        raise ValueError("một địa chỉ Redis: redis://:mật-khẩu@máy:6379/0")
    return value


def _web(value: str | None) -> str | None:
    if not value:
        return None
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("một địa chỉ web: https://ten-mien.vn")
    return value.rstrip("/")


def _smtp(value: SecretStr | None) -> SecretStr | None:
    if value is None or not value.get_secret_value():
        return None
    expected = "một máy chủ thư: smtp://người-dùng:mật-khẩu@máy:587 (STARTTLS) hoặc smtps://…:465"
    try:
        parts = urlsplit(value.get_secret_value())
        fits = parts.scheme in ("smtp", "smtps") and parts.hostname and parts.port != 0
    except ValueError:
        raise ValueError(expected) from None
    if not fits or parts.query not in ("", "starttls=no"):
        raise ValueError(expected)
    return value


def _hosts(value: Any) -> Any:
    """``a,b`` as the environment has it, or a set as code has it."""
    if not isinstance(value, str):
        return value
    return frozenset(part.strip().lower() for part in value.split(",") if part.strip())


def _plain(name: str) -> AliasChoices:
    return AliasChoices(name.upper(), name)


Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Processes = Annotated[int, Field(ge=1, le=64)]


class Settings(BaseSettings):
    """The settings of one run of the program. Periods are seconds between two starts.

    ``slice_s`` is the longest that one drain of a shop works before it wakes the next (design:
    "Push"); ``lease_ttl_s`` how long a shop's lease lives without being renewed;
    ``call_deadline_s`` the longest one HTTP call may take, whatever its channel's own deadline.
    ``settle_scale`` multiplies the channels' settle times, ``retry_scale`` the waits between two
    tries (breaker, backoff, looks at a review, a limit's recovery); a rehearsal sets them below 1.
    ``look_all_s`` is the time within which every listing is read again in full.
    ``clock_shift_s``: see config.clock.
    """

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, frozen=True, populate_by_name=True, extra="ignore"
    )

    home: Annotated[Path, AfterValidator(lambda p: p.expanduser().absolute())] = Field(
        default_factory=default_home
    )
    database_url: Annotated[str | None, AfterValidator(_database)] = Field(
        default=None, repr=False, validation_alias=_plain("database_url")
    )
    redis_url: Annotated[str | None, AfterValidator(_redis)] = Field(
        default=None, repr=False, validation_alias=_plain("redis_url")
    )
    public_base_url: Annotated[str | None, AfterValidator(_web)] = Field(
        default=None, validation_alias=_plain("public_base_url")
    )
    """Where channels that fetch pictures themselves reach us."""
    web_host: str = "127.0.0.1"
    web_port: Annotated[int, Field(ge=1, le=65535)] = 8000
    """Where the web server listens; a proxy with the public address stands before it."""
    open_console: bool = False
    """True: whoever sits at this machine may use the console while it has no operator."""
    keys: SecretStr | None = None
    """Master keys, comma-separated, the first encrypts; None: the key file below ``home``."""
    smtp_url: Annotated[SecretStr | None, AfterValidator(_smtp)] = None
    """What takes notices by e-mail; ``?starttls=no`` for a relay on this machine."""
    smtp_from: str | None = None
    """Whose name e-mail goes out under; None: the user of the server."""
    registry: str | None = None
    """Where products come from: a URL or a file."""
    registry_full: bool = False
    """True: the file holds all products, so that absence from it means something."""
    pull_every_s: Seconds = 900
    sweep_every_s: Seconds = 5
    """How often shops with due work are woken again: what a second step waits for at most."""
    reconcile_every_s: Seconds = 600
    refresh_every_s: Seconds = 600
    """How often tokens that lapse soon are looked for."""
    slice_s: Seconds = 15
    lease_ttl_s: Seconds = 60
    call_deadline_s: Seconds = 60
    settle_scale: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 1
    retry_scale: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1
    look_all_s: Seconds = 24 * 3600
    clock_shift_s: Annotated[float, Field(allow_inf_nan=False)] = 0
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    language: Literal["vi", "en"] = "vi"
    push_processes: Processes = 6
    urgent_processes: Processes = 2
    allowed_private_hosts: Annotated[frozenset[str], NoDecode, BeforeValidator(_hosts)] = (
        frozenset()
    )
    """Hosts that pictures, registries and shops may be asked at although their address is private
    (loopback too must be listed)."""


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings from the environment, else from the file in the home; raises SetupError that
    names every bad variable."""
    home = Path(os.environ.get("OCOP_HOME") or default_home()).expanduser()
    try:
        return Settings(_env_file=home / FILE)  # type: ignore[call-arg]
    except Invalid as error:
        raise _setup_error(error.errors(include_url=False)) from None


_SECRET = ("DATABASE_URL", "REDIS_URL", "OCOP_KEYS", "OCOP_SMTP_URL")
_EXPECTED = {
    "float_parsing": "một số (giây)",
    "int_parsing": "một số nguyên",
    "bool_parsing": "true hoặc false",
    "finite_number": "một số hữu hạn",
}


def _setup_error(errors: list[ErrorDetails]) -> SetupError:
    names = [_variable(str(error["loc"][0])) for error in errors]
    found = [
        "giá trị không hợp lệ" if name in _SECRET else f"giá trị {error['input']!r}"
        for name, error in zip(names, errors, strict=True)
    ]
    expected = list(dict.fromkeys(_expected(error) for error in errors))
    return SetupError(
        "biến môi trường " + ", ".join(names),
        ", ".join(found),
        "; ".join(expected),
        "sửa hoặc bỏ biến này rồi chạy lại",
    )


def _variable(field: str) -> str:
    name = field.upper()
    known = ("DATABASE_URL", "REDIS_URL", "PUBLIC_BASE_URL")
    return name if name in known or name.startswith(_PREFIX) else _PREFIX + name


def _expected(error: ErrorDetails) -> str:
    limits = error.get("ctx", {})
    match error["type"]:
        case "value_error":
            return str(limits["error"])
        case "literal_error":
            return f"một trong {limits['expected'].replace(' or ', ', ')}"
        case "greater_than":
            return f"một số lớn hơn {limits['gt']:g}"
        case "greater_than_equal":
            return f"một số từ {limits['ge']:g} trở lên"
        case "less_than_equal":
            return f"một số từ {limits['le']:g} trở xuống"
    return _EXPECTED.get(error["type"], error["msg"])
