"""Tremor: frequency and size of a rhythm, none where there is none, and how regular it is."""

import numpy as np
import pytest

from eutonia.dsp import tremor
from eutonia.simulate import noise
from eutonia.simulate.tremor import cycles

ALL = tremor.RANGE_HZ


def _found(x, mask=None, *, rate_hz, within_hz=None):
    mask = np.ones(x.shape, dtype=bool) if mask is None else mask
    density, count = tremor.spectra(x, mask, rate_hz=rate_hz)
    total, segments = density.sum(axis=0), count.sum(axis=0)
    limits = within_hz or (ALL[0], tremor.fastest_hz(rate_hz))
    return tremor.steady_rhythm(density, count, within_hz=limits), total / segments[:, None]


@pytest.mark.parametrize("rate_hz", [15, 30, 60])
@pytest.mark.parametrize("lost", [0.0, 0.08])
def test_a_steady_tremor_keeps_frequency_and_amplitude(rate_hz, lost):
    """From 1 Hz to 10 Hz or 0.4 of the rate: within 0.01 Hz and 3 %, also with lost pictures."""
    for i, freq in enumerate(np.arange(1.0, min(10, 0.4 * rate_hz) + 0.01, 0.61)):
        rng = np.random.default_rng([i, rate_hz])
        t = np.arange(20 * rate_hz) / rate_hz
        x = 2 * np.sin(2 * np.pi * freq * t + i)[None] + rng.normal(0, 0.1, (1, len(t)))
        mask = np.broadcast_to(rng.random(len(t)) >= lost, x.shape)
        found, mean = _found(np.where(mask, x, 1e6), mask, rate_hz=rate_hz)
        at_hz, power = tremor.top(mean, np.array(found.freq_hz))
        assert at_hz == pytest.approx(freq, abs=0.01)
        assert np.sqrt(2 * power[0]) == pytest.approx(2, rel=0.03)


@pytest.mark.parametrize("exponent", [0.0, 1.0, 2.0, 3.0])
def test_movement_without_a_rhythm_has_none(exponent):
    """Of 200 recordings of three axes of coloured noise at most 6 show a rhythm (1 % stated)."""
    hits = 0
    for seed in range(200):
        x = noise.coloured(
            np.random.default_rng(seed),
            3,
            20 * 30,
            rate_hz=30,
            psd=lambda f: 1 / np.maximum(f, 0.05) ** exponent,
        )
        hits += _found(x, rate_hz=30)[0].found
    assert hits <= 6  # more than 6 of 200 at 1 % happen once in 200 tries


def test_slow_jerks_are_no_rhythm():
    """Jerks at random moments, one a second, pass the test in at most 6 of 100 recordings."""
    hits = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        t = np.arange(40 * 30) / 30
        x = sum(
            rng.normal(0, 3) * np.exp(-0.5 * ((t - at) / 0.12) ** 2)
            for at in rng.uniform(0, 40, 40)
        )
        hits += _found(x[None] + rng.normal(0, 0.1, (1, len(t))), rate_hz=30)[0].found
    assert hits <= 6


@pytest.mark.parametrize("freq_hz", [0.6, 0.8])
def test_the_skirt_of_a_slower_movement_is_no_rhythm(freq_hz):
    """A sine below the range is none, and no top is said to stand out further than the limit."""
    rng = np.random.default_rng(4)
    t = np.arange(30 * 30) / 30
    x = 20 * np.sin(2 * np.pi * freq_hz * t)[None] + rng.normal(0, 0.1, (1, len(t)))
    found, _ = _found(x, rate_hz=30)
    assert not found.found
    assert found.ratio <= found.limit


def test_the_fundamental_is_found_not_its_harmonic():
    """A sharp-edged tremor of 2.2 Hz reads 2.2 Hz, not 6.6."""
    t = np.arange(60 * 30) / 30
    x = np.sign(np.sin(2 * np.pi * 2.2 * t))[None] + 0.05 * np.random.default_rng(0).normal(
        size=(1, len(t))
    )
    assert _found(x, rate_hz=30)[0].freq_hz == pytest.approx(2.2, abs=0.1)


def test_power_is_that_of_the_oscillation_not_of_the_background():
    """Beside strong drift and noise, a tremor of 1 degree keeps its variance of one half."""
    rng = np.random.default_rng(4)
    t = np.arange(60 * 30) / 30
    drift = noise.coloured(
        rng, 1, len(t), rate_hz=30, psd=lambda f: 0.1 / np.maximum(f, 0.05) ** 3 + 0.01
    )
    found, mean = _found(np.sin(2 * np.pi * 5.3 * t)[None] + drift, rate_hz=30)
    _, power = tremor.top(mean, np.array(found.freq_hz))
    assert power[0] == pytest.approx(0.5, rel=0.1)


def test_welch_agrees_with_scipy():
    """Without gaps the density is SciPy's periodogram of straightened Hann segments."""
    from scipy.signal import welch

    x = np.random.default_rng(2).normal(size=(1, 600))
    density, count = tremor.spectra(x, np.ones(x.shape, dtype=bool), rate_hz=30)
    mean = (density.sum(axis=0) / count.sum(axis=0)[:, None])[0]
    freq, theirs = welch(
        x[0], fs=30, nperseg=120, noverlap=60, nfft=480, detrend="linear", window="hann"
    )
    np.testing.assert_allclose(mean, np.interp(tremor.FREQ_HZ, freq, theirs), rtol=1e-9)


@pytest.mark.parametrize("spread_hz", [0.15, 0.4, 0.8])
def test_the_stability_index_of_a_jittered_period(spread_hz):
    """The interquartile range of cycle-to-cycle change is right to 5 % at 100 a second (T16)."""
    ratios = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        x, freq = cycles(rng, 10_000, rate_hz=100, freq_hz=5.0, spread_hz=spread_hz)
        moved = tremor.around(x, rate_hz=100, freq_hz=5.0)
        change, _ = tremor.cycle_changes(moved, np.ones(len(x), dtype=bool), rate_hz=100)
        quartiles = [np.subtract(*np.percentile(v, [75, 25])) for v in (change, np.diff(freq))]
        ratios.append(quartiles[0] / tremor.CHANGES_KEPT / quartiles[1])
    assert np.mean(ratios) == pytest.approx(1, abs=0.05)


def test_cycles_with_gaps_do_not_count():
    """Changes over an unusable sample are left out."""
    x, _ = cycles(np.random.default_rng(1), 1000, rate_hz=100, freq_hz=5.0, spread_hz=0.2)
    mask = np.ones(1000, dtype=bool)
    every, _ = tremor.cycle_changes(x, mask, rate_hz=100)
    mask[500] = False
    fewer, _ = tremor.cycle_changes(x, mask, rate_hz=100)
    assert len(every) - 3 <= len(fewer) < len(every)


def test_the_main_direction_is_that_of_the_movement():
    """Movement along (3, 4) has that direction, whatever its sign."""
    x = np.outer([3.0, 4.0], np.sin(np.arange(300)))
    direction = tremor.principal([x], [np.ones(x.shape, dtype=bool)])
    np.testing.assert_allclose(direction, [0.6, 0.8], atol=1e-9)


def test_half_width_is_that_of_the_window_for_a_steady_tremor():
    """A steady tremor of 5 Hz has the width of a Hann window of 4 s, 0.36 Hz."""
    t = np.arange(1800) / 30
    _, mean = _found(np.sin(2 * np.pi * 5 * t)[None], rate_hz=30)
    assert tremor.half_width_hz(mean[0], 5.0) == pytest.approx(0.36, abs=0.02)
