"""Derivations: one recording becomes another, declared and memoised like measures.

Each module declares ``DERIVATIONS``: pairs of a `Derivation` and a pure function
``(x, rate_hz, line_hz) -> x`` on arrays ``(n_channels, n_samples)``; `line_hz` is None where no hum
was found, because a notch also takes a few per cent of the muscle's own power. Bad samples are
bridged by a straight line before a filter sees them, and stay masked for the measure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from eutonia.model import ENVELOPE, BadSpan, Derivation, Floats, Recording, Signal, UnknownName

Function = Callable[[Floats, float, float | None], Floats]

#: Flag of a channel in which the mains was found (``eutonia.quality``).
HUM = "hum"


@cache
def _all() -> dict[str, tuple[Derivation, Function]]:
    from eutonia.derive import emg

    return {d.id: (d, function) for d, function in emg.DERIVATIONS}


def _of_envelopes(derivation: str) -> Function | None:
    from eutonia.derive import emg

    return emg.OF_ENVELOPES.get(derivation)


def derivations() -> tuple[Derivation, ...]:
    """Return the declarations of all derivations."""
    return tuple(d for d, _ in _all().values())


def derive(recording: Recording, derivation: str = "") -> Recording:
    """Return the recording with bad samples bridged and a derivation applied, both lazily.

    Parameters
    ----------
    recording : Recording
        With a signal and a sampling rate.
    derivation : str
        Id of a derivation; empty: only bridge.

    Raises
    ------
    UnknownName
        If there is no such derivation.
    """
    if recording.signal is None or not recording.rate_hz:
        raise ValueError(f"{recording.id} has no evenly sampled signal to derive from")
    if derivation and derivation not in _all():
        raise UnknownName(f"No derivation is called {derivation!r}; known: {', '.join(_all())}.")
    signal = DerivedSignal(
        source=recording.signal,
        rate_hz=recording.rate_hz,
        line_hz=recording.line_hz,
        bad=recording.bad,
        names=tuple(c.name for c in recording.channels),
        hum=tuple(HUM in c.flags for c in recording.channels),
        envelope=tuple(ENVELOPE in c.flags for c in recording.channels),
        derivation=derivation,
    )
    return replace(recording, signal=signal)


@dataclass(frozen=True, kw_only=True)
class DerivedSignal:
    """A signal that is bridged, and derived with a margin, when it is read."""

    source: Signal
    rate_hz: float
    line_hz: float | None
    bad: tuple[BadSpan, ...]
    names: tuple[str, ...]
    hum: tuple[bool, ...]
    envelope: tuple[bool, ...]
    derivation: str

    @property
    def shape(self) -> tuple[int, int]:
        """Number of channels and samples."""
        return self.source.shape

    def read(
        self, start: int = 0, stop: int | None = None, channels: tuple[int, ...] | None = None
    ) -> Floats:
        """Return derived samples ``start:stop`` of some channels."""
        return self.read_masked(start, stop, channels)[0]

    def read_masked(
        self, start: int = 0, stop: int | None = None, channels: tuple[int, ...] | None = None
    ) -> tuple[Floats, NDArray[np.bool_]]:
        """Return samples, and which of them may be used, both ``(n_channels, n_samples)``."""
        stop = self.shape[1] if stop is None else min(stop, self.shape[1])
        rows = tuple(range(self.shape[0])) if channels is None else channels
        declared, function = _all().get(self.derivation, (None, None))
        margin = round(declared.edge_s * self.rate_hz) if declared else 0
        begin, end = max(0, start - margin), min(self.shape[1], stop + margin)
        x = self.source.read(begin, end, rows)
        mask = self._mask(begin, end, rows) & np.isfinite(x)
        x = bridge(x, mask)
        if function is not None:
            x = self._derived(x, function, rows)
        inside = slice(start - begin, stop - begin)
        return np.ascontiguousarray(x[:, inside]), mask[:, inside]

    def _derived(self, x: Floats, function: Function, rows: tuple[int, ...]) -> Floats:
        """Apply the function, and to channels that are envelopes already what is left to do."""
        hum = np.array([self.hum[row] for row in rows], dtype=bool)
        ready = np.array([self.envelope[row] for row in rows], dtype=bool)
        left = _of_envelopes(self.derivation)
        if left is None or not ready.any():
            return self._without_hum(x, function, hum)
        out = np.empty_like(x)
        out[ready] = left(x[ready], self.rate_hz, None)
        if not ready.all():
            out[~ready] = self._without_hum(x[~ready], function, hum[~ready])
        return out

    def _without_hum(self, x: Floats, function: Function, hum: NDArray[np.bool_]) -> Floats:
        """Apply the function; only channels in which hum was found lose the mains."""
        if self.line_hz is None or not hum.any():
            return function(x, self.rate_hz, None)
        if hum.all():
            return function(x, self.rate_hz, self.line_hz)
        out = np.empty_like(x)
        for those, line_hz in ((hum, self.line_hz), (~hum, None)):
            out[those] = function(x[those], self.rate_hz, line_hz)
        return out

    def _mask(self, begin: int, end: int, rows: tuple[int, ...]) -> NDArray[np.bool_]:
        mask = np.ones((len(rows), end - begin), dtype=bool)
        for span in self.bad:
            first = max(0, int(np.floor(span.start_s * self.rate_hz)) - begin)
            last = int(np.ceil(span.stop_s * self.rate_hz)) - begin
            if last <= 0 or first >= end - begin:
                continue
            for place, row in enumerate(rows):
                if span.channel in ("", self.names[row]):
                    mask[place, first:last] = False
        return mask


def bridge(x: Floats, mask: NDArray[np.bool_]) -> Floats:
    """Replace unusable samples by a straight line between their neighbours, in place."""
    if mask.all():
        return x
    at = np.arange(x.shape[1])
    for row, good in zip(x, mask, strict=True):
        if good.all():
            continue
        row[~good] = np.interp(at[~good], at[good], row[good]) if good.any() else 0.0
    return x
