"""Simulated diaries hold what they were asked to hold."""

from datetime import datetime

import numpy as np
import pytest

from eutonia.simulate.diary import World, simulate_diary


def _ratings(entries, key):
    return np.array([dict(e.ratings)[key] for e in entries])


def test_the_same_seed_gives_the_same_diary():
    """A diary is a function of its seed, and another seed gives another."""
    assert simulate_diary(3) == simulate_diary(3)
    assert simulate_diary(3)[0] != simulate_diary(4)[0]


def test_days_prompts_and_missing_share_are_as_asked():
    """Without missing prompts all are there, in order; a quarter missing leaves three quarters."""
    entries, _ = simulate_diary(1, days=30, prompts_per_day=5, missing=0)
    times = [datetime.fromisoformat(e.time) for e in entries]
    assert len(entries) == 150
    assert times == sorted(times)
    assert len({t.date() for t in times}) == 30
    assert len(simulate_diary(1, days=200, missing=0.25)[0]) == pytest.approx(600, abs=40)


def test_ratings_are_whole_and_in_range():
    """Ratings are whole numbers from 0 to 10, even where effects push beyond."""
    world = World(effects={"stress": 2.0}, spread=3.0)
    for key in ("severity", "stress"):
        values = _ratings(simulate_diary(2, world=world)[0], key)
        assert np.all((values >= 0) & (values <= 10) & (values == np.round(values)))


def test_neighbouring_ratings_resemble_each_other():
    """Severity remembers: neighbours of a day correlate as the time constant says."""
    entries, _ = simulate_diary(5, days=400, missing=0, world=World(memory_h=8, rhythm=0))
    severity = _ratings(entries, "severity").reshape(400, 4)
    together = np.corrcoef(severity[:, :-1].ravel(), severity[:, 1:].ravel())[0, 1]
    # 3.5 h apart on average; rounding to whole points adds a variance of 1/12
    expected = np.exp(-3.5 / 8) * 1.2**2 / (1.2**2 + 1 / 12)
    assert together == pytest.approx(expected, abs=0.07)


def test_a_watched_entry_is_followed_by_its_effect():
    """With independent severity, the entry after being watched is higher by the effect."""
    world = World(asks=("observed",), effects={"observed": 1.5}, memory_h=0.01, rhythm=0)
    entries, truth = simulate_diary(6, days=400, missing=0, world=world)
    severity = _ratings(entries, "severity").reshape(400, 4)
    watched = np.array([e.observed for e in entries]).reshape(400, 4)[:, :-1]
    after = severity[:, 1:]
    assert truth.effects == {"observed": 1.5}
    assert after[watched].mean() - after[~watched].mean() == pytest.approx(1.5, abs=0.2)


def test_the_toxin_lowers_severity_and_its_day_is_noted_only_if_asked():
    """Weeks 4 to 6 are lower than the end of the cycle by about the points asked for."""
    world = World(toxin_cycle_days=84, toxin_points=3.0, memory_h=1)
    entries, _ = simulate_diary(7, days=168, world=world)
    day = np.array([e.toxin_day for e in entries])
    severity = _ratings(entries, "severity")
    peak, trough = severity[(day >= 28) & (day <= 42)], severity[day < 3]
    assert trough.mean() - peak.mean() == pytest.approx(3, abs=0.5)
    unsaid = World(toxin_cycle_days=84, toxin_noted=False)
    assert {e.toxin_day for e in simulate_diary(7, world=unsaid)[0]} == {None}
