"""Tables of any logger: layout, time, rate and faults found out."""

import gzip
import resource
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eutonia.formats import _table_body, of, table
from eutonia.model import EutoniaError, UnreadableFile

FEW = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def read(path: Path):
    """Read a table through the registry: one recording."""
    (recording,) = of(path).read(path)
    return recording


def codes(recording) -> list[str]:
    return [i.code for i in recording.issues]


def written(path: Path, t, columns, *, header="t [s],EMG1 [mV]", fmt="{:.9g}") -> Path:
    """Write stamps and columns as comma-separated values."""
    rows = [",".join(fmt.format(v) for v in row) for row in np.column_stack([t, *columns])]
    path.write_text("\n".join(([header] if header else []) + rows) + "\n")
    return path


@FEW
@given(
    delimiter=st.sampled_from([",", ";", "\t", "|", " "]),
    decimal=st.sampled_from([".", ","]),
    unit=st.sampled_from([("s", 1), ("ms", 1e3), ("us", 1e6), ("ns", 1e9)]),
    rate=st.sampled_from([50, 100, 128, 1000, 2000]),
    header=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "latin-1", "utf-16"]),
    newline=st.sampled_from(["\n", "\r\n"]),
    seed=st.integers(0, 999),
)
def test_layout_is_found_out(
    tmp_path, delimiter, decimal, unit, rate, header, encoding, newline, seed
):
    """Delimiter, decimal sign, encoding, header, time unit and rate: any combination is read."""
    if delimiter == "," and decimal == ",":
        return
    name, per_second = unit
    data = np.random.default_rng(seed).normal(0, 100, (60, 2)).round(4)
    t = np.arange(60) / rate * per_second
    rows = [
        delimiter.join(f"{v:.6f}".replace(".", decimal) for v in (tt, *row))
        for tt, row in zip(t, data, strict=True)
    ]
    head = [delimiter.join([f"time_{name}", "größe", "b"])] if header else []
    path = tmp_path / "x.csv"
    path.write_bytes((newline.join(head + rows) + newline).encode(encoding))
    recording = read(path)
    np.testing.assert_allclose(recording.signal.read(), data.T, atol=1e-9)
    if header:
        assert [c.name for c in recording.channels] == ["größe", "b"]
        assert recording.rate_hz == pytest.approx(rate, rel=1e-4)


def test_units_in_the_header_are_converted(tmp_path):
    """``EMG1 [mV]`` is read in microvolts, ``acc (g)`` in m/s²."""
    t = np.arange(50) / 100
    header = "t [s],EMG1 [mV],acc (g)"
    recording = read(written(tmp_path / "x.csv", t, [t + 1, t + 2], header=header))
    assert [c.unit for c in recording.channels] == ["uV", "m/s2"]
    assert [c.kind for c in recording.channels] == ["emg", "acc"]
    np.testing.assert_allclose(recording.signal.read(0, 1)[:, 0], [1000, 2 * 9.80665])


@pytest.mark.parametrize(
    "form",
    ["%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S.%fZ", "%H:%M:%S.%f", "%d.%m.%Y %H:%M:%S.%f"],
)
def test_clock_strings_give_the_rate(tmp_path, form):
    """Stamps as text, over midnight, give the rate and no date."""
    start = datetime(2024, 5, 17, 23, 59, 59, tzinfo=UTC)
    lines = ["time,x"] + [
        f"{(start + timedelta(milliseconds=8 * i)).strftime(form)},{i}" for i in range(300)
    ]
    path = tmp_path / "x.csv"
    path.write_text("\n".join(lines))
    recording = read(path)
    assert recording.rate_hz == 125
    assert recording.bad == ()


def test_a_pause_is_kept_as_missing_samples(tmp_path):
    """Ten rows left out become ten NaN samples and one bad span where they belong."""
    t = np.arange(500) / 100
    keep = np.r_[0:200, 210:500]
    recording = read(written(tmp_path / "x.csv", t[keep], [np.arange(500.0)[keep]]))
    assert recording.rate_hz == 100
    x = recording.signal.read()[0] / 1000
    assert np.flatnonzero(np.isnan(x)).tolist() == list(range(200, 210))
    np.testing.assert_allclose(x[210:], np.arange(210, 500), rtol=1e-6)
    (span,) = recording.bad
    assert (span.start_s, span.stop_s) == (2.0, 2.1)
    assert "gaps" in codes(recording)


