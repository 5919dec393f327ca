"""One log for people at the console and one for machines in a file, without secrets.

The file, OCOP_HOME/logs/NAME.jsonl, holds JSON lines of the chosen level; the console shows
warnings and worse. What is bound with ``structlog.contextvars`` (run, shop, request id) is on
every line of both. The standard library's loggers go the same way.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any

import orjson
import structlog
from structlog.typing import EventDict, Processor

from config.errors import from_os_error

HIDDEN = "[ẩn]"

_SECRET_NAME = re.compile(r"token|key|secret|sign|authorization|password|credential", re.IGNORECASE)
_HARMLESS = frozenset({"shop_key", "run_key", "key_name"})
_SHORTEST = 6
"""A shorter value would hide ordinary words wherever they stand."""
_secret_values: set[str] = set()
_hiders: list[Callable[[str], str]] = []


def register_secret(value: str) -> None:
    """Hide this value wherever it appears in the log from now on."""
    if len(value) >= _SHORTEST:
        _secret_values.add(value)


def hide_with(hider: Callable[[str], str]) -> None:
    """Pass every text of the log through ``hider`` too, from now on."""
    if hider not in _hiders:
        _hiders.append(hider)


def redact(logger: Any, method: str, event: EventDict) -> EventDict:
    """A structlog processor: values under telling names, and registered values, are hidden."""
    return {name: _clean(name, value) for name, value in event.items()}


def _clean(name: str, value: Any) -> Any:
    if _SECRET_NAME.search(name) and name not in _HARMLESS and value is not None:
        return HIDDEN
    if isinstance(value, MutableMapping):
        return {key: _clean(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean("", inner) for inner in value]
    if isinstance(value, str | bytes | Exception):
        return _hide(value.decode(errors="replace") if isinstance(value, bytes) else str(value))
    return value


def _hide(text: str) -> str:
    for secret in _secret_values:
        if secret in text:
            text = text.replace(secret, HIDDEN)
    for hider in _hiders:
        text = hider(text)
    return text


def set_up(home: Path, name: str, level: str = "info") -> None:
    """Send all logging of this process to the file ``name`` and, quietly, to the console.

    Calling it again replaces what was set up before. Raises SetupError.
    """
    folder = home / "logs"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        to_file = logging.FileHandler(folder / f"{name}.jsonl", encoding="utf-8")
    except OSError as error:
        raise from_os_error(folder, error) from error
    to_file.setFormatter(_formatter(structlog.processors.JSONRenderer(_dumps)))
    console = logging.StreamHandler()
    console.setLevel(logging.WARNING)
    console.setFormatter(_formatter(structlog.dev.ConsoleRenderer(colors=False)))
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
        old.close()
    root.addHandler(to_file)
    root.addHandler(console)
    root.setLevel(level.upper())
    _configure_structlog()


def _configure_structlog() -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _formatter(renderer: Processor) -> logging.Formatter:
    """Redaction is the last step before the text, so that nothing is added behind it."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_shared(),
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            redact,
            renderer,
        ],
    )


def _dumps(event: Any, **_options: Any) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
