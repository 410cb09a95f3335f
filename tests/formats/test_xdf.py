"""XDF: every stream a recording, on one clock, also where the file is damaged."""

import gzip
import pickle
import struct

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eutonia.formats import _xdf_load, of, xdf
from eutonia.model import EutoniaError, UnreadableFile
from eutonia.read import read, read_visit

BOUNDARY = bytes.fromhex("43a546dccbf5410fb30ed5467383cbe4")
SLOW = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def chunk(tag, content):
    """Return one chunk, its length in four bytes."""
    body = struct.pack("<H", tag) + content
    return b"\x04" + struct.pack("<I", len(body)) + body


def header(stream, name, *, n=1, rate=0.0, form="float32", kind="EEG", desc=""):
    xml = (
        f"<?xml version='1.0'?><info><name>{name}</name><type>{kind}</type>"
        f"<channel_count>{n}</channel_count><nominal_srate>{rate}</nominal_srate>"
        f"<channel_format>{form}</channel_format><desc>{desc}</desc></info>"
    )
    return chunk(2, struct.pack("<I", stream) + xml.encode())


def varint(n):
    return b"\x01" + bytes([n]) if n < 256 else b"\x04" + struct.pack("<I", n)


def samples(stream, stamps, values):
    """Return chunks of fifty samples; numbers as float32, words as strings."""
    out = b""
    for a in range(0, len(stamps), 50):
        part = b""
        for t, row in zip(stamps[a : a + 50], values[a : a + 50], strict=True):
            part += b"\x00" if t is None else b"\x08" + struct.pack("<d", t)
            if isinstance(row, str):
                part += varint(len(row.encode())) + row.encode()
            else:
                part += np.asarray(row, dtype="<f4").tobytes()
        n = len(stamps[a : a + 50])
        out += chunk(3, struct.pack("<I", stream) + varint(n) + part)
    return out


def offsets(stream, times, values):
    packed = zip(times, values, strict=True)
    return b"".join(chunk(4, struct.pack("<I2d", stream, t, v)) for t, v in packed)


def footer(stream, count):
    xml = f"<?xml version='1.0'?><info><sample_count>{count}</sample_count></info>"
    return chunk(6, struct.pack("<I", stream) + xml.encode())


def write(path, *chunks):
    head = b"XDF:" + chunk(1, b"<?xml version='1.0'?><info><version>1.0</version></info>")
    path.write_bytes(head + b"".join(chunks))
    return path


def channels(*rows):
    entry = "<channel><label>{}</label><type>{}</type><unit>{}</unit></channel>"
    return "<channels>" + "".join(entry.format(*r) for r in rows) + "</channels>"


def codes(recording):
    return [i.code for i in recording.issues]


def recorded(path, *, n=2000, rate=200.0, seed=0, stamps=None):
    """Write one stream with samples that count up."""
    t = 50.0 + np.arange(n) / rate if stamps is None else stamps
    return write(
        path, header(1, "amp", rate=rate), samples(1, list(t), [[i] for i in range(len(t))])
    )


# What a stream says


def test_labels_types_and_units_come_from_the_description(tmp_path):
    """Millivolts become microvolts, and label and type say kind, site and side."""
    rows = [("C3", "EEG", "microvolts"), ("EMG SCM left", "EMG", "millivolts"), ("TRIG", "TRG", "")]
    t = list(10 + np.arange(400) / 100)
    head = header(1, "amp", n=3, rate=100.0, desc=channels(*rows))
    (r,) = read(write(tmp_path / "a.xdf", head, samples(1, t, [[1.0, 2.0, 3.0]] * 400)))
    assert [(c.name, c.kind, c.unit) for c in r.channels] == [
        ("C3", "eeg", "uV"),
        ("EMG SCM left", "emg", "uV"),
        ("TRIG", "trigger", "adc"),
    ]
    assert (r.channels[0].site, r.channels[1].side) == ("C3", "left")
    assert r.channels[1].site == "sternocleidomastoid"
    np.testing.assert_allclose(r.signal.read(0, 1)[:, 0], [1, 2000, 3])


