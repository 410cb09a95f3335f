"""OTB+ and OTB4: archives made after what the maker's own readers say, and damaged ones.

By specification only: no real file could be had.
"""

import io
import pickle
import tarfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eutonia.formats import of, otb
from eutonia.model import EutoniaError, UnreadableFile
from eutonia.read import read

FEW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
_PATIENT = (
    "<patient><family_name>Sample</family_name><time>2021-03-04T10:11:12.500</time></patient>"
)
_MARKERS = (
    "<markers><Marker><Milliseconds>250</Milliseconds><Description>grip</Description></Marker>"
    "<Marker><Milliseconds>100</Milliseconds><Description>rest</Description></Marker></markers>"
)


def packed(path: Path, files: dict[str, bytes | str]) -> Path:
    """Write a plain tar."""
    with tarfile.open(path, "w") as archive:
        for name, data in files.items():
            raw = data.encode() if isinstance(data, str) else data
            info = tarfile.TarInfo(name)
            info.size = len(raw)
            archive.addfile(info, io.BytesIO(raw))
    return path


def stored(counts: np.ndarray, width: int) -> bytes:
    """Return samples as little-endian integers of 2, 3 or 4 bytes, all channels of a moment."""
    four = np.ascontiguousarray(counts.T, dtype="<i4")
    return four.view(np.uint8).reshape(-1, 4)[:, :width].tobytes()


def plus(device: str, bits: int, channels: int = 3) -> str:
    """Return the XML of OTB+: two EMG, an auxiliary input, at 2048 Hz."""
    return (
        f'<Device Name="{device}" SampleFrequency="2048" ad_bits="{bits}" '
        f'DeviceTotalChannels="{channels}"><Channels>'
        '<Adapter ID="AD1x2" Gain="150" ChannelStartIndex="0" HighPassFilter="10">'
        '<Channel ID="IN1" Index="0" Gain="1" Prefix="" Muscle="Biceps brachii" Side="Left"/>'
        '<Channel ID="IN2" Index="1" Gain="1" Description="SCM right"/></Adapter>'
        '<Adapter ID="Direct connection to Auxiliary Input" Gain="1" ChannelStartIndex="2">'
        '<Channel ID="AUX1" Index="0" Gain="1"/></Adapter></Channels></Device>'
    )


def track(**fields: object) -> str:
    """Return one track of OTB4."""
    return "<TrackInfo>" + "".join(f"<{k}>{v}</{k}>" for k, v in fields.items()) + "</TrackInfo>"


@pytest.fixture
def counts() -> np.ndarray:
    return np.random.default_rng(0).integers(-(2**15), 2**15, (3, 700))


@pytest.fixture
def quattro(tmp_path: Path, counts: np.ndarray) -> Path:
    files = {"a.xml": plus("QUATTROCENTO", 16), "a.sig": stored(counts, 2)}
    return packed(
        tmp_path / "made.otb+", {**files, "patient.xml": _PATIENT, "markers_0.xml": _MARKERS}
    )


def test_volts_follow_range_bits_and_gain_of_the_device(quattro, counts):
    """QUATTROCENTO has 5 V over 16 bits behind a gain of 150; the auxiliary input stays counts."""
    assert of(quattro).id == "otb"
    (recording,) = read(quattro)
    x = recording.signal.read()
    np.testing.assert_allclose(x[:2], counts[:2] * 5.0 / 2**16 / 150 * 1e6, rtol=1e-12)
    np.testing.assert_array_equal(x[2], counts[2])
    assert recording.rate_hz == 2048
    assert [(c.kind, c.unit, c.site) for c in recording.channels] == [
        ("emg", "uV", "biceps_brachii"),
        ("emg", "uV", "sternocleidomastoid"),
        ("misc", "adc", ""),
    ]
    assert [c.side for c in recording.channels[:2]] == ["left", "right"]
    assert recording.device == "OT Bioelettronica QUATTROCENTO"


def test_markers_are_events_and_no_name_or_date_remains(quattro):
    """Markers stand in order of time; the patient's name and the date are nowhere."""
    (recording,) = read(quattro)
    assert recording.events.name == ("rest", "grip")
    np.testing.assert_allclose(recording.events.onset_s, [0.1, 0.25])
    assert "Sample" not in repr(recording)
    assert "2021" not in repr(recording)
    assert recording.clock.offset_s == 0


@pytest.mark.parametrize("bits", [16, 24, 32])
def test_integers_of_every_width_keep_their_sign(tmp_path, counts, bits):
    """Integers of 16, 24 and 32 bits are read as written, negative ones too."""
    width = bits // 8
    counts = counts * 2 ** (bits - 16)
    path = packed(
        tmp_path / "x.otb+", {"a.xml": plus("MUOVI", bits), "a.sig": stored(counts, width)}
    )
    (recording,) = otb.read(path)
    np.testing.assert_array_equal(recording.signal.read(), counts)


