"""Simulated visits that the examples of the head's measures share."""

from __future__ import annotations

from functools import cache

import numpy as np

from eutonia.measures import posture
from eutonia.model import Block, Condition, Events, Floats, Inputs, Recording, Side, Visit

#: Label of the target of all three angles.
TARGET = "head"
RATE_HZ = 30.0
_CENTRE = (24.0, 4.0, -11.0)
_LONG_S = 7200.0


def let_go(seed: int, *, seconds: float = 20.0, gain_sd: float = 0.0) -> tuple[Visit, str]:
    """Return a head that is let go with the errors of zero and face, and the condition's label."""
    from eutonia.simulate.visit import visit

    rng = np.random.default_rng(seed)
    gain = float(np.exp(gain_sd * rng.standard_normal()))
    zero = posture.zero_drawn(rng, _CENTRE)
    made = let_go_recording(rng, zero, seconds=seconds, gain=gain)
    return visit(made), made.condition.label


def let_go_recording(
    rng: np.random.Generator,
    zero: Floats,
    *,
    centre: tuple[float, float, float] = _CENTRE,
    trick: str = "",
    seconds: float = 20.0,
    gain: float = 1.0,
) -> Recording:
    """Return one recording of a head that is let go, around a posture, its moves times a gain."""
    from eutonia.simulate.head import Posture, head_recording

    x = Posture(centre=centre).angles(rng, seconds=seconds, rate_hz=RATE_HZ)
    place = np.array(centre)[:, None]
    x = zero + place + gain * (x - place)
    condition = Condition.of(task="let_go", trick=trick)
    return head_recording(x, rate_hz=RATE_HZ, condition=condition)


@cache
def long_run(centre: tuple[float, float, float] = _CENTRE) -> Floats:
    """Return the angles of the same head over two hours, without an error of the zero."""
    from eutonia.simulate.head import Posture

    rng = np.random.default_rng(0)
    return Posture(centre=centre).angles(rng, seconds=_LONG_S, rate_hz=RATE_HZ)


def long_inputs(centre: tuple[float, float, float] = _CENTRE) -> Inputs:
    """Return the two hours as a measure's inputs."""
    x = long_run(centre)
    block = Block(x=x, mask=np.ones(x.shape, dtype=bool), rate_hz=RATE_HZ, events=Events())
    return Inputs(blocks={"head": (block,)}, targets=np.array([[0, 1, 2]], dtype=np.intp))


def long_sums(centre: tuple[float, float, float] = _CENTRE) -> Floats:
    """Return the summed rotations of the two hours."""
    summed, _ = posture.rotation_sums(long_inputs(centre))
    return np.asarray(summed.sum(axis=0))


def shifted(seed: int, sites: tuple[tuple[str, Side, float], ...]) -> tuple[Visit, str]:
    """Return drifting shifts in %, each with site, side and centre, for 20 s."""
    from eutonia.simulate.head import head_channel
    from eutonia.simulate.visit import recording, visit
    from eutonia.simulate.wander import wander

    rng = np.random.default_rng(seed)
    n = round(20 * RATE_HZ)
    sd = np.array([[posture.SHIFT_SD[site]] for site, _, _ in sites])
    zero = sd * rng.standard_normal(sd.shape)
    drift = 2.5 * wander(rng, len(sites), n, rate_hz=RATE_HZ, time_s=0.8)
    x = np.array([[c] for _, _, c in sites]) + zero + drift + 0.3 * rng.standard_normal(drift.shape)
    channels = tuple(head_channel(s, side=side, unit="%") for s, side, _ in sites)
    task = Condition.of(task="let_go")
    return visit(recording(x, channels, rate_hz=RATE_HZ, condition=task)), task.label