def test_a_stream_without_description_is_numbered_after_its_type(tmp_path):
    """Without labels the channels take kind and name from the type of the stream."""
    t = list(10 + np.arange(100) / 100)
    (r,) = read(
        write(
            tmp_path / "a.xdf",
            header(1, "amp", n=2, rate=100.0, kind="EMG"),
            samples(1, t, [[1, 2]] * 100),
        )
    )
    assert [(c.name, c.kind, c.unit) for c in r.channels] == [
        ("EMG 1", "emg", "adc"),
        ("EMG 2", "emg", "adc"),
    ]


def test_a_description_of_other_channels_is_not_trusted(tmp_path):
    """Two labels for three channels name none, and an issue says so."""
    t = list(10 + np.arange(100) / 100)
    rows = [("C3", "EEG", "uV"), ("C4", "EEG", "uV")]
    (r,) = read(
        write(
            tmp_path / "a.xdf",
            header(1, "amp", n=3, rate=100.0, desc=channels(*rows)),
            samples(1, t, [[1, 2, 3]] * 100),
        )
    )
    assert [c.name for c in r.channels] == ["EEG 1", "EEG 2", "EEG 3"]
    assert "channels_disagree" in codes(r)


def test_repeated_names_of_streams_and_channels_are_made_unique(tmp_path):
    """Two streams of one name and two channels of one label stay apart, and are reported."""
    t = list(10 + np.arange(100) / 100)
    desc = channels(("Cz", "EEG", "uV"), ("Cz", "EEG", "uV"))
    a, b = read(
        write(
            tmp_path / "a.xdf",
            header(1, "amp", n=2, rate=100.0, desc=desc),
            header(2, "amp", rate=100.0),
            samples(1, t, [[1, 2]] * 100),
            samples(2, t, [[5]] * 100),
        )
    )
    assert (a.id, b.id) == ("a.xdf#amp", "a.xdf#amp (2)")
    assert [c.name for c in a.channels] == ["Cz", "Cz (2)"]
    assert "repeated_label" in codes(a)
    assert "repeated_label" in codes(b)


def test_a_stream_without_a_name_is_read(tmp_path):
    """A stream without a name, which pyxdf cannot take, is called after its number."""
    t = list(10 + np.arange(100) / 100)
    (r,) = read(write(tmp_path / "a.xdf", header(7, "", rate=100.0), samples(7, t, [[5]] * 100)))
    assert r.id == "a.xdf#stream 7"
    assert r.n_samples == 100


# One clock


def two_clocks(path, *, offset=-30.0, ppm=80.0, gap=0.0):
    """Write samples on a fast clock that starts elsewhere, and markers on the recorder's."""
    true = 100 + np.arange(20_000) / 100  # the recorder's time
    theirs = (true - offset) * (1 + ppm * 1e-6)
    when = np.arange(100, 300, 5.0)
    measured = (when - offset) * (1 + ppm * 1e-6)
    marks = [110.0, 250.0]
    return write(
        path,
        header(1, "amp", rate=100.0),
        header(2, "marks", form="string", kind="Markers"),
        offsets(1, measured, when - measured),
        offsets(2, when, 0 * when),
        samples(1, list(theirs), [[i] for i in range(len(true))]),
        samples(2, marks, ["alpha", "omega"]),
    )


def test_clock_offsets_put_streams_on_one_clock(tmp_path):
    """A clock 80 ppm fast and 30 s off lies with the markers to 0.1 ms over 200 s."""
    amp, marks = read(two_clocks(tmp_path / "a.xdf"))
    assert {amp.clock.id, marks.clock.id} == {"a.xdf"}
    assert {amp.clock.aligned, marks.clock.aligned} == {"xdf clock offsets"}
    first = marks.clock.offset_s + marks.events.onset_s[0]
    for recording_s in (0.0, 10.0, 199.0):
        # The first sample was taken at 100 s, the first marker sent at 110 s.
        assert amp.clock.visit_time(recording_s) - first == pytest.approx(
            recording_s - 10, abs=1e-4
        )


