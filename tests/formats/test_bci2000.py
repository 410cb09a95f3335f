"""BCI2000: files written by its specification, with no library."""

import datetime
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eutonia.formats import of
from eutonia.model import EutoniaError
from eutonia.read import read, read_visit

FEW = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
START = datetime.datetime(2024, 2, 29, 10, 11, 12, 500000, tzinfo=datetime.UTC)


def one(path):
    """Read the one recording of a file by its format alone."""
    (recording,) = of(path).read(path)
    return recording


def bci2000(path: Path, x: np.ndarray) -> Path:
    """Write BCI2000 of version 1.1; channel i has the gain 0.1 (i + 1) and the offset i."""
    n = len(x)
    names = " ".join(["C%20z", "EMG1", *(f"E{i}" for i in range(2, n))][:n])
    body = (
        "[ State Vector Definition ]\r\n"
        "Running 1 0 0 0\r\nStimulusCode 10 0 0 1\r\nSourceTime 16 0 2 0\r\n"
        "[ Parameter Definition ]\r\n"
        f"Source:Signal list ChannelNames= {n} {names} // names\r\n"
        f"Source:Signal floatlist SourceChGain= {n} "
        + " ".join(f"{0.1 * (i + 1):.6g}muV" for i in range(n))
        + f" 0.1 0 % // gain\r\nSource:Signal floatlist SourceChOffset= {n} "
        + " ".join(str(i) for i in range(n))
        + " 0 0 % // offset\r\nSource:Signal int SamplingRate= 256Hz 256 1 % // rate\r\n"
        "Storage string StorageTime= 2024-02-29T10:11:12 // when\r\n\r\n"
    )
    line = f"BCI2000V= 1.1 HeaderLen= {{:5d}} SourceCh= {n} StatevectorLen= 4 DataFormat= int16\r\n"
    size = len(line.format(0)) + len(body)
    code = np.zeros(x.shape[1], dtype=int)
    code[20:25] = 700
    state = np.zeros((x.shape[1], 4), dtype="u1")
    state[:, 0] = (code << 1) & 255
    state[:, 1] = code >> 7
    state[:, 2] = np.arange(x.shape[1]) % 256
    frames = np.concatenate(
        [np.frombuffer(x.T.astype("<i2").tobytes(), "u1").reshape(x.shape[1], -1), state], axis=1
    )
    path.write_bytes((line.format(size) + body).encode() + frames.tobytes())
    return path


def test_bci2000_has_its_values_states_and_start(tmp_path):
    """Each channel has its own gain and offset; states that change are events, clocks are not."""
    x = np.random.default_rng(9).integers(-900, 900, (3, 400))
    path = bci2000(tmp_path / "x.dat", x)
    recording = one(path)
    i = np.arange(3)[:, None]
    np.testing.assert_allclose(recording.signal.read(), (x - i) * 0.1 * (i + 1))
    assert [c.name for c in recording.channels] == ["C z", "EMG1", "E2"]
    assert recording.events.name == ("StimulusCode 700",)
    np.testing.assert_allclose(recording.events.onset_s, [20 / 256])
    assert recording.clock.offset_s == START.timestamp() - 0.5
    assert [r.id for r in read_visit(tmp_path).recordings] == ["x.dat"]
    path.write_bytes(path.read_bytes()[:-3])
    assert [j.code for j in one(path).issues] == ["truncated"]
    assert one(path).n_samples == 399


@FEW
@given(data=st.data())
def test_damage_gives_an_issue_or_a_clear_error(tmp_path, data):
    """Whatever bytes of the header are overwritten or cut, nothing but a clear error is raised."""
    path = bci2000(tmp_path / "x.dat", np.ones((64, 40), dtype=int))
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, min(len(raw), 3000) - 1))
        bite = data.draw(st.binary(min_size=1, max_size=3))
        raw[at : at + len(bite)] = bite
    path.write_bytes(bytes(raw[: data.draw(st.integers(1, len(raw) + 50))]))
    try:
        for recording in read(path):
            recording.signal.read(0, 5)
    except EutoniaError as error:
        assert path.name in str(error)
