"""Recordings of two devices on one clock: by pulses, by an artefact, or refused."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from eutonia.formats.alignment import FINE_MS, align
from eutonia.model import (
    ArraySignal,
    CannotAlign,
    Channel,
    Clock,
    Events,
    InvalidRecord,
    Recording,
)
from eutonia.read import read, read_visit


def recording(name, *, x=None, rate=1000.0, channel="EMG", kind="emg", **more):
    """Return a recording of one channel."""
    found = Recording(
        id=name,
        kind=kind,
        channels=(Channel(name=channel, kind=kind, unit="uV"),) if x is not None else (),
        clock=Clock(id=name),
        signal=ArraySignal(np.atleast_2d(x)) if x is not None else None,
        rate_hz=rate if x is not None else None,
    )
    return replace(found, **more)


def marked(name, times, *, duration=None, event="sync"):
    """Return a recording with events and, for its length, an empty channel."""
    times = np.sort(times)
    n = round((duration or times[-1] + 1) * 100)
    events = Events(onset_s=times, duration_s=np.zeros(len(times)), name=(event,) * len(times))
    return recording(name, x=np.zeros(n), rate=100.0, events=events)


def worst_error_ms(clock, truth, duration):
    """Return the largest error over the recording, in milliseconds."""
    at = np.linspace(0, duration, 21)
    return 1e3 * max(abs(clock.visit_time(t) - truth(t)) for t in at)


# By pulses


def pulse_trains(seed, *, missing=0.15, extra=0.1, jitter=5e-4):
    """Return pulse times on two clocks, with pulses missed and invented on both."""
    rng = np.random.default_rng(seed)
    n, duration = int(rng.integers(15, 200)), float(rng.uniform(60, 3600))
    offset, drift = rng.uniform(-600, 600), rng.normal(0, 60) * 1e-6
    true = np.sort(rng.uniform(0, duration, n))

    def seen(times, start):
        kept = times[rng.random(n) > missing]
        kept = kept + rng.normal(0, jitter, len(kept))
        return np.concatenate([kept, start + rng.uniform(0, duration, int(extra * n))])

    trains = seen(true, 0.0), seen(offset + true * (1 + drift), offset)
    return *trains, duration, lambda t: offset + t * (1 + drift)


@pytest.mark.parametrize("seed", range(20))
def test_pulses_give_offset_and_drift_to_a_millisecond(seed):
    """With every seventh pulse missed and every tenth invented on both, the error stays < 1 ms."""
    times, reference, duration, truth = pulse_trains(seed)
    (a,) = align([marked("a", times, duration=duration)], [marked("b", reference)], by="trigger")
    assert worst_error_ms(a.clock, truth, duration) < 1.0
    assert a.clock.id == "b"
    assert a.clock.aligned.startswith("trigger (")
    assert "residual 0." in a.clock.aligned
    assert not a.issues


def test_the_stated_residual_is_the_jitter_of_the_pulses():
    """Pulses that jitter by 2 ms on both sides leave a residual of 2 ms times the root of two."""
    times, reference, duration, _ = pulse_trains(3, jitter=2e-3)
    (a,) = align([marked("a", times, duration=duration)], [marked("b", reference)], by="trigger")
    stated = float(a.clock.aligned.split("residual ")[1].split(" ms")[0])
    assert stated == pytest.approx(2 * np.sqrt(2), rel=0.3)


def test_a_recording_within_a_longer_one_is_found():
    """Ten minutes of an hour are placed by their intervals."""
    rng = np.random.default_rng(5)
    true = np.sort(rng.uniform(0, 3600, 500))
    part = true[(true > 1500) & (true < 2100)] - 1500
    (a,) = align([marked("a", part, duration=600)], [marked("b", true)], by="trigger")
    assert a.clock.offset_s == pytest.approx(1500, abs=1e-3)


@pytest.mark.parametrize("seed", range(30))
def test_pulses_of_different_sessions_are_refused(seed):
    """Two unrelated trains are never matched."""
    rng = np.random.default_rng(seed)
    n, duration = int(rng.integers(4, 200)), float(rng.uniform(60, 3600))
    a, b = (marked(x, rng.uniform(0, duration, n), duration=duration) for x in "ab")
    with pytest.raises(CannotAlign, match="match"):
        align([a], [b], by="trigger")


def test_a_metronome_is_refused():
    """Pulses at even intervals fit in several places, and the message says what to do."""
    t = np.arange(60) * 2.0
    with pytest.raises(CannotAlign, match=r"several places.*offset_s"):
        align([marked("a", t)], [marked("b", t[3:] + 7)], by="trigger")


def test_three_pulses_are_too_few():
    """Two intervals prove nothing."""
    t = np.array([1.0, 4.0, 9.0])
    with pytest.raises(CannotAlign, match="at least 4"):
        align([marked("a", t)], [marked("b", t)], by="trigger", event="sync")


def test_a_wrong_rate_is_refused():
    """A recorder that runs one percent fast is no drift of a crystal."""
    t = np.sort(np.random.default_rng(0).uniform(0, 600, 80))
    with pytest.raises(CannotAlign, match="rate"):
        align([marked("a", t * 1.01)], [marked("b", t)], by="trigger")


def test_pulses_at_the_start_only_do_not_vouch_for_the_end():
    """Ten seconds of pulses leave an hour's end uncertain by its drift, so coherence is refused."""
    rng = np.random.default_rng(0)
    t = np.sort(rng.uniform(0, 10, 20))
    pairs = [marked("a", t + rng.normal(0, 2e-3, 20), duration=3600)], [marked("b", t + 5)]
    (a,) = align(*pairs, by="trigger")
    assert [i.code for i in a.issues] == ["clock_coarse"]
    assert "ends of the recording" in a.issues[0].message
    assert abs(a.clock.drift_ppm) < 100