def test_events_are_given_to_the_samples_that_they_mark(tmp_path):
    """The markers stand in the recording of samples, in its own time, and in their own stream."""
    amp, marks = read(two_clocks(tmp_path / "a.xdf"))
    assert amp.events.name == marks.events.name == ("alpha", "omega")
    np.testing.assert_allclose(amp.events.onset_s, [10, 150], atol=1e-4)
    sample = round(amp.events.onset_s[1] * amp.rate_hz)
    assert amp.signal.read(sample, sample + 1)[0, 0] == 15_000


def test_events_outside_the_samples_stay_with_their_own_stream(tmp_path):
    """A marker before the first sample is not moved into the recording."""
    t = list(100 + np.arange(1000) / 100)
    amp, marks = read(
        write(
            tmp_path / "a.xdf",
            header(1, "amp", rate=100.0),
            header(2, "marks", form="string"),
            samples(1, t, [[1]] * 1000),
            samples(2, [90.0, 105.0, 200.0], ["early", "in", "late"]),
        )
    )
    assert amp.events.name == ("in",)
    assert marks.events.name == ("early", "in", "late")
    assert amp.clock.offset_s == pytest.approx(10.0)


def test_numbers_of_a_marker_stream_are_events(tmp_path):
    """Integer codes of a stream called markers are events with the code as their name."""
    amp, marks = read(
        write(
            tmp_path / "a.xdf",
            header(1, "amp", rate=100.0),
            header(2, "codes", kind="Markers"),
            samples(1, list(100 + np.arange(1000) / 100), [[1]] * 1000),
            samples(2, [101.0, 105.0], [[7], [12]]),
        )
    )
    assert marks.kind == "events"
    assert amp.events.name == ("7", "12")


def test_a_stream_without_offsets_beside_one_with_is_reported(shared_data):
    """minimal.xdf measures one clock only; the other stream says that its times may not hold."""
    numbers, words = read(shared_data / "formats" / "minimal.xdf")
    assert "no_clock_offsets" not in codes(numbers)
    assert "no_clock_offsets" in codes(words)


# Stamps


def test_jitter_is_removed_and_the_first_sample_stays_in_place(tmp_path):
    """Stamps that wander by 5 ms give an even rate and a start within 1 ms."""
    rng = np.random.default_rng(3)
    true = 50 + np.arange(20_000) / 200
    r, other = read(
        write(
            tmp_path / "a.xdf",
            header(1, "amp", rate=200.0),
            header(2, "exact", rate=200.0),
            samples(1, list(true + rng.normal(0, 0.005, len(true))), [[1]] * len(true)),
            samples(2, list(true), [[1]] * len(true)),
        )
    )
    assert r.rate_hz == other.rate_hz == 200
    for t in (0.0, 99.0):
        assert r.clock.visit_time(t) == pytest.approx(other.clock.visit_time(t), abs=1e-3)


def test_jitter_is_removed_as_pyxdf_does_where_nothing_is_missing(tmp_path):
    """Rate and times agree with pyxdf's own straight line."""
    import pyxdf

    rng = np.random.default_rng(4)
    t = 50 + np.arange(30_000) / 249.5 + rng.exponential(0.002, 30_000)
    path = recorded(tmp_path / "a.xdf", rate=250.0, stamps=t)
    (r,) = read(path)
    (theirs,), _ = pyxdf.load_xdf(path)
    assert r.rate_hz == pytest.approx(theirs["info"]["effective_srate"], rel=1e-6)
    assert codes(r) == ["rate_measured"]
    at = np.array([0, 15_000, 29_999])
    own = r.clock.visit_time(0.0) + at / r.rate_hz
    expected = theirs["time_stamps"][at] - t[0]
    np.testing.assert_allclose(own, expected, atol=1e-3)  # mean against median of the delays


