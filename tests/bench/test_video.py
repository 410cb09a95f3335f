"""The bench of video work counts what other processes say, and says what was not reached."""

import sys

import pytest

from eutonia.bench import Case, Elsewhere, timed, video
from eutonia.bench.__main__ import _lines


def test_a_peer_elsewhere_counts_its_own_seconds():
    """The seconds that another process prints count, not those spent waiting for it."""
    work = video.elsewhere(sys.executable, "print(7, 12.5)")
    case = Case("x", ours=lambda: None, peers={"peer": work}, rounds=2)
    assert timed(case)["peer"] == 12.5


def test_a_peer_that_fails_is_not_counted():
    """A peer that cannot run, or sees nothing, is an error, not a fast peer."""
    for program in ("raise SystemExit", "print(0, 1)"):
        with pytest.raises(RuntimeError, match="saw 0 of 1"):
            video.elsewhere(sys.executable, program)()


def test_the_rate_and_the_rest_are_held_against_what_is_asked():
    """A rate below, and a rest above, what is asked is said not to be reached."""
    case = Case(
        "x",
        ours=lambda: Elsewhere(4),
        peers={"bare": lambda: Elsewhere(3)},
        frames=300,
        least_rate=90,
        most_over_ms={"bare": 4},
        rounds=1,
    )
    lines = list(_lines(case))
    assert "75.0 pictures a second, asked 90 NOT REACHED" in lines[1]
    assert "3.33 ms a picture beyond it, asked 4 ok" in lines[3]