def test_swapped_rows_are_sorted(tmp_path):
    """Neighbouring rows in the wrong order are put right, and reported."""
    t = np.arange(300) / 100
    order = np.arange(300)
    order[[50, 51]] = [51, 50]
    recording = read(written(tmp_path / "x.csv", t[order], [order.astype(float)]))
    np.testing.assert_allclose(recording.signal.read()[0] / 1000, np.arange(300))
    assert recording.rate_hz == 100
    assert "stamps_backwards" in codes(recording)


@pytest.mark.parametrize("jump", [-2.5, 86400.0])
def test_a_reset_or_jump_of_the_clock_is_bridged_and_marked(tmp_path, jump):
    """After a reset the time goes on with the usual step; the seam is not measured."""
    t = np.arange(1000) / 100
    t[400:] += jump
    recording = read(written(tmp_path / "x.csv", t, [np.arange(1000.0)]))
    assert recording.rate_hz == 100
    assert recording.n_samples == 1000
    assert "stamps_jump" in codes(recording)
    assert any(b.start_s < 4.0 < b.stop_s for b in recording.bad)


def test_stamps_of_packets_give_the_mean_rate(tmp_path):
    """Twenty samples per stamp (wireless packets): the rate is the mean over the recording."""
    t = np.repeat(np.arange(100) * 0.1, 20)
    recording = read(written(tmp_path / "x.csv", t, [np.arange(2000.0)]))
    assert recording.rate_hz == pytest.approx(200, rel=0.02)
    assert "stamps_repeat" in codes(recording)


def test_uneven_sampling_keeps_its_stamps(tmp_path):
    """Where no rate holds, the time of every sample is kept."""
    t = np.cumsum(np.random.default_rng(0).exponential(0.05, 400))
    recording = read(written(tmp_path / "x.csv", t, [np.arange(400.0)]))
    assert recording.rate_hz is None
    np.testing.assert_allclose(recording.stamps_s, t - t[0], atol=1e-6)


def test_a_rate_that_the_stamps_contradict_is_reported(tmp_path):
    """The stamps hold; the sidecar's other rate is an issue."""
    t = np.arange(500) / 100
    path = written(tmp_path / "x.csv", t, [t])
    path.with_suffix(".json").write_text('{"SamplingFrequency": 250}')
    recording = read(path)
    assert recording.rate_hz == 100
    assert "rate_disagrees" in codes(recording)


def test_a_missing_rate_is_an_error_that_says_what_to_do(tmp_path):
    """Without time and rate the recording is read but marked, with the way out."""
    path = written(tmp_path / "x.csv", np.arange(50) ** 2 % 7, [np.arange(50) % 3], header="a,b")
    recording = read(path)
    (issue,) = [i for i in recording.issues if i.code == "no_rate"]
    assert issue.severity == "error"
    assert "x.corrections.yaml" in issue.message


def test_cells_that_are_no_numbers_are_missing(tmp_path):
    """A broken cell becomes NaN and is counted."""
    path = written(tmp_path / "x.csv", np.arange(50) / 10, [np.arange(50)])
    lines = path.read_text().splitlines()
    lines[20] = lines[20].split(",")[0] + ",ERR"
    lines[30] += ",7,8"
    path.write_text("\n".join(lines))
    recording = read(path)
    assert np.isnan(recording.signal.read()[0, 19])
    assert {"not_a_number", "ragged_rows"} <= set(codes(recording))


def test_words_in_a_marker_column_become_events(tmp_path):
    """A sparse column of words gives events at their rows' times."""
    lines = ["time,EMG,marker"] + [
        f"{i / 100},{i},{'start' if i == 30 else 'stop' if i == 80 else ''}" for i in range(200)
    ]
    (tmp_path / "x.csv").write_text("\n".join(lines))
    recording = read(tmp_path / "x.csv")
    assert recording.events.name == ("start", "stop")
    np.testing.assert_allclose(recording.events.onset_s, [0.3, 0.8])
    assert [c.name for c in recording.channels] == ["EMG"]


def test_a_long_table_is_kept_on_disk(tmp_path, monkeypatch):
    """Beyond the limit the samples lie in a file of this user only, with the same values."""
    t = np.arange(20_000) / 100
    path = written(tmp_path / "x.csv", t, [np.sin(t), np.cos(t)], header="t [s],a,b")
    small = read(path)
    monkeypatch.setattr(_table_body, "_LARGE_BYTES", 1000)
    large = read(path)
    stored = Path(large.signal.array_path)
    assert stored.stat().st_mode & 0o077 == 0
    np.testing.assert_array_equal(large.signal.read(100, 300), small.signal.read(100, 300))
    assert large.rate_hz == small.rate_hz