@pytest.mark.parametrize("missing", [1, 3, 40, 450])
@pytest.mark.parametrize("jitter", [0.0, 0.0008])
def test_a_pause_stays_where_it_is_and_is_not_smeared(tmp_path, missing, jitter):
    """A loss of one to 450 samples is found at its place, also below pyxdf's limit of 500."""
    rng = np.random.default_rng(missing)
    n, rate, at = 4000, 200.0, 2500
    place = np.r_[0:at, at + missing : n + missing]
    t = 50 + place / rate + rng.normal(0, jitter, n)
    (r,) = read(recorded(tmp_path / "a.xdf", rate=rate, stamps=t))
    x = r.signal.read()[0]
    assert r.rate_hz == rate
    assert np.flatnonzero(np.isnan(x)).tolist() == list(range(at, at + missing))
    np.testing.assert_array_equal(x[np.isfinite(x)], np.arange(n))
    assert "gaps" in codes(r)
    (span,) = r.bad
    assert (span.start_s, span.stop_s) == (at / rate, (at + missing) / rate)


def test_a_late_packet_is_no_pause(tmp_path):
    """Stamps that come 60 ms late and catch up lose nothing and shift nothing."""
    t = 50 + np.arange(4000) / 200
    t[1000:1010] += 0.06
    (r,) = read(recorded(tmp_path / "a.xdf", rate=200.0, stamps=t))
    assert np.isfinite(r.signal.read()).all()
    assert r.bad == ()
    assert r.n_samples == 4000


@pytest.mark.parametrize("back", [0.08, 3.0, 45.0])
def test_a_clock_that_steps_back_is_carried_on_and_marked(tmp_path, back):
    """Without offsets to explain it, a step back is bridged, and the seam is not measured."""
    t = 50 + np.arange(4000) / 200
    t[2000:] -= back
    (r,) = read(recorded(tmp_path / "a.xdf", rate=200.0, stamps=t))
    np.testing.assert_array_equal(r.signal.read()[0], np.arange(4000))
    assert "stamps_jump" in codes(r)
    assert any(b.start_s < 10.0 < b.stop_s for b in r.bad)


def test_repeated_stamps_of_packets_do_not_shift_samples(tmp_path):
    """Ten samples that share the stamp of their packet are spread evenly."""
    t = 50 + np.repeat(np.arange(400) * 10, 10) / 200.0
    (r,) = read(recorded(tmp_path / "a.xdf", rate=200.0, stamps=t))
    assert r.rate_hz == 200
    assert r.n_samples == 4000


def test_the_measured_rate_is_used_and_said(tmp_path):
    """A stream stated at 100 Hz that ran at 97 Hz is 97 Hz."""
    t = 50 + np.arange(4000) / 97.0
    (r,) = read(recorded(tmp_path / "a.xdf", rate=100.0, stamps=t))
    assert r.rate_hz == pytest.approx(97.0)
    assert "rate_disagrees" in codes(r)


def test_the_drift_of_a_crystal_stands_on_the_clock(tmp_path):
    """A stream 60 ppm slow keeps its stated rate, and its clock accounts for the difference."""
    t = 50 + np.arange(60_000) / 500.0 * (1 + 60e-6)
    (r,) = read(recorded(tmp_path / "a.xdf", rate=500.0, stamps=t))
    assert r.rate_hz == 500
    assert r.clock.drift_ppm == pytest.approx(60, abs=0.01)
    assert r.clock.visit_time(100.0) == pytest.approx(100.006, abs=1e-6)
    assert "rate_measured" in codes(r)


def test_a_stream_without_a_rate_keeps_its_stamps(tmp_path):
    """Irregular samples keep the time of each."""
    t = 50 + np.cumsum(np.random.default_rng(0).exponential(0.1, 300))
    (r,) = read(
        write(
            tmp_path / "a.xdf",
            header(1, "slider", kind="Position"),
            samples(1, list(t), [[i] for i in range(300)]),
        )
    )
    assert r.rate_hz is None
    np.testing.assert_allclose(r.stamps_s, t - t[0], atol=1e-9)