def trigger_channel(times, *, rate, duration, rest=0.0, height=5.0, noise=0.05, seed=0):
    """Return a channel with pulses of 20 ms."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(duration * rate)) / rate
    k = np.searchsorted(times, t, side="right") - 1
    on = (k >= 0) & (t - times[np.maximum(k, 0)] < 0.02)
    return rest + height * on + noise * rng.standard_normal(len(t))


@pytest.mark.parametrize("rest", [0.0, 5.0])
def test_a_trigger_channel_is_matched_with_events(rest):
    """A noisy pulse channel, resting low or high, meets the markers of another device to 1 ms."""
    rng = np.random.default_rng(1)
    t = np.sort(rng.uniform(1, 118, 40))
    t = t[np.diff(t, prepend=0) > 0.1]
    height = 5.0 if rest == 0 else -5.0
    x = trigger_channel(t, rate=2000.0, duration=120, rest=rest, height=height)
    a = recording("a", x=x, rate=2000.0, channel="TTL", kind="trigger")
    (moved,) = align(
        [a], [marked("b", 30 + t * (1 + 4e-5))], by="trigger", channel="TTL", there="sync"
    )
    assert worst_error_ms(moved.clock, lambda s: 30 + s * (1 + 4e-5), 120) < 1.0


def test_the_trigger_channels_are_found_by_themselves():
    """Without a name the two channels of kind trigger are taken."""
    t = np.sort(np.random.default_rng(2).uniform(1, 118, 30))
    sides = [
        recording(
            name,
            x=trigger_channel(t + late, rate=rate, duration=130, seed=k),
            rate=rate,
            channel=f"Trig {name}",
            kind="trigger",
        )
        for k, (name, late, rate) in enumerate([("a", 0.0, 1000.0), ("b", 4.0, 512.0)])
    ]
    (moved,) = align(sides[:1], sides[1:], by="trigger")
    assert moved.clock.offset_s == pytest.approx(4.0, abs=1.5e-3)


def test_what_is_not_there_is_named():
    """A wrong channel or event is refused with those that there are."""
    a, b = marked("a", np.arange(9.0)), marked("b", np.arange(9.0))
    with pytest.raises(CannotAlign, match="sync"):
        align([a], [b], by="trigger", event="flash")
    with pytest.raises(CannotAlign, match="EMG"):
        align([a], [b], by="artefact", channel="ECG")


# By an artefact


@lru_cache(maxsize=4)
def seen_twice(seed, what):
    """Return one source in two devices: other polarity, gain, rate, start, clock, own noise."""
    from scipy.signal import butter, sosfiltfilt

    rng = np.random.default_rng(seed)
    fine, duration = 4000, float(rng.uniform(60, 120))
    t = np.arange(int(duration * fine)) / fine
    if what == "emg":
        level = np.full(len(t), 0.1)
        start = rng.uniform(1, 4)
        while start < duration:
            length = rng.uniform(0.2, 1.5)
            level[(t > start) & (t < start + length)] += rng.uniform(0.5, 3)
            start += length + rng.exponential(4) + 0.5
        band = butter(2, [20, 200], "bandpass", fs=fine, output="sos")
        source = sosfiltfilt(band, level * rng.standard_normal(len(t)))
    else:
        source, beat = np.zeros(len(t)), 0.5
        shape = np.hanning(int(0.05 * fine))
        while beat < duration - 1:
            source[int(beat * fine) : int(beat * fine) + len(shape)] += shape
            beat += 0.85 + rng.normal(0, 0.05)  # the variability of a healthy heart
    source /= source.std()
    offset, drift = rng.uniform(-10, 10), rng.normal(0, 50) * 1e-6
    own = np.arange(int(0.95 * duration * 2000)) / 2000
    other = np.arange(int(duration * 500)) / 500
    x = -3 * np.interp(own, t, source) + 1.5 * rng.standard_normal(len(own))
    there = (other - offset) / (1 + drift)
    y = np.interp(there, t, source, left=0, right=0) + 0.5 * rng.standard_normal(len(other))
    pair = recording("a", x=x, rate=2000.0), recording("b", x=y, rate=500.0)
    return *pair, own[-1], lambda s: offset + s * (1 + drift)


@pytest.mark.parametrize("what", ["emg", "ecg"])
@pytest.mark.parametrize("seed", range(6))
def test_a_common_signal_gives_offset_and_drift_to_five_milliseconds(seed, what):
    """Bursts of a muscle, or heart beats, in both devices place one on the other's clock."""
    a, b, duration, truth = seen_twice(seed, what)
    (moved,) = align([a], [b], by="artefact", channel="EMG")
    assert worst_error_ms(moved.clock, truth, duration) < 5.0
    assert moved.clock.aligned.startswith("artefact (")
    assert "residual" in moved.clock.aligned


