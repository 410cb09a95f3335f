"""The EMG measures equal the formulas written anew on SciPy's filters and spectra."""

import numpy as np
import pytest
from scipy.integrate import cumulative_trapezoid, trapezoid
from scipy.signal import butter, sosfiltfilt, welch

from eutonia.measures import Entry
from eutonia.measures.emg import (
    cci_kellis,
    cci_min,
    cdf10,
    mdpf,
    mirror,
    mra,
    mra_mvc,
    overflow,
    overflow_above_rest,
    spl_peak_8_14,
)
from eutonia.run import run_measure, visit_spans

RATE_HZ = 1000.0


def _visit(module):
    return module.example(7)[0]


def _values(module, visit):
    outcome = run_measure(Entry(module.MEASURE, module.__name__), visit, visit_spans(visit))
    return {e.target.label: e.value for e in outcome.estimates}


def _filtered(x):
    band = butter(4, (20, 450), btype="bandpass", fs=RATE_HZ, output="sos")
    return sosfiltfilt(band, x, axis=-1)


def _envelope(x):
    low = butter(4, 6, fs=RATE_HZ, output="sos")
    return np.maximum(sosfiltfilt(low, np.abs(_filtered(x)), axis=-1), 0)


def _signal(visit, task):
    (found,) = (r for r in visit.recordings if r.condition.get("task") == task)
    return found.signal.read(), [c.label for c in found.channels]


def _most(visit):
    """Return the best half second of each maximal contraction, by brute force."""
    most = _envelope(_signal(visit, "mvc")[0])
    return np.max([most[:, i : i + 500].mean(axis=1) for i in range(most.shape[1] - 499)], axis=0)


def _share(visit, task):
    """Return the envelopes of a task as shares of maximum, by label."""
    x, labels = _signal(visit, task)
    return dict(zip(labels, _envelope(x) / _most(visit)[:, None], strict=True))


# The padding at the ends of the filters differs by a few samples: hence the tolerances.


def test_mean_rectified_amplitude_equals_scipy():
    """The mean of the absolute value of SciPy's filtered signal."""
    visit = _visit(mra)
    x, labels = _signal(visit, "posture")
    expected = np.abs(_filtered(x)).mean(axis=1)
    assert _values(mra, visit) == pytest.approx(dict(zip(labels, expected, strict=True)), rel=1e-3)


def test_percent_of_maximum_equals_scipy():
    """The mean envelope over the best half second, from SciPy's filters."""
    visit = _visit(mra_mvc)
    expected = {k: 100 * v.mean() for k, v in _share(visit, "posture").items()}
    assert _values(mra_mvc, visit) == pytest.approx(expected, rel=1e-3)


def test_the_lower_of_two_equals_scipy():
    """The mean of the lower envelope, from SciPy's filters."""
    visit = _visit(cci_min)
    one, other = _share(visit, "writing").values()
    (found,) = _values(cci_min, visit).values()
    assert found == pytest.approx(100 * np.minimum(one, other).mean(), rel=1e-3)


def test_the_share_of_the_antagonist_equals_scipy():
    """In wrist flexion, the extensor's mean envelope over the sum of both."""
    visit = _visit(cci_kellis)
    level = {k: v.mean() for k, v in _share(visit, "wrist_flexion").items()}
    expected = 100 * level["right extensor carpi radialis"] / sum(level.values())
    (found,) = _values(cci_kellis, visit).values()
    assert found == pytest.approx(expected, rel=1e-3)


def test_overflow_equals_scipy():
    """The mean envelopes of the muscles that writing does not use, with and without rest."""
    visit = _visit(overflow_above_rest)
    task, rest = _share(visit, "writing"), _share(visit, "rest")
    unused = [label for label in task if label.startswith("left")]
    expected = {k: 100 * task[k].mean() for k in unused}
    above = {k: expected[k] - 100 * rest[k].mean() for k in unused}
    assert _values(overflow, visit) == pytest.approx(expected, rel=1e-3)
    assert _values(overflow_above_rest, visit) == pytest.approx(above, rel=2e-3)


def test_mirror_activity_equals_scipy():
    """The mean envelope of the left over that of the right, which writes."""
    visit = _visit(mirror)
    level = {k: v.mean() for k, v in _share(visit, "writing").items()}
    expected = 100 * level["left flexor carpi radialis"] / level["right flexor carpi radialis"]
    (found,) = _values(mirror, visit).values()
    assert found == pytest.approx(expected, rel=1e-3)


def test_the_median_frequency_equals_scipy():
    """SciPy's Welch spectrum, its cumulative integral, and linear interpolation at the half."""
    visit = _visit(mdpf)
    x, labels = _signal(visit, "walking")
    freq, power = welch(_filtered(x)[0], fs=RATE_HZ, nperseg=2000, detrend="constant")
    inside = (freq >= 20) & (freq <= 450)
    area = cumulative_trapezoid(power[inside], freq[inside], initial=0)
    expected = np.interp(area[-1] / 2, area, freq[inside])
    assert _values(mdpf, visit) == pytest.approx({labels[0]: expected}, rel=1e-4)


def test_the_share_of_low_frequencies_equals_scipy():
    """SciPy's Welch spectrum of its own rectified signal, integrated over the two bands."""
    visit = _visit(cdf10)
    x, labels = _signal(visit, "posture")
    freq, power = welch(np.abs(_filtered(x)[0]), fs=RATE_HZ, nperseg=2000, detrend="constant")
    low, slow = (freq >= 3) & (freq <= 10), (freq >= 3) & (freq <= 32)
    expected = trapezoid(power[low], freq[low]) / trapezoid(power[slow], freq[slow])
    assert _values(cdf10, visit) == pytest.approx({labels[0]: expected}, rel=1e-3)


def test_the_height_of_the_peak_equals_a_straight_line_by_numpy():
    """SciPy's Welch spectrum over a line that NumPy fits to the logarithm of its neighbours."""
    visit = _visit(spl_peak_8_14)
    x, labels = _signal(visit, "posture")
    freq, power = welch(np.abs(_filtered(x)[0]), fs=RATE_HZ, nperseg=2000, detrend="constant")
    beside = ((freq >= 3) & (freq <= 7)) | ((freq >= 15) & (freq <= 32))
    line = np.polyfit(freq[beside], 10 * np.log10(power[beside]), 1)
    near = np.convolve(power, np.full(3, 1 / 3), mode="same")
    under = (freq >= 8) & (freq <= 14)
    expected = (10 * np.log10(near) - np.polyval(line, freq))[under].max()
    assert _values(spl_peak_8_14, visit) == pytest.approx({labels[0]: expected}, abs=0.01)