def test_events_follow_a_rate_that_wanders(shared_data):
    """Where the sender slept unevenly, a marker stands at the sample that was stamped like it."""
    import pyxdf

    _, eeg = read(shared_data / "formats" / "clock_resets.xdf")
    (m, e), _ = pyxdf.load_xdf(
        shared_data / "formats" / "clock_resets.xdf", dejitter_timestamps=False
    )
    assert "rate_wanders" in codes(eeg)
    x = eeg.signal.read(channels=(0,))[0]
    values = e["time_series"][:, 0]
    off = []
    for when, own in zip(m["time_stamps"], eeg.events.onset_s, strict=True):
        k = int(np.searchsorted(e["time_stamps"], when))
        at = round(own * eeg.rate_hz)
        near = [j for j in range(at - 60, at + 60) if 0 <= j < len(x) and x[j] == values[k]]
        if 0 < k < len(values) - 1 and abs(e["time_stamps"][k] - when) < 0.02:
            off.append(min(abs(j - at) for j in near))
    assert len(off) > 150
    assert np.median(off) <= 3  # samples; on an even axis without this it would be up to 45
    assert max(off) <= 12


# Known answers


def test_clock_resets_are_put_on_one_clock(shared_data):
    """clock_resets.xdf holds 27,815 samples and 175 markers, with one restart of the sender."""
    marks, eeg = read(shared_data / "formats" / "clock_resets.xdf")
    assert int(np.isfinite(eeg.signal.read()[0]).sum()) == 27_815
    assert len(eeg.channels) == 8
    assert len(marks.events) == 175
    assert marks.events.name[:5] == ("XXX", "Test", "Blah", "Test", "Test-1-2-3")
    np.testing.assert_allclose(
        eeg.signal.read(0, 5).T[:, :3],
        [
            [0.142, 0.463, 0.354],
            [0.311, 0.740, 0.949],
            [0.611, 0.838, 0.780],
            [0.732, 0.318, 0.249],
            [0.863, 0.334, 0.301],
        ],
        atol=5e-4,
    )
    assert {"clock_restarted", "gaps", "rate_disagrees"} <= set(codes(eeg))


def test_the_smallest_file_is_read(shared_data):
    """minimal.xdf holds nine samples at 10 Hz and nine words."""
    numbers, words = read(shared_data / "formats" / "minimal.xdf")
    expected = [[192, 255, 238], *([10 + i, 20 + i, 30 + i] for i in (2, 3, 4, 5, 2, 3, 4, 5))]
    np.testing.assert_array_equal(numbers.signal.read().T, expected)
    assert numbers.rate_hz == 10
    assert words.events.name[1:5] == ("Hello", "World", "from", "LSL")
    assert len(words.events) == 9
    # Offsets of -0.1 s put the first sample 0.1 s before the first word.
    assert words.events.onset_s[0] - numbers.clock.offset_s == pytest.approx(0.1)


def test_a_recording_of_an_amplifier_is_read(shared_data):
    """test.xdf holds 9,520 samples at 1000 Hz, one more than the recorder counted."""
    (r,) = read(shared_data / "formats" / "test.xdf")
    assert (r.n_samples, r.rate_hz, len(r.channels)) == (9520, 1000.0, 8)
    assert np.isfinite(r.signal.read()).all()
    assert "sample_count" in codes(r)


def test_empty_streams_are_named_and_left_out(shared_data):
    """empty_streams.xdf holds ten samples, one word, and two streams without any."""
    found = {r.id.partition("#")[2]: r for r in read(shared_data / "formats" / "empty_streams.xdf")}
    data = found.pop("Data stream: test stream 0 counter")
    np.testing.assert_array_equal(data.signal.read()[0], np.arange(10))
    assert [c.name for c in data.channels] == ["ch:00"]
    (words,) = found.values()
    assert words.events.name == ('{"state": 2}',)
    empty = [i.message for r in (data, words) for i in r.issues if i.code == "stream_empty"]
    assert len(empty) == 2


