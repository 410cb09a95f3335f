"""HarMNqEEG features of a real recording."""

from dataclasses import replace

import numpy as np
import pytest

from eutonia.dsp import harmn
from eutonia.measures import entry
from eutonia.model import ArraySignal
from eutonia.quality import inspect
from eutonia.read import read_visit
from eutonia.run import run_measure, visit_spans


@pytest.fixture(scope="module")
def visit(shared_data):
    (path,) = (shared_data / "eeg-physionet-eegmmi").rglob("*.edf")
    read = read_visit(path)
    return replace(read, recordings=tuple(map(inspect, read.recordings)))


def _outcome(visit):
    return run_measure(entry("eeg.harmn"), visit, visit_spans(visit))


def test_alpha_stands_out_at_the_back_of_a_healthy_head(visit):
    """With closed eyes the log-spectrum of O1 and O2 is highest within one bin of 10 Hz."""
    outcome = _outcome(visit)
    (arrays,) = outcome.evidence.values()
    electrodes = arrays["electrodes"].tolist()
    for name in ("O1", "O2"):
        spectrum = arrays["log_spectrum"][:, electrodes.index(name)]
        beyond = arrays["freq_hz"] > 4
        peak = arrays["freq_hz"][beyond][spectrum[beyond].argmax()]
        assert peak == pytest.approx(10.0, abs=0.4)


def test_another_reference_changes_nothing(visit):
    """The average reference makes the reference of the file irrelevant."""
    (recording,) = visit.recordings
    x = recording.signal.read()
    other = replace(visit, recordings=(replace(recording, signal=ArraySignal(x - x[0])),))
    before, after = (next(iter(_outcome(v).evidence.values())) for v in (visit, other))
    np.testing.assert_allclose(after["log_spectrum"], before["log_spectrum"], atol=1e-6)


def test_a_missing_electrode_is_named(visit):
    """Without all 19 electrodes there is a sentence that says which are missing."""
    (recording,) = visit.recordings
    keep = [i for i, c in enumerate(recording.channels) if c.site not in ("O1", "Fz")]
    fewer = replace(
        recording,
        channels=tuple(recording.channels[i] for i in keep),
        signal=ArraySignal(recording.signal.read()[keep]),
    )
    outcome = _outcome(replace(visit, recordings=(fewer,)))
    assert not outcome.estimates
    assert any("O1, Fz" in n.reason for n in outcome.not_measurable)
    assert len(harmn.ELECTRODES) == 19
