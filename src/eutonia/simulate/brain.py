"""The EEG of the simulated person: background, alpha, mu and beta over a cap of 32 electrodes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eutonia.model import Channel, Floats
from eutonia.simulate import eeg
from eutonia.simulate.montage import CAP_32, side_of

RATE_HZ = 500.0
CHANNELS = tuple(
    Channel(name=name, kind="eeg", unit="uV", site=name, side=side_of(name)) for name in CAP_32
)
BACKGROUND = {"exponent": 1.2, "level_uv": 5.0}
#: Width of each source's pattern on the scalp, radians on the unit sphere.
SPREAD = 0.45

#: Amplitude of each of `sources`.
Gains = tuple[float, float, float, float, float]


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """An oscillation with its place on the scalp."""

    at: str
    centre_hz: float
    width_hz: float
    rms_uv: float

    def psd(self, freq_hz: Floats) -> Floats:
        """Return its one-sided density below its centre, uV²/Hz."""
        return eeg.oscillation_psd(
            freq_hz, centre_hz=self.centre_hz, width_hz=self.width_hz, rms_uv=self.rms_uv
        )

    def weight(self, electrode: str) -> float:
        """Return its weight at one electrode."""
        return float(eeg.scalp_pattern([electrode], centre=self.at, spread=SPREAD)[0])


MU = {
    "left": Rhythm(at="C3", centre_hz=10.5, width_hz=0.9, rms_uv=7.0),
    "right": Rhythm(at="C4", centre_hz=10.5, width_hz=0.9, rms_uv=7.0),
}
BETA = {
    "left": Rhythm(at="C3", centre_hz=20.0, width_hz=2.5, rms_uv=5.0),
    "right": Rhythm(at="C4", centre_hz=20.0, width_hz=2.5, rms_uv=5.0),
}


def alpha(*, eyes_closed: bool) -> Rhythm:
    """Return the occipital alpha rhythm."""
    return Rhythm(at="POz", centre_hz=10.0, width_hz=1.0, rms_uv=14.0 if eyes_closed else 5.0)


def sources(*, eyes_closed: bool) -> tuple[Rhythm, ...]:
    """Return all sources: alpha, then mu and beta of the left and of the right."""
    return (alpha(eyes_closed=eyes_closed), MU["left"], BETA["left"], MU["right"], BETA["right"])


def signal(
    rng: np.random.Generator,
    n_samples: int,
    *,
    eyes_closed: bool,
    gains: Floats | None = None,
) -> Floats:
    """Return the EEG in uV, ``(32, n_samples)``.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    n_samples : int
        Length.
    eyes_closed : bool
        Whether the alpha rhythm is large.
    gains : ndarray, shape (5, n_samples), optional
        Course of the amplitude of each of `sources`.
    """
    x = eeg.aperiodic(rng, len(CHANNELS), n_samples, rate_hz=RATE_HZ, **BACKGROUND)
    for place, source in enumerate(sources(eyes_closed=eyes_closed)):
        course = eeg.oscillation(
            rng,
            n_samples,
            rate_hz=RATE_HZ,
            centre_hz=source.centre_hz,
            width_hz=source.width_hz,
            rms_uv=source.rms_uv,
        )
        course = course if gains is None else course * gains[place]
        x += eeg.scalp_pattern(CAP_32, centre=source.at, spread=SPREAD)[:, None] * course
    return x


def density(
    freq_hz: Floats,
    electrode: str,
    *,
    eyes_closed: bool,
    gains: Gains = (1, 1, 1, 1, 1),
) -> Floats:
    """Return the exact density of one electrode, uV²/Hz, with the sources at constant gains."""
    total = eeg.aperiodic_psd(freq_hz, **BACKGROUND)
    for source, gain in zip(sources(eyes_closed=eyes_closed), gains, strict=True):
        total = total + (gain * source.weight(electrode)) ** 2 * source.psd(freq_hz)
    return total


#: Amplitude of each of `sources` while the right hand moves, and just after (beta rebound).
MOVING = (1.0, 0.5, 0.6, 0.8, 0.85)
AFTER = (1.0, 0.7, 1.5, 0.9, 1.1)


#: Slow negativity before a movement at the vertex, uV half a second before and at its onset.
READINESS_UV = {"early_uv": -5.0, "late_uv": -10.0}
#: Seconds from the end of a movement in which beta is high.
REBOUND_S = (0.1, 1.5)


def readiness(n_samples: int, onset_s: Floats) -> Floats:
    """Return the slow negativity before movements at all electrodes, uV, ``(32, n_samples)``."""
    course = eeg.readiness(n_samples, onset_s, rate_hz=RATE_HZ, **READINESS_UV)
    return eeg.scalp_pattern(CAP_32, centre="Cz", spread=SPREAD)[:, None] * course


def around_movements(n_samples: int, onset_s: Floats, lasts_s: float) -> Floats:
    """Return courses of gains: less mu and beta from 1 s before to the end, then more beta."""
    gains = np.ones((len(MOVING), n_samples))
    t_s = np.arange(n_samples) / RATE_HZ
    for start_s in onset_s:
        moves = (t_s >= start_s - 1.0) & (t_s < start_s + lasts_s + 0.1)
        end_s = start_s + lasts_s
        after = (t_s >= end_s + REBOUND_S[0]) & (t_s < end_s + REBOUND_S[1])
        gains[:, moves] = np.array(MOVING)[:, None]
        gains[:, after] = np.array(AFTER)[:, None]
    return gains
