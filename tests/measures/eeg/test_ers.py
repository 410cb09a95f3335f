"""Beta rebound: the mean is unbiased, the plain maximum is not, and what is needed is said."""

import numpy as np
import pytest

from eutonia.measures import entry
from eutonia.measures.eeg import ers
from eutonia.model import Condition, Events
from eutonia.run import run_measure, visit_spans
from eutonia.simulate import eeg
from eutonia.simulate.visit import eeg_channel, recording, visit

RATE_HZ = 125


def _outcome(x, onset_s, lasts_s):
    n = len(onset_s)
    events = Events(
        onset_s=onset_s, duration_s=np.broadcast_to(lasts_s, n).copy(), name=("movement",) * n
    )
    made = visit(
        recording(
            np.atleast_2d(x),
            (eeg_channel("C3"),),
            rate_hz=RATE_HZ,
            condition=Condition.of(task="movement"),
            events=events,
        )
    )
    return run_measure(entry("ers.beta_rebound"), made, visit_spans(made))


def _rhythm(rng, onset_s, gain, *, lasts_s=1.0):
    """Draw a pure beta rhythm whose amplitude has a `gain` from 0.2 to 1.8 s after movement."""
    n = round((onset_s[-1] + 8) * RATE_HZ)
    end = onset_s + lasts_s
    after = eeg.within(n, end + 0.2, end + 1.8, rate_hz=RATE_HZ)
    beta = eeg.oscillation(rng, n, rate_hz=RATE_HZ, centre_hz=21.0, width_hz=2.0, rms_uv=6.0)
    floor = eeg.aperiodic(rng, 1, n, rate_hz=RATE_HZ, exponent=1.5, level_uv=0.5)[0]
    return np.where(after, gain, 1.0) * beta + floor


@pytest.mark.parametrize("gain", [0.55, 1.0, 1.4, 1.9])
def test_rebound_is_recovered_over_its_range(gain):
    """From a loss of power to much more than a doubling, the change is right."""
    rng = np.random.default_rng(round(100 * gain))
    onset = 6 + 8.0 * np.arange(120)
    (found,) = _outcome(_rhythm(rng, onset, gain), onset, 1.0).estimates
    half = (found.interval.hi - found.interval.lo) / 2
    assert found.value == pytest.approx(100 * (gain**2 - 1), abs=1.5 * half)
    assert half < 0.2 * (100 + found.value)
    assert found.in_valid_range


def test_the_plain_maximum_is_biased_and_the_given_numbers_are_not():
    """Without any rebound the largest window reads too high; mean and detail `peak` read zero."""
    mean, peak, plain = [], [], []
    onset = 6 + 8.0 * np.arange(20)
    for seed in range(120):
        outcome = _outcome(_rhythm(np.random.default_rng(400 + seed), onset, 1.0), onset, 1.0)
        (estimate,) = outcome.estimates
        (drawn,) = outcome.evidence.values()
        t = drawn["t_s"]
        inside = (t >= 0.75 - 1e-9) & (t <= 1.25 + 1e-9)
        plain.append(drawn["course"][0, 0][inside].max())
        mean.append(estimate.value)
        peak.append(dict(estimate.details)["peak"])
    error = np.std(peak) / np.sqrt(len(peak))
    # Any ratio is too high by the relative variance of what it is divided by: here about 1 %.
    assert np.mean(mean) == pytest.approx(1, abs=3 * np.std(mean) / np.sqrt(len(mean)))
    assert np.mean(peak) == pytest.approx(1, abs=3 * error)
    assert np.mean(plain) > np.mean(mean) + 10


def test_rebound_equals_mnes_spectra():
    """Windows of half a second from MNE's spectra, averaged by hand, give the same change."""
    from mne.time_frequency import psd_array_welch

    made, _ = entry("ers.beta_rebound").example(1)
    (source,) = made.recordings
    x, rate = source.signal.read()[0], 250
    onset, end = source.events.onset_s, source.events.onset_s + source.events.duration_s
    keep = (onset >= 3.5) & (end + 2.75 <= len(x) / rate)
    length = rate // 2

    def power(centre_s):
        first = np.round(centre_s * rate).astype(int) - length // 2
        epochs = np.stack([x[f : f + length] for f in first])
        psd, hz = psd_array_welch(epochs, rate, n_fft=length, window="hann", verbose="error")
        return psd[:, (hz >= 13) & (hz < 30)].sum(axis=1).mean()

    steps = np.arange(0, 0.51, 0.125)
    before = np.mean([power(onset[keep] - 3.25 + s) for s in steps])
    after = np.mean([power(end[keep] + 0.75 + s) for s in steps])
    (found,) = run_measure(entry("ers.beta_rebound"), made, visit_spans(made)).estimates
    assert found.value == pytest.approx(100 * (after / before - 1), rel=1e-6)


def test_it_follows_the_end_and_not_the_onset():
    """Movements of very different lengths show the same rebound after their ends."""
    rng = np.random.default_rng(5)
    onset = 6 + 11.0 * np.arange(60)
    lasts = rng.uniform(0.4, 4.0, len(onset))
    (found,) = _outcome(_rhythm(rng, onset, 1.7, lasts_s=lasts), onset, lasts).estimates
    half = (found.interval.hi - found.interval.lo) / 2
    assert found.value == pytest.approx(100 * (1.7**2 - 1), abs=1.5 * half)
    assert found.interval.lo > 100


def test_without_ends_a_sentence_says_what_to_do():
    """Movements that are moments have no end: no number, but how to mark it."""
    onset = 6 + 8.0 * np.arange(20)
    outcome = _outcome(_rhythm(np.random.default_rng(6), onset, 1.5), onset, 0.0)
    assert outcome.estimates == ()
    assert "movement_end" in outcome.not_measurable[0].reason


def test_movements_in_quick_succession_are_refused():
    """Where the next movement comes within 3.5 s there is no rebound to measure."""
    onset = 6 + 3.0 * np.arange(40)
    outcome = _outcome(_rhythm(np.random.default_rng(7), onset, 1.5), onset, 0.5)
    assert outcome.estimates == ()
    assert "6 s" in outcome.not_measurable[0].reason


def test_the_windows_lie_inside_the_time_of_the_rebound():
    """No window reaches before 0.5 or beyond 1.5 s after the end."""
    centre = ers._times()[ers._searched()]
    assert centre.min() - ers.WINDOW_S / 2 >= ers.REBOUND_S[0] - 1e-9
    assert centre.max() + ers.WINDOW_S / 2 <= ers.REBOUND_S[1] + 1e-9