def test_a_visit_holds_the_streams_of_its_file(shared_data, tmp_path):
    """In the folder of a visit every stream has its place, and no date or host is kept."""
    (tmp_path / "clock_resets.xdf").write_bytes(
        (shared_data / "formats" / "clock_resets.xdf").read_bytes()
    )
    visit = read_visit(tmp_path)
    assert [r.id for r in visit.recordings] == [
        "clock_resets.xdf#MyMarkerStream",
        "clock_resets.xdf#BioSemi",
    ]
    assert visit.lost == ()
    assert "BP-LP" not in repr(visit)


# Size


def test_a_long_file_keeps_its_samples_on_disk(tmp_path, monkeypatch):
    """Beyond the limit the samples lie in a file of this user, with the same values."""
    path = two_clocks(tmp_path / "a.xdf")
    small = read(path)[0]
    monkeypatch.setattr(_xdf_load, "_LARGE_BYTES", 1000)
    large = read(path)[0]
    np.testing.assert_array_equal(large.signal.read(), small.signal.read())
    again = pickle.loads(pickle.dumps(large))
    assert len(pickle.dumps(large)) < 20_000
    np.testing.assert_array_equal(again.signal.read(5, 9), small.signal.read(5, 9))
    assert large.events.name == small.events.name


@pytest.mark.parametrize("name", ["a.xdfz", "a.xdf.gz", "odd.xdf"])
def test_a_packed_file_is_read(tmp_path, name):
    """Packed files give the same samples, whatever they are called."""
    plain = recorded(tmp_path / "plain.xdf")
    path = tmp_path / name
    path.write_bytes(gzip.compress(plain.read_bytes()))
    assert of(path) is xdf.FORMAT
    np.testing.assert_array_equal(read(path)[0].signal.read(), read(plain)[0].signal.read())


# Damage


def test_a_truncated_file_gives_what_is_complete(tmp_path):
    """Cut within a chunk, the chunks before it are read, and an issue says so."""
    path = recorded(tmp_path / "a.xdf")
    path.write_bytes(path.read_bytes()[:-100])
    (r,) = read(path)
    np.testing.assert_array_equal(r.signal.read()[0], np.arange(1950))
    assert "truncated" in codes(r)