@pytest.mark.parametrize("seed", range(4))
def test_a_single_tap_gives_the_offset_there_and_owns_up_to_the_drift(seed):
    """One tap places its own moment to 5 ms; the end of the recording is called uncertain."""
    rng = np.random.default_rng(seed)
    n, late, at = 200_000, 7.25, 60.0
    tap = 40 * np.exp(-np.arange(150) / 30) * np.sin(2 * np.pi * 40 * np.arange(150) / 1000)
    x, y = rng.standard_normal((2, n))
    x[int(at * 1000) : int(at * 1000) + 150] += tap
    y[int((at + late) * 1000) : int((at + late) * 1000) + 150] -= 2 * tap
    pair = [recording("a", x=x)], [recording("b", x=y)]
    (moved,) = align(*pair, by="artefact", channel="EMG")
    assert abs(moved.clock.visit_time(at) - at - late) < 5e-3
    assert "drift not known" in moved.clock.aligned
    assert [i.code for i in moved.issues] == ["clock_coarse"]


@pytest.mark.parametrize("what", ["emg", "ecg"])
@pytest.mark.parametrize("seed", range(6))
def test_signals_of_different_sessions_are_refused(seed, what):
    """The same kind of signal from another session is never matched."""
    a, *_ = seen_twice(seed, what)
    _, b, *_ = seen_twice(seed + 500, what)
    with pytest.raises(CannotAlign):
        align([a], [b], by="artefact", channel="EMG")


def test_noise_is_refused():
    """Two channels of noise share nothing."""
    x, y = np.random.default_rng(0).standard_normal((2, 60_000))
    with pytest.raises(CannotAlign, match="resemble"):
        align([recording("a", x=x)], [recording("b", x=y)], by="artefact", channel="EMG")


def test_an_even_rhythm_is_refused():
    """Taps at even intervals fit in several places."""
    x = np.random.default_rng(0).standard_normal((2, 60_000))
    tap = 20 * np.sin(np.arange(100))
    for start in range(512, 59_000, 1000):
        x[0, start : start + 100] += tap
        x[1, start - 300 : start - 200] += tap
    with pytest.raises(CannotAlign, match="several places"):
        align([recording("a", x=x[0])], [recording("b", x=x[1])], by="artefact", channel="EMG")


def test_missing_samples_do_not_hinder():
    """A pause in one device is left out of the match."""
    a, b, duration, truth = seen_twice(1, "emg")
    x = a.signal.read()
    x[:, 20_000:50_000] = np.nan
    (moved,) = align([replace(a, signal=ArraySignal(x))], [b], by="artefact", channel="EMG")
    assert worst_error_ms(moved.clock, truth, duration) < 5.0


# Several recordings, several clocks


def test_all_recordings_of_a_file_move_together():
    """What lay two seconds after the marked recording still does, on the other clock."""
    t = np.sort(np.random.default_rng(0).uniform(0, 300, 60))
    a = replace(marked("f#a", t, duration=300), clock=Clock(id="f", offset_s=10.0))
    later = replace(a, id="f#b", clock=Clock(id="f", offset_s=12.0), events=Events())
    b = replace(marked("b", 40 + t * (1 + 5e-5)), clock=Clock(id="v", offset_s=100.0))
    one, two = align([later, a], [b], by="trigger", event="sync")
    assert {one.clock.id, two.clock.id} == {"v"}
    assert two.clock.offset_s == pytest.approx(140, abs=1e-3)
    # The same moment, seen from both recordings of the file.
    assert one.clock.visit_time(50.0) == pytest.approx(two.clock.visit_time(52.0), abs=1e-9)
    assert two.clock.drift_ppm == pytest.approx(50, abs=3)


