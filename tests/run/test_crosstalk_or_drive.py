"""A drive that muscles share is no cross-talk; an action potential that electrodes share is.

Muscles are simulated from their motor units: each unit fires irregularly at a rate that follows the
drive, and every firing adds the unit's own action potential.
"""

from dataclasses import replace

import numpy as np
import pytest

from eutonia.dsp.filter import band_pass
from eutonia.judge import judge
from eutonia.measures import entry
from eutonia.model import ArraySignal, Condition
from eutonia.run import run_measure, visit_spans
from eutonia.run.crosstalk import FLAG, MAX_CORRELATION, correlated
from eutonia.simulate.visit import emg_channel, recording, visit

RATE = 1000.0
PAIR = np.array([[0, 1]])
SNR_DB = [20.0, 10.0, 5.0, 0.0]


def _potential(rng):
    """Draw the action potential of a unit as an electrode hears it, 16 ms."""
    t = (np.arange(16) - rng.uniform(5, 9)) / rng.uniform(1.2, 3.0)
    return rng.choice([-1, 1]) * rng.uniform(0.3, 1.0) * -t * np.exp(-(t**2))


def _muscle(rng, drive, *, units=40):
    """Draw a muscle's signal at its own electrode, of unit variance."""
    out = np.zeros(drive.size)
    for _ in range(units):
        rate = rng.uniform(8, 20) * drive / RATE
        out += np.convolve(rng.random(drive.size) < rate, _potential(rng), mode="same")
    return out / out.std()


def _heard(signals, snr_db, rng):
    """Add the amplifier's noise, then the band of the EMG."""
    noise = 10 ** (-snr_db / 20) * rng.standard_normal(signals.shape)
    return band_pass(signals + noise, rate_hz=RATE, band_hz=(20.0, 450.0))


def _drive(rng, depth):
    """Draw a common modulation of 4-7 Hz around 1, never negative, 20 s."""
    phase = np.cumsum(2 * np.pi * rng.uniform(4, 7, 20).repeat(1000) / RATE)
    return np.maximum(0, 1 + depth * np.sin(phase))


@pytest.mark.parametrize("snr_db", SNR_DB)
@pytest.mark.parametrize("depth", [0.3, 0.9])
def test_a_shared_drive_is_not_called_crosstalk(depth, snr_db):
    """Units of two muscles that follow one drive, weak or strong, are not flagged at any noise."""
    rng = np.random.default_rng(round(10 * depth + snr_db))
    drive = _drive(rng, depth)
    both = np.stack([_muscle(rng, drive), _muscle(rng, drive)])
    assert not correlated(_heard(both, snr_db, rng), PAIR, rate_hz=RATE)[0]


@pytest.mark.parametrize("snr_db", SNR_DB)
@pytest.mark.parametrize(("share", "late"), [(0.9, 0), (0.9, 4), (1.5, -7)])
def test_a_shared_action_potential_is_called_crosstalk(share, late, snr_db):
    """A muscle heard by the other electrode too, some ms earlier or later, is flagged."""
    rng = np.random.default_rng(round(10 * share + late + snr_db))
    drive = _drive(rng, 0.3)
    one, other = _muscle(rng, drive), _muscle(rng, drive)
    both = np.stack([one, other + share * np.roll(one, late)])
    assert correlated(_heard(both, snr_db, rng), PAIR, rate_hz=RATE)[0]


def test_a_potential_blurred_on_its_way_is_still_called_crosstalk():
    """Tissue that lets only the slow half of the far muscle through does not hide it."""
    rng = np.random.default_rng(1)
    drive = _drive(rng, 0.3)
    one, other = _muscle(rng, drive), _muscle(rng, drive)
    far = np.convolve(one, np.hanning(7), mode="same")
    both = np.stack([one, other + far / far.std()])
    assert correlated(_heard(both, 10.0, rng), PAIR, rate_hz=RATE)[0]


def test_crosstalk_below_the_threshold_gives_rectified_emg_no_coherence():
    """At the largest correlation that is let pass, rectified coherence stays at chance level."""
    from scipy.signal import coherence

    rng = np.random.default_rng(2)
    x = rng.standard_normal((2, 400_000))
    x[1] = MAX_CORRELATION * x[0] + np.sqrt(1 - MAX_CORRELATION**2) * x[1]
    _, rectified = coherence(*np.abs(x), fs=RATE, nperseg=1000, noverlap=0)
    _, raw = coherence(*x, fs=RATE, nperseg=1000, noverlap=0)
    bias = 1 / 400
    assert rectified[1:].mean() - bias == pytest.approx(0.0063, abs=0.001)
    assert raw[1:].mean() - bias == pytest.approx(0.09, abs=0.005)


def _visit(mixed):
    """Return two minutes of two muscles, heard by one electrode each or partly by both."""
    rng = np.random.default_rng(3)
    drive = np.tile(_drive(rng, 0.5), 4)
    one, other = _muscle(rng, drive), _muscle(rng, drive)
    both = 50 * np.stack([one, other + (0.9 * one if mixed else 0)])
    names = ("splenius_capitis", "sternocleidomastoid")
    made = recording(
        both,
        tuple(emg_channel(n, "left") for n in names),
        rate_hz=RATE,
        condition=Condition.of(task="posture"),
    )
    return visit(replace(made, signal=ArraySignal(both)))


@pytest.mark.parametrize("name", ["imc", "imc_raw", "emg.cumulant"])
@pytest.mark.parametrize("mixed", [False, True])
def test_the_finding_says_crosstalk_in_words(name, mixed):
    """Each finding about a pair that shares action potentials says so in a sentence, others not."""
    made = _visit(mixed)
    estimates = run_measure(entry(name), made, visit_spans(made)).estimates
    assert estimates
    for e in estimates:
        assert (FLAG in e.quality) == mixed
        assert ("Cross-talk: the unrectified signals" in judge(e).words) == mixed
