"""The studies of eyes and tremor: how they compare, and one rendered person each."""

from dataclasses import replace

import numpy as np
import pytest

from eutonia.accuracy import eyes, film, tremor
from eutonia.measures.lid_events import Events


def _events(on_s, lasts_s):
    n = len(on_s)
    on, lasts = np.array(on_s, dtype=float), np.array(lasts_s, dtype=float)
    seen = np.ones(n, dtype=bool)
    return Events(on_s=on, off_s=on + lasts, peak=np.ones(n), begun=seen, ended=seen)


def _eye(**changes):
    given = {
        "identity": 0,
        "rate_hz": 30.0,
        "calibrated": True,
        "spasm": np.array([False, False, False, True]),
        "hit": np.array([True, True, False, True]),
        "lasts_s": np.array([0.2, 0.2, 0.2, 1.0]),
        "found_s": np.array([0.21, 0.23, np.nan, 1.0]),
        "extra": 1,
        "closed": 0.20,
        "closed_found": 0.21,
        "reopened_ms": 140.0,
        "reopened_found_ms": 100.0,
    }
    return eyes.Eye(**given | changes)


def test_closures_are_matched_once_and_near():
    """Of two found closures at one true one the nearer counts; one 0.5 s away counts for none."""
    found = _events([1.02, 1.18, 4.5], [0.1, 0.1, 0.2])
    pairs = eyes.matched(np.array([1.0, 3.8]), np.array([0.2, 0.2]), found, 0.0)
    assert pairs.tolist() == [[0, 0]]


def test_the_figures_of_blinks_are_those_of_their_definition():
    """Three of four found and one invented: precision 3/4, recall 3/4, F1 3/4; bias 20 ms."""
    row = next(r for r in eyes.report([_eye()]) if r["by"] == "pictures a second")
    assert (row["precision"], row["recall"], row["f1"]) == (0.75, 0.75, 0.75)
    assert row["recall_spasms"] == 1.0
    assert row["blink_ms_bias"] == pytest.approx(20)
    assert row["closed_points_bias"] == pytest.approx(1)
    assert row["reopening_ms_bias"] == pytest.approx(-40)


def test_the_figures_of_tremor_are_those_of_their_definition():
    """1.8 and 2.2 degrees for 2 are 10 % each and no bias; a tremor not found lowers `found`."""
    shown = [
        tremor.Shown(
            identity=0,
            rate_hz=30.0,
            axis="yaw",
            freq_hz=5.0,
            found_hz=5.0 + error,
            found_deg=deg,
            other_share=0.1,
        )
        for error, deg in ((0.02, 1.8), (-0.04, 2.2), (np.nan, np.nan))
    ]
    row = next(r for r in tremor.report(shown) if r["by"] == "pictures a second")
    assert (row["films"], row["found"]) == (3, 2)
    assert row["hz_mean_error"] == pytest.approx(0.03)
    assert row["amplitude_percent_bias"] == pytest.approx(0)
    assert row["amplitude_percent_mean_error"] == pytest.approx(10)


@pytest.mark.parametrize("rate_hz", [15.0, 30.0, 60.0])
def test_frequencies_cover_the_range_that_can_be_measured(rate_hz):
    """Over 20 people and three axes no gap is wider than a tenth of the range."""
    shown = sorted(tremor.frequency(i, a, rate_hz) for i in range(20) for a in tremor.AXES)
    high = min(10.0, 0.4 * rate_hz)
    assert shown[0] >= 1.0
    assert shown[-1] <= high
    assert np.diff([1.0, *shown, high]).max() < 0.1 * (high - 1)


def test_a_film_drops_blurs_and_is_mostly_what_was_rendered():
    """Two grey stills in equal shares give their mean, with the noise asked for."""
    dark, bright = (np.full((40, 40, 3), v, dtype=np.uint8) for v in (60, 100))
    rng = np.random.default_rng(0)
    t_s, pictures = film.blended(rng, 200, 30.0, 2.0, lambda i: [(0.5, dark), (0.5, bright)])
    made = np.stack(list(pictures)).astype(float)
    assert 0.94 < len(made) / 200 < 1
    assert np.diff(t_s).min() == pytest.approx(1 / 30)
    assert made.mean() == pytest.approx(80, abs=0.1)
    assert made.std() == pytest.approx(np.hypot(2, np.sqrt(1 / 12)), rel=0.05)


