"""Whatever is recorded, each measure gives numbers or sentences, and never fails."""

from dataclasses import replace

import numpy as np
import pytest

from eutonia.measures import entries
from eutonia.model import Clock, Condition, Events
from eutonia.quality import inspect
from eutonia.run import Memo, run_measure, visit_spans
from eutonia.simulate.visit import eeg_channel, emg_channel, recording, visit

MUSCLES = (
    "splenius_capitis",
    "sternocleidomastoid",
    "flexor_carpi_radialis",
    "extensor_carpi_radialis",
)
ELECTRODES = ("Fp1", "Fp2", "C3", "Cz", "C4", "O1", "O2", "Fz", "T7")


def _spoilt(rng, n_channels, n_samples):
    """Return noise of any size, some of it silent, constant, missing, full of spikes or shifted."""
    x = rng.standard_normal((n_channels, n_samples)) * 10.0 ** rng.uniform(-2, 3)
    for row in x:
        how = rng.integers(0, 9)
        if how == 0:
            row[:] = 0
        elif how == 1:
            row[:] = 5.0
        elif how == 2:
            begin = rng.integers(0, n_samples)
            row[begin : begin + rng.integers(1, n_samples + 1)] = np.nan
        elif how == 3:
            row[rng.random(n_samples) < 0.01] = 1e6
        elif how == 4:
            row[:] = row + 1e7
        elif how == 5:
            row[:] = np.abs(row)
    return x


def _visit(rng):
    """Return EEG and EMG of a random rate, length, task and montage."""
    rate = float(rng.choice([rng.uniform(100, 700), 250.0, 1000.0, rng.uniform(500, 2100)]))
    seconds = float(rng.choice([0.3, 3.3, rng.uniform(5, 40), rng.uniform(60, 150)]))
    n = max(2, round(rate * seconds))
    task = Condition.of(task=str(rng.choice(["rest", "writing", "movement", "posture"])))
    side = str(rng.choice(["left", "right"]))
    trials = int(rng.integers(0, 15))
    events = Events(
        onset_s=np.sort(rng.uniform(0, seconds, trials)),
        duration_s=np.full(trials, rng.choice([0.0, 0.5, 2.0])),
        name=("movement",) * trials,
    )
    cap = rng.permutation(ELECTRODES)[: rng.integers(1, 6)]
    muscles = tuple(
        emg_channel(str(m), str(rng.choice(["left", "right"])))
        for m in rng.permutation(MUSCLES)[: rng.integers(1, 5)]
    )
    common = {"rate_hz": rate, "condition": task.replace(side=side), "clock": Clock(id="one")}
    eeg = _spoilt(rng, len(cap), n)
    made = [
        recording(eeg, tuple(eeg_channel(str(e)) for e in cap), events=events, **common),
        recording(_spoilt(rng, len(muscles), n), muscles, **common),
    ]
    if rng.random() < 0.5:
        mvc = Condition.of(task="mvc")
        emg = _spoilt(rng, len(muscles), n)
        made.append(replace(recording(emg, muscles, rate_hz=rate, condition=mvc), id="mvc"))
    return visit(*map(inspect, made))


@pytest.mark.parametrize("seed", range(12))
def test_nothing_that_is_recorded_breaks_a_measure(seed):
    """Odd rates, lengths, gaps and amplitudes give finite numbers or reasons in words."""
    rng = np.random.default_rng(seed)
    for _ in range(4):
        odd = _visit(rng)
        spans, memo = visit_spans(odd), Memo()
        for entry in entries().values():
            outcome = run_measure(entry, odd, spans, memo=memo)
            assert outcome.estimates or outcome.not_measurable, entry.declared.id
            assert all(np.isfinite(e.value) for e in outcome.estimates)
            assert all(n.reason.endswith((".", ")")) for n in outcome.not_measurable)
