"""A simulated person with cervical and hand dystonia, or a healthy one, and what is true of them.

The EEG amplifier keeps the visit's clock; the EMG amplifier starts 1.25 s later and runs 20 ppm
slow, so that whatever joins the two has to use their clocks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eutonia.model import (
    ArraySignal,
    Channel,
    Clock,
    Condition,
    Events,
    Floats,
    Person,
    Recording,
    Visit,
    VisitState,
)
from eutonia.simulate import artefacts, brain, eeg, emg, muscles
from eutonia.simulate.truth import Truth

EMG_LATE_S = 1.25
EMG_DRIFT_PPM = 20.0
LINE_HZ = 50.0
#: Minutes of the full visit; the pauses between recordings do not count.
FULL_MINUTES = 11.5
_PAUSE_S = 20.0
#: Drive shared by the left sensorimotor cortex and the right wrist flexor while it holds.
HOLD_DRIVE_HZ = (12.0, 34.0)
HOLD_DEPTH = 0.28
HOLD_EEG_UV = 5.0
MOVEMENT_S = 1.0

Values = dict[tuple[str, str, str], float]


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


def simulate(
    *, seed: int = 1, minutes: float = FULL_MINUTES, healthy: bool = False
) -> tuple[Visit, Truth]:
    """Simulate a visit with EMG and EEG, in memory.

    Parameters
    ----------
    seed : int
        The same seed gives the same visit.
    minutes : float
        About how long the signals last together; the tasks are shortened alike.
    healthy : bool
        Without dystonia: no common drive, bursts or overflow, and little co-contraction.

    Returns
    -------
    visit : Visit
        Labelled ``SIMULATED``: rest, maximal contractions, writing (three times), posture without
        and with a sensory trick, self-paced movements and a steady hold.
    truth : Truth
        What each measure should find.

    Raises
    ------
    ValueError
        If `minutes` is too short for one repeat of every task.
    """
    if minutes < 2:
        raise ValueError(f"minutes is {minutes:g}; at least 2 hold every task once")
    pattern = muscles.HEALTHY if healthy else muscles.DYSTONIC
    recordings: list[Recording] = []
    values: Values = {}
    start_s = 0.0
    for rng, scene in zip(np.random.default_rng(seed).spawn(len(_SCENES)), _SCENES, strict=True):
        found = scene(
            Setting(rng=rng, pattern=pattern, start_s=start_s, scale=minutes / FULL_MINUTES)
        )
        recordings += found.recordings
        values |= found.values
        start_s += found.lasts_s + _PAUSE_S
    visit = Visit(
        id="ses-01",
        person=Person(id="sub-01", age_years=46, sex="female", handedness="right"),
        recordings=tuple(recordings),
        state=VisitState() if healthy else _STATE,
        labels=("SIMULATED",),
    )
    return visit, Truth(values)


_STATE = VisitState(
    form="cervical",
    affected_side="right",
    affected_part="neck and right hand",
    toxin_day=84,
    toxin_cycle=5,
    drugs=(),
    stimulator="none",
    time_of_day="10:15",
    pain=4,
    goal="to write one page without a break",
    goal_rating=3,
    safety_asked=True,
)


def _rest(at: Setting) -> Scene:
    lasts_s = 60 * at.scale
    condition = Condition.of(task="rest", eyes="closed")
    level = muscles.quiet(round(lasts_s * muscles.RATE_HZ))
    scalp = brain.signal(at.rng, round(lasts_s * brain.RATE_HZ), eyes_closed=True)
    values = _amplitudes(level, condition)
    for channel in brain.CHANNELS:

        def psd(freq_hz: Floats, electrode: str = channel.name) -> Floats:
            return brain.density(freq_hz, electrode, eyes_closed=True)

        for name, band_hz in _SHARES.items():
            share = 100 * eeg.band_share(psd, band_hz=band_hz, total_hz=(1.0, 45.0))
            values[f"eeg.relpow.{name}", channel.label, condition.label] = share
    return Scene(
        recordings=(_emg(at, level, condition), _eeg(at, scalp, condition)),
        values=values,
        lasts_s=lasts_s,
    )


#: Bands whose share of 1-45 Hz is given.
_SHARES = {
    "delta": (1.0, 4.0),
    "theta": (4.0, 8.0),
    "alpha": (8.0, 13.0),
    "beta": (13.0, 30.0),
    "gamma": (30.0, 45.0),
}


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
    each_s = 30 * at.scale
    condition = Condition.of(task="writing", side="right")
    starts: Floats = 1 + (each_s + 2.0) * np.arange(3.0)
    spans = [(s, s + each_s) for s in starts]
    lasts_s = float(spans[-1][1]) + 1
    level = muscles.writing(at.rng, at.pattern, round(lasts_s * muscles.RATE_HZ), spans)
    writes = np.concatenate([level[:, muscles.samples(*span)] for span in spans], axis=1)
    values = _amplitudes(writes, condition)
    for side in ("left", "right"):
        pair = [muscles.row(name, side) for name in ("ECR", "FCR")]
        label = " / ".join(muscles.CHANNELS[i].label for i in pair)
        values["emg.cci_fw", label, condition.label] = emg.co_contraction(*writes[pair])
    recording = _emg(at, level, condition, _events(starts, each_s, "writing"))
    recording = artefacts.saturated(recording, "FCR left", start_s=starts[1] + 0.3 * each_s)
    return Scene(recordings=(recording,), values=values, lasts_s=lasts_s)


def _posture(at: Setting, *, trick: bool) -> Scene:
    lasts_s = 75 * at.scale
    condition = Condition.of(task="posture", trick="on" if trick else "off")
    n = round(lasts_s * muscles.RATE_HZ)
    level, bursts = muscles.posture(at.rng, at.pattern, n, trick=trick)
    values = _amplitudes(level, condition)
    pair = (muscles.row("SCM", "left"), muscles.row("SPL", "right"))
    label = " / ".join(muscles.CHANNELS[i].label for i in pair)
    coherence = emg.rectified_coherence(
        np.arange(4.0, 8.0),
        rate_hz=muscles.RATE_HZ,
        band_hz=muscles.CARRIER_HZ,
        depth_common=at.pattern.tremor[trick],
        depth_own=at.pattern.own[trick],
        drive_band_hz=muscles.TREMOR_HZ,
    )
    values["imc.4_7", label, condition.label] = float(coherence.mean())
    if bursts.size:
        where = (muscles.CHANNELS[muscles.row("SCM", "right")].label, condition.label)
        values["emg.burst.duration", *where] = float(1000 * np.mean(bursts[1] - bursts[0]))
        values["emg.burst.rate", *where] = float(1 / np.mean(np.diff(bursts[0])))
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
    clock = _emg_clock(0.0)
    on_emg_s = np.array([clock.recording_time(t) for t in onset_s])
    level = muscles.movement(
        at.pattern, round(lasts_s * muscles.RATE_HZ), on_emg_s, lasts_s=MOVEMENT_S
    )
    recorded = _eeg(at, scalp, condition, _events(onset_s, MOVEMENT_S, "movement"))
    values = {
        (f"erd.{name}", channel.label, condition.label): _desynchronisation(channel.name, band_hz)
        for channel in brain.CHANNELS
        for name, band_hz in (("mu", (8.0, 13.0)), ("beta", (13.0, 30.0)))
    }
    return Scene(
        recordings=(
            _emg(at, level, condition, _events(on_emg_s, MOVEMENT_S, "movement")),
            artefacts.popped(recorded, "F8", start_s=0.4 * lasts_s),
        ),
        values=values,
        lasts_s=lasts_s,
    )


def _desynchronisation(electrode: str, band_hz: tuple[float, float]) -> float:
    """Return the true change of band power, %, from before the movement to during it."""

    def moving(freq_hz: Floats) -> Floats:
        return brain.density(freq_hz, electrode, eyes_closed=False, gains=brain.MOVING)

    def before(freq_hz: Floats) -> Floats:
        return brain.density(freq_hz, electrode, eyes_closed=False)

    ratio = eeg.band_power(moving, band_hz=band_hz) / eeg.band_power(before, band_hz=band_hz)
    return 100 * (ratio - 1)


def _hold(at: Setting) -> Scene:
    lasts_s = 75 * at.scale
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
    values = _amplitudes(level, condition) | _corticomuscular(condition)
    return Scene(
        recordings=(_emg(at, level, condition), _eeg(at, scalp, condition)),
        values=values,
        lasts_s=lasts_s,
    )


def _corticomuscular(condition: Condition) -> Values:
    """Return the true beta coherence of electrodes over the strip with the right wrist flexor."""
    freq_hz = np.arange(15.0, 31.0)
    auto, _ = emg.rectified_spectra(
        freq_hz,
        rate_hz=muscles.RATE_HZ,
        band_hz=muscles.CARRIER_HZ,
        depth_common=HOLD_DEPTH,
        depth_own=0.0,
        drive_band_hz=HOLD_DRIVE_HZ,
    )
    flexor = muscles.CHANNELS[muscles.row("FCR", "right")].label
    values: Values = {}
    for channel in brain.CHANNELS:
        if channel.name not in ("C3", "Cz", "C4"):
            continue
        weight = eeg.scalp_pattern([channel.name], centre="C3", spread=brain.SPREAD)[0]

        def psd(freq: Floats, electrode: str = channel.name) -> Floats:
            return brain.density(freq, electrode, eyes_closed=False)

        coherence = eeg.corticomuscular_coherence(
            freq_hz,
            weight_uv=HOLD_EEG_UV * weight,
            depth=HOLD_DEPTH,
            drive_band_hz=HOLD_DRIVE_HZ,
            eeg_psd=psd,
            emg_psd=auto,
        )
        values["cmc.beta", f"{channel.label} / {flexor}", condition.label] = float(coherence.mean())
    return values


_SCENES = (_rest, _maximal, _writing, _posture_plain, _posture_trick, _movement, _hold)


def _amplitudes(level: Floats, condition: Condition) -> Values:
    true = zip(muscles.CHANNELS, muscles.amplitude_uv(level), strict=True)
    return {("emg.rms", c.label, condition.label): float(uv) for c, uv in true}


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