def test_blinks_of_a_rendered_person_are_found(shared_data, video_models, monkeypatch):
    """Six seconds of one person's blinks at 30 a second: all found, none invented."""
    monkeypatch.setattr(eyes, "SECONDS", 6.0)
    monkeypatch.setattr(eyes, "LEVELS", np.linspace(0, 1, 6))
    stills = eyes.Stills(64, shared_data / "human-mesh")
    calibrated = [e for e in eyes.compared(64, 30.0, stills, None) if e.calibrated]
    assert sum(len(e.hit) for e in calibrated) >= 4
    assert all(e.hit.all() and not e.extra for e in calibrated)


def test_tremor_of_a_rendered_person_is_measured(shared_data, video_models):
    """One person's roll of 2 degrees at a known frequency: 0.1 Hz and 15 %."""
    found = tremor.compared(tremor.Stills(64, "roll", shared_data / "human-mesh"), 30.0, None)
    assert found.found_hz == pytest.approx(found.freq_hz, abs=0.1)
    assert found.found_deg == pytest.approx(tremor.AMPLITUDE_DEG, rel=0.15)


def test_uneven_stamps_tell_when_pictures_were_taken(monkeypatch):
    """Stamps lie up to 4 ms beside even ones, and pictures show the angle of their own time."""
    levels = np.arange(-tremor._MOST_DEG, tremor._MOST_DEG + 0.1, tremor._STEP_DEG)
    grey = np.rint(100 + 20 * levels)[:, None, None, None] * np.ones((1, 8, 8, 3))
    stills = tremor.Stills(64, "yaw", None)
    monkeypatch.setattr(tremor.Stills, "pictures", grey.astype(np.uint8))
    monkeypatch.setattr(tremor, "LIGHTS", {"even": (1.0, 0.0), "dim": (1.0, 0.0)})

    def made(jitter_s):
        rng = np.random.default_rng(3)
        t_s, pictures = stills.film(rng, freq_hz=9.0, rate_hz=30.0, jitter_s=jitter_s)
        return t_s, np.array([p.mean() for p in pictures])

    even, shaken = made(0.0), made(0.008)
    beside = shaken[0] - even[0]
    assert 0.007 < np.abs(beside).max() <= 0.008
    still = even[0] < tremor.ZERO_S - 0.1
    np.testing.assert_array_equal(shaken[1][still], even[1][still])
    # The angle changes with time as the sine's slope says, from the even film to the shaken one.
    moved = (shaken[1] - even[1])[~still] / 20
    t = even[0][~still] + 0.5 * 0.5 / 30
    wave = np.exp(2j * np.pi * 9.0 * t)
    size, phase = np.linalg.lstsq(
        np.column_stack([wave.real, wave.imag]), (even[1][~still] - 100) / 20, rcond=None
    )[0]
    slope = 2 * np.pi * 9.0 * (phase * wave.real - size * wave.imag)
    assert np.polyfit(slope * beside[~still], moved, 1)[0] == pytest.approx(1, abs=0.15)


def test_films_at_uneven_times_are_a_row_by_themselves():
    """An uneven film 20 % too large leaves the row of the even ones as it was."""
    one = tremor.Shown(
        identity=0,
        rate_hz=30.0,
        axis="yaw",
        freq_hz=5.0,
        found_hz=5.0,
        found_deg=2.0,
        other_share=0.0,
    )
    rows = tremor.report([one, replace(one, found_deg=2.4, uneven=True)])
    bias = {(r["by"], r["level"]): r["amplitude_percent_bias"] for r in rows}
    assert bias["pictures a second", "30"] == 0
    assert bias[tremor.UNEVENLY, "30"] == pytest.approx(20)
