"""A trembling jaw reads as a nod of its rhythm: what of a head's tremor it can be, taken off.

The model of the face moves all of it with the jaw, also forehead and eyes: no choice of landmarks
and no other square around the face kept the pitch of a still head still, and the sign of what it
moves differs between people. A channel of the head's recording (site `SITE`) holds the largest nod
that the jaw's opening was seen to read as on rendered people. Where the jaw has a rhythm of its own
and the pitch follows it in step by no more than that, it is taken off the pitch. A nod that is
larger, out of step or of another frequency stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp import tremor
from eutonia.dsp.segments import starts
from eutonia.dsp.spectrum import hann
from eutonia.measures import rhythm
from eutonia.measures.rhythm import Shaken
from eutonia.model import Block, Floats, Inputs

#: Site of the channel that `eutonia.derive.video` adds to the head's.
SITE = "nod_of_jaw"
#: Least rhythm of that channel, degrees: below, it is the landmarks' noise (0.2 % of the distance
#: of the eyes, as in mouth.tremor). [D]
LEAST_RMS_DEG = 0.12
#: Largest nod, root mean square, that is taken off: jaws that tremble by 3 degrees to either side
#: made 0 to 0.46 degrees of seven of eight rendered people and 0.53 of one; it grows less than the
#: jaw's movement. What is larger is measured, and noted. [D]
MOST_RMS_DEG = 0.5
#: Pitch over that channel, above which the landmarks of the jaw follow the head and not the pitch
#: the jaw: on eight rendered people jaws that tremble make 0 to 1.24, heads that nod by 1 degree
#: 2.4 to 7, by 0.4 degrees 1.1 and more. [D]
MOST_GAIN = 2.0
#: What was taken off is not worth a word below this share of a tremor at another frequency: noise
#: of a still jaw at 10 Hz made 0.26 of a nod at 4 Hz (rendered person 257). [D]
SLIGHT = 1 / 3
#: Distance of two rhythms that are one. [D]
SAME_HZ = 0.3
#: Chance that a nod which does not follow the jaw is taken to.
_FALSE_POSITIVES = 0.01
#: Place of the pitch among the head's axes.
_PITCH = 1

TAKEN_OFF = "jaw: the jaw trembles: the nod in step with it was taken off the pitch"
SAME = (
    "jaw: the jaw seems to tremble at the same frequency, in step with the nod: the nod, or part "
    "of it, may be the jaw's, or the jaw's landmarks only follow the nod"
)
_REASON = (
    "The jaw trembles at {hz:.1f} Hz, and the pitch in step with it by {deg:.2g} degrees (root "
    "mean square), no more than a trembling jaw makes of a still head: a nod that is hidden in it "
    "cannot be told. Without it: "
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Nods:
    """The head's rhythm, what the pitch may owe to the jaw taken off.

    Parameters
    ----------
    inputs : Inputs
        With the pitch freed of it.
    shaken, before : Shaken
        With and without it taken off.
    jaw_hz : float
        Frequency of a jaw that trembles in step with the pitch, else NaN.
    taken_deg : float
        Root mean square of what was taken off.
    """

    inputs: Inputs
    shaken: Shaken
    before: Shaken
    jaw_hz: float = np.nan
    taken_deg: float = 0.0

    def reasons(self, *, least_rms: float, least_slow: float = 0.0) -> tuple[str, ...]:
        """Return, for each target, why it has no tremor; empty where it has."""
        now = self.shaken.reasons(least_rms=least_rms, least_slow=least_slow)
        if not self.taken_deg:
            return now
        was = self.before.reasons(least_rms=least_rms, least_slow=least_slow)
        jaw = _REASON.format(hz=self.jaw_hz, deg=self.taken_deg)
        return tuple(jaw + n if n and not w else n for n, w in zip(now, was, strict=True))

    @property
    def notes(self) -> tuple[str, ...]:
        """What must be known of the frequencies and of the jaw."""
        found = self.shaken.notes
        if self.taken_deg:
            return found if self._slight() else (*found, TAKEN_OFF)
        return (*found, SAME) if self._same() else found

    def _slight(self) -> bool:
        """Tell whether a rhythm of the head stays as it was beside much less taken off."""
        start = self.shaken.start_hz
        if not np.isfinite(start).all() or not np.allclose(start, self.before.start_hz):
            return False
        _, power = tremor.top(rhythm.densities(self.shaken.blocks.sum(axis=0)), start)
        return bool(self.taken_deg < SLIGHT * np.sqrt(power.sum()))

    def _same(self) -> bool:
        """Tell whether the head nods, above all, at the frequency of the jaw."""
        start = self.shaken.start_hz
        if not (np.isfinite(self.jaw_hz) and np.isfinite(start).all()):
            return False
        hz, power = tremor.top(rhythm.densities(self.shaken.blocks.sum(axis=0)), start)
        mainly = power[:, _PITCH] > power.sum(axis=1) / 2
        return bool((mainly & (np.abs(hz - self.jaw_hz) <= SAME_HZ)).any())

    @property
    def details(self) -> Mapping[str, Floats]:
        """Frequency of the jaw and what was taken off, for each target."""
        if not self.taken_deg:
            return {}
        n = len(self.shaken.rhythms)
        return {"jaw_hz": np.full(n, self.jaw_hz), "nod_of_jaw_deg": np.full(n, self.taken_deg)}


def nods(x: Inputs) -> Nods:
    """Return the head's rhythm without what the pitch may owe to a trembling jaw.

    Parameters
    ----------
    x : Inputs
        With ``head``: yaw, pitch and roll as the only target, and, where the jaw was seen, the
        channel at `SITE`.
    """
    before = rhythm.shaken(x, "head")
    unchanged = Nods(inputs=x, shaken=before, before=before)
    rows = [i for i, c in enumerate(x.channels.get("head", ())) if c.site == SITE]
    if not rows or len(x.targets) != 1:
        return unchanged
    jaw = rhythm.shaken(replace(x, targets=np.array([rows[:1]], dtype=np.intp)), "head")
    if jaw.reasons(least_rms=LEAST_RMS_DEG)[0]:
        return unchanged
    at, _ = tremor.top(rhythm.densities(jaw.blocks.sum(axis=0)), jaw.start_hz)
    _, power = tremor.top(rhythm.densities(before.blocks.sum(axis=0)), at)
    jaw_hz, rms = float(at[0]), float(np.sqrt(power[0, _PITCH]))
    pair = (int(x.targets[0, _PITCH]), rows[0])
    gain = followed(x["head"], pair, jaw_hz)
    # A head that shakes or nods moves the landmarks of the jaw as well.
    if not 0 < abs(gain) <= MOST_GAIN or power[0, _PITCH] <= power[0].sum() / 2:
        return unchanged
    if abs(gain) > 1 or rms > MOST_RMS_DEG:
        return replace(unchanged, jaw_hz=jaw_hz)
    freed = replace(x, blocks={"head": tuple(_freed(b, pair, gain, jaw_hz) for b in x["head"])})
    return Nods(
        inputs=freed,
        shaken=rhythm.shaken(freed, "head"),
        before=before,
        jaw_hz=jaw_hz,
        taken_deg=rms,
    )


def _freed(block: Block, pair: tuple[int, int], gain: complex, freq_hz: float) -> Block:
    """Return the block without what of the pitch follows the jaw at a frequency, made once."""

    def made() -> Block:
        x = block.x.copy()
        x[pair[0]] -= in_step(block.x[pair[1]], gain, freq_hz=freq_hz, rate_hz=block.rate_hz)
        return replace(block, x=x, computed={})

    return block.once((SITE, pair, gain, freq_hz), made)


def in_step(jaw: Floats, gain: complex, *, freq_hz: float, rate_hz: float) -> Floats:
    """Return what follows a signal about a frequency, by a gain and a phase.

    Parameters
    ----------
    jaw : ndarray, shape (n_samples,)
    gain : complex
        From `followed`.
    freq_hz : float
        Middle of the band, as wide as the top of a rhythm (`eutonia.dsp.tremor.inner_hz`).
    rate_hz : float
    """
    from scipy.signal import butter, hilbert, sosfiltfilt

    reach = float(tremor.inner_hz(np.array(freq_hz)))
    band = [max(0.2, freq_hz - reach), min(freq_hz + reach, 0.48 * rate_hz)]
    sos = butter(2, band, btype="band", fs=rate_hz, output="sos")
    padding = min(len(jaw) - 1, round(3 * rate_hz / freq_hz))
    wave = hilbert(sosfiltfilt(sos, jaw, padlen=padding))
    return np.asarray((gain * wave).real)


def followed(blocks: tuple[Block, ...], pair: tuple[int, int], freq_hz: float) -> complex:
    """Return how one channel follows another at a frequency: its transfer function.

    Parameters
    ----------
    blocks : tuple of Block
    pair : tuple of int
        Rows of what follows and of what is followed.
    freq_hz : float

    Returns
    -------
    complex
        0 where the coherence of the two does not pass the limit that chance passes in 1 %.
    """
    waves = np.concatenate([_waves(b, list(pair), freq_hz) for b in blocks])
    if len(waves) < tremor.MIN_SEGMENTS:
        return 0j
    cross = complex(np.vdot(waves[:, 1], waves[:, 0]))
    mine, other = (float(np.vdot(w, w).real) for w in waves.T)
    # Half-overlapped Hann segments count as 18 in 19 independent ones.
    limit = 1 - _FALSE_POSITIVES ** (1 / (len(waves) * 18 / 19 - 1))
    return cross / other if abs(cross) ** 2 > limit * mine * other else 0j


def _waves(block: Block, rows: list[int], freq_hz: float) -> NDArray[np.complex128]:
    """Return the wave at a frequency in every usable segment, ``(n_segments, n_rows)``."""
    length = round(tremor.SEGMENT_S * block.rate_hz)
    first = starts(block.x.shape[1], length, step=max(1, round(tremor.STEP_S * block.rate_hz)))
    at = np.arange(length)
    wave = hann(length) * np.exp(-2j * np.pi * at * freq_hz / block.rate_hz)
    # Taking off the straight line is linear: it is done to the wave, once.
    line = np.linalg.qr(np.stack([np.ones(length), at - at.mean()], axis=1))[0]
    wave = wave - line @ (line.T @ wave)
    here, mask = block.x[rows], block.mask[rows]
    pieces = [here[:, s : s + length] @ wave for s in first if _usable(mask[:, s : s + length])]
    return np.array(pieces, dtype=np.complex128).reshape(-1, len(rows))


def _usable(mask: NDArray[np.bool_]) -> bool:
    return bool((mask.mean(axis=1) >= tremor.MIN_USABLE).all())
