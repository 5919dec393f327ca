"""One table of legal transitions."""

from __future__ import annotations

from itertools import pairwise

import pytest

from models.states import STATES, IllegalTransition, check_transition, sources_of


def test_the_way_of_an_ordinary_listing_is_legal():
    way = ["pending", "creating", "unlisted", "in_review", "live", "in_review", "live", "unlisted"]
    for before, after in pairwise(way):
        assert check_transition(before, after) == after


def test_an_illegal_transition_raises():
    with pytest.raises(IllegalTransition, match="blocked to live"):
        check_transition("blocked", "live")


@pytest.mark.parametrize("after", STATES)
def test_sources_agree_with_the_table(after):
    for before in STATES:
        if before in sources_of(after):
            check_transition(before, after)
        else:
            with pytest.raises(IllegalTransition):
                check_transition(before, after)
