"""The tasks of the simulated visit: each gives its recordings and what is true of them.

The EEG amplifier keeps the visit's clock; the EMG amplifier starts 1.25 s later and runs 20 ppm
slow, so that whatever joins the two has to use their clocks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eutonia.model import ArraySignal, Channel, Clock, Condition, Events, Floats, Recording
from eutonia.simulate import artefacts, brain, eeg, emg, expected, muscles
from eutonia.simulate.expected import HOLD_DEPTH, HOLD_DRIVE_HZ, HOLD_EEG_UV, Values

EMG_LATE_S = 1.25
EMG_DRIFT_PPM = 20.0
LINE_HZ = 50.0
MOVEMENT_S = 1.0


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The recordings of one task, and what is true of them."""

    recordings: tuple[Recording, ...]
    values: Values
    lasts_s: float


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a scene needs to know: its randomness, the person, its start and its length scale."""

    rng: np.random.Generator
    pattern: muscles.Pattern
    start_s: float
    scale: float

    def seconds(self, full_s: float) -> float:
        """Return how long a part lasts, in whole seconds, that lasts `full_s` in a full visit."""
        return float(round(full_s * self.scale))


def _rest(at: Setting) -> Scene:
    lasts_s = at.seconds(60)
    condition = Condition.of(task="rest", eyes="closed")
    level = muscles.quiet(round(lasts_s * muscles.RATE_HZ))
    scalp = brain.signal(at.rng, round(lasts_s * brain.RATE_HZ), eyes_closed=True)
    values = expected.amplitudes(level, condition) | expected.shares(condition)
    return Scene(
        recordings=(_emg(at, level, condition), _eeg(at, scalp, condition)),
        values=values,
        lasts_s=lasts_s,
    )


def _maximal(at: Setting) -> Scene:
    """Each muscle pair in turn, three times for 3 s; not shortened, because a maximum needs it."""
    order = [(muscle, k) for muscle in range(4) for k in range(3)]
    spans = [(1 + 4.0 * i, 4 + 4.0 * i, muscle) for i, (muscle, _) in enumerate(order)]
    lasts_s = 4.0 * len(order) + 1
    events = _events(np.array([s[0] for s in spans]), 3.0, "mvc")
    level = muscles.maximal(round(lasts_s * muscles.RATE_HZ), spans)
    recording = _emg(at, level, Condition.of(task="mvc"), events)
    return Scene(recordings=(recording,), values={}, lasts_s=lasts_s)


def _writing(at: Setting) -> Scene:
    each_s = at.seconds(30)
    condition = Condition.of(task="writing", side="right")
    starts: Floats = 1 + (each_s + 2.0) * np.arange(3.0)
    spans = [(s, s + each_s) for s in starts]
    lasts_s = float(spans[-1][1]) + 1
    level = muscles.writing(at.rng, at.pattern, round(lasts_s * muscles.RATE_HZ), spans)
    writes = np.concatenate([level[:, muscles.samples(*span)] for span in spans], axis=1)
    values = expected.amplitudes(writes, condition) | expected.co_contraction(writes, condition)
    recording = _emg(at, level, condition, _events(starts, each_s, "writing"))
    return Scene(recordings=(recording,), values=values, lasts_s=lasts_s)


def _posture(at: Setting, *, trick: bool) -> Scene:
    lasts_s = at.seconds(75)
    condition = Condition.of(task="posture", trick="on" if trick else "off")
    n = round(lasts_s * muscles.RATE_HZ)
    level, edges_s = muscles.posture(at.rng, at.pattern, n, trick=trick)
    values = expected.amplitudes(level, condition) | expected.bursts(edges_s, condition)
    values |= expected.tremor(at.pattern, condition, trick=trick)
    return Scene(recordings=(_emg(at, level, condition),), values=values, lasts_s=lasts_s)


def _posture_plain(at: Setting) -> Scene:
    return _posture(at, trick=False)


def _posture_trick(at: Setting) -> Scene:
    return _posture(at, trick=True)


def _movement(at: Setting) -> Scene:
    n_trials, apart_s = max(2, round(40 * at.scale)), 6.5
    condition = Condition.of(task="movement", side="right")
    onset_s = 6 + apart_s * np.arange(n_trials) + at.rng.uniform(-0.25, 0.25, n_trials)
    lasts_s = float(np.ceil(onset_s[-1] + 5))
    n = round(lasts_s * brain.RATE_HZ)
    gains = brain.around_movements(n, onset_s, MOVEMENT_S)
    scalp = brain.signal(at.rng, n, eyes_closed=False, gains=gains)
    scalp += brain.readiness(n, onset_s)
    clock = _emg_clock(0.0)
    on_emg_s = np.array([clock.recording_time(t) for t in onset_s])
    level = muscles.movement(
        at.pattern, round(lasts_s * muscles.RATE_HZ), on_emg_s, lasts_s=MOVEMENT_S
    )
    recorded = _eeg(at, scalp, condition, _events(onset_s, MOVEMENT_S, "movement"))
    muscular = _emg(at, level, condition, _events(on_emg_s, MOVEMENT_S, "movement"))
    return Scene(
        recordings=(
            artefacts.saturated(muscular, "SPL left", start_s=0.6 * lasts_s),
            artefacts.popped(recorded, "F8", start_s=0.4 * lasts_s),
        ),
        values=expected.desynchronisation(condition)
        | expected.rebound(condition)
        | expected.readiness(condition),
        lasts_s=lasts_s,
    )


def _hold(at: Setting) -> Scene:
    lasts_s = at.seconds(75)
    condition = Condition.of(task="hold", side="right")
    n = round(lasts_s * muscles.RATE_HZ)
    visit_s = np.arange(round((lasts_s + 2 * EMG_LATE_S) * muscles.RATE_HZ)) / muscles.RATE_HZ
    drive = emg.narrowband(at.rng, 1, len(visit_s), rate_hz=muscles.RATE_HZ, band_hz=HOLD_DRIVE_HZ)[
        0
    ]
    emg_s = EMG_LATE_S + np.arange(n) / muscles.RATE_HZ * (1 + EMG_DRIFT_PPM * 1e-6)
    level = muscles.hold(at.pattern, np.interp(emg_s, visit_s, drive), HOLD_DEPTH)
    n_scalp = round(lasts_s * brain.RATE_HZ)
    pattern = eeg.scalp_pattern([c.name for c in brain.CHANNELS], centre="C3", spread=brain.SPREAD)
    scalp = brain.signal(at.rng, n_scalp, eyes_closed=False)
    on_scalp = np.interp(np.arange(n_scalp) / brain.RATE_HZ, visit_s, drive)
    scalp += HOLD_EEG_UV * pattern[:, None] * on_scalp
    values = expected.amplitudes(level, condition) | expected.corticomuscular(condition)
    return Scene(
        recordings=(_emg(at, level, condition), _eeg(at, scalp, condition)),
        values=values,
        lasts_s=lasts_s,
    )


def _events(onset_s: Floats, lasts_s: float, name: str) -> Events:
    return Events(
        onset_s=np.asarray(onset_s, dtype=np.float64),
        duration_s=np.full(len(onset_s), lasts_s),
        name=(name,) * len(onset_s),
    )


def _emg_clock(start_s: float) -> Clock:
    return Clock(
        id="visit", offset_s=start_s + EMG_LATE_S, drift_ppm=EMG_DRIFT_PPM, aligned="declared"
    )


def _emg(
    at: Setting, level: Floats, condition: Condition, events: Events | None = None
) -> Recording:
    """Return the EMG of a scene, with mains hum in one channel."""
    x = artefacts.hum(
        muscles.signal(at.rng, level),
        muscles.row("ECR", "left"),
        rate_hz=muscles.RATE_HZ,
        line_hz=LINE_HZ,
    )
    return _recording(
        x, muscles.CHANNELS, muscles.RATE_HZ, condition, _emg_clock(at.start_s), events
    )


def _eeg(at: Setting, x: Floats, condition: Condition, events: Events | None = None) -> Recording:
    """Return the EEG of a scene, with one electrode that was not connected."""
    x[[c.name for c in brain.CHANNELS].index("PO4")] = 0.0
    clock = Clock(id="visit", offset_s=at.start_s, aligned="declared")
    return _recording(x, brain.CHANNELS, brain.RATE_HZ, condition, clock, events)


def _recording(
    x: Floats,
    channels: tuple[Channel, ...],
    rate_hz: float,
    condition: Condition,
    clock: Clock,
    events: Events | None,
) -> Recording:
    kind = channels[0].kind
    return Recording(
        id=f"{kind} {condition.label}",
        kind=kind,
        channels=channels,
        clock=clock,
        signal=ArraySignal(x),
        rate_hz=rate_hz,
        events=events or Events(),
        condition=condition,
        line_hz=LINE_HZ,
        device="Eutonia simulator",
        simulated=True,
    )


#: In the order of the visit.
SCENES = (_rest, _maximal, _writing, _posture_plain, _posture_trick, _movement, _hold)
