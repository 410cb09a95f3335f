"""What the two measures of overflow share: which muscles count, and an example."""

from __future__ import annotations

import numpy as np

from eutonia.measures.maximum import TOXIN, missing
from eutonia.measures.movers import uses, why_no_muscle, why_not_known
from eutonia.model import CannotMeasure, Channel, Condition, Floats, Inputs, Visit

NOT_TASKS = frozenset({"rest", "mvc"})
CAUTION = (
    f"{TOXIN} Which muscles a task uses is our table (unconfirmed). Cross-talk from a muscle that "
    "works looks like overflow in its neighbour. No published norm for adults was checked."
)
_USED = "The task uses this muscle, so its activity is no overflow."


def reasons(x: Inputs, scale: Floats) -> tuple[str, ...]:
    """Return, for each muscle, why there is no overflow to measure; empty where there is.

    Raises
    ------
    CannotMeasure
        If it is not known what the task uses.
    """
    if why := why_not_known(x.condition):
        raise CannotMeasure(why)
    channels = [x.channels["emg"][row] for row in x.targets[:, 0]]
    found = zip((_used(x.condition, c) for c in channels), missing(x, scale), strict=True)
    return tuple(next(filter(None, whys), "") for whys in found)


def _used(condition: Condition, channel: Channel) -> str:
    return why_no_muscle(channel) or (_USED if uses(condition, channel) else "")


def example_visit(seed: int, *, rest: float) -> tuple[Visit, dict[str, float], str]:
    """Simulate writing with the right hand, with overflow to the left wrist and to the neck.

    Parameters
    ----------
    seed : int
    rest : float
        Level of all muscles at rest, % of maximum; the overflow comes on top of nothing.

    Returns
    -------
    visit : Visit
        Writing, rest and maximal contractions.
    overflow : dict of str to float
        Level of each muscle that the task does not use, % of maximum.
    condition : str
        Label of the writing.
    """
    from eutonia.simulate import emg
    from eutonia.simulate.visit import emg_channel, recording, visit

    rng = np.random.default_rng(seed)
    channels = (
        emg_channel("flexor_carpi_radialis", "right"),
        emg_channel("flexor_carpi_radialis", "left"),
        emg_channel("sternocleidomastoid", "left"),
    )
    level = np.array([30.0, 8.0, 4.0])
    gain = np.array([[4.0], [3.0], [5.0]])  # µV per % of maximum
    writing = Condition.of(task="writing", side="right")
    recordings = []
    for condition, percent in ((writing, level), (Condition.of(task="rest"), np.full(3, rest))):
        noise = emg.carrier(rng, 3, 30_000, rate_hz=1000, band_hz=(60.0, 250.0))
        recordings.append(
            recording(gain * percent[:, None] * noise, channels, rate_hz=1000, condition=condition)
        )
    most = 100 * gain * emg.steady_tone(9_000, rate_hz=1000)
    recordings.append(recording(most, channels, rate_hz=1000, condition=Condition.of(task="mvc")))
    overflow = {c.label: float(v) for c, v in zip(channels[1:], level[1:], strict=True)}
    return visit(*recordings), overflow, writing.label