def test_a_day_is_read_in_bounded_memory(tmp_path):
    """24 h at 25 Hz and 4 columns (70 MB of samples) never lie in memory together."""
    path = tmp_path / "day.csv"
    block = "".join(f"{i % 97},{i % 89},{i % 83},{i % 79}\n" for i in range(72_000))
    with path.open("w") as file:
        file.write("# sampling rate: 25 Hz\na,b,c,d\n")
        for _ in range(30):
            file.write(block)
    table.read(written(tmp_path / "warm.csv", np.arange(50) / 10, [np.arange(50)]))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    recording = read(path)
    assert recording.duration_s == 86_400
    for hour in range(24):
        recording.signal.read(hour * 90_000, hour * 90_000 + 1500)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 60_000


@FEW
@given(cut=st.integers(0, 3000), packed=st.booleans())
def test_a_table_cut_anywhere_is_read_or_refused(tmp_path, cut, packed):
    """Cut at any byte, also inside gzip: recordings or UnreadableFile."""
    t = np.arange(200) / 100
    raw = written(tmp_path / "whole.csv", t, [np.sin(t)]).read_bytes()
    path = tmp_path / ("cut.csv.gz" if packed else "cut.csv")
    path.write_bytes((gzip.compress(raw) if packed else raw)[:cut])
    try:
        for recording in of(path).read(path):
            recording.signal.read()
    except UnreadableFile as error:
        assert path.name in str(error)


@FEW
@given(raw=st.one_of(st.binary(max_size=800), st.text(max_size=400).map(str.encode)))
def test_random_text_and_bytes_are_read_or_refused(tmp_path, raw):
    """Noise in the place of a table gives an error of ours, never a traceback."""
    path = tmp_path / "noise.csv"
    path.write_bytes(raw)
    try:
        of(path).read(path)
    except EutoniaError:
        return


@FEW
@given(
    st.lists(
        st.lists(
            st.sampled_from(["1", "-2.5", "3,5", "", "x", "12:00:01", "n/a", "1e9", "nan", '"']),
            min_size=1,
            max_size=5,
        ),
        max_size=12,
    ),
    st.sampled_from([",", ";", "\t", " "]),
)
def test_odd_tables_are_read_or_refused(tmp_path, rows, delimiter):
    """Any arrangement of numbers, words, times and blanks: recordings or an error of ours."""
    path = tmp_path / "odd.csv"
    path.write_text("\n".join(delimiter.join(r) for r in rows))
    try:
        for recording in of(path).read(path):
            recording.signal.read()
    except EutoniaError:
        return


REAL = [
    ("biosppy-examples/emg.txt", 1000.0, 1, 100_000),
    ("biosppy-examples/acc.txt", 100.0, 3, 2000),
    ("biosppy-examples/eeg_ec.txt", 125.0, 1, 38_219),
    ("mocap-emg-pyomeca/analogs.csv", 2000.0, 38, 11_600),
    ("tremor-wrist-mahadevan/sample_wrist_accelerometer_data.csv", 100.0, 3, 12_000),
    ("gait-imu-gaitmap/imu_sample.csv", None, 12, 7928),
    ("tremor-cloudupdrs-pdkit/tests/data/pronation_supination_left_hand.csv", 50.0, 4, None),
]


@pytest.mark.parametrize(("name", "rate", "n_channels", "n_samples"), REAL)
def test_tables_of_real_loggers(shared_data, name, rate, n_channels, n_samples):
    """Public recordings of seven loggers have the rate and size their sources state."""
    recording = read(shared_data / name)
    assert recording.rate_hz == (pytest.approx(rate, rel=0.03) if rate else None)
    assert len(recording.channels) == n_channels
    assert n_samples in (None, recording.n_samples)


def test_values_agree_with_pandas(shared_data):
    """The samples of a 38-channel export equal those that pandas reads."""
    import pandas as pd

    path = shared_data / "mocap-emg-pyomeca" / "analogs.csv"
    frame = pd.read_csv(path, skiprows=5, header=None).to_numpy(float)[:, 2:]
    np.testing.assert_allclose(read(path).signal.read().T, frame * 1e6, rtol=1e-12)


def test_the_index_finger_is_no_counter(tmp_path):
    """A column that is named after the index finger, and does not count, is kept."""
    path = tmp_path / "glove.csv"
    rows = "\n".join(f"{i / 100},{30 + 5.5 * np.sin(i)},{20 + i % 7}" for i in range(50))
    path.write_text(f"time,index_pip (deg),frame index\n{rows}\n", encoding="utf-8")
    assert [c.name for c in read(path).channels] == ["index_pip"]