def test_an_unknown_device_stays_counts_and_says_so(tmp_path, counts):
    """Without a certain scale the counts are kept, with the advice to give the factor."""
    path = packed(tmp_path / "x.otb+", {"a.xml": plus("NEW", 16), "a.sig": stored(counts, 2)})
    (recording,) = read(path)
    assert {c.unit for c in recording.channels} == {"adc"}
    assert [i.code for i in recording.issues] == ["no_scale"]


def test_otb4_takes_its_scale_from_the_tracks(tmp_path, counts):
    """Range, bits and gain of each track scale its channels; two data files are two recordings."""
    common = {"SamplingFrequency": 2000, "Device": "MUOVI;1", "ADC_Nbits": 16, "SampleSize": 2}
    emg = track(
        **common, Title="Biceps left", NumberOfChannels=2, AcquisitionChannel=0, ADC_Range=9.6,
        Gain=200, SignalStreamPath="one.sig", TotalChannelsInFile=3,
    )  # fmt: skip
    ramp = track(
        **common, Title="Control", SubTitle="Ramp", NumberOfChannels=1, AcquisitionChannel=2,
        ADC_Range=1, Gain=1, SignalStreamPath="one.sig", TotalChannelsInFile=3,
    )  # fmt: skip
    other = track(
        **{**common, "SamplingFrequency": 500}, Title="AUX", SubTitle="AUX 1", NumberOfChannels=1,
        AcquisitionChannel=0, ADC_Range=5, Gain=0.5, SignalStreamPath="two.sig",
        TotalChannelsInFile=1,
    )  # fmt: skip
    path = packed(
        tmp_path / "x.otb4",
        {
            "Tracks_000.xml": f"<ArrayOfTrackInfo>{emg}{ramp}{other}</ArrayOfTrackInfo>",
            "one.sig": stored(counts, 2),
            "two.sig": stored(counts[:1, :175], 2),
        },
    )
    first, second = read(path)
    x = first.signal.read()
    np.testing.assert_allclose(x[:2], counts[:2] * 9.6 / 2**16 / 200 * 1e6, rtol=1e-12)
    np.testing.assert_array_equal(x[2], counts[2])
    assert [c.site for c in first.channels[:2]] == ["biceps_brachii"] * 2
    assert (first.rate_hz, second.rate_hz) == (2000, 500)
    np.testing.assert_allclose(second.signal.read()[0], counts[0, :175] * 5 / 2**16 / 0.5 * 1e6)
    assert first.clock == second.clock


def test_xml_that_defines_entities_is_not_opened(tmp_path, counts):
    """An XML file that could explode while it is read is passed over."""
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]>' + plus("QUATTRO", 16)
    path = packed(tmp_path / "x.otb+", {"a.xml": bomb, "a.sig": stored(counts, 2)})
    with pytest.raises(UnreadableFile, match="no XML"):
        otb.read(path)


def test_a_truncated_archive_is_read_as_far_as_it_goes(tmp_path, counts):
    """An archive cut in its last data file gives the whole moments, and says so."""
    path = packed(tmp_path / "x.otb+", {"a.xml": plus("QUATTRO", 16), "a.sig": stored(counts, 2)})
    with tarfile.open(path) as archive:
        begin = archive.getmember("a.sig").offset_data
    path.write_bytes(path.read_bytes()[: begin + 1000])
    (recording,) = otb.read(path)
    assert recording.n_samples == 1000 // 6
    assert "truncated" in [i.code for i in recording.issues]


@FEW
@given(seed=st.integers(0, 2**16))
def test_parts_equal_the_whole(quattro, seed):
    """Any samples of any channels are the same read alone, also after pickling."""
    rng = np.random.default_rng(seed)
    (recording,) = otb.read(quattro)
    signal = pickle.loads(pickle.dumps(recording.signal))
    a, b = sorted(int(x) for x in rng.integers(0, 701, 2))
    rows = tuple(int(i) for i in rng.integers(0, 3, 2))
    whole = recording.signal.read()
    np.testing.assert_array_equal(signal.read(a, b, rows), whole[list(rows), a:b])


@FEW
@given(
    changes=st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 255)), max_size=6),
    cut=st.none() | st.integers(1, 9000),
)
def test_a_damaged_archive_is_read_or_refused(quattro, changes, cut):
    """Whatever bytes are changed or cut off: samples, or an error that names the file."""
    raw = bytearray(quattro.read_bytes())
    for at, value in changes:
        raw[at % len(raw)] = value
    path = quattro.with_name("damaged.otb+")
    path.write_bytes(raw[:cut])
    try:
        for recording in of(path).read(path):
            recording.signal.read(0, 20)
    except EutoniaError as error:
        assert "damaged.otb+" in str(error)
