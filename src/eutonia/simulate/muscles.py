"""The muscles of the simulated person: what each does in each task, and its EMG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eutonia.model import Channel, Floats, Side
from eutonia.simulate import emg

RATE_HZ = 1000.0
#: Inside the pass band of the amplitude measures (20-450 Hz), so that filters leave it whole.
CARRIER_HZ = (30.0, 350.0)
#: The drive of 4-7 Hz, with a margin on each side so that segments of 1 s do not smear its edges.
TREMOR_HZ = (2.5, 8.5)
#: Slow changes of effort.
EFFORT_HZ = (0.1, 0.6)
NOISE_UV = 1.5
REST_LEVEL = 0.006

_MUSCLES = (
    ("SCM", "sternocleidomastoid"),
    ("SPL", "splenius_capitis"),
    ("FCR", "flexor_carpi_radialis"),
    ("ECR", "extensor_carpi_radialis"),
)
_SIDES: tuple[Side, ...] = ("left", "right")
CHANNELS = tuple(
    Channel(name=f"{short} {side}", kind="emg", unit="uV", site=site, side=side)
    for short, site in _MUSCLES
    for side in _SIDES
)
#: RMS of each maximal voluntary contraction; muscles and electrodes differ.
MAXIMUM_UV = np.array([420.0, 450.0, 260.0, 240.0, 380.0, 410.0, 330.0, 350.0])


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """How the muscles of a person behave; levels are shares of the maximal contraction.

    Parameters
    ----------
    antagonist : float
        Level of the wrist muscle that should be relaxed while the other writes.
    overflow : float
        Level of the muscles that the task does not need.
    tonic : float
        Level of the left sternocleidomastoid and right splenius in posture.
    tremor : tuple of float
        Depth of the drive common to these two, with the trick off and on.
    own : tuple of float
        Depth of their own drives, with the trick off and on.
    burst_gap_s : tuple of float
        Mean gap between bursts of the right sternocleidomastoid, trick off and on; 0: no bursts.
    """

    antagonist: float
    overflow: float
    tonic: float
    tremor: tuple[float, float]
    own: tuple[float, float]
    burst_gap_s: tuple[float, float]


DYSTONIC = Pattern(
    antagonist=0.14,
    overflow=0.05,
    tonic=0.20,
    tremor=(0.20, 0.08),
    own=(0.18, 0.26),
    burst_gap_s=(0.5, 1.4),
)
HEALTHY = Pattern(
    antagonist=0.03,
    overflow=0.008,
    tonic=0.03,
    tremor=(0.0, 0.0),
    own=(0.3, 0.3),
    burst_gap_s=(0.0, 0.0),
)


def row(short: str, side: str) -> int:
    """Return the row of a muscle, such as ``row("FCR", "right")``."""
    return [c.name for c in CHANNELS].index(f"{short} {side}")


def quiet(n_samples: int) -> Floats:
    """Return levels of complete rest, ``(n_channels, n_samples)``."""
    return np.full((len(CHANNELS), n_samples), REST_LEVEL)


def signal(rng: np.random.Generator, level: Floats) -> Floats:
    """Return the EMG, uV, of muscles at given levels (share of the maximum)."""
    n = level.shape[1]
    carrier = emg.carrier(rng, len(CHANNELS), n, rate_hz=RATE_HZ, band_hz=CARRIER_HZ)
    noise = emg.carrier(rng, len(CHANNELS), n, rate_hz=RATE_HZ, band_hz=(5.0, 480.0))
    return emg.modulated(carrier, MAXIMUM_UV[:, None] * level) + NOISE_UV * noise


def amplitude_uv(level: Floats) -> Floats:
    """Return the true root mean square of each muscle, noise of the amplifier included."""
    inside = (450.0 - 20.0) / (480.0 - 5.0)  # share of the noise that the measure's filter passes
    power = MAXIMUM_UV**2 * np.mean(level**2, axis=1) + NOISE_UV**2 * inside
    return np.asarray(np.sqrt(power))


def maximal(n_samples: int, spans: Sequence[tuple[float, float, int]]) -> Floats:
    """Return levels of maximal contractions: ``(start_s, stop_s, muscle)``, both sides at once."""
    level = quiet(n_samples)
    for start_s, stop_s, muscle in spans:
        level[2 * muscle : 2 * muscle + 2, samples(start_s, stop_s)] = 1.0
    return level


def writing(
    rng: np.random.Generator, pattern: Pattern, n_samples: int, spans: Sequence[tuple[float, float]]
) -> Floats:
    """Return levels of writing with the right hand: flexor and extensor lead in turn.

    The left wrist and the neck take part as far as there is overflow.
    """
    level = quiet(n_samples)
    flexor, extensor = row("FCR", "right"), row("ECR", "right")
    for start_s, stop_s in spans:
        at = samples(start_s, stop_s)
        n = at.stop - at.start
        effort = 1 + 0.12 * emg.narrowband(rng, 8, n, rate_hz=RATE_HZ, band_hz=EFFORT_HZ)
        effort = np.maximum(effort, 0.3)
        flexes = _leading(rng, n)
        level[:, at] = np.maximum(pattern.overflow * effort, REST_LEVEL)
        low, high = pattern.antagonist, 0.32
        level[flexor, at] = effort[flexor] * (low + (high - low) * flexes)
        level[extensor, at] = effort[extensor] * (low + (high - low) * (1 - flexes))
    return level


def posture(
    rng: np.random.Generator, pattern: Pattern, n_samples: int, *, trick: bool
) -> tuple[Floats, Floats]:
    """Return levels of holding the head, and onset and offset of bursts ``(2, n_bursts)``."""
    level = np.maximum(quiet(n_samples), pattern.overflow)
    drive = emg.narrowband(rng, 3, n_samples, rate_hz=RATE_HZ, band_hz=TREMOR_HZ)
    common, own = pattern.tremor[trick], pattern.own[trick]
    tonic = pattern.tonic * (0.6 if trick else 1.0)
    for place, muscle in enumerate((row("SCM", "left"), row("SPL", "right")), start=1):
        level[muscle] = tonic * (1 + common * drive[0] + own * drive[place])
    if pattern.burst_gap_s[trick] == 0:
        return level, np.zeros((2, 0))
    gate, onset, offset = emg.burst_train(
        rng,
        duration_s=n_samples / RATE_HZ,
        rate_hz=RATE_HZ,
        mean_duration_s=0.3,
        mean_gap_s=pattern.burst_gap_s[trick],
        spread=0.3,
    )
    level[row("SCM", "right")] = REST_LEVEL + 0.25 * gate
    return level, np.stack([onset, offset])


def movement(pattern: Pattern, n_samples: int, onset_s: Floats, lasts_s: float) -> Floats:
    """Return levels of brisk wrist movements of the right hand."""
    level = quiet(n_samples)
    for start_s in onset_s:
        at = samples(start_s, start_s + lasts_s)
        level[:, at] = np.maximum(REST_LEVEL, pattern.overflow)
        level[row("ECR", "right"), at] = 0.3
        level[row("FCR", "right"), at] = pattern.antagonist
    return level


def hold(pattern: Pattern, drive: Floats, depth: float) -> Floats:
    """Return levels of a steady wrist flexion driven by `drive` ``(n_samples,)``, unit variance."""
    level = np.maximum(quiet(len(drive)), pattern.overflow)
    level[row("FCR", "right")] = 0.15 * (1 + depth * drive)
    level[row("ECR", "right")] = max(0.03, pattern.antagonist / 2)
    return level


def samples(start_s: float, stop_s: float) -> slice:
    """Return the samples between two times."""
    return slice(round(start_s * RATE_HZ), round(stop_s * RATE_HZ))


def _leading(rng: np.random.Generator, n: int) -> Floats:
    """Return a course between 0 and 1 that changes over, smoothly, about twice a second."""
    step = round(0.25 * RATE_HZ)
    n_steps = n // step + 3
    up = np.cumsum(rng.integers(1, 3, n_steps) == 1) % 2
    kernel = np.hanning(step)
    smooth = np.convolve(np.repeat(up, step), kernel / kernel.sum(), mode="valid")
    return np.asarray(smooth[:n], dtype=np.float64)
