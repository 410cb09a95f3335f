"""Recordings that pause: where the pieces lie in time, and what may not be measured across."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from eutonia.formats.signals import Gapped
from eutonia.model import BadSpan, Floats, Issue, Signal

#: On either side of a cut of unknown length nothing is measured; our rule, unconfirmed.
SEAM_S = 0.05
#: A pause longer than this many times the recording is a cut, not a gap; our rule, unconfirmed.
LONGEST_PAUSE = 10.0


@dataclass(frozen=True, eq=False)
class Placed:
    """A signal on one even time axis.

    Parameters
    ----------
    signal : Signal
        As it was, or with its pauses.
    bad : tuple of BadSpan
        The pauses, and the surroundings of cuts.
    issues : tuple of Issue
        What is said about them.
    first, place : ndarray, shape (n_pieces,)
        First sample of each piece in the file and on the time axis.
    """

    signal: Signal
    bad: tuple[BadSpan, ...]
    issues: tuple[Issue, ...]
    first: Floats
    place: Floats

    def on_axis(self, sample: Floats) -> Floats:
        """Return where samples of the file lie on the time axis, in samples."""
        piece = np.searchsorted(self.first, sample, side="right") - 1
        moved: Floats = sample + (self.place - self.first)[np.maximum(piece, 0)]
        return moved


def placed(
    signal: Signal,
    rate_hz: float,
    first: Sequence[int],
    start_s: Sequence[float | None],
    *,
    reason: str = "the recording was cut here",
) -> Placed:
    """Put the pieces of a signal on one even time axis.

    Parameters
    ----------
    signal : Signal
        The pieces one after another.
    rate_hz : float
        Sampling rate.
    first : sequence of int
        First sample of each piece; the first piece begins at 0.
    start_s : sequence of float or None
        When each piece began; None where that is not known.
    reason : str
        Of the cuts between pieces whose pause is not known, or too long to be kept as one.
    """
    n = signal.shape[1]
    # Zero begins the first piece; pieces without samples are none.
    known = {0: None} | {int(f): s for f, s in zip(first, start_s, strict=True) if 0 <= f < n}
    at = sorted(known)
    place, bad, pauses = [0], [], 0
    for before, here in pairwise(at):
        expected = place[-1] + here - before
        pause = _pause(known[before], known[here], (here - before) / rate_hz)
        if pause is None or not 0.5 / rate_hz < pause < LONGEST_PAUSE * n / rate_hz:
            place.append(expected)
            seam = expected / rate_hz
            begin = max(0.0, seam - SEAM_S)
            bad.append(BadSpan(start_s=begin, stop_s=seam + SEAM_S, reason=reason))
        else:
            pauses += 1
            place.append(expected + round(pause * rate_hz))
            start, stop = expected / rate_hz, place[-1] / rate_hz
            bad.append(BadSpan(start_s=start, stop_s=stop, reason="not recorded"))
    if pauses:
        runs = tuple(zip(at, place, strict=True))
        signal = Gapped(signal, runs, place[-1] + n - at[-1])
    issues = (_gaps(pauses, len(at) - 1 - pauses),) if len(at) > 1 else ()
    return Placed(
        signal=signal,
        bad=tuple(bad),
        issues=issues,
        first=np.array(at, dtype=np.float64),
        place=np.array(place, dtype=np.float64),
    )


def _pause(before_s: float | None, here_s: float | None, lasted_s: float) -> float | None:
    return None if before_s is None or here_s is None else here_s - before_s - lasted_s


def _gaps(pauses: int, cuts: int) -> Issue:
    said = [f"pauses {pauses} time(s)"] * bool(pauses)
    said += [f"was cut {cuts} time(s), for how long is not known"] * bool(cuts)
    message = f"The recording {' and '.join(said)}; nothing is measured across that."
    return Issue(code="gaps", severity="note", message=message)
