"""Each misbehaviour of the export's address: which of our errors it becomes, and that what was
known before stays known."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from connectors.conformance.rig import Fault
from connectors.contract import Credentials, Done, Failed, RemoteStatus
from connectors.errors import (
    AuthRefused,
    ChannelError,
    ProtocolError,
    RateLimited,
    Unavailable,
)
from connectors.feed import fetching
from tests.connectors.feed.conftest import Opener, Rig, done, listing

CASES: dict[Fault, type[ChannelError] | None] = {
    Fault.RATE_LIMITED: RateLimited,
    Fault.RATE_LIMITED_UNTIL: RateLimited,
    Fault.UNAVAILABLE: Unavailable,
    Fault.RESET_BEFORE: Unavailable,
    Fault.REDIRECT: ProtocolError,
    Fault.BAD_GATEWAY: Unavailable,
    Fault.LOST_ANSWER: Unavailable,
    Fault.NEVER: Unavailable,
    Fault.SLOW: Unavailable,
    Fault.TRUNCATED: Unavailable,
    Fault.MALFORMED: Unavailable,
    Fault.HTML: Unavailable,
    Fault.ARRAY: ProtocolError,
    Fault.UNKNOWN_FIELDS: None,
    Fault.EXPIRED_TOKEN: None,
}


@pytest.mark.parametrize("fault", CASES)
def test_a_reading(rig: Rig, fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.on_sale("A", "B", "C")
    assert rig.state("A").status is RemoteStatus.LIVE
    rig.bench.by_hand("A", "sell", 1)
    applies = rig.bench.spoil(fault, verb="read")
    assert applies is (fault is not Fault.EXPIRED_TOKEN)
    with monkeypatch.context() as hurried:
        if fault in (Fault.NEVER, Fault.SLOW):
            hurried.setattr(fetching, "DEADLINE_S", 0.3)
        first, second = rig.shop.read(["A", "B"], full=True)
    expected = CASES[fault]
    if expected is None:
        assert isinstance(first, Done)
    else:
        for outcome in (first, second):
            assert isinstance(outcome, Failed)
            assert type(outcome.error) is expected, outcome.error
            assert "floor-token" not in str(outcome.error)
    if fault is Fault.RATE_LIMITED_UNTIL:
        assert isinstance(first, Failed)
        assert isinstance(first.error, RateLimited)
        assert first.error.retry_after == 7
    rig.bench.heal()
    assert rig.state("A").variants[0].stock == 19


@pytest.mark.parametrize("verb", ["create", "set_price", "set_availability"])
def test_writes_do_not_need_the_floor(rig: Rig, verb: str) -> None:
    rig.on_sale("A")
    assert not rig.bench.spoil(Fault.UNAVAILABLE, verb=verb)
    assert rig.bench.spoil(Fault.UNAVAILABLE, times=99)
    done(rig.shop.create([listing("B")])[0])
    assert done(rig.price("A", 41_000)).accepted == {"A"}
    rig.shop.finish()
    assert b",41000,," in rig.public("san-pham.csv")


@pytest.mark.parametrize("verb", ["check", "changed_since"])
def test_single_verbs_raise(rig: Rig, verb: str) -> None:
    rig.bench.spoil(Fault.BAD_GATEWAY, verb=verb)
    with pytest.raises(Unavailable):
        rig.shop.check() if verb == "check" else rig.shop.changed_since(None)


def test_a_wrong_token(rig: Rig) -> None:
    rig.on_sale("A")
    account = rig.bench.account()
    login = Credentials({**account.credentials, "token": "no"})
    wrong = rig.bench.connector(replace(account, credentials=login))
    with pytest.raises(AuthRefused, match="token"):
        wrong.check()
    (outcome,) = wrong.read(["A"], full=False)
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, AuthRefused)


def test_a_token_never_goes_to_another_host(open_rig: Opener) -> None:
    rig, other = open_rig(), open_rig()
    rig.on_sale("A")
    from sandbox.floor import Fault as FloorFault

    before = len(other.bench.floor.journal())
    where = f"{other.bench.account().base_url}/exports/latest"
    rig.bench.floor.spoil(FloorFault(kind="redirect", location=where))
    assert isinstance(rig.shop.read(["A"], full=False)[0], Failed)
    assert len(other.bench.floor.journal()) == before


def test_no_export_yet_is_no_fault(rig: Rig) -> None:
    rig.made("A")
    assert rig.state("A").status is RemoteStatus.UNLISTED
    assert rig.shop.check().problems == ()


def test_an_export_at_an_address_of_its_own(rig: Rig) -> None:
    rig.on_sale("A")
    account = rig.bench.account()
    url = account.base_url.rsplit("/", 1)[0] + "/exports/htx-nam-the/latest"
    login = account.credentials | {"export_url": url}
    moved = replace(account, base_url="", credentials=type(account.credentials)(login))
    (outcome,) = rig.bench.connector(moved).read(["A"], full=False)
    assert done(outcome).status is RemoteStatus.LIVE


def test_many_threads_at_once(rig: Rig) -> None:
    """Writes of several threads and a publication among them: nothing is lost."""
    rig.on_sale("A", "B")
    shop = rig.shop
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            done(shop.create([listing(f"N-{number}")])[0])
            rig.switched(True, f"N-{number}")
            shop.finish()
            done(shop.read(["A"], full=True)[0])
        except BaseException as error:  # noqa: BLE001 (told below)
            errors.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []
    shop.finish()
    assert rig.public("san-pham.csv").count(b"\r\nN-") == 6