@pytest.fixture
def two_files(tmp_path):
    """Write two tables with events, 4.5 s apart, and return the folder."""
    t = np.sort(np.random.default_rng(7).uniform(0.5, 55, 25))
    for name, late in (("eeg", 0.0), ("emg", 4.5)):
        marks = dict.fromkeys(np.round((t + late) * 250).astype(int), "pulse")
        rng = np.random.default_rng(len(name) + int(late))
        rows = [f"{i / 250:.3f},{rng.normal():.3f},{marks.get(i, '')}" for i in range(250 * 62)]
        (tmp_path / f"{name}.csv").write_text("\n".join(["time,EMG1,marker", *rows]))
    return tmp_path


def correct(folder, name, text):
    (folder / f"{name}.corrections.yaml").write_text(text)


ASKED = "clock: {align_to: eeg.csv, by: trigger, event: pulse}\n"


def test_a_visit_is_aligned_as_its_corrections_ask(two_files):
    """The corrections of one file put it on the other's clock, in the visit and alone."""
    correct(two_files, "emg", ASKED)
    eeg, emg = read_visit(two_files).recordings
    assert emg.clock.id == eeg.clock.id
    assert emg.clock.offset_s - eeg.clock.offset_s == pytest.approx(-4.5, abs=2e-3)
    assert emg.clock.aligned.startswith("trigger (2")
    (alone,) = read(two_files / "emg.csv")
    assert alone.clock == replace(emg.clock, id="eeg.csv")


def test_a_refused_alignment_keeps_the_recording_and_says_why(two_files):
    """Where nothing matches the recording stays on its own clock, with the reason."""
    correct(two_files, "emg", "clock: {align_to: eeg.csv, by: artefact, channel: EMG1}\n")
    eeg, emg = read_visit(two_files).recordings
    assert emg.clock.id != eeg.clock.id
    (issue,) = [i for i in emg.issues if i.code == "not_aligned"]
    assert "eeg.csv" in issue.message
    assert "resemble" in issue.message


def test_files_that_wait_for_each_other_are_refused(two_files):
    """A circle of wishes is broken with a reason, and nothing hangs."""
    correct(two_files, "emg", ASKED)
    correct(two_files, "eeg", ASKED.replace("eeg", "emg"))
    eeg, emg = read_visit(two_files).recordings
    circular = [i.message for r in (eeg, emg) for i in r.issues if i.code == "not_aligned"]
    assert len(circular) == 1
    assert "circle" in circular[0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("clock: {align_to: gone.csv, by: trigger}", "gone.csv"),
        ("clock: {align_to: eeg.csv}", "trigger, artefact"),
        ("clock: {align_to: eeg.csv, by: luck}", "trigger, artefact"),
        ("clock: {by: trigger}", "align_to"),
        ("clock: {align_to: eeg.csv, by: trigger, offset_s: 2}", "remove offset_s"),
        ("clock: {align_to: eeg.csv, by: artefact}", "channel"),
    ],
)
def test_a_wrong_wish_is_refused_with_what_is_allowed(two_files, text, says):
    """No field of the wish is silently ignored."""
    correct(two_files, "emg", text)
    with pytest.raises(InvalidRecord, match=says):
        read(two_files / "emg.csv")


def test_coherence_is_refused_where_the_alignment_is_too_coarse():
    """A recording that is aligned to worse than 5 ms gives no coherence with another file."""
    from eutonia.model import Source
    from eutonia.run.groups import coarse

    rng = np.random.default_rng(0)
    t = np.sort(rng.uniform(0, 10, 20))
    mine = marked("a", t + rng.normal(0, 2e-3, 20), duration=3600)
    (moved,) = align([mine], [marked("b", t)], by="trigger")
    files = [replace(r, sources=(Source(path=r.id, sha256=""),)) for r in (moved, marked("b", t))]
    assert FINE_MS == 5.0
    assert coarse({n: (r, None) for n, r in zip("xy", files, strict=True)})


def test_the_heart_of_a_real_person_aligns_two_devices(shared_data):
    """Five minutes of a real ECG, seen by a second amplifier, are placed to 5 ms throughout."""
    (r,) = read(shared_data / "biosignalsnotebooks" / "ecg_5_min.h5")
    x = r.signal.read()[0]
    offset, drift, rng = -12.3, 70e-6, np.random.default_rng(0)
    t = np.arange(len(x)) / r.rate_hz
    there = np.arange(int(0.9 * t[-1] * 250)) / 250
    seen = -0.2 * np.interp((there - offset) / (1 + drift), t, x)
    seen += 0.1 * seen.std() * rng.standard_normal(len(seen))
    pair = recording("a", x=x, rate=r.rate_hz), recording("b", x=seen, rate=250.0)
    (moved,) = align(pair[:1], pair[1:], by="artefact", channel="EMG")
    assert worst_error_ms(moved.clock, lambda s: offset + s * (1 + drift), t[-1]) < 5.0
