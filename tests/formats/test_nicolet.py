"""Nicolet ``.data`` with ``.head``: files written by the header's own words."""

import datetime

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eutonia.formats import of
from eutonia.model import EutoniaError, UnreadableFile
from eutonia.read import read, read_visit

FEW = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
HEAD = (
    "start_ts=2024-02-29 10:11:12.500000\nnum_samples={n}\nsample_freq=256\n"
    "conversion_factor=0.179\nnum_channels=2\nelec_names=[C3,EMG1]\npat_id=1\n"
    "adm_id=1\nrec_id=9876543\nduration_in_sec=1\nsample_bytes={width}\n"
)


def nicolet(folder, *, width=2, end="\n", n=300):
    """Write 300 samples of two channels, and a header that states `n`; return the numbers."""
    x = np.random.default_rng(11).integers(-900, 900, (2, 300)) * 100 ** (width // 4)
    (folder / "x.data").write_bytes(x.T.astype(f"<i{width}").tobytes())
    head = HEAD.format(n=n, width=width).replace("\n", end)
    (folder / "x.head").write_bytes(head.encode())
    return x


@pytest.mark.parametrize(("width", "end"), [(2, "\n"), (4, "\n"), (2, "\r\n")])
def test_values_names_and_start(tmp_path, width, end):
    """The factor turns numbers of 2 or 4 bytes into microvolts; both files are one recording."""
    x = nicolet(tmp_path, width=width, end=end)
    (recording,) = of(tmp_path / "x.head").read(tmp_path / "x.head")
    np.testing.assert_allclose(recording.signal.read(), x * 0.179)
    np.testing.assert_allclose(recording.signal.read(20, 30, (1,)), x[[1], 20:30] * 0.179)
    assert [(c.name, c.kind, c.unit) for c in recording.channels] == [
        ("C3", "eeg", "uV"),
        ("EMG1", "emg", "uV"),
    ]
    assert recording.rate_hz == 256
    start = datetime.datetime(2024, 2, 29, 10, 11, 12, 500000, tzinfo=datetime.UTC)
    assert recording.clock.offset_s == start.timestamp()
    assert recording.issues == ()
    assert "9876543" not in repr(recording)
    visit = read_visit(tmp_path)
    assert [r.id for r in visit.recordings] == ["x.data"]
    assert visit.lost == ()
    assert {s.path for s in visit.recordings[0].sources} == {"x.data", "x.head"}


def test_values_are_mnes(tmp_path):
    """MNE reads the same microvolts where numbers have 2 bytes."""
    mne = pytest.importorskip("mne")
    nicolet(tmp_path)
    raw = mne.io.read_raw_nicolet(tmp_path / "x.data", "eeg", verbose="error")
    (recording,) = read(tmp_path / "x.data")
    np.testing.assert_allclose(recording.signal.read(), raw.get_data() * 1e6, rtol=1e-12)
    assert recording.rate_hz == raw.info["sfreq"]


def test_a_cut_file_is_read_as_far_as_it_goes(tmp_path):
    """Fewer samples than the header states are a warning."""
    nicolet(tmp_path, n=301)
    (recording,) = read(tmp_path / "x.data")
    assert recording.n_samples == 300
    assert [i.code for i in recording.issues] == ["truncated"]


def test_missing_and_wrong_headers_are_named(tmp_path):
    """The error says which file is to be copied again."""
    nicolet(tmp_path)
    head = tmp_path / "x.head"
    head.write_text(head.read_text().replace("num_channels=2", "num_channels=3"))
    with pytest.raises(UnreadableFile, match=r"x\.head.*3 channels, 2 names"):
        read(tmp_path / "x.data")


@FEW
@given(data=st.data())
def test_damage_gives_an_issue_or_a_clear_error(tmp_path, data):
    """Whatever bytes of the header are overwritten or cut, nothing but a clear error is raised."""
    nicolet(tmp_path)
    head = tmp_path / "x.head"
    raw = bytearray(head.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw) - 1))
        bite = data.draw(st.binary(min_size=1, max_size=3))
        raw[at : at + len(bite)] = bite
    head.write_bytes(bytes(raw[: data.draw(st.integers(1, len(raw)))]))
    try:
        for recording in of(tmp_path / "x.data").read(tmp_path / "x.data"):
            recording.signal.read(0, 5)
    except EutoniaError as error:
        assert "x." in str(error)
