"""What a proof says, and what it must not say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from connectors.conformance.checks import CHECKS
from connectors.conformance.plugin import Results
from connectors.conformance.proof import LEVELS, Proof, keep, level_reached, read
from connectors.conformance.pytests import promised
from connectors.shopee.connector import ShopeeConnector
from tests.connectors.shopee.rig import ShopeeRig

ANSWERS = tuple(ShopeeRig.answers)
NAMES = {level: [c.name for c in CHECKS if c.level == level] for level in LEVELS}


def results(**ran: list[str]) -> Results:
    """Two tests a check, all of which passed, but for what is said of some."""
    found = Results(ANSWERS)
    for name in promised(ShopeeRig()).names():
        found.tests[name] = 2
        found.ran[name] = ran.get(name, ["", ""])
    return found


def test_all_that_passed_is_gold() -> None:
    proof = results().proof(ShopeeConnector)
    assert proof.level == "gold"
    assert proof == promised(ShopeeRig())


@pytest.mark.parametrize(("level", "below"), list(zip(LEVELS, ("", *LEVELS), strict=False)))
def test_one_failure_ends_the_climb_below_its_level(level: str, below: str) -> None:
    found = results()
    name = next(n for n in NAMES[level] if n in found.tests)
    found.failed.add(name)
    proof = found.proof(ShopeeConnector)
    assert proof.level == below
    assert proof.failed == (name,)
    assert name not in proof.names()


@pytest.mark.parametrize("ran", [[], [""]])
def test_a_check_that_did_not_run_everywhere_is_not_proven(ran: list[str]) -> None:
    proof = results(created_unseen=ran).proof(ShopeeConnector)
    assert proof.level == "listed"
    assert "created_unseen" not in proof.names()


def test_a_part_of_the_suite_proves_no_level() -> None:
    found = Results(ANSWERS, tests={"created_unseen": 1}, ran={"created_unseen": [""]})
    proof = found.proof(ShopeeConnector)
    assert proof.level == ""
    assert proof.names() == {"created_unseen"}


def test_what_had_nothing_to_try_is_named_and_holds_nothing_up() -> None:
    proof = results(rejected=["no such word"] * 2, banned=["", "not here"]).proof(ShopeeConnector)
    assert proof.absent == {"rejected": "no such word"}
    assert "banned" in proof.names()
    assert proof.level == "gold"


def test_a_level_needs_the_ones_before_it() -> None:
    assert level_reached({"bronze": {"a"}, "silver": {"b"}}, {"b"}) == "listed"


def test_a_proof_is_the_same_after_its_file(tmp_path: Path) -> None:
    proof = results(rejected=["no such word"] * 2).proof(ShopeeConnector)
    path = tmp_path / "proof.json"
    assert read(path) == {}
    other = Proof("another", "bronze", checks=dict.fromkeys(LEVELS, ()))
    for _twice in range(2):
        keep(path, proof)
        keep(path, other)
    assert read(path) == {"shopee": proof, "another": other}


def test_every_check_says_in_a_line_what_it_proves() -> None:
    assert all(c.proves and "\n" not in c.proves and c.level in LEVELS for c in CHECKS)


def test_the_program_reads_proofs_without_pytest() -> None:
    code = "import sys, connectors.conformance as c; sys.exit('pytest' in sys.modules)"
    assert subprocess.run((sys.executable, "-c", code), check=False).returncode == 0
