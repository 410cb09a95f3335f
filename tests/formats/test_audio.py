"""Sound files: samples as written, and damage met with a clear error."""

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eutonia.formats import of
from eutonia.model import UnreadableFile


@pytest.mark.parametrize(("suffix", "subtype"), [(".wav", "PCM_16"), (".flac", "PCM_24")])
def test_values_are_full_scale_one(tmp_path, suffix, subtype):
    """What is written between -1 and 1 is read between -1 and 1."""
    x = np.random.default_rng(0).uniform(-0.9, 0.9, (1000, 2))
    soundfile.write(tmp_path / f"x{suffix}", x, 8000, subtype=subtype)
    (recording,) = of(tmp_path / f"x{suffix}").read(tmp_path / f"x{suffix}")
    assert (recording.signal.shape, recording.rate_hz) == ((2, 1000), 8000)
    np.testing.assert_allclose(recording.signal.read(), x.T, atol=2**-15)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cut=st.integers(0, 4044), suffix=st.sampled_from([".wav", ".flac"]))
def test_a_sound_cut_anywhere_is_read_or_refused(tmp_path, cut, suffix):
    """Cut at any byte: samples or UnreadableFile, never another exception."""
    whole, path = tmp_path / f"whole{suffix}", tmp_path / f"cut{suffix}"
    soundfile.write(whole, np.sin(np.arange(2000) / 7), 8000)
    path.write_bytes(whole.read_bytes()[:cut])
    try:
        for recording in of(path).read(path):
            recording.signal.read()
    except UnreadableFile as error:
        assert path.name in str(error)


def test_a_truncated_sound_is_reported(tmp_path):
    """A WAV shorter than its header says is read and marked."""
    path = tmp_path / "x.wav"
    soundfile.write(path, np.sin(np.arange(2000) / 7), 8000)
    path.write_bytes(path.read_bytes()[:2000])
    (recording,) = of(path).read(path)
    assert [i.code for i in recording.issues] == ["truncated"]
    assert 900 < recording.n_samples < 1000
