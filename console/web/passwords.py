"""Passwords of operators: argon2, a least length, and waiting after failures."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

from pwdlib import PasswordHash
from sqlmodel import Session

from console.web.language import _
from models import operators
from models.operator import ADMIN, ROLES, Operator
from worker.env import Env

SHORTEST = 10
WINDOW = timedelta(minutes=15)
OF_A_NAME, OF_AN_ADDRESS = 5, 20
"""Failures within WINDOW after which a name, or an address, waits."""


class BadOperator(ValueError):
    """A name, role or password that cannot be (its message is in the language of the request)."""


class Throttled(Exception):
    """Too many failures: nobody is let in under this name, or from there, for a while."""


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


def make_operator(env: Env, name: str, role: str, password: str) -> None:
    """A new operator. Raises BadOperator."""
    name = name.strip()
    if not name or len(name) > 100:
        said = _("tên '%(name)s' không được; cần một tên từ 1 đến 100 ký tự")
        raise BadOperator(said % {"name": name[:100]})
    if role not in ROLES:
        raise BadOperator(_no_role(role))
    with env.db.transaction() as session:
        if not operators.add(session, name, hashed(password), role, env.now()):
            said = _("đã có cán bộ tên '%(name)s'; chọn tên khác, hoặc đổi mật khẩu")
            raise BadOperator(said % {"name": name})


def _no_role(role: str) -> str:
    said = _("không có quyền '%(role)s'; chọn một trong %(roles)s")
    return said % {"role": role, "roles": ", ".join(ROLES)}


def hashed(password: str) -> str:
    """Raises BadOperator for one that is too short."""
    if len(password) < SHORTEST:
        said = _("mật khẩu quá ngắn; cần ít nhất %(least)s ký tự")
        raise BadOperator(said % {"least": SHORTEST})
    return _hasher().hash(password)


def check(env: Env, name: str, password: str, address: str) -> Operator | None:
    """The operator whose name and password these are. Raises Throttled after too many failures;
    an unknown name costs as much time as a known one."""
    now = env.now()
    with env.db.transaction() as session:
        named, there = operators.failures(session, name, address, now - WINDOW)
        if named >= OF_A_NAME or there >= OF_AN_ADDRESS:
            raise Throttled
        found = operators.by_name(session, name)
    good = _hasher().verify(password, found.password_hash if found else _nobody())
    with env.db.transaction() as session:
        return _remember(session, found if good else None, name, address, env)


def _remember(
    session: Session, found: Operator | None, name: str, address: str, env: Env
) -> Operator | None:
    if found is None:
        operators.failed(session, name, address, env.now(), env.now() - WINDOW)
    else:
        operators.forgive(session, name)
    return found


@cache
def _nobody() -> str:
    """The hash of a password that nobody has."""
    return _hasher().hash("nobody has this password, and nobody will")


def change_operator(
    env: Env, operator: Operator, *, role: str | None = None, password: str | None = None,
    off: bool | None = None,
) -> None:  # fmt: skip
    """What is given changes, and every login of this operator ends. Raises BadOperator: also where
    no admin would be left."""
    if role is not None and role not in ROLES:
        raise BadOperator(_no_role(role))
    digest = hashed(password) if password is not None else None
    with env.db.transaction() as session:
        loses = operator.role == ADMIN and (off or role not in (None, ADMIN))
        if loses and not operators.admins_left(session, operator.id or 0):
            raise BadOperator(_("đây là người quản trị cuối cùng; thêm người quản trị khác trước"))
        operators.change(
            session, operator.id or 0, env.now(), role=role, password_hash=digest, disabled=off
        )