def test_a_cut_packed_file_gives_what_can_be_unpacked(tmp_path):
    """A packed file without its end is read as far as it goes."""
    rng = np.random.default_rng(0)
    plain = recorded(tmp_path / "a.xdf", n=20_000, stamps=50 + np.arange(20_000) / 200)
    noise = write(
        plain,
        header(1, "amp", rate=200.0),
        samples(1, list(50 + np.arange(20_000) / 200), rng.normal(size=(20_000, 1))),
    )
    packed = gzip.compress(noise.read_bytes())
    path = tmp_path / "b.xdfz"
    path.write_bytes(packed[: len(packed) // 2])
    (r,) = read(path)
    assert 5000 < r.n_samples < 15_000
    assert "truncated" in codes(r)


def test_a_damaged_chunk_is_left_out_and_the_rest_read(tmp_path):
    """A chunk with an absurd number of samples is a pause; what follows is in its place."""
    t = list(50 + np.arange(2000) / 200)
    parts = [samples(1, t[a : a + 50], [[i] for i in range(a, a + 50)]) for a in range(0, 2000, 50)]
    bad = bytearray(parts[20])
    at = bad.index(varint(50), 7)
    bad[at : at + 2] = b"\x01\xff"
    path = write(tmp_path / "a.xdf", header(1, "amp", rate=200.0), *parts[:20], bytes(bad))
    path.write_bytes(path.read_bytes() + b"".join(parts[21:]))
    (r,) = read(path)
    x = r.signal.read()[0]
    np.testing.assert_array_equal(np.flatnonzero(np.isnan(x)), np.arange(1000, 1050))
    np.testing.assert_array_equal(x[1050:], np.arange(1050, 2000))
    assert {"chunks_damaged", "gaps"} <= set(codes(r))


def test_reading_goes_on_at_the_next_boundary(tmp_path):
    """After noise in the file, what follows the next boundary chunk is read."""
    t = list(50 + np.arange(2000) / 200)
    path = write(
        tmp_path / "a.xdf",
        header(1, "amp", rate=200.0),
        samples(1, t[:1000], [[i] for i in range(1000)]),
        b"\x99" * 77,
        chunk(5, BOUNDARY),
        samples(1, t[1100:], [[i] for i in range(1100, 2000)]),
    )
    (r,) = read(path)
    x = r.signal.read()[0]
    np.testing.assert_array_equal(x[:1000], np.arange(1000))
    np.testing.assert_array_equal(x[1100:], np.arange(1100, 2000))
    assert "chunks_damaged" in codes(r)


def test_a_header_of_a_million_channels_is_refused(tmp_path):
    """An absurd channel count leaves the stream out; alone in the file, that is an error."""
    t = list(50 + np.arange(100) / 200)
    path = write(
        tmp_path / "a.xdf", header(1, "amp", n=10**9, rate=200.0), samples(1, t, [[1]] * 100)
    )
    with pytest.raises(UnreadableFile, match="sound header"):
        read(path)


def test_a_file_of_empty_streams_is_refused(tmp_path):
    """Streams that hold nothing are an error that says so."""
    with pytest.raises(UnreadableFile, match="holds a sample"):
        read(write(tmp_path / "a.xdf", header(1, "amp", rate=200.0)))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return the bytes of a file with everything in it."""
    path = tmp_path_factory.mktemp("xdf") / "a.xdf"
    t = [50 + i / 100 if i % 50 == 0 else None for i in range(300)]
    desc = channels(("C3", "EEG", "uV"), ("C4", "EEG", "uV"))
    write(
        path,
        header(1, "amp", n=2, rate=100.0, desc=desc),
        header(2, "marks", form="string"),
        offsets(1, [50.0, 55.0, 60.0], [1.0, 1.0, 1.0]),
        samples(1, t[:150], [[i, -i] for i in range(150)]),
        chunk(5, BOUNDARY),
        samples(2, [51.0, 52.5], ["alpha", "omega"]),
        samples(1, t[150:], [[i, -i] for i in range(150, 300)]),
        footer(1, 300),
    )
    return path.read_bytes()


@SLOW
@given(data=st.data())
def test_damaged_bytes_are_read_or_refused(tmp_path, whole, data):
    """Any bytes changed, cut or put in: recordings or an error of ours, and soon."""
    raw = bytearray(whole)
    kind = data.draw(st.sampled_from(["change", "cut", "insert", "length"]))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(4, len(raw) - 1))
        if kind == "cut":
            del raw[at:]
            break
        if kind == "insert":
            raw[at:at] = data.draw(st.binary(min_size=1, max_size=9))
        elif kind == "length":
            raw[at : at + 9] = b"\x08" + data.draw(st.binary(min_size=8, max_size=8))
        else:
            raw[at] = data.draw(st.integers(0, 255))
    path = tmp_path / "a.xdf"
    path.write_bytes(bytes(raw))
    try:
        found = read(path)
    except EutoniaError:
        return
    for r in found:
        if r.signal is not None and r.n_samples < 10**6:
            assert r.signal.read().shape == r.signal.shape


@SLOW
@given(raw=st.binary(max_size=400))
def test_random_bytes_after_the_magic_are_read_or_refused(tmp_path, raw):
    """Noise in the place of chunks gives an error of ours."""
    path = tmp_path / "a.xdf"
    path.write_bytes(b"XDF:" + raw)
    with pytest.raises(EutoniaError):
        read(path)
